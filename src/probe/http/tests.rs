//! Against real servers on this machine.

use std::convert::Infallible;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Multipart, Request as Asked};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Redirect};
use axum::routing::{any, get, post};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpListener;
use tokio::time::Instant;

use super::content::{Content, Piece, Upload};
use super::{Client, Method, Request, Response};
use crate::plan::TargetSettings;
use crate::probe::{LookError, LookErrorKind};
use crate::redact::Secret;
use crate::target::ApiHeader;

/// Counts the connections that a server has accepted.
struct Counting {
    listener: TcpListener,
    accepted: Arc<AtomicUsize>,
}

impl axum::serve::Listener for Counting {
    type Io = tokio::net::TcpStream;
    type Addr = std::net::SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        let accepted = axum::serve::Listener::accept(&mut self.listener).await;
        self.accepted.fetch_add(1, Ordering::SeqCst);
        accepted
    }

    fn local_addr(&self) -> std::io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

async fn serve(router: Router) -> (String, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let accepted = Arc::default();
    let counting = Counting { listener, accepted: Arc::clone(&accepted) };
    tokio::spawn(async move { axum::serve(counting, router).await });
    (url, accepted)
}

/// On a port of its own; on none like 8443, where a server that does not speak HTTP is asked whether it speaks TLS.
async fn listener() -> TcpListener {
    loop {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        if listener.local_addr().unwrap().port() % 1000 != 443 {
            return listener;
        }
    }
}

/// Plays a fixed part on each connection in turn: reads one request, answers with these bytes, and so on; then closes.
async fn script(connections: &'static [&'static [&'static [u8]]]) -> String {
    let listener = listener().await;
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        for answers in connections {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in *answers {
                let mut request = [0; 4096];
                let _ = stream.read(&mut request).await;
                let _ = stream.write_all(answer).await;
            }
        }
    });
    url
}

fn api_header(name: &str, value: &str) -> ApiHeader {
    ApiHeader { name: name.to_owned(), value: Secret::new(value), plain: false }
}

fn client(api: &str) -> Client {
    let api_headers = vec![api_header("Authorization", "Bearer t0p")];
    let settings = TargetSettings { api_url: Some(api.to_owned()), api_headers, ..TargetSettings::default() };
    Client::new(&settings).unwrap()
}

fn request(method: Method, url: &str) -> Request {
    Request {
        method,
        url: url.to_owned(),
        headers: Vec::new(),
        query: Vec::new(),
        content: None,
        timeout: None,
        redirects: 10,
    }
}

fn carrying(method: Method, url: &str, content: Content) -> Request {
    Request { content: Some(Arc::new(content)), ..request(method, url) }
}

async fn send(client: &Client, request: &Request) -> Result<Response, LookError> {
    request.exchange(client, false, Instant::now() + Duration::from_mins(1)).await
}

async fn get_from(api: &str, path: &str) -> Response {
    send(&client(api), &request(Method::Get, path)).await.unwrap()
}

/// Says what arrived.
async fn echo(asked: Asked) -> axum::Json<Value> {
    let (parts, body) = asked.into_parts();
    let headers: serde_json::Map<_, _> =
        parts.headers.iter().map(|(n, v)| (n.to_string(), String::from_utf8_lossy(v.as_bytes()).into())).collect();
    let body = axum::body::to_bytes(body, usize::MAX).await.unwrap();
    axum::Json(json!({
        "asked": format!("{} {}", parts.method, parts.uri),
        "headers": headers,
        "body": String::from_utf8_lossy(&body),
    }))
}

