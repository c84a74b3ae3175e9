//! The head of a log in W3C's extended format to the names of its fields.

use super::LinesFront;

/// Lines at the front that may come before the fields.
const MOST_LINES: usize = 60;

/// The fields that a line of `#Fields:` names; rows begin behind the comments.
pub fn open(front: &[u8]) -> Option<LinesFront> {
    let (mut at, mut names) = (0, None);
    for line in front.split_inclusive(|byte| *byte == b'\n').take(MOST_LINES) {
        let text = line.trim_ascii();
        if let Some(fields) = text.strip_prefix(b"#Fields:") {
            let fields = std::str::from_utf8(fields).ok()?;
            names = Some(fields.split_whitespace().map(str::to_lowercase).collect::<Vec<String>>());
        } else if !text.is_empty() && !text.starts_with(b"#") {
            break;
        }
        at += line.len();
    }
    let names = names.filter(|names| names.len() > 1)?;
    Some(LinesFront { names, has_header: true, skip: at, reader: None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_are_named_by_a_comment() {
        let front = b"#Version: 1.5\r\n#Fields: date time Action\r\n\r\n2024-05-01 10:00:00 DROP\r\n";
        let opened = open(front).unwrap();
        assert_eq!(
            (opened.names.as_slice(), opened.skip),
            (&["date".to_owned(), "time".into(), "action".into()][..], 44)
        );
        assert!(opened.has_header && open(b"# a comment\na,b\n").is_none());
    }
}
