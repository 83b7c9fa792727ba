//! Text with `${{ … }}` in it, and trees of such text.

use std::collections::HashMap;
use std::sync::Arc;

use cel::objects::{Key, Map};

use super::piece::{self, Piece, told};
use super::{EvaluationError, Expression, Reference, Scope, Value, to_text};
use crate::diagnostic::{Diagnostic, Location};

/// A YAML value in whose strings `${{ … }}` may stand. Alone in a string, it keeps its type. `$${{` is a plain `${{`.
#[derive(Debug)]
pub struct Template {
    location: Location,
    node: Node,
}

#[derive(Debug)]
enum Node {
    Fixed(Value),
    Whole(Box<Expression>),
    Text(Vec<Piece>),
    List(Vec<Template>),
    Map(Vec<(String, Template)>),
}

impl Template {
    /// Parses a string as it stands in the file. `location` covers the scalar, quotes included where it has any.
    ///
    /// # Errors
    /// An unclosed `${{`, an expression that does not compile; all at once.
    pub fn parse(text: &str, location: &Location) -> Result<Self, Vec<Diagnostic>> {
        Ok(Self { location: location.clone(), node: node(piece::read(text, location)?) })
    }

    /// A value with nothing to fill in.
    #[must_use]
    pub fn fixed(value: Value, location: &Location) -> Self {
        Self { location: location.clone(), node: Node::Fixed(value) }
    }

    /// A list of templates.
    #[must_use]
    pub fn list(items: Vec<Self>, location: &Location) -> Self {
        Self { location: location.clone(), node: Node::List(items) }
    }

    /// A map of templates; keys are fixed.
    #[must_use]
    pub fn map(entries: Vec<(String, Self)>, location: &Location) -> Self {
        Self { location: location.clone(), node: Node::Map(entries) }
    }

    /// Where it stands.
    #[must_use]
    pub fn location(&self) -> &Location {
        &self.location
    }

    /// Whether there is nothing to fill in, all through.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        match &self.node {
            Node::Fixed(_) => true,
            Node::Whole(_) | Node::Text(_) => false,
            Node::List(items) => items.iter().all(Self::is_fixed),
            Node::Map(entries) => entries.iter().all(|(_, template)| template.is_fixed()),
        }
    }

    /// The value of a scalar with nothing to fill in; none for lists and maps (see [`Self::items`], [`Self::entries`]).
    #[must_use]
    pub fn fixed_value(&self) -> Option<&Value> {
        match &self.node {
            Node::Fixed(value) => Some(value),
            _ => None,
        }
    }

    /// The templates of a list; none for anything else.
    #[must_use]
    pub fn items(&self) -> Option<&[Self]> {
        match &self.node {
            Node::List(items) => Some(items),
            _ => None,
        }
    }

    /// The templates of a map, in the order of the file; none for anything else.
    #[must_use]
    pub fn entries(&self) -> Option<&[(String, Self)]> {
        match &self.node {
            Node::Map(entries) => Some(entries),
            _ => None,
        }
    }

    /// What it reads, all through.
    #[must_use]
    pub fn references(&self) -> Vec<&Reference> {
        self.expressions().into_iter().flat_map(Expression::references).collect()
    }

    /// Its expressions, all through.
    #[must_use]
    pub fn expressions(&self) -> Vec<&Expression> {
        match &self.node {
            Node::Fixed(_) => Vec::new(),
            Node::Whole(expression) => vec![&**expression],
            Node::Text(pieces) => pieces.iter().filter_map(Piece::expression).collect(),
            Node::List(items) => items.iter().flat_map(Self::expressions).collect(),
            Node::Map(entries) => entries.iter().flat_map(|(_, template)| template.expressions()).collect(),
        }
    }

    /// The first expression of a text that comes to null.
    #[must_use]
    pub fn null(&self, scope: &Scope) -> Option<&Expression> {
        let is_null = |expression: &&Expression| matches!(expression.evaluate(scope), Ok(Value::Null));
        match &self.node {
            Node::Whole(expression) => Some(&**expression).filter(is_null),
            Node::Text(pieces) => pieces.iter().filter_map(Piece::expression).find(is_null),
            Node::Fixed(_) | Node::List(_) | Node::Map(_) => None,
        }
    }

    /// Its value, types kept.
    ///
    /// # Errors
    /// Where one of its expressions has no value.
    pub fn evaluate(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        self.with(scope, Expression::evaluate)
    }

    /// Its value, to be sent or searched for: all of it is known and may be told.
    ///
    /// # Errors
    /// Where one of its expressions has no value, or one that is withheld.
    pub fn fill(&self, scope: &Scope) -> Result<Value, EvaluationError> {
        self.with(scope, told)
    }

    /// The same as text: a string as it is, a number or boolean as written, anything else as JSON.
    ///
    /// # Errors
    /// As for [`Template::fill`].
    pub fn evaluate_text(&self, scope: &Scope) -> Result<String, EvaluationError> {
        self.fill(scope).map(|value| to_text(&value))
    }

    /// The same, piece by piece, each with whether it is written out rather than what an expression comes to.
    ///
    /// # Errors
    /// As for [`Template::fill`].
    pub fn pieces(&self, scope: &Scope) -> Result<Vec<(bool, String)>, EvaluationError> {
        let piece = |piece: &Piece| Ok((matches!(piece, Piece::Fixed(_)), piece.text(scope)?));
        match &self.node {
            Node::Text(pieces) => pieces.iter().map(piece).collect(),
            _ => Ok(vec![(self.is_fixed(), self.evaluate_text(scope)?)]),
        }
    }

    /// Its value, with that of each expression that stands alone as `evaluate` gives it.
    fn with(&self, scope: &Scope, evaluate: Evaluate) -> Result<Value, EvaluationError> {
        match &self.node {
            Node::Fixed(value) => Ok(value.clone()),
            Node::Whole(expression) => evaluate(expression, scope),
            Node::Text(pieces) => {
                let text: String = pieces.iter().map(|piece| piece.text(scope)).collect::<Result<_, _>>()?;
                Ok(Value::String(Arc::new(text)))
            }
            Node::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.with(scope, evaluate)).collect::<Result<_, _>>()?;
                Ok(Value::List(Arc::new(items)))
            }
            Node::Map(entries) => {
                let entry = |(key, template): &(String, Self)| {
                    Ok((Key::String(Arc::new(key.clone())), template.with(scope, evaluate)?))
                };
                let map: HashMap<_, _> = entries.iter().map(entry).collect::<Result<_, EvaluationError>>()?;
                Ok(Value::Map(Map { map: Arc::new(map) }))
            }
        }
    }
}