#[tokio::test]
async fn a_request_carries_what_was_written() {
    let (url, _) = serve(Router::new().fallback(any(echo))).await;
    let mut request = carrying(Method::Put, "/a?x=1", Content::Json(r#"{"n":1}"#.to_owned()));
    request.headers = vec![("X-Trace".to_owned(), "7".to_owned())];
    request.query = vec![("tag".to_owned(), "a b".to_owned()), ("tag".to_owned(), "c".to_owned())];
    let response = send(&client(&format!("{url}/v1")), &request).await.unwrap();
    let seen = &response.body;
    assert_eq!(seen["asked"], "PUT /v1/a?x=1&tag=a+b&tag=c");
    assert_eq!(seen["body"], r#"{"n":1}"#);
    let headers = &seen["headers"];
    assert_eq!(headers["content-type"], "application/json");
    assert_eq!(headers["x-trace"], "7");
    assert_eq!(headers["authorization"], "Bearer t0p");
    assert_eq!(headers["user-agent"], concat!("smoke/", env!("CARGO_PKG_VERSION")));
    assert_eq!(response.url, format!("{url}/v1/a?x=1&tag=a+b&tag=c"));
}

#[tokio::test]
async fn expressions_see_the_response() {
    use crate::diagnostic::{Location, Source};
    use crate::expr::{Expression, Scope, Truth, from_observation};
    let answer = || async { (StatusCode::CREATED, axum::Json(json!({"id": 7, "ratio": 0.5}))) };
    let (url, _) = serve(Router::new().route("/", get(answer))).await;
    let scope = Scope::default().with("response", from_observation(&get_from(&url, "/").await));
    for text in [
        "response.status == 201 && response.body.id == 7 && response.body.ratio < 1.0",
        "response.headers['content-type'] == 'application/json' && response.text.contains('ratio')",
        "response.elapsed < duration('1m') && response.url.endsWith('/')",
    ] {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        assert_eq!(Expression::compile(text, &location).unwrap().truth(&scope), Truth::Held, "{text}");
    }
}

#[tokio::test]
async fn forms_and_text_say_what_they_are() {
    let (url, _) = serve(Router::new().fallback(any(echo))).await;
    let client = client(&url);
    let pairs = vec![("a".to_owned(), "1 &".to_owned()), ("a".to_owned(), "2".to_owned())];
    let form = send(&client, &carrying(Method::Post, "/", Content::Form(pairs))).await.unwrap();
    assert_eq!(form.body["body"], "a=1+%26&a=2");
    assert_eq!(form.body["headers"]["content-type"], "application/x-www-form-urlencoded");
    let mut text = carrying(Method::Post, "/", Content::Text("<x/>".to_owned()));
    text.headers = vec![("content-type".to_owned(), "text/xml".to_owned())];
    let text = send(&client, &text).await.unwrap();
    assert_eq!((&text.body["body"], &text.body["headers"]["content-type"]), (&json!("<x/>"), &json!("text/xml")));
}

/// Tells each part in a line, and how the whole was sent.
async fn parts(headers: HeaderMap, mut form: Multipart) -> String {
    let mut seen = format!("length known: {}\n", headers.contains_key("content-length"));
    while let Some(field) = form.next_field().await.unwrap() {
        let (name, file) = (field.name().unwrap().to_owned(), field.file_name().map(str::to_owned));
        let media_type = field.content_type().map(str::to_owned);
        let bytes = field.bytes().await.unwrap();
        writeln!(seen, "{name} {file:?} {media_type:?} {} bytes", bytes.len()).unwrap();
    }
    seen
}

#[tokio::test]
async fn files_are_streamed_with_their_length_known() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("big.csv"), vec![b'x'; 1_500_000]).unwrap();
    let body = axum::extract::DefaultBodyLimit::disable();
    let (url, _) = serve(Router::new().route("/", post(parts)).layer(body)).await;
    let guessed = Upload::new(folder.path(), "big.csv".to_owned(), None, None);
    let named = Upload::new(folder.path(), "big.csv".to_owned(), Some("a/b".to_owned()), Some("c.d".to_owned()));
    let content = vec![
        ("note".to_owned(), Piece::Field("hello".to_owned())),
        ("file".to_owned(), Piece::File(guessed)),
        ("other".to_owned(), Piece::File(named)),
    ];
    let mut request = carrying(Method::Post, "/", Content::Multipart(content));
    request.headers = vec![("content-type".to_owned(), "multipart/form-data".to_owned())];
    let client = client(&url);
    for _ in 0..2 {
        let expected = "length known: true\nnote None None 5 bytes\n\
                        file Some(\"big.csv\") Some(\"text/csv\") 1500000 bytes\n\
                        other Some(\"c.d\") Some(\"a/b\") 1500000 bytes\n";
        assert_eq!(send(&client, &request).await.unwrap().text, expected);
    }
}

#[tokio::test]
async fn names_of_parts_are_sent_as_browsers_do() {
    let (url, _) = serve(Router::new().fallback(any(echo))).await;
    let parts = ["a b", "ü", "x\"\r\ny: z"].map(|name| (name.to_owned(), Piece::Field(String::new())));
    let request = carrying(Method::Post, "/", Content::Multipart(parts.into()));
    let body = send(&client(&url), &request).await.unwrap().body;
    let sent: Vec<&str> = body["body"].as_str().unwrap().lines().filter(|line| line.contains("name")).collect();
    let expected =
        ["a b", "ü", "x%22%0D%0Ay: z"].map(|name| format!("Content-Disposition: form-data; name=\"{name}\""));
    assert_eq!(sent, expected);
}

#[tokio::test]
async fn a_file_that_is_not_there_is_named() {
    let client = client("http://127.0.0.1:9");
    let file = Upload::new(Path::new("/nowhere"), "gone.csv".to_owned(), None, None);
    let request = carrying(Method::Post, "/", Content::Multipart(vec![("file".to_owned(), Piece::File(file))]));
    let error = send(&client, &request).await.unwrap_err();
    let message = "file gone.csv cannot be read: entity not found".to_owned();
    assert_eq!(error, LookError { kind: LookErrorKind::Unequipped, message, retry_after: None });
    assert_eq!(client.requests(), 0);
}

#[tokio::test]
async fn a_redirect_to_another_host_carries_no_secret() {
    let (other, _) = serve(Router::new().fallback(any(echo))).await;
    let target = format!("{other}/there");
    let (url, _) = serve(Router::new().route("/go", any(move || async move { Redirect::to(&target) }))).await;
    let mut request = request(Method::Get, "/go");
    request.headers = ["cookie", "x-token", "accept"].map(|name| (name.to_owned(), "s3".to_owned())).to_vec();
    let client = client(&url);
    let response = send(&client, &request).await.unwrap();
    assert_eq!((response.body["asked"].clone(), response.url.clone()), (json!("GET /there"), format!("{other}/there")));
    let mut names: Vec<_> = response.body["headers"].as_object().unwrap().keys().cloned().collect();
    names.sort();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert_eq!(client.requests(), 2);
}

#[tokio::test]
async fn redirects_end_where_the_step_says() {
    let (url, _) = serve(Router::new().route("/loop", any(|| async { Redirect::temporary("/loop") }))).await;
    let client = client(&url);
    for (redirects, cause) in
        [(0, None), (2, Some("GET /loop answered 307 Temporary Redirect, still a redirect after 2 of them".to_owned()))]
    {
        let response = send(&client, &Request { redirects, ..request(Method::Get, "/loop") }).await.unwrap();
        assert_eq!((response.status, response.headers["location"].as_str()), (307, "/loop"));
        assert_eq!(response.cause(), cause);
    }
    assert_eq!(client.requests(), 4);
}

#[tokio::test]
async fn what_only_a_get_follows_is_the_answer_to_anything_else() {
    let router =
        Router::new().route("/go", any(|| async { (StatusCode::MOVED_PERMANENTLY, [("location", "/there?a")]) }));
    let (url, _) = serve(router.fallback(any(echo))).await;
    let client = client(&url);
    let text = || Content::Text("x".to_owned());
    let response = send(&client, &carrying(Method::Post, "/go", text())).await.unwrap();
    assert_eq!((response.status, response.headers["location"].as_str()), (301, "/there?a"));
    let why = format!("POST /go was answered 301 to {url}/there?…: a POST does not follow that");
    assert_eq!((response.cause(), response.finding().page), (Some(why), false));
    let asked = Request { redirects: 0, ..carrying(Method::Post, "/go", text()) };
    assert_eq!(send(&client, &asked).await.unwrap().cause(), None);
    assert_eq!(get_from(&url, "/go").await.body["asked"], "GET /there?a");
}

#[tokio::test]
async fn where_a_redirect_made_a_get_of_it_the_evidence_shows_both() {
    let (url, _) = serve(Router::new().route("/go", any(|| async { Redirect::to("/seen") })).fallback(any(echo))).await;
    let request = carrying(Method::Post, "/go?a=1", Content::Text("x".to_owned()));
    let evidence = send(&client(&url), &request).await.unwrap().evidence();
    let titles: Vec<&str> = evidence.iter().map(|one| one.title.as_str()).collect();
    assert_eq!(titles, ["first request", "last request", "last response"]);
    assert_eq!(evidence[0].text, format!("POST {url}/go?a=1\nauthorization: ***\n\nx\n\nanswered 303 See Other\n"));
    assert_eq!(evidence[1].text, format!("GET {url}/seen (after a redirect to {url}/seen)\nauthorization: ***\n"));
}

#[tokio::test]
async fn connections_are_used_again() {
    let router = Router::new().route("/go", get(|| async { Redirect::to("/") })).route("/", get(|| async { "ok" }));
    let (url, accepted) = serve(router).await;
    let client = client(&url);
    for _ in 0..10 {
        assert_eq!(send(&client, &request(Method::Get, "/go")).await.unwrap().text, "ok");
    }
    assert_eq!((client.requests(), accepted.load(Ordering::SeqCst)), (20, 1));
}

/// What must not be sent twice shares connections with what may, once the server has shown that it keeps them.
#[tokio::test]
async fn what_must_not_be_sent_twice_goes_on_a_connection_that_is_known_to_be_kept() {
    let (url, accepted) = serve(Router::new().route("/", any(|| async { "ok" }))).await;
    let client = client(&url);
    // That a server has answered once on a connection says nothing of whether it keeps it.
    for (method, connections) in [(Method::Post, 1), (Method::Post, 2), (Method::Get, 3), (Method::Patch, 4)] {
        send(&client, &request(method, "/")).await.unwrap();
        assert_eq!(accepted.load(Ordering::SeqCst), connections);
    }
    for _ in 0..20 {
        for method in [Method::Get, Method::Post, Method::Patch] {
            send(&client, &request(method, "/")).await.unwrap();
        }
    }
    // A machine that is busy may let a second pass in between, now and then.
    assert!(accepted.load(Ordering::SeqCst) < 4 + 2 * 20, "{accepted:?}");
}

/// A server that closes each connection behind its answer, and does not say so beforehand.
#[tokio::test]
async fn a_server_that_keeps_no_connection_is_no_failure() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            tokio::spawn(async move {
                let _ = stream.read(&mut [0; 4096]).await;
                let _ = stream.write_all(WHOLE).await;
                tokio::time::sleep(Duration::from_millis(1)).await;
            });
        }
    });
    let client = client(&url);
    for _ in 0..50 {
        for method in [Method::Post, Method::Get, Method::Patch, Method::Post] {
            assert_eq!(send(&client, &request(method, "/x")).await.map(|response| response.text), Ok("ok".to_owned()));
        }
    }
}

