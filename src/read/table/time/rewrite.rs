//! Times in marks of other languages and programs to the marks that are read here: `2018年12月25日 20時49分`, `25/12/2018 20h49m10s`,
//! `25-DEC-18 08.49.10 PM`, `ISODate("...")`.

/// Characters between the parts of a date or a time of day, and what stands there elsewhere.
const MARKS: &[(char, &str)] = &[
    ('年', "-"),
    ('月', "-"),
    ('日', " "),
    ('년', "-"),
    ('월', "-"),
    ('일', " "),
    ('時', ":"),
    ('时', ":"),
    ('点', ":"),
    ('시', ":"),
    ('分', ":"),
    ('분', ":"),
    ('秒', ""),
    ('초', ""),
    ('，', " "),
    ('：', ":"),
];

/// Words for the halves of a day, which stand before the time there.
const HALVES: &[(&str, &str)] =
    &[("上午", "AM"), ("午前", "AM"), ("오전", "AM"), ("下午", "PM"), ("午後", "PM"), ("오후", "PM")];

/// The text with marks that are read; none if it has none of those that are known.
pub(super) fn rewrite(text: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(text).ok()?.trim();
    if !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let inside = unwrapped(text);
    let half = HALVES.iter().find(|(word, _)| inside.contains(word));
    let bare = half.map_or(inside.to_owned(), |(word, _)| inside.replace(&format!("{word} "), "").replace(word, ""));
    let replaced: String = bare.chars().map(|c| MARKS.iter().find(|(mark, _)| *mark == c)).zip(bare.chars()).fold(
        String::new(),
        |mut all, (known, c)| {
            match known {
                Some((_, mark)) => all.push_str(mark),
                None => all.push(c),
            }
            all
        },
    );
    let spelt = points(&letters(&replaced));
    let spelt = spelt.trim().trim_end_matches([':', '-']);
    let spelt = half.map_or(spelt.to_owned(), |(_, half)| format!("{spelt} {half}"));
    (spelt != text).then_some(spelt)
}

/// What a program writes around a moment: `ISODate("...")`, `Timestamp('...')`, `b'...'`.
fn unwrapped(text: &str) -> &str {
    let end = |quote: char| text.strip_suffix(')').unwrap_or(text).strip_suffix(quote);
    let of = |quote: char| {
        let (before, inside) = end(quote)?.split_once(quote)?;
        before.chars().all(|c| c.is_ascii_alphabetic() || matches!(c, '(' | '.')).then_some(inside)
    };
    of('"').or_else(|| of('\'')).unwrap_or(text)
}

/// `20h49m10s` and `20h49` with colons.
fn letters(text: &str) -> String {
    let bytes = text.as_bytes();
    let is_digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
    let mut all = String::with_capacity(text.len());
    let mut has_hours = false;
    for (at, c) in text.char_indices() {
        let is_behind_digit = is_digit(at.checked_sub(1));
        match c {
            'h' | 'H' if is_behind_digit && is_digit(Some(at + 1)) => {
                has_hours = true;
                all.push(':');
            }
            'm' if has_hours && is_behind_digit => all.push(':'),
            's' if has_hours && is_behind_digit => {}
            'i' | 'n' if has_hours && all.ends_with(':') => {}
            c => all.push(c),
        }
    }
    all
}

/// Points behind which a blank stands, as in Korea (`2018. 12. 25. 20:49`), and points in a time of day behind a blank
/// (`08.49.10`).
fn points(text: &str) -> String {
    let glued = match text.split('.').next() {
        Some(year) if year.len() == 4 && year.bytes().all(|byte| byte.is_ascii_digit()) => text.replace(". ", "."),
        _ => text.to_owned(),
    };
    let Some((before, clock)) = glued.split_once(' ') else { return glued };
    let parts: Vec<&str> = clock.splitn(3, '.').collect();
    let is_two = |part: &str| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [hour, minute, rest] if is_two(hour) && is_two(minute) && rest.starts_with(|c: char| c.is_ascii_digit()) => {
            format!("{before} {hour}:{minute}:{rest}")
        }
        _ => glued,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_become_those_that_are_read() {
        for (text, expected) in [
            ("2018年12月25日 20:49:10", Some("2018-12-25  20:49:10")),
            ("2018年12月25日20時49分10秒", Some("2018-12-25 20:49:10")),
            ("2018. 12. 25. 20:49:10", Some("2018.12.25.20:49:10")),
            ("2018. 12. 25. 오후 8:49:10", Some("2018.12.25.8:49:10 PM")),
            ("25/12/2018 20h49m10s", Some("25/12/2018 20:49:10")),
            ("25/12/2018 20h49", Some("25/12/2018 20:49")),
            ("25-DEC-18 08.49.10.000000 PM", Some("25-DEC-18 08:49:10.000000 PM")),
            ("ISODate(\"2018-12-25T20:49:10Z\")", Some("2018-12-25T20:49:10Z")),
            ("b'2018-12-25 20:49:10'", Some("2018-12-25 20:49:10")),
            ("2018-12-25 20:49:10", None),
            ("192.168.1.5", None),
            ("text", None),
        ] {
            assert_eq!(rewrite(text.as_bytes()).as_deref(), expected, "{text}");
        }
    }
}
