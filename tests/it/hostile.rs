//! Whatever the system under test says, a report stays what it is: well-formed, of the same structure, and no command to
//! those who read it. Held by recorded runs in which every text is replaced.

use std::collections::HashSet;

use html5gum::Token;
use proptest::prelude::*;
use pulldown_cmark::{Event, Options, Parser};
use serde_json::Value;
use smoke::record::Run;
use smoke::report::{Format, evidence, json};

/// What people write who mean harm, and what happens to hurt.
const NASTY: &[&str] = &[
    "</script><script>alert(1)</script>",
    "]]>",
    " \u{1b} ::error file=x,line=1::after white space ",
    "\0\u{8}\u{b}\u{c}\u{85}\u{fffe}\u{ffff}\n::error file=x,line=1::after nothing\n",
    "<![CDATA[",
    "\u{1b}[31mred\u{1b}[0m\u{1b}]8;;http://x\u{7}",
    "\u{202e}turned\u{2066}",
    "```\n````\n",
    "`code`",
    "|a|b|\n|-|-|\n",
    "::error::forged",
    "\n::error file=x,line=1::forged\n",
    "\r\n  ::warning::forged",
    "\r::add-mask::x",
    "\u{2028}\u{a0}::stop-commands::x",
    "##[error]forged",
    "##[set-output name=x]y",
    "##vso[task.complete result=Succeeded]",
    "##teamcity[testFailed name='x']",
    "</pre></details></td></table><h1>x</h1>",
    "\n\n# heading\n\n> quote\n\n- list\n",
    "1. one",
    "- dash",
    "+ plus",
    "<!-- ",
    "<!-- steps -->",
    " -->",
    "&amp;&#58;&lt;b&gt;",
    "<b onmouseover=alert(1)>",
    "\" onclick=\"alert(1)",
    "' onclick='alert(1)",
    "\u{0}\u{8}\u{b}\u{c}\u{85}\u{fffe}\u{ffff}",
    "[x](javascript:alert(1))",
    "![x](http://127.0.0.1/x.png)",
    "<http://127.0.0.1/>",
    "$x$ $$y$$",
    "~~gone~~ ~~~",
    "\\",
    "\\|",
    "%0A::error::x%25",
    "a: b, c",
    "../../etc/passwd",
    "<?xml version=\"1.0\"?>",
    "${{ secret.x }}",
    "***",
    "___",
    "===",
    "\t\ttabs",
    "    indented",
    "https://example.com/a?b=c&d=e",
    "😀 ünïcødé",
    "",
];

/// Keys whose texts are words or times of our own.
const OURS: &[&str] = &["verdict", "started", "ended", "window_opened", "phase"];

/// Records of every kind, with the texts that stand in them.
fn records() -> Vec<Value> {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/runs");
    let read = |name: &str| std::fs::read_to_string(folder.join(name).join("run.json")).unwrap();
    ["failed", "flaky", "leftovers", "shadow", "aborted"].map(|name| serde_json::from_str(&read(name)).unwrap()).into()
}

/// Replaces every text in the record by the next one.
fn replace(value: &mut Value, next: &mut dyn FnMut() -> String) {
    match value {
        Value::String(text) => *text = next(),
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, next)),
        Value::Object(fields) => {
            fields
                .iter_mut()
                .filter(|(key, _)| !OURS.contains(&key.as_str()))
                .for_each(|(_, field)| replace(field, next));
        }
        _ => {}
    }
}

/// The record with other texts, each of them with a number, so that no two are the same.
fn with_texts(record: &Value, texts: &[String]) -> Run {
    let (mut record, mut number) = (record.clone(), 0);
    replace(&mut record, &mut || {
        number += 1;
        format!("{}word{number}", texts[number % texts.len()])
    });
    json::read(&record.to_string()).unwrap()
}

/// Whether GitHub, Azure or TeamCity would take a line of output for a command.
fn commands(line: &str) -> bool {
    let anywhere = ["##[", "##vso[", "##teamcity["].iter().any(|mark| line.contains(mark));
    anywhere || line.trim_start().starts_with("::")
}

#[track_caller]
fn commands_nobody(text: &str) {
    for line in text.split(['\n', '\r']) {
        assert!(!commands(line), "{line:?}");
    }
}

#[track_caller]
fn moves_nothing(text: &str) {
    let turns = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let moving = |line: &&str| line.contains(|c: char| c.is_control() || turns(c));
    assert_eq!(text.split('\n').find(moving), None);
}

