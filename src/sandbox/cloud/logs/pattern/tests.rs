//! Cases from the examples in AWS's documentation of filter patterns, and what follows from them.

use proptest::prelude::*;

use super::Pattern;

fn matches(pattern: &str, message: &str) -> bool {
    Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}")).matches(message)
}

#[test]
fn terms() {
    let check = |pattern, message, expected| assert_eq!(matches(pattern, message), expected, "{pattern} ▸ {message}");
    check("", "anything", true);
    check("   ", "anything", true);
    check("ERROR", "[ERROR 400] BAD REQUEST", true);
    check("ERROR", "[ERROR 401] UNAUTHORIZED REQUEST", true);
    check("ERROR", "[error 400] bad request", false);
    check("ERROR", "[WARN] NOTHING", false);
    check("ERROR ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", true);
    check("ERROR ARGUMENTS", "[ERROR 420] INVALID ARGUMENTS", true);
    check("ERROR ARGUMENTS", "[ERROR 400] BAD REQUEST", false);
    check("\"INTERNAL SERVER ERROR\"", "[ERROR 500] INTERNAL SERVER ERROR", true);
    check("\"INTERNAL SERVER ERROR\"", "[ERROR 500] SERVER ERROR INTERNAL", false);
    check("?ERROR ?ARGUMENTS", "[ERROR 400] BAD REQUEST", true);
    check("?ERROR ?ARGUMENTS", "[WARN] MISSING ARGUMENTS", true);
    check("?ERROR ?ARGUMENTS", "[WARN] NOTHING", false);
    check("?\"two words\" ?other", "has two words", true);
    check("ERROR -ARGUMENTS", "[ERROR 400] BAD REQUEST", true);
    check("ERROR -ARGUMENTS", "[ERROR 419] MISSING ARGUMENTS", false);
    check("-ERROR", "[WARN] x", true);
    check("-\"BAD REQUEST\"", "[ERROR 400] BAD REQUEST", false);
    check("ERROR ?WARN", "only an ERROR", true);
    check("%AUTHORIZED%", "[ERROR 401] UNAUTHORIZED REQUEST", true);
    check("%AUTHORIZED%", "[ERROR 400] BAD REQUEST", false);
    check("%^ERROR%", "no ERROR first", false);
    check("%ERROR\\s[45]\\d\\d%", "an ERROR 503 here", true);
    check("\"a \\\"quote\\\"\"", "it has a \"quote\" in it", true);
    check("\"{ \"", "text { brace", true);
}

/// The event that AWS's examples are about, shortened.
const EVENT: &str = r#"{
  "eventType": "UpdateTrail", "sourceIPAddress": "111.111.111.111", "arrayKey": ["value", "another value"],
  "objectList": [{"name": "a", "id": 1}, {"name": "b", "id": 2}],
  "SomeObject": null, "cluster.name": "c", "latency": 0.5, "errorCode": 400, "ThisFlag": true, "off": false,
  "user": {"id": 1, "email": "John.Stiles@example.com", "department-name": "x"}
}"#;

