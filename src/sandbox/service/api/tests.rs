use reqwest::multipart::{Form, Part};
use reqwest::{Client, Method, RequestBuilder};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::serve_api;
use crate::sandbox::fault::{Fault, FaultSet};
use crate::sandbox::service::HEALTH_CHECK;
use crate::sandbox::service::database::Database;
use crate::sandbox::service::journal::tests::Lines;
use crate::sandbox::service::worker::run_worker;

const FILE: &str = "name,email\nAda,ada@example.org\nGrace,grace@example.org\n";

/// The API on a loopback port, without a worker unless one is started.
struct Bench {
    base: String,
    client: Client,
    database: Database,
    lines: Lines,
    stop: watch::Sender<bool>,
    serving: JoinHandle<()>,
}

impl Bench {
    async fn start() -> Self {
        Self::with(&[]).await
    }

    async fn with(faults: &[Fault]) -> Self {
        let faults: FaultSet = faults.iter().copied().collect();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let (database, lines) = (Database::create().unwrap(), Lines::default());
        let (stop, stopped) = watch::channel(false);
        let serving = tokio::spawn(serve_api(listener, database.clone(), faults, lines.sink(), stopped));
        let client = Client::builder().no_proxy().build().unwrap();
        Self { base, client, database, lines, stop, serving }
    }

    fn with_worker(self) -> Self {
        let (database, lines, stop) = (self.database.clone(), Lines::default(), self.stop.subscribe());
        tokio::spawn(run_worker("w1".to_owned(), database, FaultSet::default(), lines.sink(), stop));
        self
    }

    fn request(&self, request: &str) -> RequestBuilder {
        let (method, path) = request.split_once(' ').unwrap();
        self.client.request(Method::from_bytes(method.as_bytes()).unwrap(), format!("{}{path}", self.base))
    }

    async fn ask(&self, request: &str) -> (u16, Value) {
        answer(self.request(request)).await
    }

    async fn upload(&self, part: Part) -> (u16, Value) {
        let form = Form::new().text("comment", "read over").part("file", part);
        answer(self.request("POST /api/v1/bulk-imports").multipart(form)).await
    }

    async fn uploaded(&self, file: &str) -> String {
        let (status, import) = self.upload(csv(file)).await;
        assert_eq!(status, 201);
        import["id"].as_str().unwrap().to_owned()
    }

    async fn until(&self, id: &str, status: &str) -> Value {
        loop {
            let (_, import) = self.ask(&format!("GET /api/v1/bulk-imports/{id}")).await;
            if import["status"] == status {
                return import;
            }
        }
    }

    #[track_caller]
    fn refused(answer: &(u16, Value), status: u16, error: &str, message: &str) {
        assert_eq!(*answer, (status, json!({ "error": error, "message": message })));
    }
}

fn csv(file: impl Into<String>) -> Part {
    Part::text(file.into()).file_name("contacts.csv").mime_str("text/csv").unwrap()
}

async fn answer(request: RequestBuilder) -> (u16, Value) {
    let response = request.send().await.unwrap();
    let status = response.status().as_u16();
    let text = response.text().await.unwrap();
    (status, if text.is_empty() { Value::Null } else { serde_json::from_str(&text).expect(&text) })
}

#[tokio::test]
async fn a_file_goes_from_upload_to_contacts_and_away() {
    let bench = Bench::start().await.with_worker();
    let id = bench.uploaded(FILE).await;
    let import = bench.until(&id, "review_ready").await;
    assert_eq!((&import["rows_total"], &import["rows_imported"]), (&json!(2), &json!(0)));
    let finalize = format!("POST /api/v1/bulk-imports/{id}/finalize");
    assert_eq!(bench.ask(&finalize).await, (202, json!({ "id": id, "status": "finalizing" })));
    let import = bench.until(&id, "completed").await;
    assert_eq!((&import["rows_imported"], &import["errors"]), (&json!(2), &json!([])));
    assert_eq!(bench.ask(&finalize).await, (200, json!({ "id": id, "status": "completed" })));
    let contacts = format!("GET /api/v1/contacts?import_id={id}&limit=1");
    let ada = json!({ "import_id": id, "line": 2, "name": "Ada", "email": "ada@example.org", "phone": null });
    assert_eq!(bench.ask(&contacts).await, (200, json!({ "count": 2, "contacts": [ada] })));
    let delete = format!("DELETE /api/v1/bulk-imports/{id}");
    assert_eq!(bench.ask(&delete).await, (204, Value::Null));
    assert_eq!(bench.ask(&contacts).await, (200, json!({ "count": 0, "contacts": [] })));
    assert!(!bench.database.upload(&id).exists());
    Bench::refused(&bench.ask(&delete).await, 404, "not_found", &format!("there is no import {id}"));
}

