//! Where two objects that should be the same are not.

use super::equality::alike;
use super::value::{key_text, sorted};
use super::words::shown;
use super::{Scope, Value, Withheld};

/// Each field that is known to differ, with both values, however deep it lies; none where these are not two objects.
pub(super) fn of_objects(left: &Value, right: &Value, scope: &Scope) -> Option<String> {
    let mut found = Vec::new();
    if let (Value::Map(_), Value::Map(_)) = (left, right) {
        collect("", Some(left), Some(right), scope, &mut found);
    }
    (!found.is_empty()).then(|| found.join(", "))
}

fn collect(path: &str, left: Option<&Value>, right: Option<&Value>, scope: &Scope, found: &mut Vec<String>) {
    if let (Some(Value::Map(left)), Some(Value::Map(right))) = (left, right) {
        let only_right = sorted(right).filter(|(key, _)| !left.map.contains_key(*key));
        for (key, _) in sorted(left).chain(only_right) {
            let name = if path.is_empty() { key_text(key) } else { format!("{path}.{}", key_text(key)) };
            collect(&name, left.map.get(key), right.map.get(key), scope, found);
        }
    } else if left.zip(right).is_none_or(|(left, right)| matches!(alike(left, right), Ok(false)))
        && ![left, right].into_iter().flatten().any(|value| Withheld::of(value).is_some())
    {
        let side = |value: Option<&Value>| value.map_or_else(|| "(not there)".to_owned(), |it| shown(it, scope));
        found.push(format!("{path}: {} == {}", side(left), side(right)));
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::expr::{from_json, object};

    #[test]
    fn what_is_withheld_is_not_said_to_differ() {
        let side = |number: i64| {
            let secret = Withheld::Sensitive(from_json(&json!("s"))).into_value();
            object([("secret".to_owned(), secret), ("number".to_owned(), Value::Int(number))])
        };
        let differing = of_objects(&side(1), &side(2), &Scope::default());
        assert_eq!(differing.as_deref(), Some("number: 1 == 2"));
        assert_eq!(of_objects(&side(1), &side(1), &Scope::default()), None);
        // Nor where the other side has no such field at all.
        let bare = object([("number".to_owned(), Value::Int(1))]);
        assert_eq!(of_objects(&side(1), &bare, &Scope::default()), None);
        assert_eq!(of_objects(&bare, &side(2), &Scope::default()).as_deref(), Some("number: 1 == 2"));
        assert_eq!(of_objects(&object([]), &bare, &Scope::default()).as_deref(), Some("number: (not there) == 1"));
    }
}
