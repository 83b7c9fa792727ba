//! From what was written to what is sent: templates filled in against a scope.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::content::{Content, Piece, Upload};
use super::{Body, Http, Part, Request, address};
use crate::expr::{EvaluationError, Scope, Template, Value, to_json, to_text};
use crate::span;

/// `redirects` where none is set.
const REDIRECTS: usize = 10;

impl Http {
    /// Fills in the templates. In `headers`, `query` and `form` a list becomes the same name repeated, and null leaves
    /// the name out.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Request, EvaluationError> {
        let timeout = self.timeout.as_ref().map(|template| template.fill(scope)).transpose()?;
        let redirects = self.redirects.as_ref().map(|template| template.fill(scope)).transpose()?;
        Ok(Request {
            method: self.method,
            url: address::fill(&self.url, scope)?,
            headers: fields(&self.headers, scope)?,
            query: fields(&self.query, scope)?,
            content: self.body.as_ref().map(|body| body.resolve(scope, dir)).transpose()?.map(Arc::new),
            timeout: timeout.map(|value| duration(&value)).transpose()?,
            redirects: redirects.map_or(Ok(REDIRECTS), |value| count(&value))?,
        })
    }
}

impl Body {
    fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Content, EvaluationError> {
        Ok(match self {
            Self::Json(template) => Content::Json(to_json(&template.fill(scope)?).to_string()),
            Self::Text(template) => Content::Text(template.evaluate_text(scope)?),
            Self::Form(form) => Content::Form(fields(form, scope)?),
            Self::Multipart(parts) => {
                let pieces = parts.iter().map(|(name, part)| Ok((name.clone(), part.resolve(scope, dir)?)));
                Content::Multipart(pieces.collect::<Result<_, EvaluationError>>()?)
            }
        })
    }
}

impl Part {
    fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Piece, EvaluationError> {
        let optional = |template: &Option<Template>| template.as_ref().map(|t| t.evaluate_text(scope)).transpose();
        Ok(match self {
            Self::Field(template) => Piece::Field(template.evaluate_text(scope)?),
            Self::File { path, media_type, file_name } => {
                let path = path.evaluate_text(scope)?;
                Piece::File(Upload::new(dir, path, optional(media_type)?, optional(file_name)?))
            }
        })
    }
}

fn fields(templates: &[(String, Template)], scope: &Scope) -> Result<Vec<(String, String)>, EvaluationError> {
    let mut all = Vec::with_capacity(templates.len());
    for (name, template) in templates {
        all.extend(texts(&template.fill(scope)?).into_iter().map(|text| (name.clone(), text)));
    }
    Ok(all)
}

fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::Null => Vec::new(),
        Value::List(items) => items.iter().map(to_text).collect(),
        single => vec![to_text(single)],
    }
}

fn duration(value: &Value) -> Result<Duration, EvaluationError> {
    let read = match value {
        Value::Duration(duration) => duration.to_std().ok(),
        Value::String(text) => span::read(text).ok(),
        _ => None,
    };
    let message = || format!("timeout must be a duration such as `10s`, not `{}`", to_text(value));
    read.filter(|duration| !duration.is_zero()).ok_or_else(|| EvaluationError::new(message()))
}

