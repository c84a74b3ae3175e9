//! Lines of CEF and LEEF to keys and values: a header whose fields end with pipes, then pairs whose values may hold blanks.
//!
//! CEF separates pairs by blanks, so a value ends before the next key; LEEF by tabs, its default; another delimiter that LEEF 2.0 names
//! is not looked at (ArcSight CEF revision 25, QRadar LEEF guide).

/// The pairs of a line, without its header; none if it is of neither format.
pub fn pairs(line: &str) -> Option<Vec<(&str, &str)>> {
    // Pipes after which the pairs begin: CEF 7, LEEF 1.0 5, LEEF 2.0 6, as it names its delimiter.
    let (n_pipes, body) = match (line.find("CEF:"), line.find("LEEF:")) {
        (_, Some(at)) => {
            let body = line.get(at..)?;
            (if body.starts_with("LEEF:2") { 6 } else { 5 }, body)
        }
        (Some(at), None) => (7, line.get(at..)?),
        (None, None) => return None,
    };
    let mut pipes = body.match_indices('|').filter(|(at, _)| !body.get(..*at).unwrap_or_default().ends_with('\\'));
    let (at, _) = pipes.nth(n_pipes - 1)?;
    let extension = body.get(at + 1..)?;
    if extension.contains('\t') {
        return Some(extension.split('\t').filter_map(|pair| pair.split_once('=')).map(trimmed).collect());
    }
    // Keys: words before an equals sign that is not escaped. In one pass, as a line may be long: only the first sign of a word
    // can end a key.
    let mut keys: Vec<(usize, usize)> = Vec::new();
    let (mut start, mut is_before_mark) = (0, true);
    for (at, sign) in extension.bytes().enumerate() {
        match sign {
            b' ' => (start, is_before_mark) = (at + 1, true),
            b'=' if is_before_mark => {
                is_before_mark = false;
                let key = extension.get(start..at).unwrap_or_default();
                if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_.-[]".contains(&byte)) {
                    keys.push((start, at));
                }
            }
            _ => {}
        }
    }
    let ends = keys.iter().skip(1).map(|(start, _)| *start).chain([extension.len()]);
    let pairs = keys
        .iter()
        .zip(ends)
        .filter_map(|((start, mark), end)| Some((extension.get(*start..*mark)?, extension.get(mark + 1..end)?)));
    Some(pairs.map(trimmed).collect())
}

fn trimmed<'a>((key, value): (&'a str, &'a str)) -> (&'a str, &'a str) {
    (key.trim(), value.trim())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_may_hold_blanks() {
        let line = "fw CEF:0|V|P \\| x|1|100|traffic|3|rt=May 01 2024 10:00:35 src=10.0.0.1 msg=a b=c dst=10.0.0.2";
        assert_eq!(
            pairs(line).unwrap(),
            [("rt", "May 01 2024 10:00:35"), ("src", "10.0.0.1"), ("msg", "a"), ("b", "c"), ("dst", "10.0.0.2")]
        );
        let line = "fw LEEF:1.0|V|P|9|allow|devTime=May 01 2024 10:00:35\tsrc=10.0.0.1\tdst=10.0.0.2";
        assert_eq!(pairs(line).unwrap()[..2], [("devTime", "May 01 2024 10:00:35"), ("src", "10.0.0.1")]);
        // A value may hold marks of its own.
        let line = "CEF:0|V|P|1|100|traffic|3|request=http://h/?a=b&c=d =x msg==";
        assert_eq!(pairs(line).unwrap(), [("request", "http://h/?a=b&c=d =x"), ("msg", "=")]);
        assert_eq!(pairs("fw LEEF:2.0|V|P|9|allow|x09|src=10.0.0.1\tdst=10.0.0.2").unwrap()[0], ("src", "10.0.0.1"));
        assert_eq!((pairs("src=10.0.0.1 dst=10.0.0.2"), pairs("CEF:0|a|b")), (None, None));
    }
}
