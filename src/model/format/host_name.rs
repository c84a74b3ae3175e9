//! Host names to what a reader should know of them: what `xn--` stands for, and letters of several scripts in one label.
//!
//! Sources: RFC 3492 (Punycode), RFC 5890 (A-labels), UTS 39, section 5 (a label mixes scripts, unless they are Latin and those
//! of East Asia).

use super::visible::visible;
use crate::maths::sorting::Gather;
use std::borrow::Cow;
use std::collections::BTreeSet;

/// Longest label (RFC 1035, section 2.3.4); more is not decoded.
const MOST_LABEL_BYTES: usize = 63;
/// Scripts of East Asia, which are written together, also with Latin letters.
const EAST_ASIAN: &str = "East Asian";
const LATIN: &str = "Latin";

/// First and last character of blocks, and the script of their letters. Blocks without a line have letters that look like
/// those of no other script.
const SCRIPTS: [(char, char, &str); 37] = [
    ('A', 'Z', LATIN),
    ('a', 'z', LATIN),
    ('\u{aa}', '\u{aa}', LATIN),
    ('\u{ba}', '\u{ba}', LATIN),
    ('\u{c0}', '\u{2af}', LATIN),
    ('\u{370}', '\u{3ff}', "Greek"),
    ('\u{400}', '\u{52f}', "Cyrillic"),
    ('\u{530}', '\u{58f}', "Armenian"),
    ('\u{590}', '\u{5ff}', "Hebrew"),
    ('\u{600}', '\u{6ff}', "Arabic"),
    ('\u{750}', '\u{77f}', "Arabic"),
    ('\u{8a0}', '\u{8ff}', "Arabic"),
    ('\u{900}', '\u{97f}', "Devanagari"),
    ('\u{980}', '\u{9ff}', "Bengali"),
    ('\u{e00}', '\u{e7f}', "Thai"),
    ('\u{e80}', '\u{eff}', "Lao"),
    ('\u{1000}', '\u{109f}', "Myanmar"),
    ('\u{10a0}', '\u{10ff}', "Georgian"),
    ('\u{1100}', '\u{11ff}', EAST_ASIAN),
    ('\u{1200}', '\u{139f}', "Ethiopic"),
    ('\u{13a0}', '\u{13ff}', "Cherokee"),
    ('\u{1400}', '\u{167f}', "Canadian"),
    ('\u{1780}', '\u{17ff}', "Khmer"),
    ('\u{1c80}', '\u{1c8f}', "Cyrillic"),
    ('\u{1e00}', '\u{1eff}', LATIN),
    ('\u{1f00}', '\u{1fff}', "Greek"),
    ('\u{2c60}', '\u{2c7f}', LATIN),
    ('\u{2c80}', '\u{2cff}', "Coptic"),
    ('\u{2d00}', '\u{2d2f}', "Georgian"),
    ('\u{2de0}', '\u{2dff}', "Cyrillic"),
    ('\u{3040}', '\u{312f}', EAST_ASIAN),
    ('\u{3400}', '\u{9fff}', EAST_ASIAN),
    ('\u{a4d0}', '\u{a4ff}', "Lisu"),
    ('\u{a640}', '\u{a69f}', "Cyrillic"),
    ('\u{ab70}', '\u{abbf}', "Cherokee"),
    ('\u{ac00}', '\u{d7af}', EAST_ASIAN),
    ('\u{ff21}', '\u{ff5a}', LATIN),
];

/// The text, followed by what should be known of it where it is a host name that is not what it seems:
/// `xn--80ak6aa92e.com (reads аррӏе.com: Cyrillic letters)`.
pub fn shown(text: &str) -> Cow<'_, str> {
    match remark(text) {
        Some(remark) => Cow::Owned(format!("{text} ({remark})")),
        None => Cow::Borrowed(text),
    }
}

/// What should be known of a host name; none for an ordinary one, and for text that is none.
pub fn remark(name: &str) -> Option<String> {
    let is_name =
        name.contains('.') && !name.contains(|c: char| c.is_whitespace() || matches!(c, '/' | '@' | '"' | '=' | '('));
    if !is_name || name.is_ascii() && !name.to_ascii_lowercase().contains("xn--") {
        return None;
    }
    let labels: Vec<(Cow<'_, str>, bool)> = name.split('.').map(label).collect();
    let is_encoded = labels.iter().any(|(_, is_encoded)| *is_encoded);
    let reads: Vec<&str> = labels.iter().map(|(label, _)| label.as_ref()).collect();
    let mixed = reads.iter().map(|label| scripts(label)).find(|scripts| is_mixed(scripts));
    let foreign: BTreeSet<&str> =
        reads.iter().flat_map(|label| scripts(label)).filter(|script| *script != LATIN).gathered();
    let words = match mixed {
        Some(mixed) => Some(format!("{} letters mixed", and(&mixed))),
        None if is_encoded && !foreign.is_empty() => Some(format!("{} letters", and(&foreign))),
        None => None,
    };
    match (is_encoded, words) {
        (true, Some(words)) => Some(format!("reads {}: {words}", reads.join("."))),
        (true, None) if reads.join(".") == name => Some("xn-- without valid Punycode".to_owned()),
        (true, None) => Some(format!("reads {}", reads.join("."))),
        (false, words) => words,
    }
}

fn and(words: &BTreeSet<&str>) -> String {
    words.iter().copied().collect::<Vec<_>>().join(" and ")
}

/// A label as it reads, and whether it is an A-label.
fn label(label: &str) -> (Cow<'_, str>, bool) {
    let encoded = label.get(..4).filter(|front| front.eq_ignore_ascii_case("xn--")).and_then(|_| label.get(4..));
    match encoded {
        Some(encoded) => (punycode(encoded).map_or(Cow::Borrowed(label), Cow::Owned), true),
        None => (Cow::Borrowed(label), false),
    }
}

fn scripts(label: &str) -> BTreeSet<&'static str> {
    let script = |letter: char| SCRIPTS.iter().find(|(first, last, _)| (*first..=*last).contains(&letter));
    label.chars().filter(|letter| letter.is_alphabetic()).filter_map(script).map(|(_, _, script)| *script).gathered()
}

