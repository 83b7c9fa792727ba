//! What of a value is not told: where it stands, and the texts that nobody may see.

use cel::objects::Key;

use crate::expr::{Value, Withheld};

/// The paths of everything unknown, and of everything sensitive, sorted: `network[0].id`.
pub(super) fn paths(value: &Value) -> (Vec<String>, Vec<String>) {
    let mut found = (Vec::new(), Vec::new());
    collect(value, "", &mut found);
    found.0.sort();
    found.1.sort();
    found
}

fn collect(value: &Value, path: &str, found: &mut (Vec<String>, Vec<String>)) {
    match (value, Withheld::of(value)) {
        (_, Some(Withheld::Unknown(_))) => found.0.push(path.to_owned()),
        (_, Some(Withheld::Sensitive(_))) => found.1.push(path.to_owned()),
        (Value::List(items), _) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, &format!("{path}[{index}]"), found));
        }
        (Value::Map(fields), _) => {
            let dot = if path.is_empty() { "" } else { "." };
            let below = |(name, item): (&Key, &Value)| collect(item, &format!("{path}{dot}{name}"), found);
            fields.map.iter().for_each(below);
        }
        _ => {}
    }
}

/// The texts inside everything in a value that is sensitive.
pub(super) fn secrets(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(value, false, &mut found);
    found
}

/// The texts in a value that is sensitive as a whole.
pub(super) fn texts(value: &Value) -> Vec<String> {
    let mut found = Vec::new();
    gather(value, true, &mut found);
    found
}

fn gather(value: &Value, inside: bool, found: &mut Vec<String>) {
    match (value, Withheld::of(value)) {
        (_, Some(Withheld::Sensitive(inner))) => gather(inner, true, found),
        (Value::List(items), _) => items.iter().for_each(|item| gather(item, inside, found)),
        (Value::Map(fields), _) => fields.map.values().for_each(|item| gather(item, inside, found)),
        (Value::String(text), _) if inside => found.push(text.as_str().to_owned()),
        // Where it is part of a text, a number gives itself away like any other secret.
        (Value::Int(number), _) if inside => found.push(number.to_string()),
        _ => {}
    }
}
