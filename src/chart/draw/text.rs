//! Text on a chart: how wide it is about, and how it is cut to fit.

use crate::model::format::visible::{self, visible};

/// Family of all text on charts.
pub const FAMILY: &str = "system-ui, sans-serif";

/// Estimated width in px of a text in a sans-serif font of `size` px, by kind of letter, after DejaVu Sans, the widest of the
/// usual fonts. The browser is not asked: the report must be the same natively, and drawing must cause no layout of the page.
pub fn width(text: &str, size: f64) -> f64 {
    text.chars().map(em).sum::<f64>() * size
}

/// Width of a letter, em.
fn em(letter: char) -> f64 {
    match letter {
        'i' | 'j' | 'l' | '.' | ',' | ':' | ';' | '\'' | '|' | '!' => 0.32,
        'f' | 't' | 'r' | ' ' | '(' | ')' | '[' | ']' | '/' | '-' | 'I' => 0.4,
        'm' | 'w' | 'M' | 'W' | '@' | '%' => 0.95,
        'A'..='Z' => 0.71,
        '\u{1100}'.. => 1.0,
        _ => 0.63,
    }
}

/// The text with an ellipsis in place of what does not fit into `room` px. Control and direction characters, which
/// could hide or turn round what follows, are shown as �.
pub fn fit(text: &str, size: f64, room: f64) -> String {
    let clean = visible::text(text);
    if width(&clean, size) <= room {
        return clean;
    }
    let mut left = room - em('…') * size;
    let kept = clean.chars().take_while(|letter| {
        left -= em(*letter) * size;
        left >= 0.0
    });
    let mut cut: String = kept.collect();
    cut.truncate(cut.trim_end().len());
    cut.push('…');
    cut
}

/// The text for HTML and SVG, in content and in quoted attributes.
pub fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars().map(visible) {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_text_is_cut_to_its_room() {
        let long = "a-very-long-server-name.example.org";
        let cut = fit(long, 12.0, 90.0);
        assert!(cut.ends_with('…') && cut.len() < long.len() && width(&cut, 12.0) <= 90.0, "{cut}");
        assert_eq!(fit("short", 12.0, 90.0), "short");
        assert_eq!(fit("short", 12.0, 0.0), "…");
    }

    #[test]
    fn nothing_invisible_stays() {
        assert_eq!(fit("a\u{202e}b\nc", 12.0, 900.0), "a\u{fffd}b\u{fffd}c");
    }
}