#[track_caller]
fn junit_is_well_formed(run: &Run) {
    let text = Format::Junit.draw(run, None);
    let document = roxmltree::Document::parse(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    let cases: Vec<_> = document.descendants().filter(|node| node.has_tag_name("testcase")).collect();
    let mut names = HashSet::new();
    for case in &cases {
        let (class, name) = (case.attribute("classname").unwrap(), case.attribute("name").unwrap());
        assert!(!name.is_empty() && names.insert((class, name)), "{class} {name}");
        let seconds = case.attribute("time").unwrap();
        assert!(seconds.chars().all(|c| c.is_ascii_digit() || c == '.') && seconds.parse::<f64>().is_ok(), "{seconds}");
        let outcomes =
            case.children().filter(|node| ["failure", "error", "skipped"].iter().any(|tag| node.has_tag_name(*tag)));
        assert!(outcomes.count() <= 1);
    }
    let steps: usize = run.scenarios.iter().map(|scenario| scenario.all().count()).sum();
    assert!(cases.len() >= steps);
    let tests: usize = document.root_element().attribute("tests").unwrap().parse().unwrap();
    assert_eq!(tests, cases.len());
    commands_nobody(&text);
    moves_nothing(&text);
}

/// A tag of a page, with what it says of itself.
type Tag = (String, Vec<(String, String)>);

/// Elements that have no end.
const VOID: [&str; 4] = ["meta", "link", "br", "img"];

/// The tags of a page in order; each that begins must end where it should.
#[track_caller]
fn tags(page: &str) -> Vec<Tag> {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (mut tags, mut open) = (Vec::new(), Vec::new());
    let mut emitter = html5gum::DefaultEmitter::default();
    emitter.naively_switch_states(true);
    for Ok(token) in html5gum::Tokenizer::new_with_emitter(page, emitter) {
        match token {
            Token::StartTag(tag) => {
                let name = text(&tag.name);
                open.extend((!VOID.contains(&name.as_str())).then(|| name.clone()));
                tags.push((name, tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect()));
            }
            Token::EndTag(tag) => assert_eq!(open.pop(), Some(text(&tag.name)), "{page}"),
            Token::Error(error) => panic!("{error:?}: {page}"),
            Token::Comment(comment) => panic!("{comment:?}: {page}"),
            Token::String(_) | Token::Doctype(_) => {}
        }
    }
    assert_eq!(open, Vec::<String>::new(), "{page}");
    tags
}

#[track_caller]
fn html_keeps_its_structure(run: &Run, plain: &Run) {
    let text = Format::Html.draw(run, None);
    let tags_of = tags(&text);
    let names = |tags: &[Tag]| tags.iter().map(|(name, _)| name.clone()).collect::<Vec<_>>();
    assert_eq!(names(&tags_of), names(&tags(&Format::Html.draw(plain, None))), "{text}");
    let attributes = || tags_of.iter().flat_map(|(_, attributes)| attributes);
    let called =
        |wanted: &'static str| attributes().filter(move |(name, _)| name == wanted).map(|(_, value)| value.as_str());
    assert_eq!(attributes().find(|(name, _)| name.starts_with("on") || name == "src" || name == "style"), None);
    let ids: Vec<&str> = called("id").collect();
    assert_eq!(ids.len(), ids.iter().collect::<HashSet<_>>().len(), "{ids:?}");
    for link in called("href") {
        let files = ["run.json", "junit.xml", "summary.md", "events.ndjson"];
        let here = link.strip_prefix('#').is_some_and(|id| ids.contains(&id));
        assert!(
            here || files.contains(&link) || link.starts_with("evidence/") || link.starts_with("data:image/svg"),
            "{link}"
        );
    }
    commands_nobody(&text);
    moves_nothing(&text);
}

/// What Markdown makes of it, without the texts; HTML only as far as it is ours.
fn shape(text: &str) -> Vec<String> {
    let shape = |event| match event {
        Event::Text(_) | Event::SoftBreak => None,
        Event::Html(html) => Some(html.trim().split(['>', ' ']).next().unwrap_or_default().to_owned()),
        Event::InlineHtml(html) => Some(html.to_string()),
        Event::Start(tag) => Some(format!("{:?}", tag.to_end())),
        Event::End(tag) => Some(format!("/{tag:?}")),
        other => Some(format!("{other:?}")),
    };
    let read =
        Options::ENABLE_TABLES | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_MATH | Options::ENABLE_TASKLISTS;
    Parser::new_ext(text, read).filter_map(shape).filter(|shape| !shape.is_empty()).collect()
}

#[track_caller]
fn markdown_keeps_its_structure(run: &Run, plain: &Run) {
    let text = Format::Markdown.draw(run, None);
    let outside = |text: &str| shape(&without_pre(text));
    assert_eq!(outside(&text), outside(&Format::Markdown.draw(plain, None)), "{text}");
    commands_nobody(&text);
    moves_nothing(&text);
}

/// The text without what stands in `pre`, where nothing but its end means anything.
fn without_pre(text: &str) -> String {
    let mut parts = text.split("<pre>");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |kept, part| {
        let (inside, rest) = part.split_once("</pre>").unwrap();
        assert!(!inside.contains(['<', '>']), "{inside}");
        kept + "<pre></pre>" + rest
    })
}

