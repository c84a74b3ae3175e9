//! Numbers and dates as English texts write them to how a language writes them. Addresses, versions, hashes and hexadecimal figures stay.

/// How a language writes numbers and dates.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct Locale {
    decimal: char,
    thousands: char,
    /// The order of `D`, `M` and `Y` with what is between; empty for `2026-11-21`.
    date: String,
    /// Before and behind a quotation.
    quotes: (String, String),
    /// Words that have a capital only where a sentence begins with them, in small letters.
    small: Vec<String>,
}

impl Locale {
    /// As the lines `! decimal ,`, `! thousands .`, `! date D.M.Y`, `! quotes „“` and `! small der die das` say; what they do not
    /// say is as in English.
    pub fn new<'a>(lines: impl Iterator<Item = &'a str>) -> Locale {
        let mut locale = Locale {
            decimal: '.',
            thousands: ',',
            date: String::new(),
            quotes: ("“".to_owned(), "”".to_owned()),
            small: Vec::new(),
        };
        for (name, value) in lines.filter_map(|line| line.strip_prefix("! ")?.split_once(' ')) {
            match (name, value.chars().next()) {
                ("decimal", Some(sign)) => locale.decimal = sign,
                ("thousands", Some(sign)) => locale.thousands = sign,
                ("date", Some(_)) => locale.date = value.to_owned(),
                ("small", Some(_)) => locale.small.extend(value.split(' ').map(str::to_owned)),
                ("quotes", Some(open)) => {
                    locale.quotes = (open.to_string(), value.chars().skip(1).collect());
                }
                _ => {}
            }
        }
        locale
    }

    /// What stands before and behind a quotation.
    pub fn quotes(&self) -> (&str, &str) {
        (&self.quotes.0, &self.quotes.1)
    }

    /// A sentence as it is written within another one: its first word has no capital unless it always has one.
    pub fn within(&self, text: String) -> String {
        let word = text.split(|c: char| !c.is_alphabetic()).next().unwrap_or_default();
        let small = word.to_lowercase();
        if small == word || !self.small.contains(&small) {
            return text;
        }
        format!("{small}{}", text.get(word.len()..).unwrap_or_default())
    }

    /// A text with its numbers and dates as the language writes them; `before` is what stands before it, since `TLS 1.2` is no number.
    pub fn text(&self, text: &str, before: &str) -> String {
        let mut out = String::with_capacity(text.len() + 4);
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (head, tail) = rest.split_at(start);
            // A word that a figure is part of: letters, figures and the signs that hold a name or an address together.
            let begin = head
                .rfind(|c: char| !is_part(c))
                .map_or(0, |at| at + head.get(at..).and_then(|c| c.chars().next()).map_or(1, char::len_utf8));
            let end = tail.find(|c: char| !is_part(c)).unwrap_or(tail.len());
            let (plain, joined) = head.split_at(begin);
            let token = tail.get(..end).unwrap_or_default();
            // A full stop or comma at the end belongs to the sentence.
            let word = token.trim_end_matches(['.', ',', ':', '-']);
            out.push_str(plain);
            let sign = joined.trim_start_matches(['-', '−', '+', '~']);
            let context = if plain.trim().is_empty() && out.trim().is_empty() { before } else { plain };
            let is_share = word.len() == token.len() && tail.get(end..).is_some_and(|behind| behind.starts_with(" %"));
            let is_free = sign.is_empty() && (is_share || !is_version(context));
            out.push_str(joined);
            match is_free.then(|| self.figure(word)).flatten() {
                Some(figure) => out.push_str(&figure),
                None => out.push_str(word),
            }
            out.push_str(token.get(word.len()..).unwrap_or_default());
            rest = tail.get(end..).unwrap_or_default();
        }
        out + rest
    }

    /// A figure, a moment or a date; None for anything else.
    fn figure(&self, word: &str) -> Option<String> {
        let digits = |text: &str, n: usize| text.len() == n && text.bytes().all(|byte| byte.is_ascii_digit());
        let all = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        if let [year, month, day] = word.split('-').collect::<Vec<_>>().as_slice() {
            let is_date = digits(year, 4) && digits(month, 2) && digits(day, 2) && !self.date.is_empty();
            return is_date.then(|| {
                let part = |c: char| match c {
                    'D' => (*day).to_owned(),
                    'M' => (*month).to_owned(),
                    'Y' => (*year).to_owned(),
                    c => c.to_string(),
                };
                self.date.chars().map(part).collect()
            });
        }
        let (whole, part) = word.split_once('.').map_or((word, None), |(whole, part)| (whole, Some(part)));
        if part.is_some_and(|part| !all(part)) {
            return None;
        }
        let is_time = whole.split(':').count() == 3 && whole.split(':').all(|two| digits(two, 2));
        let mut groups = whole.split(',');
        let is_count = groups.next().is_some_and(|first| all(first) && (first.len() < 4 || !whole.contains(',')))
            && groups.all(|group| digits(group, 3));
        if !is_count && !is_time {
            return None;
        }
        let whole = whole.replace(',', self.thousands.encode_utf8(&mut [0; 4]));
        Some(part.map_or_else(|| whole.clone(), |part| format!("{whole}{}{part}", self.decimal)))
    }
}

/// What holds a number, an address, a name or a moment together.
fn is_part(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | ',' | ':' | '-' | '_' | '/' | '@' | '#' | '−' | '+' | '~')
}

/// The last word before a figure says that it is a version or the number of a section.
fn is_version(before: &str) -> bool {
    let word = before.trim_end().rsplit([' ', '(']).next().unwrap_or_default();
    let n_capitals = word.chars().filter(|c| c.is_uppercase()).count();
    before.ends_with(' ')
        && (n_capitals > 1
            || matches!(
                word,
                "version" | "Version" | "section" | "sections" | "chapter" | "Packetloupe" | "SSLv" | "release"
            ))
}