const WHOLE: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok";
const HALF: &[u8] = b"HTTP/1.1 200 OK\r\ncontent-length: 20\r\n\r\nok";
const TORN: &[u8] = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n2\r\nok\r\n5\r\n";

/// The text of the last of `times` answers, or why there was none; `PORT` for the port.
async fn last_of(times: usize, method: Method, connections: &'static [&'static [&'static [u8]]]) -> String {
    let url = script(connections).await;
    let (client, request) = (client(&url), request(method, "/x"));
    for _ in 1..times {
        send(&client, &request).await.unwrap();
    }
    let port = url.rsplit(':').next().unwrap();
    match send(&client, &request).await {
        Ok(response) => format!("{} after {} requests", response.text, client.requests()),
        Err(error) => error.message.replace(port, "PORT"),
    }
}

#[tokio::test]
async fn a_connection_closed_while_idle_is_no_failure_but_one_closed_at_once_is() {
    let unanswered = "connection closed by 127.0.0.1:PORT before it answered";
    // The first connection answers once and hangs up on the second request; the next one answers.
    assert_eq!(last_of(2, Method::Get, &[&[WHOLE, b""], &[WHOLE]]).await, "ok after 3 requests");
    // What must not be sent twice is not sent there.
    assert_eq!(last_of(2, Method::Post, &[&[WHOLE], &[WHOLE]]).await, "ok after 2 requests");
    assert_eq!(last_of(2, Method::Post, &[&[WHOLE], &[b""], &[WHOLE]]).await, unanswered);
    assert_eq!(last_of(2, Method::Get, &[&[WHOLE, b""], &[b""]]).await, unanswered);
    assert_eq!(last_of(1, Method::Get, &[&[b""], &[WHOLE]]).await, unanswered);
    let half = "GET /x answered 200 OK and stopped after 2 of 20 bytes";
    assert_eq!(last_of(1, Method::Get, &[&[HALF], &[WHOLE]]).await, half);
    let torn = "GET /x answered 200 OK and stopped after 2 bytes, before its end";
    assert_eq!(last_of(1, Method::Get, &[&[TORN], &[WHOLE]]).await, torn);
    assert_eq!(last_of(2, Method::Get, &[&[WHOLE, HALF], &[WHOLE]]).await, half);
}

/// Where every break counts, none is taken for a connection that was closed while idle.
#[tokio::test]
async fn what_must_hold_all_along_goes_on_a_connection_of_its_own() {
    let (url, accepted) = serve(Router::new().route("/", get(|| async { "ok" }))).await;
    let (client, request) = (client(&url), request(Method::Get, "/"));
    for alone in [false, false, true, true, false] {
        request.exchange(&client, alone, Instant::now() + Duration::from_mins(1)).await.unwrap();
    }
    assert_eq!((client.requests(), accepted.load(Ordering::SeqCst)), (5, 3));
}

async fn check_error(url: &str, kind: LookErrorKind, expected: &str) {
    let error = send(&client("http://127.0.0.1:9"), &request(Method::Get, url)).await.unwrap_err();
    assert_eq!((error.kind, error.message.as_str()), (kind, expected), "{url}");
}

#[tokio::test]
async fn who_does_not_answer_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    check_error(
        &format!("http://me:pw@{closed}/x?token=1"),
        LookErrorKind::Unreachable,
        &format!("connection refused by {closed}"),
    )
    .await;
    // An alert, as a server that speaks TLS sends it to whoever does not.
    let tls = script(&[&[b"\x15\x03\x01\x00\x02\x02\x16"]]).await;
    let host = &tls["http://".len()..];
    let other = |tls: &str| format!("{host} speaks no HTTP (invalid HTTP version parsed){tls}");
    check_error(&tls, LookErrorKind::System, &other(": is it https:// there?")).await;
}