/// A command as GitHub reads it back: kind, properties, message.
fn read_back(line: &str) -> (String, Vec<(String, String)>, String) {
    let (head, message) = line.strip_prefix("::").unwrap().split_once("::").unwrap();
    let (kind, properties) = head.split_once(' ').unwrap();
    let data = |text: &str| text.replace("%0D", "\r").replace("%0A", "\n").replace("%25", "%");
    let property = |text: &str| {
        let (name, value) = text.split_once('=').unwrap();
        let value =
            value.replace("%0D", "\r").replace("%0A", "\n").replace("%3A", ":").replace("%2C", ",").replace("%25", "%");
        (name.to_owned(), value)
    };
    (kind.to_owned(), properties.split(',').map(property).collect(), data(message))
}

#[track_caller]
fn github_says_what_it_should(run: &Run, plain: &Run) {
    let (text, expected) = (Format::Github.draw(run, None), Format::Github.draw(plain, None));
    let kinds = |text: &str| text.lines().map(|line| read_back(line).0).collect::<Vec<_>>();
    assert_eq!(kinds(&text), kinds(&expected), "{text}");
    for line in text.lines() {
        let (kind, properties, message) = read_back(line);
        assert!(["error", "warning", "notice"].contains(&kind.as_str()), "{line}");
        let names: Vec<&str> = properties.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.iter().all(|name| ["file", "line", "title"].contains(name)), "{line}");
        assert!(message.chars().count() <= 4096, "{line}");
    }
    moves_nothing(&text);
}

#[track_caller]
fn text_is_text(run: &Run) {
    let text = Format::Text.draw(run, Some("reports/x/run.json"));
    commands_nobody(&text);
    moves_nothing(&text);
}

#[track_caller]
fn json_reads_back(run: &Run) {
    let text = Format::Json.draw(run, None);
    assert_eq!(json::read(&text).unwrap(), *run);
    commands_nobody(&text);
    commands_nobody(&Format::Ndjson.draw(run, None));
}

#[track_caller]
fn evidence_lies_where_it_should(run: &Run) {
    let files = evidence::files(run);
    let mut paths = HashSet::new();
    for file in &files {
        let parts: Vec<&str> = file.path.split('/').collect();
        let safe =
            |part: &&str| part.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-' || c == '.');
        assert!(parts.len() == 3 && parts[0] == "evidence" && parts.iter().all(safe), "{}", file.path);
        assert!(
            !file.path.contains("..") && file.path.rsplit('.').next() == Some("txt") && paths.insert(&file.path),
            "{}",
            file.path
        );
    }
}

#[track_caller]
fn check(texts: &[String]) {
    let plain = ["plain ".to_owned()];
    for record in records() {
        let (run, plain) = (with_texts(&record, texts), with_texts(&record, &plain));
        junit_is_well_formed(&run);
        html_keeps_its_structure(&run, &plain);
        markdown_keeps_its_structure(&run, &plain);
        github_says_what_it_should(&run, &plain);
        text_is_text(&run);
        json_reads_back(&run);
        evidence_lies_where_it_should(&run);
    }
}

#[test]
fn every_nasty_text_everywhere() {
    for text in NASTY {
        check(&[(*text).to_owned()]);
    }
}

fn text() -> impl Strategy<Value = String> {
    let nasty = prop::sample::select(NASTY).prop_map(str::to_owned);
    let any = any::<String>();
    prop::collection::vec(prop_oneof![4 => nasty, 1 => any], 0..4).prop_map(|parts| parts.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn any_texts_anywhere(texts in prop::collection::vec(text(), 1..40)) {
        check(&texts);
    }
}