fn count(value: &Value) -> Result<usize, EvaluationError> {
    let read = match value {
        Value::Int(number) => usize::try_from(*number).ok(),
        Value::UInt(number) => usize::try_from(*number).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let message = || format!("redirects must be a whole number from 0, not `{}`", to_text(value));
    read.ok_or_else(|| EvaluationError::new(message()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::{Location, Source};
    use crate::expr::from_json;
    use crate::probe::http::Method;
    use serde_json::json;

    fn template(text: &str) -> Template {
        let location = Location { source: Source::new("a.yaml", text), start: 0, end: text.len() };
        Template::parse(text, &location).unwrap()
    }

    fn named(fields: &[(&str, &str)]) -> Vec<(String, Template)> {
        fields.iter().map(|(name, text)| ((*name).to_owned(), template(text))).collect()
    }

    fn http() -> Http {
        let url = template("/imports/${{ id }}");
        let (headers, query) = (Vec::new(), Vec::new());
        Http { method: Method::Post, url, headers, query, body: None, timeout: None, redirects: None }
    }

    fn resolve(http: &Http) -> Result<Request, String> {
        let scope = Scope::default()
            .with("id", Value::Int(42))
            .with("word", Value::from("a b"))
            .with("nothing", Value::Null)
            .with("tree", from_json(&json!({"rows": [1, 2.5], "ok": true})))
            .with("tags", from_json(&json!(["x", 7])));
        http.resolve(&scope, Path::new("/scenarios")).map_err(|error| error.message)
    }

    #[test]
    fn everything_is_filled_in_and_has_its_defaults() {
        let headers = named(&[("x-id", "${{ id }}"), ("x-none", "${{ nothing }}")]);
        let query = named(&[("tag", "${{ tags }}"), ("q", "is ${{ word }}")]);
        let request = resolve(&Http { headers, query, ..http() }).unwrap();
        assert_eq!(request.describe(), "POST /imports/42");
        assert_eq!(request.headers, [("x-id".to_owned(), "42".to_owned())]);
        let query =
            [("tag", "x"), ("tag", "7"), ("q", "is a b")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        assert_eq!(request.query, query);
        assert_eq!((request.timeout, request.redirects), (None, 10));
    }

    #[test]
    fn bodies_keep_the_types_of_their_values() {
        fn check(body: Body, expected: &Content) {
            let request = resolve(&Http { body: Some(body), ..http() }).unwrap();
            assert_eq!(request.content.as_deref(), Some(expected));
        }
        check(Body::Json(template("${{ tree }}")), &Content::Json(r#"{"ok":true,"rows":[1,2.5]}"#.to_owned()));
        check(Body::Json(template("${{ word }}")), &Content::Json(r#""a b""#.to_owned()));
        check(Body::Text(template("<${{ word }}>")), &Content::Text("<a b>".to_owned()));
        let pairs = [("t", "x"), ("t", "7")].map(|(name, text)| (name.to_owned(), text.to_owned()));
        check(Body::Form(named(&[("t", "${{ tags }}")])), &Content::Form(pairs.to_vec()));
        let file = Part::File { path: template("../${{ id }}.CSV"), media_type: None, file_name: None };
        let upload = Upload {
            path: "/scenarios/../42.CSV".into(),
            shown: "../42.CSV".to_owned(),
            media_type: "text/csv".to_owned(),
            file_name: "42.CSV".to_owned(),
        };
        let parts = vec![("n".to_owned(), Part::Field(template("${{ id }}"))), ("f".to_owned(), file)];
        let pieces = vec![("n".to_owned(), Piece::Field("42".to_owned())), ("f".to_owned(), Piece::File(upload))];
        check(Body::Multipart(parts), &Content::Multipart(pieces));
    }

    #[test]
    fn settings_of_the_wrong_kind_are_said() {
        fn check(timeout: &str, redirects: &str, expected: Result<(u64, usize), &str>) {
            let (timeout, redirects) = (Some(template(timeout)), Some(template(redirects)));
            let seen = resolve(&Http { timeout, redirects, ..http() });
            let seen = seen.map(|request| (request.timeout.unwrap().as_secs(), request.redirects));
            assert_eq!(seen, expected.map_err(str::to_owned));
        }
        check("2m", "0", Ok((120, 0)));
        check("${{ duration('5s') }}", "${{ 1 + 1 }}", Ok((5, 2)));
        check("soon", "1", Err("timeout must be a duration such as `10s`, not `soon`"));
        check("0s", "1", Err("timeout must be a duration such as `10s`, not `0s`"));
        check("1s", "-1", Err("redirects must be a whole number from 0, not `-1`"));
    }

    #[test]
    fn every_template_is_among_the_references() {
        let file = Part::File { path: template("${{ e }}"), media_type: Some(template("${{ f }}")), file_name: None };
        let http = Http {
            url: template("${{ a }}"),
            headers: named(&[("h", "${{ b }}")]),
            query: named(&[("q", "${{ c }}")]),
            body: Some(Body::Multipart(vec![("x".to_owned(), file)])),
            timeout: Some(template("${{ g }}")),
            redirects: Some(template("${{ h }}")),
            ..http()
        };
        let mut roots: Vec<_> =
            http.templates().into_iter().flat_map(Template::references).map(|read| read.path[0].as_str()).collect();
        roots.sort_unstable();
        assert_eq!(roots, ["a", "b", "c", "e", "f", "g", "h"]);
    }
}