#[tokio::test]
async fn what_speaks_no_tls_is_named() {
    let check = |answer, expected: &'static str| async move {
        let plain = script(answer).await.replace("http", "https");
        let expected = expected.replace("HOST", &plain["https://".len()..]);
        check_error(&plain, LookErrorKind::Unreachable, &expected).await;
    };
    check(&[&[WHOLE]], "HOST speaks no TLS: is it http:// there?").await;
    check(&[&[b""]], "no TLS connection to HOST: it hangs up where TLS begins; is it http:// there?").await;
}

#[tokio::test]
async fn a_redirect_that_leads_to_nobody_is_named() {
    let closed = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap();
    let target = format!("http://{closed}/there?a=1");
    let (url, _) = serve(Router::new().route("/go", any(move || async move { Redirect::to(&target) }))).await;
    let error = send(&client(&url), &request(Method::Get, "/go")).await.unwrap_err();
    let expected = format!("GET /go was redirected to http://{closed}/there?…: connection refused by {closed}");
    assert_eq!((error.kind, error.message), (LookErrorKind::Broken, expected));
}

#[tokio::test]
async fn an_answer_that_does_not_come_in_time_is_waited_for_no_longer() {
    let slow = || async {
        let first = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from_static(b"{"))]);
        Body::from_stream(futures_util::StreamExt::chain(first, futures_util::stream::pending()))
    };
    let router = Router::new().route("/never", get(std::future::pending::<StatusCode>)).route("/slow", get(slow));
    let (url, _) = serve(router).await;
    let client = client(&url);
    let (late, system) = (LookErrorKind::Late, LookErrorKind::System);
    for (path, timeout, deadline, expected) in [
        ("/never?q=1", Some(50), 9_000, (late, format!("no answer from {url}/never?… within 50 ms"))),
        ("/never", Some(9_000), 60, (system, format!("no answer from {url}/never within 60 ms"))),
        ("/never", None, 60, (system, format!("no answer from {url}/never within 60 ms"))),
        ("/slow", Some(70), 9_000, (late, format!("the answer of {url}/slow was not whole within 70 ms"))),
    ] {
        let request = Request { timeout: timeout.map(Duration::from_millis), ..request(Method::Get, path) };
        let error =
            request.exchange(&client, false, Instant::now() + Duration::from_millis(deadline)).await.unwrap_err();
        // What is left until the deadline is a little less than what there was.
        let message = [57, 58, 59]
            .map(|less| format!("{less} ms"))
            .iter()
            .fold(error.message, |m, less| m.replace(less, "60 ms"));
        assert_eq!((error.kind, message), expected);
    }
}

