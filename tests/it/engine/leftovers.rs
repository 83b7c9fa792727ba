//! What clean-up could not take away is told, and nothing else is.

use smoke::event::Fact;

use super::stand::{Answer, Manner, Ran, Reply, run};
use super::{CREATED, GONE, one};

/// What is told as left behind: `what: why`.
fn left(ran: &Ran) -> Vec<String> {
    let told = ran.events.iter().filter_map(|event| match &event.fact {
        Fact::LeftBehind { leftover, .. } => Some(format!("{}: {}", leftover.what, leftover.why)),
        _ => None,
    });
    told.collect()
}

const BROKEN: Answer = |_| Reply::Json(500, r#"{"error":"no"}"#);

/// `finally` that expects nothing must still come off.
#[tokio::test]
async fn a_clean_up_that_is_refused_has_not_cleaned_up() {
    let yaml = |clean: &str| {
        format!(
            "name: x
steps:
  - {{ name: make, http: {{ post: /things }}, expect: response.status == 201, capture: {{ id: response.body.id }} }}
finally:
  - {{ name: remove, {clean} }}
"
        )
    };
    let remove = "http: { delete: '/things/${{ id }}' }";
    let check = async |clean: &str, answer: Answer, expected: &[&str]| {
        let ran = one(&yaml(clean), &[("POST /things", CREATED), ("DELETE /things/a1", answer)]).await;
        let left = left(&ran);
        assert!(
            left.len() == expected.len() && left.iter().zip(expected).all(|(is, one)| is.contains(one)),
            "{left:?}"
        );
        assert_eq!(ran.story()[left.len()..], ["0 passed", "exit 0"], "the verdict stays as it is");
    };
    check(remove, BROKEN, &["expected response.status < 300 || response.status in [404, 410], saw 500"]).await;
    check(remove, GONE, &[]).await;
    check(remove, |_| Reply::Json(404, "{}"), &[]).await;
    check("exec: { run: [/bin/sh, -c, 'exit 1 # ${{ id }}'] }", GONE, &["expected output.code == 0, saw 1 == 0"]).await;
    check("exec: { run: [/bin/sh, -c, 'exit 0 # ${{ id }}'] }", GONE, &[]).await;
}

/// Whoever is sent to log in is told 200 as well.
#[tokio::test]
async fn a_clean_up_that_somebody_else_answered_has_not_cleaned_up() {
    async fn check(answer: Answer, method: &str, expected: &[&str]) {
        let yaml = format!(
            "name: x
steps:
  - {{ name: make, http: {{ post: /things }}, expect: response.status == 201, capture: {{ id: response.body.id }} }}
finally:
  - {{ name: remove, http: {{ {method}: '/things/${{{{ id }}}}' }} }}
"
        );
        let page: Answer = |_| Reply::Page(200, "<html><title>Sign in</title></html>");
        let key = format!("{} /things/a1", method.to_uppercase());
        let answers = [
            ("POST /things", CREATED),
            (key.as_str(), answer),
            ("GET /login", page),
            ("GET /me", |_| Reply::Json(200, "{}")),
            ("DELETE /things/a1/", GONE),
        ];
        let ran = one(&yaml, &answers).await;
        let left: Vec<_> = left(&ran).iter().map(|one| one.split_once(": ").unwrap().1.to_owned()).collect();
        assert!(
            left.len() == expected.len() && left.iter().zip(expected).all(|(is, one)| is.contains(one)),
            "{left:?}"
        );
    }
    let page: Answer = |_| Reply::Page(200, "<html><title>Sign in</title></html>");
    let is_page = "with an HTML page: Sign in (expected an answer by the API, saw a page)";
    check(page, "delete", &[is_page]).await;
    check(page, "get", &[is_page]).await;
    check(|_| Reply::Redirect(303, "/login"), "delete", &[is_page]).await;
    check(|_| Reply::Redirect(302, "/login"), "delete", &["/login: a DELETE does not follow that"]).await;
    let other = "expected the answer to DELETE /things/a1, saw that to GET http://127.0.0.1:";
    check(|_| Reply::Redirect(303, "/me"), "delete", &[other]).await;
    check(|_| Reply::Redirect(302, "/me"), "get", &[]).await;
    // The same thing by its other name, the page of a framework for what is gone, and nothing that it calls HTML.
    check(|_| Reply::Redirect(307, "/things/a1/"), "delete", &[]).await;
    check(|_| Reply::Page(404, "<html>"), "delete", &[]).await;
    check(|_| Reply::Page(200, ""), "delete", &[]).await;
}

const TWO_NAMES: &str = "
name: two names
steps:
  - { name: make, http: { post: /things }, expect: response.status == 201, capture: { id: response.body.id } }
  - { name: see, http: { get: /job }, expect: response.status == 200, capture: { job: response.body.id } }
finally:
  - { name: remove, http: { delete: '/things/${{ id }}?job=${{ job }}' }, expect: response.status == 204 }
";

#[tokio::test]
async fn what_was_made_is_left_where_only_half_of_what_its_clean_up_needs_is_known() {
    let ran = one(TWO_NAMES, &[("POST /things", CREATED), ("GET /job", BROKEN)]).await;
    assert_eq!(left(&ran), ["remove: needs job, which was never captured, though id (a1) was"]);
    // Whoever logs in, and then is not let make anything, has made nothing.
    let second = TWO_NAMES.replace("{ get: /job }", "{ post: /job }");
    let refused: Answer = |_| Reply::Json(403, "{}");
    let ran = one(&second, &[("POST /things", CREATED), ("POST /job", refused)]).await;
    assert_eq!(left(&ran), Vec::<String>::new());
    let ran = one(TWO_NAMES, &[("POST /things", refused)]).await;
    assert_eq!(left(&ran), Vec::<String>::new(), "nothing was made");
}

/// In an address `null` is another thing, and nothing at all is the whole collection.
#[tokio::test]
async fn what_names_nothing_is_not_asked_to_be_taken_away() {
    let yaml = "
name: nameless
steps:
  - { name: make, http: { post: /things }, expect: response.status == 201, capture: { id: response.body.id }, as: made }
finally:
  - { name: remove, http: { delete: '/things/${{ id }}' } }
";
    let check = async |yaml: &str, answer: Answer, expected: &[&str], requests: usize| {
        let ran = one(yaml, &[("POST /things", answer), ("DELETE /things/7", GONE)]).await;
        assert_eq!((left(&ran), ran.requests.len()), (expected.iter().map(ToString::to_string).collect(), requests));
    };
    let null: Answer = |_| Reply::Json(201, r#"{"id":null}"#);
    let why = "remove: id is null, and names nothing that could be taken away";
    check(yaml, null, &[why], 1).await;
    check(
        yaml,
        |_| Reply::Json(201, r#"{"id":""}"#),
        &["remove: id is empty, and names nothing that could be taken away"],
        1,
    )
    .await;
    let gone = yaml.replace("id: response.body.id", "id: 'response.body.?gone'");
    check(&gone, null, &[why], 1).await;
    let long: Answer = |_| Reply::Json(201, r#"{"id":123456789012345678901234567890}"#);
    let cut = "remove: id is a number of more digits than are kept, and names nothing that could be taken away";
    check(yaml, long, &[cut], 1).await;
    check(yaml, |_| Reply::Json(201, r#"{"id":7}"#), &[], 2).await;
    let whole = yaml.replace("${{ id }}", "${{ made.body.id }}");
    check(&whole, null, &["remove: made.body.id is null, and names nothing that could be taken away"], 1).await;
    // Nor by way of a shared step, which calls it otherwise or the same.
    let shared = "- { name: remove, http: { delete: '/things/${{ id }}?of=${{ thing }}' } }\n";
    let inline = yaml.split_once("  - { name: remove").unwrap().0;
    for with in ["id: '${{ id }}', thing: x", "thing: '${{ id }}', id: x"] {
        let yaml = format!("{inline}  - {{ use: shared.yaml, with: {{ {with} }} }}\n");
        let ran = run(&[("case", &yaml), ("shared", shared)], &[("POST /things", null)], Manner::default()).await;
        assert_eq!((left(&ran), ran.requests.len()), (vec![why.to_owned()], 1), "{with}");
    }
    // Who has thought of it is not told.
    let guarded = yaml.replace("name: remove,", "name: remove, when: id != null,");
    check(&guarded, null, &[], 1).await;
}

/// What clean-up does not go by may be missing: what was made is known, and is taken away.
#[tokio::test]
async fn what_is_taken_away_is_not_left() {
    let yaml = "
name: extra
steps:
  - name: make
    http: { post: /things }
    expect: response.status == 201
    capture: { id: response.body.id, token: response.body.token }
finally:
  - { name: remove, http: { delete: '/things/${{ id }}' } }
";
    let ran = one(yaml, &[("POST /things", CREATED), ("DELETE /things/a1", GONE)]).await;
    assert!(ran.story()[0].starts_with("0 failed: could not capture token"), "{:?}", ran.story());
    assert_eq!((left(&ran), ran.count("DELETE /things/a1")), (Vec::new(), 1));
    let needed = yaml.replace("${{ id }}", "${{ id }}/${{ token }}");
    let ran = one(&needed, &[("POST /things", CREATED)]).await;
    assert!(left(&ran)[0].contains("whether it made something is not known"), "{:?}", left(&ran));
}
