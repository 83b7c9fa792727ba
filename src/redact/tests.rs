use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE, URL_SAFE_NO_PAD};
use percent_encoding::{AsciiSet, CONTROLS, NON_ALPHANUMERIC, utf8_percent_encode};
use proptest::prelude::*;
use serde_json::json;

use super::{Redactor, Secret};

fn knowing(secrets: &[&str]) -> Redactor {
    let redactor = Redactor::default();
    for secret in secrets {
        redactor.learn(&Secret::new(*secret));
    }
    redactor
}

fn check(secrets: &[&str], text: &str, expected: &str) {
    assert_eq!(knowing(secrets).clean(text), expected, "{secrets:?} in {text:?}");
}

#[test]
fn every_form_of_a_secret_is_blanked() {
    check(&[], "nothing to hide", "nothing to hide");
    check(&["hunter2!"], "the word is hunter2!, twice hunter2!", "the word is ***, twice ***");
    check(&["s3cr3t/+ x"], "?q=s3cr3t%2F%2b+x&n=s3cr3t%2f%2B%20x", "?q=***&n=***");
    check(&["a\"b/c\\d"], r#"{"k":"a\"b\/c\\d"}"#, r#"{"k":"***"}"#);
    check(&["pässw😀rt"], r"p\u00e4ssw\ud83d\ude00rt and p\u00E4ssw😀rt", "*** and ***");
    check(&["a<b&c'd"], "<p>a&lt;b&amp;c&#39;d a&#x3C;b&amp;c&apos;d</p>", "<p>*** ***</p>");
    check(&["hunter2!"], &STANDARD.encode("hunter2!"), "***");
    check(&["hunter2!"], "aHVudGVyMiE", "***");
}

#[test]
fn a_basic_header_is_blanked_whatever_the_user_is_called() {
    for user in ["", "a", "ab", "abc", "somebody"] {
        for secret in ["hunter2!", "pw7", "x"] {
            let header = STANDARD.encode(format!("{user}:{secret}"));
            let cleaned = knowing(&[secret]).clean(&format!("Basic {header}")).into_owned();
            assert!(!cleaned.contains(&header), "{cleaned} still holds {user}:{secret}");
        }
    }
    check(&["pw7"], &format!("Basic {}", STANDARD.encode("somebody:pw7")), "Basic ***");
}

#[test]
fn secrets_inside_each_other_leave_nothing_behind() {
    check(&["abc", "abcdef"], "abcdef abc", "*** ***");
    check(&["abcdef", "abc"], "abcdef abc", "*** ***");
    check(&["abcd", "cdef"], "-abcdef-", "-***-");
    check(&["*e", "sec"], "sece", "*****");
}

#[test]
fn escapes_inside_escapes_are_seen_through() {
    check(&["a b&c"], r#"{"url":"https:\/\/x\/?q=a%20b%26c"}"#, r#"{"url":"https:\/\/x\/?q=***"}"#);
    check(&["a\"b"], r#""{\"k\":\"a\\\"b\"}""#, r#""{\"k\":\"***\"}""#);
    // JSON in a text of JSON, quoted once more where a report shows the value.
    let mut nested = "S3cretT0ken/+&\"x".to_owned();
    for layer in 1..=4 {
        nested = serde_json::Value::from(nested).to_string();
        let cleaned = knowing(&["S3cretT0ken/+&\"x"]).clean(&nested).into_owned();
        assert!(!cleaned.contains("S3cret"), "{layer} layers: {cleaned}");
    }
}

#[test]
fn a_secret_whose_bytes_are_taken_for_latin_1_is_blanked() {
    check(&["t\u{f6}ken-\u{e9}1"], r"t\u00c3\u00b6ken-\u00c3\u00a91 t\u00f6ken-\u00e91", "*** ***");
    check(&["t\u{f6}ken-\u{e9}1"], "t\u{c3}\u{b6}ken-\u{c3}\u{a9}1 t%C3%B6ken-%C3%A91", "*** ***");
    check(&["t\u{f6}ken-\u{e9}1"], "t%C3%83%C2%B6ken-%C3%83%C2%A91", "***");
    check(&["caf\u{e9}-one-long\nand-plain"], "caf\u{c3}\u{a9}-one-long", "***");
}

#[test]
fn secrets_that_would_blank_everything_are_refused() {
    let redactor = knowing(&["", " \n", "***"]);
    assert!(redactor.is_empty());
    check(&["", " ", "*"], "a * b", "a * b");
}

#[test]
fn a_secret_of_many_lines_is_one_line_by_line() {
    let key = "-----BEGIN KEY-----\nMIIEvgIBADAN\nshort\n-----END KEY-----\n";
    check(&[key], "line: MIIEvgIBADAN, short", "line: ***, short");
    check(&[key], &format!("[{key}]"), "[***]");
}

#[test]
fn what_a_secret_of_json_is_made_of_is_a_secret() {
    let aws = r#" {"username":"admin_user","password":"pa55w0rd\\long","port":5432,"pin":12345678,"ssl":"true","ro":false,"as":"x"}"#;
    check(&[aws], "admin_user pa55w0rd\\long 5432 12345678 true false x", "*** *** 5432 *** true false x");
    check(&[aws], &format!("[{aws}]"), "[***]");
    check(&[r#"["first-one",["inner-one"],"{\"deep\":\"deep-one\"}"]"#], "first-one inner-one deep-one", "*** *** ***");
    check(&["\"quoted\""], "quoted", "quoted");
    check(&["{username: admin_user}"], "admin_user", "admin_user");
}

#[test]
fn what_a_secret_url_is_made_of_is_a_secret() {
    let signed = "http://files.test/echo?sig=presigned-sig-123&format=json&type=application/json&sv=2023-01-03";
    check(&[signed], signed, "***");
    check(&[signed], "path /echo?sig=presigned-sig-123&format=json", "path /echo?sig=***&format=json");
    check(&[signed], "files.test json application/json 2023-01-03", "files.test json application/json 2023-01-03");
    let whole = "/echo?sig=presigned-sig-123&format=json&type=application/json&sv=2023-01-03";
    check(&[signed], &format!("GET {whole} HTTP"), "GET *** HTTP");
    let s3 = "https://b.test/reports/2026?X-Amz-Date=20261126T205835Z&X-Amz-Signature=ab%2Bc1";
    check(&[s3], "/reports/2026 20261126T205835Z ab+c1 ab%2Bc1 ab%2bc1", "/reports/2026 *** *** *** ***");
    let hook = "https://hooks.test/services/T0001/xYzabcdefghijklmnop";
    check(&[hook], "/services/T0001/xYzabcdefghijklmnop at hooks.test", "/services/T0001/*** at hooks.test");
    check(&["postgres://app:p%40ss@db.test/main"], "app p@ss p%40ss db.test main", "app *** *** db.test main");
    check(&["https://0123456789abcdef01@dsn.test/1"], "0123456789abcdef01", "***");
    check(&["https://a.test/cb#access_token=abc1&state=open"], "abc1 open", "*** open");
    check(&[r#"{"url":"https://a.test/?token=abcd"}"#], "abcd", "***");
    check(&["note:abcd"], "abcd", "abcd");
    // Several hosts, none, a scheme of two parts.
    let hosts = "mongodb://app:hunter2pw@a.test:27017,b.test:27017/main?authSource=admin&retryWrites=true&isAuth=true";
    check(&[hosts], "app hunter2pw a.test admin true", "app *** a.test admin true");
    check(&["jdbc:postgresql://db.test/main?user=app&password=hunter2pw"], "app hunter2pw", "app ***");
    check(&["postgresql:///main?host=db.test&password=hunter2pw"], "db.test hunter2pw", "db.test ***");
}

/// In the path of a URL a backslash becomes a slash, and line ends are left out.
#[test]
fn a_secret_in_a_path_is_blanked() {
    check(&["pa\\ss/w ord"], "https://x/api/pa/ss/w%20ord?n=pa\\ss%2Fw%20ord", "https://x/api/***?n=***");
    check(&["one\ntwo"], "https://x/onetwo", "https://x/***");
    check(&["\\\\\\\\"], "https://x////y", "https://x////y");
}

/// The name of a host is put in lower case.
#[test]
fn a_secret_in_a_host_is_blanked() {
    let url = url::Url::parse("http://Alpha-Q7.invalid/Alpha-Q7").unwrap();
    check(&["Alpha-Q7"], url.as_str(), "http://***.invalid/***");
    check(&["Alpha-Q7\n"], "no such host: alpha-q7.invalid", "no such host: ***.invalid");
}

#[test]
fn json_is_cleaned_of_keys_strings_and_numbers() {
    let redactor = knowing(&["hunter2!", "12345678"]);
    let dirty = json!({"hunter2!": ["x hunter2!", 12_345_678, 5, true, null]});
    assert_eq!(redactor.clean_json(dirty), json!({"***": ["x ***", "***", 5, true, null]}));
}

#[test]
fn a_secret_and_its_keeper_do_not_print() {
    let secret = Secret::new("hunter2!");
    let redactor = knowing(&["hunter2!"]);
    assert_eq!(format!("{secret:?} {redactor:?}"), "*** Redactor { .. }");
}

#[test]
fn many_secrets_learnt_one_by_one_are_all_known() {
    let redactor = Redactor::default();
    let secrets: Vec<String> = (0..300).map(|number| format!("token-{number:03}-end")).collect();
    for secret in &secrets {
        redactor.learn(&Secret::new(secret.as_str()));
    }
    assert_eq!(redactor.clean(&secrets.join(" ")), vec!["***"; 300].join(" "));
}

const PATH: &AsciiSet = &CONTROLS.add(b' ').add(b'"').add(b'%').add(b'?');

/// `%2F` as `%2f`, and what is not escaped as it was.
fn lower_hex(escaped: &str) -> String {
    let mut pieces = escaped.split('%');
    let first = pieces.next().unwrap().to_owned();
    pieces.fold(first, |all, piece| format!("{all}%{}{}", piece[..2].to_lowercase(), &piece[2..]))
}

fn encodings(text: &str) -> Vec<String> {
    let quoted = serde_json::Value::from(text).to_string();
    let hex = utf8_percent_encode(text, NON_ALPHANUMERIC).to_string();
    let form: String = url::form_urlencoded::byte_serialize(text.as_bytes()).collect();
    let units: String = text.encode_utf16().fold(String::new(), |all, unit| format!("{all}\\u{unit:04x}"));
    let entities: String = text.chars().fold(String::new(), |all, c| format!("{all}&#{};", u32::from(c)));
    vec![
        text.to_owned(),
        lower_hex(&hex),
        hex,
        form,
        utf8_percent_encode(text, PATH).to_string(),
        quoted[1..quoted.len() - 1].to_owned(),
        units,
        entities,
        STANDARD.encode(text),
        URL_SAFE.encode(text),
        URL_SAFE_NO_PAD.encode(text),
    ]
}

proptest! {
    #[test]
    fn no_encoding_of_a_secret_gets_through(secret in "[!-~äß😀]{1,12}( [!-~]{1,9})?", before in ".{0,9}", after in ".{0,9}") {
        prop_assume!(secret.chars().any(|letter| letter != '*'));
        let redactor = knowing(&[&secret]);
        for form in encodings(&secret) {
            let cleaned = redactor.clean(&format!("{before} {form} {after}")).into_owned();
            prop_assert!(!cleaned.contains(&secret), "{cleaned:?} holds {secret:?}");
            prop_assert!(form.chars().all(|c| c == '*') || !cleaned.contains(&form) , "{cleaned:?} holds {form:?}");
        }
    }

    #[test]
    fn no_secret_gets_through_inside_longer_base64(secret in "[ -~]{6,20}", before in ".{0,7}", after in ".{0,7}") {
        prop_assume!(secret.chars().any(|letter| letter != '*' && letter != ' '));
        let redactor = knowing(&[&secret]);
        for whole in [STANDARD.encode(format!("{before}{secret}{after}")), URL_SAFE.encode(format!("{before}{secret}{after}"))] {
            let cleaned = redactor.clean(&whole).into_owned();
            prop_assert!(cleaned.contains("***"), "{whole:?} was left as it was");
            for rest in cleaned.split("***") {
                prop_assert!(rest.len() <= before.len().max(after.len()).div_ceil(3) * 4 + 4, "{cleaned:?} of {whole:?}");
            }
        }
    }

    #[test]
    fn text_without_secrets_is_left_alone(text in "[a-m \\\\%&;+/=]{0,40}") {
        prop_assert_eq!(knowing(&["zzzzzzzz"]).clean(&text), text.as_str());
    }
}

/// Of a long text only the beginning is searched for; what follows decides.
#[test]
fn long_secrets_that_begin_alike_are_told_apart() {
    let long = |end: &str| format!("{}{end}", "0123456789abcdef".repeat(6_000));
    let redactor = Redactor::default();
    let (one, other) = (long("one"), long("other"));
    for secret in [&one, &other] {
        redactor.learn(&Secret::new(secret));
    }
    let basic = STANDARD.encode(format!("user:{one}"));
    let text = format!("a {one} b {other} c {} d {basic} e", long("none"));
    let cleaned = redactor.clean(&text).into_owned();
    assert!(cleaned.starts_with("a *** b *** c 0123456789abcdef"), "{}", &cleaned[..40]);
    assert!(cleaned.contains(&format!(" c {} d ", long("none"))));
    assert!(cleaned.len() < long("none").len() + 100, "{}", cleaned.len());
}