#[tokio::test]
async fn no_more_than_four_megabytes_are_read() {
    let endless = || async {
        let chunk = || Ok::<_, Infallible>(Bytes::from(vec![b'1'; 100_000]));
        let body = Body::from_stream(futures_util::stream::repeat_with(chunk));
        ([("content-type", "application/json")], body)
    };
    let (url, _) = serve(Router::new().route("/", get(endless))).await;
    let response = get_from(&url, "/").await;
    assert_eq!(response.text.len(), 4 * 1024 * 1024);
    assert!(response.body.is_string());
    let evidence = response.evidence().pop().unwrap().text;
    assert!(evidence.ends_with("…\n(the answer was longer than 4 MiB, and only its beginning was read)"));
    let unknown: Vec<&str> = response.unknowns.iter().map(|unknown| unknown.path.as_str()).collect();
    assert_eq!(unknown, ["response.text", "response.body"], "nobody judges the beginning as if it were the whole");
}

#[tokio::test]
async fn packed_answers_are_unpacked() {
    // gzip of {"a":1}
    const PACKED: &[u8] = &[
        0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 2, 3, 0xab, 0x56, 0x4a, 0x54, 0xb2, 0x32, 0xac, 5, 0, 0xaf, 0xac, 0x1b, 0x56, 7,
        0, 0, 0,
    ];
    let packed = || async { ([("content-encoding", "gzip"), ("content-type", "application/json")], PACKED) };
    let (url, _) = serve(Router::new().route("/", get(packed))).await;
    assert_eq!(get_from(&url, "/").await.body, json!({"a": 1}));
}

