//! The tables of keys as JSON Schema.

use serde_json::{Map, Value, json};

use super::{Object, PROBES, STEP, STEP_OR_USE, Shape};

/// A schema whose root is `object`, or, where there are `items`, a list of these; the objects within stand under `$defs`.
pub(super) fn document(title: &str, object: &'static Object, items: Option<&Shape>) -> Value {
    let mut defs = Map::new();
    let mut root = Map::new();
    root.insert("$schema".to_owned(), json!("https://json-schema.org/draft/2020-12/schema"));
    root.insert("title".to_owned(), json!(title));
    root.extend(properties(object, &mut defs));
    if let Some(items) = items {
        // What is said of mappings says nothing of lists, nor the other way round; so errors stay plain.
        root.insert("type".to_owned(), json!(["object", "array"]));
        root.insert("items".to_owned(), shape(items, &mut defs));
    }
    root.insert("$defs".to_owned(), Value::Object(defs));
    Value::Object(root)
}

fn properties(object: &'static Object, defs: &mut Map<String, Value>) -> Map<String, Value> {
    let mut properties = Map::new();
    for key in object.keys {
        let mut schema = shape(&key.shape, defs);
        if let Some(schema) = schema.as_object_mut() {
            schema.insert("description".to_owned(), json!(key.about));
        }
        properties.insert(key.name.to_owned(), schema);
    }
    let required: Vec<&str> = object.keys.iter().filter(|key| key.required).map(|key| key.name).collect();
    let mut schema = Map::new();
    schema.insert("type".to_owned(), json!("object"));
    schema.insert("properties".to_owned(), Value::Object(properties));
    schema.insert("required".to_owned(), json!(required));
    schema.insert("additionalProperties".to_owned(), json!(false));
    schema
}

fn shape(wanted: &Shape, defs: &mut Map<String, Value>) -> Value {
    let scalar = json!({ "type": ["string", "number", "boolean"] });
    match wanted {
        Shape::Text => scalar,
        Shape::Template => json!({ "type": "string", "pattern": r"\$\{\{" }),
        Shape::Duration => json!({ "type": "string", "examples": ["90s", "5m", "1m 30s"] }),
        Shape::Expression => json!({ "type": ["string", "boolean"] }),
        Shape::Expressions => json!({ "anyOf": [
            { "type": ["string", "boolean"] },
            { "type": "array", "minItems": 1, "items": { "type": ["string", "boolean"] } },
        ] }),
        Shape::Flag => json!({ "type": "boolean" }),
        Shape::Count => json!({ "type": "integer", "minimum": 0 }),
        Shape::Tree => json!({}),
        Shape::Object(object) => reference(object, defs),
        // A key with nothing under it is an empty mapping.
        Shape::Map(Shape::Object(object)) => {
            let value = reference(object, defs);
            json!({ "type": ["object", "null"], "additionalProperties": { "anyOf": [value, { "type": "null" }] } })
        }
        Shape::Map(value) => json!({ "type": ["object", "null"], "additionalProperties": shape(value, defs) }),
        Shape::List(item) => json!({ "type": "array", "items": shape(item, defs) }),
        Shape::Either(shapes) => {
            json!({ "anyOf": shapes.iter().map(|one| shape(one, defs)).collect::<Vec<_>>() })
        }
        Shape::Steps => {
            json!({ "type": ["array", "null"], "items": shape(&STEP_OR_USE, defs) })
        }
    }
}

fn reference(object: &'static Object, defs: &mut Map<String, Value>) -> Value {
    let name = object.name;
    if !defs.contains_key(name) {
        // Taken before it is filled in, so that an object may hold itself.
        defs.insert(name.to_owned(), Value::Null);
        let mut schema = properties(object, defs);
        if name == STEP.name {
            let one_probe: Vec<Value> = PROBES.iter().map(|probe| json!({ "required": [probe] })).collect();
            schema.insert("oneOf".to_owned(), Value::Array(one_probe));
        }
        defs.insert(name.to_owned(), Value::Object(schema));
    }
    json!({ "$ref": format!("#/$defs/{name}") })
}
