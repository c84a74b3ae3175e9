//! Two changes of one JSON document, made in two tabs, to one document with both.

use serde_json::{Map, Value};

/// The document `theirs` with what was changed in `ours` since `base`; where both changed the same thing, ours holds. What is no
/// JSON counts as nothing; none if nothing is left.
pub fn merged(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let [base, ours, theirs] = [base, ours, theirs].map(|text| serde_json::from_str(text).unwrap_or_default());
    match both(&base, &ours, &theirs) {
        Value::Null => None,
        Value::Object(fields) if fields.is_empty() => None,
        Value::Array(elements) if elements.is_empty() => None,
        document => Some(document.to_string()),
    }
}

fn both(base: &Value, ours: &Value, theirs: &Value) -> Value {
    if ours == base {
        return theirs.clone();
    }
    match (ours, theirs) {
        _ if theirs == base => ours.clone(),
        (Value::Object(ours), Value::Object(theirs)) => {
            let none = Map::new();
            objects(base.as_object().unwrap_or(&none), ours, theirs)
        }
        (Value::Array(ours), Value::Array(theirs)) => lists(base.as_array().map_or(&[], Vec::as_slice), ours, theirs),
        _ => ours.clone(),
    }
}

fn objects(base: &Map<String, Value>, ours: &Map<String, Value>, theirs: &Map<String, Value>) -> Value {
    let keys = theirs.keys().chain(ours.keys().filter(|key| !theirs.contains_key(*key)));
    let pairs = keys.filter_map(|key| Some((key.clone(), one(base.get(key), ours.get(key), theirs.get(key))?)));
    Value::Object(pairs.collect())
}

/// Elements are the same if they name the same file, or else are equal; what is new in ours comes first.
fn lists(base: &[Value], ours: &[Value], theirs: &[Value]) -> Value {
    let find = |list: &[Value], wanted: &Value| list.iter().find(|one| identity(one) == identity(wanted)).cloned();
    let is_new = |one: &&Value| find(theirs, one).is_none();
    let all = ours.iter().filter(is_new).chain(theirs);
    let kept =
        all.filter_map(|each| one(find(base, each).as_ref(), find(ours, each).as_ref(), find(theirs, each).as_ref()));
    Value::Array(kept.collect())
}

/// One key or element that base, ours and theirs have or lack; none if it was removed.
fn one(base: Option<&Value>, ours: Option<&Value>, theirs: Option<&Value>) -> Option<Value> {
    match (ours, theirs) {
        (Some(ours), Some(theirs)) => Some(both(base.unwrap_or(&Value::Null), ours, theirs)),
        // What one of them lacks was removed there, or added by the other.
        (Some(only), None) | (None, Some(only)) => (base != Some(only)).then(|| only.clone()),
        (None, None) => None,
    }
}

/// The hash of a file, or its name and size; of other elements all they are.
fn identity(element: &Value) -> Value {
    match (element.get("sha256"), element.get("name"), element.get("bytes")) {
        (Some(Value::String(hash)), ..) => Value::from(hash.as_str()),
        (_, Some(name), Some(bytes)) => Value::from(vec![name.clone(), bytes.clone()]),
        _ => element.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn changes_of_two_tabs_are_both_kept_and_removals_hold() {
        let base = json!({"a": 1, "b": 2, "c": {"x": 1, "y": 2}, "gone": 5});
        let ours = json!({"a": 9, "b": 2, "c": {"x": 7, "y": 2}, "new": 1});
        let theirs = json!({"a": 1, "b": 3, "c": {"x": 1, "y": 8}, "gone": 5, "other": 2});
        let expected = json!({"a": 9, "b": 3, "c": {"x": 7, "y": 8}, "other": 2, "new": 1});
        assert_eq!(both(&base, &ours, &theirs), expected);
        assert_eq!(both(&base, &base, &theirs), theirs);
        assert_eq!(both(&base, &ours, &base), ours);
        assert_eq!(both(&Value::Null, &json!({"a": 1}), &json!({"b": 2})), json!({"b": 2, "a": 1}));
        assert_eq!(merged("", "{}", "no JSON"), None);
        assert_eq!(merged("{}", "{\"a\":1}", "{}").as_deref(), Some("{\"a\":1}"));
    }

    #[test]
    fn lists_of_files_and_rules_are_merged_element_by_element() {
        let file = |hash: &str, notes: Value| json!({"name": "f", "bytes": 1, "sha256": hash, "annotations": notes});
        let base = json!([file("aa", json!({"1": "x"}))]);
        let ours = json!([file("bb", json!({"5": "n"})), file("aa", json!({"1": "x", "2": "y"}))]);
        let theirs = json!([file("aa", json!({"1": "z"}))]);
        let expected = json!([file("bb", json!({"5": "n"})), file("aa", json!({"1": "z", "2": "y"}))]);
        assert_eq!(both(&base, &ours, &theirs), expected);
        let rules = both(&json!([1, 2]), &json!([2, 3]), &json!([1, 2, 4]));
        assert_eq!(rules, json!([3, 2, 4]), "1 was removed, 3 and 4 were added");
    }
}