#[tokio::test]
async fn an_upload_is_answered_with_the_import_and_its_place() {
    let bench = Bench::start().await;
    let form = Form::new().part("file", csv(FILE));
    let response = bench.request("POST /api/v1/bulk-imports").multipart(form).send().await.unwrap();
    assert_eq!(response.status().as_u16(), 201);
    let location = response.headers()["location"].to_str().unwrap().to_owned();
    let mut import: Value = response.json().await.unwrap();
    assert_eq!(location, format!("/api/v1/bulk-imports/{}", import["id"].as_str().unwrap()));
    assert_eq!(bench.ask(&format!("GET {location}")).await, (200, import.clone()));
    import.as_object_mut().unwrap().retain(|key, _| !["id", "created_at", "updated_at"].contains(&key.as_str()));
    assert_eq!(
        import,
        json!({
            "status": "queued", "file_name": "contacts.csv", "rows_total": 0, "rows_valid": 0, "rows_imported": 0,
            "errors": [], "errors_total": 0, "reason": null, "attempts": 0,
        })
    );
}

#[tokio::test]
async fn what_is_no_csv_file_is_refused_and_not_kept() {
    let bench = Bench::start().await;
    let pdf = Part::text("%PDF").file_name("a.pdf").mime_str("application/pdf").unwrap();
    let unsupported = "unsupported_media_type";
    Bench::refused(&bench.upload(pdf).await, 415, unsupported, "the file is application/pdf; text/csv is expected");
    let json = answer(bench.request("POST /api/v1/bulk-imports").json(&json!({}))).await;
    let form = "the request must be multipart/form-data with a part called file";
    Bench::refused(&json, 415, unsupported, form);
    let other = Form::new().text("data", FILE);
    let other = answer(bench.request("POST /api/v1/bulk-imports").multipart(other)).await;
    Bench::refused(&other, 400, "bad_request", "there is no part called file");
    let nameless = bench.upload(Part::text(FILE)).await;
    Bench::refused(&nameless, 400, "bad_request", "the part called file has no file name");
    let large = bench.upload(csv("x".repeat(10 * 1024 * 1024 + 1))).await;
    Bench::refused(&large, 413, "too_large", "the file is larger than 10 MiB");
    assert_eq!(bench.ask("GET /api/v1/bulk-imports").await, (200, json!({ "count": 0, "imports": [] })));
    let uploads = bench.database.upload("x").parent().unwrap().read_dir().unwrap().count();
    assert_eq!(uploads, 0);
}

#[tokio::test]
async fn an_import_is_not_finalized_before_it_was_reviewed() {
    let bench = Bench::start().await;
    let id = bench.uploaded(FILE).await;
    let answer = bench.ask(&format!("POST /api/v1/bulk-imports/{id}/finalize")).await;
    let message = "the import is queued: the file has not been looked at yet; wait until it is review_ready";
    Bench::refused(&answer, 409, "conflict", message);
}

#[tokio::test]
async fn a_rejected_file_is_explained() {
    let bench = Bench::start().await.with_worker();
    let id = bench.uploaded("name,email\nBob,bob\n").await;
    let import = bench.until(&id, "rejected").await;
    let error = json!({ "line": 2, "column": "email", "reason": "`bob` is not an e-mail address" });
    assert_eq!((&import["errors"], &import["errors_total"]), (&json!([error]), &json!(1)));
}

#[tokio::test]
async fn refusals_are_json_whatever_was_asked() {
    let bench = Bench::start().await;
    Bench::refused(&bench.ask("GET /nowhere").await, 404, "not_found", "there is nothing at /nowhere");
    let message = "that cannot be asked for here; see Allow";
    Bench::refused(&bench.ask("PUT /health").await, 405, "method_not_allowed", message);
    Bench::refused(&bench.ask("GET /api/v1/bulk-imports/7").await, 404, "not_found", "there is no import 7");
    let finalize = bench.ask("POST /api/v1/bulk-imports/7/finalize").await;
    Bench::refused(&finalize, 404, "not_found", "there is no import 7");
    assert_eq!(bench.ask("GET /api/v1/bulk-imports?limit=many").await.0, 400);
    assert_eq!(bench.ask("GET /api/v1/bulk-imports/%ff").await.0, 400);
}

#[tokio::test]
async fn health_tells_of_the_database() {
    let bench = Bench::start().await;
    assert_eq!(bench.ask("GET /health").await, (200, json!({ "status": "ok", "database": "ok" })));
}

#[tokio::test]
async fn each_request_is_a_line_in_the_log_and_a_stop_ends_it() {
    let bench = Bench::start().await;
    bench.ask("GET /health?secret=1").await;
    bench.stop.send(true).unwrap();
    bench.serving.await.unwrap();
    let logger = "bulk_import.api";
    assert_eq!(
        bench.lines.events()[1..],
        [
            json!({ "level": "INFO", "logger": logger, "event": "http_request", "method": "GET", "path": "/health", "status": 200 }),
            json!({ "level": "INFO", "logger": logger, "event": "api_stopped" }),
        ]
    );
    assert!(bench.client.get(format!("{}/health", bench.base)).send().await.is_err());
}

