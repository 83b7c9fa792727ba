use super::*;

/// The tree in one line, every scalar with the text that its location covers where that differs.
fn drawn(node: &Node) -> String {
    match &node.data {
        Data::Plain(text) => text.clone(),
        Data::Quoted(text) => format!("{text:?}@{}", node.location.text()),
        Data::List(items) => format!("[{}]", items.iter().map(drawn).collect::<Vec<_>>().join(" ")),
        Data::Map(entries) => {
            let entries = entries.iter().map(|(key, value)| format!("{}={}", key.name, drawn(value)));
            format!("{{{}}}", entries.collect::<Vec<_>>().join(" "))
        }
    }
}

fn check(text: &str, expected: &str) {
    let source = Source::new("x.yaml", text);
    let seen = match parse(&source) {
        Ok(node) => drawn(&node),
        Err(problem) => {
            let location = problem.location.unwrap();
            let help = problem.help.map(|help| format!("; {help}")).unwrap_or_default();
            format!("{}:{} {}{help}", location.line(), location.column(), problem.message)
        }
    };
    assert_eq!(seen, expected, "{text}");
}

#[test]
fn scalars_keep_what_was_written() {
    check("a: 1.10\nb: 0123\nc: yes\nd: 2026-01-02", "{a=1.10 b=0123 c=yes d=2026-01-02}");
    check("a: 'x'\nb: !!str 5", "{a=\"x\"@'x' b=\"5\"@!!str 5}");
    check("a: 1\na: 2", "{a=1 a=2}");
    check("", "");
    check("a:\r\n  b: c\r\nd: e\r\n", "{a={b=c} d=e}");
    check("a: |\n  one\n  two\nb: c", "{a=\"one\\ntwo\\n\"@one\n  two b=c}");
}

#[test]
fn aliases_repeat_and_bombs_do_not_go_off() {
    check("a: &x {b: c}\nd: *x", "{a={b=c} d={b=c}}");
    check("a: &x [*x]", "1:8 this alias stands inside what it repeats");
    let mut bomb = String::from("a: &a [x, x, x, x, x, x, x, x, x, x]\n");
    for (this, last) in ["b", "c", "d", "e", "f", "g"].iter().zip(["a", "b", "c", "d", "e", "f"]) {
        let eight = vec![format!("*{last}"); 8].join(", ");
        bomb = format!("{bomb}{this}: &{this} [{eight}]\n");
    }
    let problem = parse(&Source::new("x.yaml", bomb)).unwrap_err();
    assert_eq!(problem.message, "with its aliases spelt out this file has more than 100000 values");
    check(&"[".repeat(100), "1:65 this is nested more than 64 levels deep");
}

#[test]
fn what_is_not_taken_is_refused_in_words() {
    check(
        "a:\n  <<: {b: c}",
        "2:3 merge keys are not supported; write the keys out, or share steps between scenarios with `use: FILE`",
    );
    check(
        "a: !x y",
        "1:4 YAML tags such as `!x` are not supported; an expression that begins with `!` needs quotes around it",
    );
    check("a: b\n---\nc: d", "2:1 a second document begins here; write one document a file");
    check("a:\n\tb: c", "2:2 a tab indents this line; indent with spaces");
    check(
        "a: ${{ b }}\nc: { d: ${{ e }} }",
        "2:10 this is not YAML: while parsing a flow mapping, did not find expected `,` or `}`; inside `{ … }` and `[ … ]`, text with `${{ … }}` needs quotes around it",
    );
    check(
        "a: b: c",
        "1:5 this is not YAML: mapping values are not allowed in this context; text that holds `: ` needs quotes around it",
    );
}

#[test]
fn what_is_indented_otherwise_is_said_to_be() {
    let help = "its indentation fits none of the lines above: what belongs together begins in the same column";
    let mapping = "this is not YAML: while parsing a block mapping, did not find expected key";
    let list = "this is not YAML: while parsing a block collection, did not find expected `-` indicator";
    check("- a: { b: c }\n   d: e", &format!("2:4 {mapping}; {help}"));
    check("- a: b\n d: '${{ e }}'", &format!("2:2 {list}; {help}"));
    check("- a:\n   - b\n - c: d", &format!("3:2 {list}; {help}"));
    let values = "this is not YAML: mapping values are not allowed in this context";
    check("a: b\n c:\n  - d", &format!("2:3 {values}; {help}"));
}

#[test]
fn what_begins_with_a_bracket_or_stands_behind_a_tab_is_told() {
    let key = "this is not YAML: while parsing a block mapping, did not find expected key";
    let help = "an expression that begins with a bracket needs quotes around the whole of it";
    check("a: [200].exists(b, b == c)", &format!("1:9 {key}; {help}"));
    check("a: ['b'] == c", &format!("1:10 {key}; {help}"));
    check("a: {b: 1}.b == 1", &format!("1:10 {key}; {help}"));
    let item = "this is not YAML: while parsing a block collection, did not find expected `-` indicator";
    check("- [200].exists(b, b == c)", &format!("1:8 {item}; {help}"));
    check("a:\tb == 1", "1:4 a tab stands behind `:`; write a space in its place");
}

#[test]
fn places_are_bytes_even_after_wide_characters() {
    let source = Source::new("x.yaml", "ü: 'ä ö'\nname: { käse: [1, zwei] }\nlast: end");
    let node = parse(&source).unwrap();
    let Data::Map(entries) = &node.data else { panic!("no mapping") };
    let texts = entries.iter().map(|(key, value)| (key.location.text(), value.location.text()));
    let expected = [("ü", "'ä ö'"), ("name", "{ käse: [1, zwei] }"), ("last", "end")];
    assert_eq!(texts.collect::<Vec<_>>(), expected);
}