/// Nobody asked for another packing than gzip; who sends it all the same has not sent what can be judged.
#[tokio::test]
async fn what_is_packed_otherwise_is_not_known() {
    async fn check(coding: &'static str, body: &'static [u8], expected: Option<&str>) {
        let json = ("content-type", "application/json");
        let (url, _) =
            serve(Router::new().route("/", get(move || async move { ([("content-encoding", coding), json], body) })))
                .await;
        let response = get_from(&url, "/").await;
        let unknown = |path: &str| response.unknowns.iter().find(|unknown| unknown.path == path);
        let reasons = ["response.text", "response.body"].map(|path| unknown(path).map(|it| it.why.reason.as_str()));
        assert_eq!((response.status, reasons), (200, [expected, expected]), "{coding}");
        let field = ["response", "body", "a"].map(str::to_owned);
        assert!(expected.is_none() || response.remark(&field).is_none(), "it is told to be no JSON");
        let evidence = response.evidence().pop().unwrap().text;
        assert!(expected.is_none_or(|why| evidence.ends_with(&format!("\n({why})"))), "{evidence}");
    }
    let why = |coding: &str| format!("the answer came with content-encoding {coding}, and only gzip is unpacked");
    check("br", b"\x0b\x02\x80{}\x03", Some(&why("br"))).await;
    check("Deflate", b"\x78\x9c\xab\xae\x05\x00\x01\x75\x00\xf9", Some(&why("deflate"))).await;
    check("br", b"", None).await;
    check("identity", b"{}", None).await;
}

