//! A request's members, read one by one; what is not known is refused, never ignored.

use serde_json::{Map, Value};

use super::refusal::Refusal;

/// The members of a request or of a structure inside one. A member that is null counts as absent.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Members<'request> {
    /// Where they stand: `FilterLogEvents`, `MetricDataQueries.MetricStat`.
    place: &'request str,
    /// The code of errors: each service has its own for a wrong parameter.
    code: &'static str,
    object: &'request Map<String, Value>,
}

impl<'request> Members<'request> {
    /// Takes a structure with `known` members.
    pub(crate) fn read(
        place: &'request str,
        code: &'static str,
        value: &'request Value,
        known: &[&str],
    ) -> Result<Self, Refusal> {
        let Value::Object(object) = value else {
            return Err(Refusal::new("SerializationException", format!("{place} must be a structure")));
        };
        let stranger = object.iter().find(|(name, value)| !value.is_null() && !known.contains(&name.as_str()));
        match stranger {
            Some((name, _)) => {
                Err(Refusal::new(code, format!("the sandbox does not support the member {name} of {place}")))
            }
            None => Ok(Self { place, code, object }),
        }
    }

    /// A refusal about this request, with the service's code for a wrong parameter.
    pub(crate) fn wrong(&self, message: impl Into<String>) -> Refusal {
        Refusal::new(self.code, message)
    }

    /// The member as it is.
    pub(crate) fn value(&self, name: &str) -> Option<&'request Value> {
        self.object.get(name).filter(|value| !value.is_null())
    }

    /// A string.
    pub(crate) fn text(&self, name: &str) -> Result<Option<&'request str>, Refusal> {
        self.typed(name, "a string", Value::as_str)
    }

    /// A string that must be there and not be empty.
    pub(crate) fn required_text(&self, name: &str) -> Result<&'request str, Refusal> {
        match self.text(name)? {
            Some(text) if !text.is_empty() => Ok(text),
            _ => Err(self.wrong(format!("{name} must be given"))),
        }
    }

    /// One of a few strings.
    pub(crate) fn choice(&self, name: &str, among: &[&str]) -> Result<Option<&'request str>, Refusal> {
        match self.text(name)? {
            Some(text) if !among.contains(&text) => {
                Err(self.wrong(format!("{name} must be one of [{}], not '{text}'", among.join(", "))))
            }
            other => Ok(other),
        }
    }

    /// A whole number from `least` to `most`.
    pub(crate) fn integer(&self, name: &str, least: i64, most: i64) -> Result<Option<i64>, Refusal> {
        match self.typed(name, "a whole number", Value::as_i64)? {
            Some(number) if number < least || number > most => Err(self.wrong(format!(
                "1 validation error detected: Value '{number}' at '{name}' failed to satisfy constraint: \
                 Member must have value between {least} and {most}"
            ))),
            other => Ok(other),
        }
    }

    /// A whole number that fits a size.
    pub(crate) fn size(&self, name: &str, least: u32, most: u32) -> Result<Option<usize>, Refusal> {
        let number = self.integer(name, i64::from(least), i64::from(most))?;
        Ok(number.and_then(|number| usize::try_from(number).ok()))
    }

    /// A number; timestamps are seconds.
    pub(crate) fn number(&self, name: &str) -> Result<Option<f64>, Refusal> {
        self.typed(name, "a number", Value::as_f64)
    }

    /// A yes or no.
    pub(crate) fn flag(&self, name: &str) -> Result<Option<bool>, Refusal> {
        self.typed(name, "true or false", Value::as_bool)
    }

    /// A list of at most `most` entries.
    pub(crate) fn list(&self, name: &str, most: usize) -> Result<Option<&'request [Value]>, Refusal> {
        match self.typed(name, "a list", Value::as_array)? {
            Some(list) if list.len() > most => Err(self.wrong(format!(
                "1 validation error detected: Value at '{name}' failed to satisfy constraint: \
                 Member must have length less than or equal to {most}"
            ))),
            other => Ok(other.map(Vec::as_slice)),
        }
    }

    /// A list of at most `most` strings.
    pub(crate) fn texts(&self, name: &str, most: usize) -> Result<Option<Vec<&'request str>>, Refusal> {
        let Some(list) = self.list(name, most)? else { return Ok(None) };
        let texts: Option<Vec<&str>> = list.iter().map(Value::as_str).collect();
        texts.map(Some).ok_or_else(|| self.mistyped(name, "a list of strings"))
    }

    /// A structure inside, with `known` members.
    pub(crate) fn structure(&self, name: &'request str, known: &[&str]) -> Result<Option<Self>, Refusal> {
        self.value(name).map(|value| Self::read(name, self.code, value, known)).transpose()
    }

    fn typed<T>(
        &self,
        name: &str,
        expected: &str,
        take: impl Fn(&'request Value) -> Option<T>,
    ) -> Result<Option<T>, Refusal> {
        match self.value(name) {
            None => Ok(None),
            Some(value) => take(value).map(Some).ok_or_else(|| self.mistyped(name, expected)),
        }
    }

    fn mistyped(&self, name: &str, expected: &str) -> Refusal {
        Refusal::new("SerializationException", format!("{name} of {} must be {expected}", self.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn refused(request: &Value) -> String {
        let read = || -> Result<(), Refusal> {
            let members = Members::read("Op", "InvalidParameterException", request, &["name", "limit", "list"])?;
            members.required_text("name")?;
            members.integer("limit", 1, 50)?;
            members.texts("list", 2)?;
            Ok(())
        };
        read().err().map_or_else(|| "nothing".to_owned(), |refusal| refusal.line())
    }

    #[test]
    fn what_is_wrong_is_refused() {
        let check = |request: Value, expected: &str| assert_eq!(refused(&request), expected);
        check(json!({"name": "a", "limit": 50, "list": ["x", "y"]}), "nothing");
        check(json!({"name": "a", "strange": null}), "nothing");
        check(
            json!({"name": "a", "strange": 1}),
            "400 InvalidParameterException: the sandbox does not support the member strange of Op",
        );
        check(json!({}), "400 InvalidParameterException: name must be given");
        check(json!({"name": 3}), "400 SerializationException: name of Op must be a string");
        check(
            json!({"name": "a", "limit": 51}),
            "400 InvalidParameterException: 1 validation error detected: Value '51' at 'limit' failed to satisfy \
             constraint: Member must have value between 1 and 50",
        );
        check(
            json!({"name": "a", "list": ["x", "y", "z"]}),
            "400 InvalidParameterException: 1 validation error detected: Value at 'list' failed to satisfy \
             constraint: Member must have length less than or equal to 2",
        );
        check(json!({"name": "a", "list": [1]}), "400 SerializationException: list of Op must be a list of strings");
        check(json!([]), "400 SerializationException: Op must be a structure");
    }
}