/// What an expression in it comes to.
type Evaluate = fn(&Expression, &Scope) -> Result<Value, EvaluationError>;

/// What pieces of one string make together.
fn node(mut pieces: Vec<Piece>) -> Node {
    match (pieces.pop(), pieces.is_empty()) {
        (None, _) => Node::Fixed(Value::String(Arc::default())),
        (Some(Piece::Fixed(text)), true) => Node::Fixed(Value::String(Arc::new(text))),
        (Some(Piece::Expression(expression)), true) => Node::Whole(expression),
        (Some(last), false) => {
            pieces.push(last);
            Node::Text(pieces)
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::diagnostic::Source;
    use crate::expr::{from_json, to_json};

    fn scope() -> Scope {
        Scope::default()
            .with("id", Value::Int(7))
            .with("name", Value::from("a b"))
            .with("row", from_json(&json!({"list": [1, "x"], "ok": true, "ratio": 0.5})))
    }

    /// Where `yaml` stands in a file that has nothing else on that line.
    fn scalar(yaml: &str) -> Location {
        let text = format!("name: x\nurl: {yaml}\n");
        Location { source: Source::new("a.yaml", text), start: 13, end: 13 + yaml.len() }
    }

    fn template(text: &str) -> Template {
        Template::parse(text, &scalar(text)).unwrap_or_else(|faults| panic!("{text}: {faults:?}"))
    }

    fn check(text: &str, expected: serde_json::Value) {
        let value = template(text).evaluate(&scope()).map(|value| to_json(&value));
        assert_eq!(value, Ok(expected), "{text}");
    }

    #[test]
    fn alone_it_keeps_its_type_and_in_text_it_becomes_text() {
        check("${{ id }}", json!(7));
        check("${{row.list}}", json!([1, "x"]));
        check("/imports/${{ id }}/x", json!("/imports/7/x"));
        check("${{ id }}${{ name }}", json!("7a b"));
        check(" ${{ id }}", json!(" 7"));
        check("${{ row.list }} ${{ row.ok }} ${{ row.ratio }}", json!("[1,\"x\"] true 0.5"));
        check("plain", json!("plain"));
        check("${{ row.?gone }}", json!(null));
        check("${{ [row.?ok, row.?gone] }}", json!([true, null]));
        check("${{ row.?ok }} ${{ row.?gone }}", json!("true null"));
        let kept = template("${{ row.?gone }}").evaluate(&scope());
        assert_eq!(kept, Ok(Value::Null), "nothing optional leaves an expression");
        let null = |text: &str| template(text).null(&scope().with("gone", Value::Null)).map(|it| it.text().to_owned());
        assert_eq!(null("/a/${{ id }}/${{ gone }}").as_deref(), Some("gone"));
        assert_eq!(null("${{ gone }}").as_deref(), Some("gone"));
        assert_eq!(null("/a/${{ row.?gone }}").as_deref(), Some("row.?gone"));
        assert_eq!(null("/a/${{ row.?ok }}"), None);
        assert_eq!(null("/a/${{ gone == null ? 'x' : gone }}"), None);
        assert_eq!(null("/a/null"), None);
        check("", json!(""));
    }

    #[test]
    fn braces_and_literals_inside_do_not_end_it() {
        check("${{ '}}' }}", json!("}}"));
        check("${{ \"a }} b\" + '}' }}!", json!("a }} b}!"));
        check("${{ {'a': {'b': id}} }}", json!({"a": {"b": 7}}));
        check("${{{'a': {'b': id}}}}", json!({"a": {"b": 7}}));
        check("${{ r'\\' }}", json!("\\"));
        check("a}} ${{ id }} }}", json!("a}} 7 }}"));
    }

    #[test]
    fn a_doubled_dollar_is_plain() {
        check("$${{ id }}", json!("${{ id }}"));
        check("a $${{ ${{ id }}", json!("a ${{ 7"));
        check("$ ${ {{ $$", json!("$ ${ {{ $$"));
        assert!(template("$${{ x }}").is_fixed());
    }

    #[test]
    fn trees_are_filled_in_all_through() {
        let at = scalar("x");
        let list = Template::list(vec![template("${{ id }}"), Template::fixed(Value::Bool(true), &at)], &at);
        let tree = Template::map(vec![("b".into(), list), ("a".into(), template("n ${{ name }}"))], &at);
        assert_eq!(to_json(&tree.evaluate(&scope()).unwrap()), json!({"a": "n a b", "b": [7, true]}));
        assert_eq!(tree.evaluate_text(&scope()).unwrap(), r#"{"a":"n a b","b":[7,true]}"#);
        let read: Vec<_> = tree.references().into_iter().map(|reference| reference.path.join(".")).collect();
        assert_eq!(read, ["id", "name"]);
        assert!(!tree.is_fixed() && tree.fixed_value().is_none());
        assert_eq!(tree.entries().and_then(|entries| entries[0].1.items()).map(<[_]>::len), Some(2));
        assert_eq!(template("x").fixed_value(), Some(&Value::from("x")));
    }

    #[test]
    fn what_is_missing_is_said() {
        let missing = template("/x/${{ import_id }}").evaluate(&scope()).unwrap_err();
        assert_eq!(missing.to_string(), "import_id has no value");
    }

    /// The diagnostics of `text`, which is written as `yaml`: place, what is underlined, message.
    fn wrong(yaml: &str, text: &str, expected: &[&str]) {
        let faults = Template::parse(text, &scalar(yaml)).err().unwrap_or_default();
        let shown: Vec<_> = faults
            .iter()
            .map(|fault| {
                let place = fault.location.as_ref().unwrap();
                format!("{}:{} [{}] {}", place.line(), place.column(), place.text(), fault.message)
            })
            .collect();
        assert_eq!(shown, expected, "{yaml}");
    }

    #[test]
    fn mistakes_are_shown_where_they_stand() {
        wrong("a ${{ id", "a ${{ id", &["2:8 [${{] `${{` is never closed with `}}`"]);
        wrong("\"ä ${{ }}\"", "ä ${{ }}", &["2:9 [${{ }}] there is no expression between `${{` and `}}`"]);
        wrong(
            "\"${{ id == }}/${{ siez(x) }}\"",
            "${{ id == }}/${{ siez(x) }}",
            &["2:16 [] expected an expression after `==`", "2:24 [siez] there is no function `siez`"],
        );
        wrong("'${{ x.foo(''a'') }}'", "${{ x.foo('a') }}", &["2:13 [foo] there is no method `foo`"]);
        wrong("${{ 'a }} b", "${{ 'a }} b", &["2:10 ['a] the text that begins here is never closed with '"]);
    }

    #[test]
    fn references_know_their_place() {
        let template = Template::parse("/x/${{ row.ok }}", &scalar("\"/x/${{ row.ok }}\"")).unwrap();
        let places: Vec<_> = template.references().iter().map(|reference| reference.location.to_string()).collect();
        assert_eq!(places, ["a.yaml:2:14"]);
    }
}