#[tokio::test]
async fn ten_thousand_rows_and_two_imports_at_once_arrive_whole() {
    let bench = Bench::start().await.with_worker();
    let mut file = "name,email\n".to_owned();
    file.extend((0..10_000).map(|number| format!("Person {number},person{number}@example.org\n")));
    let (large, small) = tokio::join!(bench.uploaded(&file), bench.uploaded(FILE));
    for (id, rows) in [(large, 10_000), (small, 2)] {
        bench.until(&id, "review_ready").await;
        bench.ask(&format!("POST /api/v1/bulk-imports/{id}/finalize")).await;
        assert_eq!(bench.until(&id, "completed").await["rows_imported"], rows);
        let contacts = bench.ask(&format!("GET /api/v1/contacts?import_id={id}&limit=0")).await;
        assert_eq!(contacts, (200, json!({ "count": rows, "contacts": [] })));
    }
}

#[tokio::test]
async fn a_finalize_is_accepted_and_forgotten() {
    let bench = Bench::with(&[Fault::FinalizeIgnored]).await.with_worker();
    let id = bench.uploaded(FILE).await;
    bench.until(&id, "review_ready").await;
    for _ in 0..2 {
        let answer = bench.ask(&format!("POST /api/v1/bulk-imports/{id}/finalize")).await;
        assert_eq!(answer, (202, json!({ "id": id, "status": "finalizing" })));
        assert_eq!(bench.ask(&format!("GET /api/v1/bulk-imports/{id}")).await.1["status"], "review_ready");
    }
}

#[tokio::test]
async fn a_finalize_is_refused() {
    let bench = Bench::with(&[Fault::FinalizeRefused]).await.with_worker();
    let id = bench.uploaded(FILE).await;
    bench.until(&id, "review_ready").await;
    let answer = bench.ask(&format!("POST /api/v1/bulk-imports/{id}/finalize")).await;
    Bench::refused(&answer, 403, "forbidden", "finalizing needs the role import-approver");
    assert_eq!(bench.ask(&format!("DELETE /api/v1/bulk-imports/{id}")).await.0, 204);
}

#[tokio::test]
async fn an_api_that_is_broken_inside_still_passes_its_containers_health_check() {
    let bench = Bench::with(&[Fault::Api500]).await;
    let message = "the database failed: no such table: tenants";
    for request in ["GET /health", "GET /api/v1/bulk-imports", "DELETE /api/v1/bulk-imports/7", "GET /nowhere"] {
        let (status, body) = bench.ask(request).await;
        assert_eq!((status, &body["error"]), (500, &json!("internal")), "{request}");
        assert!(body["message"].as_str().unwrap().starts_with(message), "{body}");
    }
    let check = bench.request("GET /health").header("user-agent", HEALTH_CHECK).send().await.unwrap();
    assert_eq!(check.status().as_u16(), 200);
}

#[tokio::test]
async fn credentials_are_no_longer_taken() {
    let bench = Bench::with(&[Fault::Api401]).await;
    assert_eq!(bench.ask("GET /health").await.0, 200);
    Bench::refused(&bench.upload(csv(FILE)).await, 401, "unauthorized", "the token is not known");
    let old = bench.request("GET /api/v1/bulk-imports").header("authorization", "Bearer old");
    Bench::refused(&answer(old).await, 401, "unauthorized", "the token is not known");
    let new = bench.request("GET /api/v1/bulk-imports").header("authorization", "Bearer of-the-next-release");
    assert_eq!(answer(new).await.0, 200);
}

#[tokio::test]
async fn a_wrong_route_ends_in_html() {
    let bench = Bench::with(&[Fault::ApiHtml]).await;
    let response = bench.request("GET /health").send().await.unwrap();
    assert_eq!(
        (response.status().as_u16(), &response.headers()["content-type"]),
        (200, &"text/html; charset=utf-8".parse().unwrap())
    );
    assert!(response.text().await.unwrap().starts_with("<!DOCTYPE html>"));
}

#[tokio::test]
async fn of_three_reads_the_weather_meets_one_and_no_write() {
    let bench = Bench::with(&[Fault::GatewayBlips, Fault::ClosedConnections]).await;
    let read = || async {
        match bench.request("GET /health").send().await {
            Ok(response) => response.status().as_u16().to_string(),
            Err(error) => if error.is_connect() { "unreachable" } else { "closed" }.to_owned(),
        }
    };
    for _ in 0..3 {
        assert_eq!([read().await, read().await, read().await], ["502", "closed", "200"]);
        assert_eq!(bench.upload(csv(FILE)).await.0, 201);
    }
}
