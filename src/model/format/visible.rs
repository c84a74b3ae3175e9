//! Text of a capture to text that shows all that it holds: the one door for what people read, on page, report and terminal.
//!
//! A character that is not seen, or that turns round or breaks what follows, could make a name look like another. It is
//! shown as �; in JSON, where the value must stay, it is escaped.

use std::borrow::Cow;

/// The character, or � for one that would not be seen, would turn the text round, or would begin a line.
///
/// Controls (C0, C1), Unicode's Default_Ignorable_Code_Point and Bidi_Control, line and paragraph separator, and the blanks
/// that are no space: a braille pattern without dots, fillers of Hangul.
pub fn visible(letter: char) -> char {
    if is_deceiving(letter) { '\u{fffd}' } else { letter }
}

/// Every character as [`visible`] shows it.
pub fn text(text: &str) -> String {
    text.chars().map(visible).collect()
}

/// JSON that means the same, with what deceives a reader written as `\u` and digits.
pub fn json(text: &str) -> Cow<'_, str> {
    // What is left of it in JSON stands in strings: there controls below 0x20 are escaped already.
    let is_hidden = |letter: char| letter >= '\u{7f}' && is_deceiving(letter);
    if !text.chars().any(is_hidden) {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 64);
    for letter in text.chars() {
        if is_hidden(letter) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                escaped.push_str(&format!("\\u{unit:04x}"));
            }
        } else {
            escaped.push(letter);
        }
    }
    Cow::Owned(escaped)
}

fn is_deceiving(letter: char) -> bool {
    letter.is_control()
        || letter > '\u{ac}'
            && matches!(letter,
                '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
                | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
                | '\u{2800}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
                | '\u{13430}'..='\u{1343f}' | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
                | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_deceives_is_seen() {
        let deceiving = "\0\t\n\u{1b}\u{7f}\u{85}\u{9b}\u{ad}\u{34f}\u{61c}\u{115f}\u{180e}\u{200b}\u{200d}\u{200e}\u{2028}\
            \u{2029}\u{202a}\u{202e}\u{2060}\u{2066}\u{2069}\u{206f}\u{2800}\u{3164}\u{fe0f}\u{feff}\u{ffa0}\u{fff9}\
            \u{e0001}\u{e0041}\u{e007f}\u{e01ef}";
        assert!(text(deceiving).chars().all(|letter| letter == '\u{fffd}'), "{}", text(deceiving).escape_unicode());
        let plain = "Grüße, Ελλάδα, Россия, 日本語, 한국어, עברית, العربية, ½ € “” – … 🙂 a\u{a0}b";
        assert_eq!(text(plain), plain);
    }

    #[test]
    fn json_means_the_same() {
        let value = "a\u{202e}b\u{9b}c\u{e0041}d\u{1b}e\u{2028}f\n“";
        let written = serde_json::to_string_pretty(&[value]).unwrap();
        let shown = json(&written);
        assert!(shown.contains("a\\u202eb\\u009bc\\udb40\\udc41d\\u001be\\u2028f\\n“"), "{shown}");
        assert_eq!(serde_json::from_str::<Vec<String>>(&shown).unwrap(), [value]);
        assert!(matches!(json("[\"plain\"]"), Cow::Borrowed(_)));
    }
}