#[tokio::test]
async fn bodies_are_read_by_what_they_are_said_to_be() {
    async fn check(answer: (StatusCode, &'static [(&'static str, &'static str)], &'static [u8]), expected: Value) {
        let (status, headers, bytes) = answer;
        let answer = move || async move {
            let mut response = (status, bytes).into_response();
            response.headers_mut().remove("content-type");
            for (name, value) in headers {
                response.headers_mut().append(*name, value.parse().unwrap());
            }
            response
        };
        let (url, _) = serve(Router::new().route("/", any(answer))).await;
        let response = get_from(&url, "/").await;
        let seen = json!([response.body, response.summary(), response.cause()]);
        assert_eq!(seen, expected);
    }
    let json_type: &[_] = &[("content-type", "application/problem+json; charset=UTF-8")];
    check((StatusCode::OK, json_type, b"{\"id\": 7}"), json!([{"id": 7}, "200 {\"id\": 7}", null])).await;
    check((StatusCode::OK, &[], b"[1]"), json!([[1], "200 [1]", null])).await;
    check((StatusCode::OK, &[("content-type", "text/plain")], b"[1]"), json!(["[1]", "200 [1]", null])).await;
    let page: &[_] = &[("content-type", "text/html"), ("server", "Werkzeug/3.1")];
    check(
        (StatusCode::INTERNAL_SERVER_ERROR, page, b"<title>no such table</title>"),
        json!([
            "<title>no such table</title>",
            "500 <title>no such table</title>",
            "GET / answered 500 Internal Server Error with an HTML page (server Werkzeug/3.1): no such table"
        ]),
    )
    .await;
    // Some frameworks call everything HTML.
    check((StatusCode::OK, page, b"{\"id\": 7}"), json!(["{\"id\": 7}", "200 {\"id\": 7}", null])).await;
    check((StatusCode::OK, json_type, b"{"), json!(["{", "200 {", null])).await;
    check((StatusCode::NO_CONTENT, &[], b""), json!(["", "204 No Content", null])).await;
    let latin: &[_] = &[("content-type", "text/plain; charset=\"iso-8859-1\"")];
    check((StatusCode::OK, latin, b"caf\xe9"), json!(["café", "200 café", null])).await;
    check((StatusCode::OK, &[("content-type", "x/y")], b"a\xff"), json!(["a\u{fffd}", "200 a\u{fffd}", null])).await;
    let page = b"<html><head><title>Sign in</title></head>";
    check(
        (StatusCode::OK, &[("content-type", "text/html")], page),
        json!([
            "<html><head><title>Sign in</title></head>",
            "200 <html><head><title>Sign in</title></head>",
            "GET / answered 200 OK with an HTML page: Sign in"
        ]),
    )
    .await;
    check(
        (StatusCode::SERVICE_UNAVAILABLE, json_type, b"{\"error\":{\"code\":1,\"message\":\"no database\"}}"),
        json!([
            {"error": {"code": 1, "message": "no database"}},
            "503 {\"error\":{\"code\":1,\"message\":\"no database\"}}",
            "GET / answered 503 Service Unavailable: no database"
        ]),
    )
    .await;
    check(
        (StatusCode::OK, json_type, b"{\"status\":\"failed\",\"reason\":\"no disk\"}"),
        json!([
            {"status": "failed", "reason": "no disk"},
            "200 {\"status\":\"failed\",\"reason\":\"no disk\"}",
            "GET / says failed: no disk"
        ]),
    )
    .await;
    let odd = StatusCode::from_u16(599).unwrap();
    check((odd, &[], b"x"), json!(["x", "599 x", "GET / answered 599: x"])).await;
    check((StatusCode::NOT_FOUND, &[], b""), json!(["", "404 Not Found", "GET / answered 404 Not Found"])).await;
}

#[tokio::test]
async fn headers_that_are_repeated_are_joined_and_head_has_no_body() {
    let answer = || async {
        let mut response = "abc".into_response();
        response.headers_mut().append("set-cookie", "a=1".parse().unwrap());
        response.headers_mut().append("set-cookie", "b=2".parse().unwrap());
        response
    };
    let (url, _) = serve(Router::new().route("/", get(answer))).await;
    let response = send(&client(&url), &request(Method::Head, "/")).await.unwrap();
    assert_eq!((response.text.as_str(), response.headers["content-length"].as_str()), ("", "3"));
    assert_eq!(response.headers["set-cookie"], "a=1, b=2");
}

