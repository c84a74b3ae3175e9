//! Documents of JSON are rows, whatever is around them.

use super::*;

#[test]
fn nested_names_become_columns() {
    let (mut keys, mut out, mut texts) = (Keys::default(), Vec::new(), Vec::new());
    let mut read = |text: &str, keys: &mut Keys, out: &mut Vec<CellValue>| {
        values(text.as_bytes(), keys, &CellFormats::default(), out, &mut texts)
    };
    assert!(read(r#"{"a":1,"b":{"c":"x\ny","d":null},"e":[1,"z",{"q":1}],"f":true}"#, &mut keys, &mut out));
    assert_eq!(keys.names, ["a", "b.c", "b.d", "e", "f"]);
    assert_eq!(
        out,
        [
            CellValue::Number(1.0),
            CellValue::Text(0, 3),
            CellValue::Missing,
            CellValue::Text(3, 7),
            CellValue::Number(1.0)
        ]
    );
    let mut listed = (Keys::default(), Vec::new());
    assert!(read(r#"{"d":[{"n":"x","t":1},{"n":"y","t":2,"deep":[3]}]}"#, &mut listed.0, &mut listed.1));
    assert_eq!(listed.0.names, ["d.n", "d.t"]);
    assert_eq!(listed.1, [CellValue::Text(0, 4), CellValue::Text(4, 8)]);
    assert!(read(r#"{"g":2,"a":-1.5}"#, &mut keys, &mut out));
    assert_eq!(
        (keys.names.len(), out[5], out[0], out[1]),
        (6, CellValue::Number(2.0), CellValue::Number(-1.5), CellValue::Missing)
    );
    for wrong in ["[1]", "5", "\"x\"", "{\"a\":", "{} {}", "null"] {
        assert!(!read(wrong, &mut keys, &mut out), "{wrong}");
    }
}

#[test]
fn rows_nested_deeper_than_the_parser_goes_are_damaged() {
    let (mut keys, mut out, mut texts) = (Keys::default(), Vec::new(), Vec::new());
    for (n, is_read) in [(100, true), (127, true), (128, false), (500_000, false)] {
        let object = format!("{}1{}", "{\"a\":".repeat(n), "}".repeat(n));
        let found = values(object.as_bytes(), &mut keys, &CellFormats::default(), &mut out, &mut texts);
        assert_eq!(found, is_read, "{n}");
        assert_eq!(Objects::default().next(object.as_bytes()), (Some(0), Some(object.len())));
    }
    let lists = format!("{{\"a\":[{}{}]}}", "[".repeat(500_000), "]".repeat(500_000));
    assert!(values(lists.as_bytes(), &mut keys, &CellFormats::default(), &mut out, &mut texts));
}

#[test]
fn names_that_are_too_long_are_refused_before_they_are_looked_up() {
    let long = "a".repeat(MOST_NAME_BYTES + 1);
    let mut keys = Keys::of(&["b".to_owned()]);
    assert_eq!((keys.place(&long), keys.place("b"), keys.n_refused), (None, Some(0), 1));
}