fn is_mixed(scripts: &BTreeSet<&str>) -> bool {
    scripts.len() > 1 && !scripts.iter().all(|script| [LATIN, EAST_ASIAN].contains(script))
}

/// Decodes Punycode (RFC 3492, section 6.2); none if it is none.
fn punycode(encoded: &str) -> Option<String> {
    if encoded.len() > MOST_LABEL_BYTES || !encoded.is_ascii() {
        return None;
    }
    let (basic, rest) = encoded.rsplit_once('-').unwrap_or(("", encoded));
    let mut letters: Vec<char> = basic.chars().collect();
    let (mut code, mut place, mut bias) = (128u32, 0u32, 72u32);
    let mut digits = rest.bytes();
    while digits.len() > 0 {
        let (before, mut weight, mut k) = (place, 1u32, 36u32);
        loop {
            let digit = match digits.next()? {
                byte @ b'a'..=b'z' => byte - b'a',
                byte @ b'A'..=b'Z' => byte - b'A',
                byte @ b'0'..=b'9' => byte - b'0' + 26,
                _ => return None,
            };
            let digit = u32::from(digit);
            place = place.checked_add(digit.checked_mul(weight)?)?;
            let threshold = k.saturating_sub(bias).clamp(1, 26);
            if digit < threshold {
                break;
            }
            weight = weight.checked_mul(36 - threshold)?;
            k += 36;
        }
        let n = letters.len() as u32 + 1;
        bias = adapt(place - before, n, before == 0);
        code = code.checked_add(place / n)?;
        place %= n;
        // What is not seen stands in no label (RFC 5892).
        letters.insert(place as usize, char::from_u32(code).filter(|letter| visible(*letter) == *letter)?);
        place += 1;
    }
    Some(letters.into_iter().collect())
}

/// The next bias (RFC 3492, section 6.1).
fn adapt(delta: u32, n: u32, is_first: bool) -> u32 {
    let mut delta = if is_first { delta / 700 } else { delta / 2 };
    delta += delta / n;
    let mut k = 0;
    while delta > 455 {
        delta /= 35;
        k += 36;
    }
    k + 36 * delta / (delta + 38)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn punycode_is_that_of_its_examples() {
        // RFC 3492, section 7.1: (A), (B), (L), (S).
        for (encoded, plain) in [
            ("egbpdaj6bu4bxfgehfvwxn", "ليهمابتكلموشعربي؟"),
            ("ihqwcrb4cv8a8dqg056pqjye", "他们为什么不说中文"),
            ("3B-ww4c5e180e575a65lsy2b", "3年B組金八先生"),
            ("-> $1.00 <--", "-> $1.00 <-"),
            ("mnchen-3ya", "münchen"),
        ] {
            assert_eq!(punycode(encoded).as_deref(), Some(plain));
        }
        for broken in ["a", "99999999", "ä", "!", "zzzzzzzzzzzzzzzzzz"] {
            assert_eq!(punycode(broken), None, "{broken}");
        }
    }

    #[test]
    fn names_that_are_not_what_they_seem_say_so() {
        for (name, wanted) in [
            ("xn--80ak6aa92e.com", "reads аррӏе.com: Cyrillic letters"),
            ("xn--pypal-4ve.com", "reads pаypal.com: Cyrillic and Latin letters mixed"),
            ("pаypal.com", "Cyrillic and Latin letters mixed"),
            ("xn--mnchen-3ya.de", "reads münchen.de"),
            ("XN--MNCHEN-3YA.de", "reads MüNCHEN.de"),
            ("xn--a.example", "xn-- without valid Punycode"),
        ] {
            assert_eq!(remark(name).as_deref(), Some(wanted), "{name}");
        }
        for plain in
            ["example.com", "münchen.de", "пример.рф", "例え.jp", "abc例え.jp", "ein Satz. Über α", "", "a.b/α"]
        {
            assert_eq!(remark(plain), None, "{plain}");
        }
        assert_eq!(shown("xn--mnchen-3ya.de"), "xn--mnchen-3ya.de (reads münchen.de)");
    }
}
