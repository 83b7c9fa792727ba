//! Templates as other tools write them: `{{ id }}`, `${id}`, `$id`. Nothing is filled in there, so that the text itself
//! would be sent. Whether one is meant depends on the names that can be read where it stands.

use super::identifier::is_identifier;
use crate::diagnostic::{Diagnostic, Location};

/// Something that looks like a template and is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Foreign {
    /// The path in it, root first.
    pub(crate) path: Vec<String>,
    /// As it is written.
    shown: String,
    /// Where it stands; the whole text where that is not clear.
    location: Location,
    form: Form,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Form {
    /// `{{ id }}`
    Braces,
    /// `${id}`
    Dollar,
    /// `$id`
    Bare,
    /// `${{ id }}` in a text of an expression.
    InText,
}

impl Foreign {
    /// Those in a text that is a template, or could be one.
    pub(super) fn in_template(text: &str, location: &Location) -> Vec<Self> {
        let found = starts(text).filter_map(|at| {
            let rest = &text[at..];
            let (form, inside, end) = match rest.as_bytes() {
                [b'{', b'{', ..] => (Form::Braces, &rest[2..], "}}"),
                [b'$', b'{', ..] => (Form::Dollar, &rest[2..], "}"),
                _ => {
                    let end = 1 + bare(&rest[1..]);
                    return Self::new(Form::Bare, &rest[..end], &rest[1..end], location);
                }
            };
            let length = inside.find(end)?;
            Self::new(form, &rest[..2 + length + end.len()], &inside[..length], location)
        });
        found.collect()
    }

    /// Those in the texts of an expression that makes a sentence: outside of them there is no `$`.
    pub(super) fn in_expression(text: &str, location: &Location) -> Vec<Self> {
        let found = text.match_indices("${{").filter_map(|(at, opening)| {
            let length = text[at..].find("}}")?;
            Self::new(Form::InText, &text[at..at + length + 2], &text[at + opening.len()..at + length], location)
        });
        found.collect()
    }

    fn new(form: Form, shown: &str, inside: &str, location: &Location) -> Option<Self> {
        let path: Vec<String> = inside.trim().split('.').map(str::to_owned).collect();
        if !path.iter().all(|step| is_identifier(step)) {
            return None;
        }
        let place = location.text().find(shown).map(|at| location.slice(at, at + shown.len()));
        let location = place.unwrap_or_else(|| location.clone());
        Some(Self { path, shown: shown.to_owned(), location, form })
    }

    /// Whether a shell would fill it in: `$id` and `${id}`.
    pub(super) fn is_of_shells(&self) -> bool {
        match self.form {
            Form::Bare => true,
            Form::Dollar => self.path.len() == 1,
            Form::Braces | Form::InText => false,
        }
    }

    /// Whether it is so short that it may well be meant as it stands.
    pub(crate) fn is_bare(&self) -> bool {
        self.form == Form::Bare
    }

    /// What to say of it where its root is a name that can be read.
    pub(crate) fn complaint(&self) -> Diagnostic {
        let Self { path, shown, location, form } = self;
        let path = path.join(".");
        if *form == Form::InText {
            let problem = Diagnostic::at(location, format!("nothing is filled in inside of an expression: `{shown}`"));
            return problem.help(format!("names are read as they are, as in `\"/orders/\" + string({path})`"));
        }
        let problem =
            Diagnostic::at(location, format!("nothing is filled in here: `{shown}` would be sent as it stands"));
        problem.help(format!("write `${{{{ {path} }}}}`; if just that is meant, `${{{{ \"{shown}\" }}}}`"))
    }
}

/// Where something may begin: outside of our own templates, and not behind a `$`, which makes `$$` of it.
fn starts(text: &str) -> impl Iterator<Item = usize> {
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let found = at + text[at..].find(['$', '{'])?;
            let rest = &text[found..];
            if rest.starts_with("${{") {
                at = found + rest.find("}}").map_or(rest.len(), |length| length + 2);
            } else {
                at = found + 1;
                let doubled = text[..found].ends_with('$');
                let begins = rest.starts_with("{{") || rest.starts_with('$');
                if begins && !doubled {
                    return Some(found);
                }
            }
        }
    })
}

/// Length of the path that follows a `$`.
fn bare(text: &str) -> usize {
    let end = text.find(|letter: char| !(letter.is_ascii_alphanumeric() || "_.".contains(letter)));
    text[..end.unwrap_or(text.len())].trim_end_matches('.').len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Source;

    fn check(text: &str, expected: &[&str]) {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        let found = Foreign::in_template(text, &location);
        let shown: Vec<_> = found.iter().map(|it| format!("{} @ {}", it.path.join("."), it.location.text())).collect();
        assert_eq!(shown, expected, "{text}");
    }

    #[test]
    fn what_looks_like_a_template_holds_a_path() {
        check("/orders/{{ oid }}", &["oid @ {{ oid }}"]);
        check("{{oid}}/${vars.id}?x=$oid", &["oid @ {{oid}}", "vars.id @ ${vars.id}", "oid @ $oid"]);
        check("costs $5, $ {{ }} ${} {{ .State }} {{#each x}} $", &[]);
        check("see $oid.", &["oid @ $oid"]);
        check("{{ oid", &[]);
        check("{{{ oid }}}", &["oid @ {{ oid }}"]);
        check("{\"a\": {\"b\": 1}}", &[]);
    }

    #[test]
    fn our_own_templates_and_what_is_doubled_are_none() {
        check("${{ oid }} and $${{ oid }} and $$oid", &[]);
        check("${{ \"{{ oid }}\" }}", &[]);
        check("${{ '$oid' }}/{{ oid }}", &["oid @ {{ oid }}"]);
    }
}