#[tokio::test]
async fn evidence_shows_the_exchange_without_its_secrets() {
    let (url, _) = serve(Router::new().route("/x", post(|| async { (StatusCode::CONFLICT, "taken") }))).await;
    let request = carrying(Method::Post, "/x", Content::Json("{\"a\":1}".to_owned()));
    let evidence = send(&client(&url), &request).await.unwrap().evidence();
    assert_eq!(evidence[0].title, "last request");
    assert_eq!(evidence[0].text, format!("POST {url}/x\nauthorization: ***\n\n{{\"a\":1}}\n"));
    assert_eq!(evidence[1].title, "last response");
    let text = &evidence[1].text;
    assert!(text.starts_with("409 Conflict\ncontent-type: text/plain; charset=utf-8\n"), "{text}");
    assert!(text.ends_with("\n\ntaken"), "{text}");
    // What the repository says for all to read is shown.
    let plain = ApiHeader { plain: true, ..api_header("x-env", "staging") };
    let settings = TargetSettings { api_url: Some(url.clone()), api_headers: vec![plain], ..TargetSettings::default() };
    let client = Client::new(&settings).unwrap();
    let evidence =
        send(&client, &carrying(Method::Post, "/x", Content::Text("a".to_owned()))).await.unwrap().evidence();
    assert_eq!(evidence[0].text, format!("POST {url}/x\nx-env: staging\n\na\n"));
}

#[tokio::test]
async fn retry_after_is_read_in_seconds_and_as_a_date() {
    async fn check(value: &'static str, expected: Option<u64>) {
        let headers = [("retry-after", value), ("date", "Wed, 21 Oct 2015 07:28:00 GMT")];
        let answer = move || async move { (StatusCode::SERVICE_UNAVAILABLE, headers) };
        let (url, _) = serve(Router::new().route("/", get(answer))).await;
        let response = get_from(&url, "/").await;
        assert_eq!(response.retry_after(), expected.map(Duration::from_secs), "{value}");
        let asks = expected.map_or_else(String::new, |_| format!("Retry-After: {value}"));
        let [summary, cause] = if asks.is_empty() {
            ["503 Service Unavailable".to_owned(), "GET / answered 503 Service Unavailable".to_owned()]
        } else {
            [format!("503 Service Unavailable ({asks})"), format!("GET / answered 503 Service Unavailable; {asks}")]
        };
        assert_eq!((response.summary(), response.cause()), (summary, Some(cause)));
    }
    check("7", Some(7)).await;
    check("Wed, 21 Oct 2015 07:28:30 GMT", Some(30)).await;
    check("Wed, 21 Oct 2015 07:27:30 GMT", Some(0)).await;
    check("soon", None).await;
}

#[test]
fn a_request_is_described_without_its_query() {
    let described = ["/a/b?token=1", "https://u:p@a.com/x?y#z"].map(|url| request(Method::Delete, url).describe());
    assert_eq!(described, ["DELETE /a/b", "DELETE https://a.com/x?…"]);
}

#[test]
fn a_client_is_made_only_for_what_can_be_asked() {
    fn check(url: &str, header: &str, expected: &str) {
        let api_headers = vec![api_header(header, "a\nb")];
        let settings = TargetSettings { api_url: Some(url.to_owned()), api_headers, ..TargetSettings::default() };
        assert_eq!(Client::new(&settings).unwrap_err().message, expected);
    }
    check("api.example.com", "a", "api.url is not a URL");
    check("ftp://a", "a", "api.url must begin with http:// or https:// and name a host");
    check("http://a", "a b", "`a b` cannot be the name of a header");
    check("http://a", "X-A", "the value of the header x-a holds a line break or a control character");
}

/// Where everybody who is in stays in, the next one waits a moment and goes in too.
#[tokio::test]
async fn an_exchange_waits_for_its_turn_and_the_answer_is_not_charged_with_it() {
    let (url, _) = serve(Router::new().route("/", get(|| async {}))).await;
    let client = client(&url);
    let mut turns = Vec::new();
    while turns.len() < super::turnstile::AT_ONCE {
        turns.push(client.turn().await);
    }
    let began = Instant::now();
    let response = request(Method::Get, "/").exchange(&client, false, began + Duration::from_secs(30)).await.unwrap();
    let (took, answered) = (began.elapsed(), response.elapsed.0.to_std().unwrap());
    assert!(took >= answered + super::turnstile::STILL, "{took:?} in all, {answered:?} of it for the answer");
}
