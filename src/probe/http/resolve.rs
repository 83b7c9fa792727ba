//! From what was written to what is sent: templates filled in against a scope.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use super::content::{Content, Piece, Upload};
use super::{Body, Http, Part, Request};
use crate::expr::{EvaluationError, Scope, Template, Value, to_json, to_text};

/// `timeout` where none is set.
const TIMEOUT: Duration = Duration::from_secs(30);

/// `redirects` where none is set.
const REDIRECTS: usize = 10;

impl Http {
    /// Fills in the templates. In `headers`, `query` and `form` a list becomes the same name repeated, and null leaves
    /// the name out.
    ///
    /// # Errors
    /// Where a value is missing or not of the kind that the key needs.
    pub fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Request, EvaluationError> {
        let timeout = self.timeout.as_ref().map(|template| template.evaluate(scope)).transpose()?;
        let redirects = self.redirects.as_ref().map(|template| template.evaluate(scope)).transpose()?;
        Ok(Request {
            method: self.method,
            url: self.url.evaluate_text(scope)?,
            headers: fields(&self.headers, scope)?,
            query: fields(&self.query, scope)?,
            content: self.body.as_ref().map(|body| body.resolve(scope, dir)).transpose()?.map(Arc::new),
            timeout: timeout.map_or(Ok(TIMEOUT), |value| duration(&value))?,
            redirects: redirects.map_or(Ok(REDIRECTS), |value| count(&value))?,
        })
    }
}

impl Body {
    fn resolve(&self, scope: &Scope, dir: &Path) -> Result<Content, EvaluationError> {
        Ok(match self {
            Self::Json(template) => Content::Json(to_json(&template.evaluate(scope)?).to_string()),
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
        all.extend(texts(&template.evaluate(scope)?).into_iter().map(|text| (name.clone(), text)));
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
        Value::String(text) => humantime::parse_duration(text).ok(),
        _ => None,
    };
    let message = || format!("timeout must be a duration such as `10s`, not `{}`", to_text(value));
    read.filter(|duration| !duration.is_zero()).ok_or_else(|| EvaluationError { message: message() })
}

fn count(value: &Value) -> Result<usize, EvaluationError> {
    let read = match value {
        Value::Int(number) => usize::try_from(*number).ok(),
        Value::UInt(number) => usize::try_from(*number).ok(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    };
    let message = || format!("redirects must be a whole number from 0, not `{}`", to_text(value));
    read.ok_or_else(|| EvaluationError { message: message() })
}