#[test]
fn json() {
    let check = |pattern, expected| assert_eq!(matches(pattern, EVENT), expected, "{pattern}");
    check(r#"{ $.eventType = "UpdateTrail" }"#, true);
    check("{ $.eventType = UpdateTrail }", true);
    check(r#"{$.eventType="UpdateTrail"}"#, true);
    check(r#"{ $.eventType = "updatetrail" }"#, false);
    check(r#"{ $.eventType = "Update*" }"#, true);
    check(r#"{ $.eventType != "Update*" }"#, false);
    check("{ $.eventType = * }", true);
    check("{ $.absent = * }", false);
    check("{ $.sourceIPAddress != 123.123.* }", true);
    check("{ $.sourceIPAddress = 111.111.* }", true);
    check(r#"{ $.arrayKey[0] = "value" }"#, true);
    check(r#"{ $.arrayKey[1] = "value" }"#, false);
    check(r#"{ $.arrayKey[9] = "value" }"#, false);
    check(r#"{ $.arrayKey[*] = "another value" }"#, true);
    check("{ $.objectList[1].id = 2 }", true);
    check("{ $.objectList[*].id = 3 }", false);
    check("{ $.SomeObject IS NULL }", true);
    check("{ $.eventType IS NULL }", false);
    check("{ $.absent IS NULL }", false);
    check("{ $.SomeOtherObject NOT EXISTS }", true);
    check("{ $.SomeObject NOT EXISTS }", false);
    check("{ $.SomeObject EXISTS }", true);
    check("{ $.ThisFlag IS TRUE }", true);
    check("{ $.off IS TRUE }", false);
    check("{ $.off IS FALSE }", true);
    check("{ $.errorCode = 400 }", true);
    check("{ $.errorCode = 4e2 }", true);
    check(r#"{ $.errorCode = "400" }"#, false);
    check("{ $.errorCode = 4* }", true);
    check("{ $.errorCode != 500 }", true);
    check("{ $.absent != 500 }", false);
    check("{ $.latency > 0.4 }", true);
    check("{ $.latency >= .5 }", true);
    check("{ $.latency < -1 }", false);
    check("{ $.latency <= 5e-1 }", true);
    check("{ $.eventType > 3 }", false);
    check(r#"{ $['cluster.name'] = "c" }"#, true);
    check(r#"{ $.['cluster.name'] = "c" }"#, true);
    check("{ $.user.department-name = x }", true);
    check(r#"{ ($.user.id = 1) && ($.user.email = "John.Stiles@example.com") }"#, true);
    check("{ ($.user.id = 2 && $.off IS FALSE) || $.latency < 1 }", true);
    check("{ $.user.id = 2 && ($.off IS FALSE || $.latency < 1) }", false);
    check("{ $.user.id = 2 && $.off IS FALSE || $.latency < 1 }", true);
    check("{ $.user.id = 1||$.absent = 1 }", true);
    check("{ $.user.email = %[a-z]+@example\\.com% }", true);
    check("{ $.user.email != %[a-z]+@example\\.com% }", false);
}

#[test]
fn only_a_message_that_is_json_matches_a_json_pattern() {
    let pattern = r#"{ $.event = "x" }"#;
    assert!(matches(pattern, r#"{"event":"x"}"#));
    assert!(!matches(pattern, r#"INFO {"event":"x"}"#));
    assert!(!matches(pattern, r#"{"event":"x"} tail"#));
    assert!(!matches("{ $.event NOT EXISTS }", "plain text"));
}

#[test]
fn what_is_wrong_with_a_pattern_is_said() {
    let check = |pattern: &str, expected: &str| {
        assert_eq!(Pattern::parse(pattern).err().as_deref(), Some(expected), "{pattern}");
    };
    check("a-b", "Invalid character(s) in term 'a-b'");
    check("?", "Invalid character(s) in term ''");
    check("\"open", "the closing \" is missing");
    check("%a(b)%", "'(' is not supported in a regular expression");
    check("%a!%", "'!' is not supported in a regular expression");
    check("%a\\b%", "\\b is not supported in a regular expression");
    check("%[a%", "%[a% is not a regular expression");
    check("[ip, user]", "the sandbox does not support space-delimited filter patterns");
    check("{ $.id = 5d1b6c3e-8a34 }", "Invalid character(s) in term '5d1b6c3e-8a34'");
    check("{ $.a = }", "Invalid character(s) in term ''");
    check("{ $.a > \"x\" }", "> compares numbers only");
    check("{ $ = 1 }", "a selector names a field: $.name");
    check("{ a = 1 }", "expected a selector that begins with $ before 'a = 1 }'");
    check("{ $.a = 1", "expected && or || or } before ''");
    check("{ $.a = 1 } x", "nothing may follow the closing }, but there is 'x'");
    check("{ ($.a = 1 }", "the closing ) is missing");
    check("{ $.a IS 1 }", "expected NULL, TRUE or FALSE after IS");
    check("{ $.a NOT 1 }", "expected EXISTS after NOT");
    check("{ $.a[x] = 1 }", "expected an index, '*' or a quoted name in []");
    check("{ $.a }", "expected = != < <= > >= IS or NOT EXISTS before '}'");
    check(&format!("{{ {}", "(".repeat(200)), "too many parentheses inside each other");
    check(&"a".repeat(1025), "a filter pattern has at most 1024 characters");
}

proptest! {
    #[test]
    fn no_text_makes_it_panic(pattern in "\\PC{0,80}", message in "\\PC{0,80}") {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            let _ = pattern.matches(&message);
        }
    }

    #[test]
    fn nothing_like_a_json_pattern_makes_it_panic(pattern in r#"\{ ?[$.a-z\[\]*='"%!<>|&() 0-9NOTEXIS]{0,60} ?\}"#) {
        if let Ok(pattern) = Pattern::parse(&pattern) {
            let _ = pattern.matches(r#"{"a":{"b":[1,"x",null]}}"#);
        }
    }

    #[test]
    fn every_quoted_phrase_is_found_in_itself(phrase in r#"[^"\\\p{Cc}]{1,40}"#) {
        let (pattern, message) = (format!("\"{phrase}\""), format!("before {phrase} after"));
        prop_assert!(matches(&pattern, &message));
    }
}
