//! Scripts, the shell of the page and the lessons to what they say; values are `{}`.

/// What stands between the tags of the page.
pub fn shell(source: &str) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    let mut at = 0;
    // The body only, without what is shown where no script runs.
    let body = source.find("<body").unwrap_or(0);
    let end = source.find("<noscript").unwrap_or(source.len());
    while let Some(open) = source[at..].find('>') {
        let start = at + open + 1;
        let stop = source[start..].find('<').map_or(source.len(), |stop| start + stop);
        if start > body && stop < end {
            found.push((source[start..stop].to_owned(), line(source, start)));
        }
        at = stop;
        if at >= source.len() {
            break;
        }
    }
    found
}

/// The strings of a script that are read: with a space, or a word with a capital. Strings that are added up are one.
pub fn script(source: &str) -> Vec<(String, usize)> {
    let chars: Vec<(usize, char)> = source.char_indices().collect();
    let mut found: Vec<(String, usize)> = Vec::new();
    let (mut at, mut is_added) = (0, false);
    let mut before = String::new();
    while at < chars.len() {
        let (place, c) = chars[at];
        let next = chars.get(at + 1).map(|next| next.1);
        if c == '/' && next == Some('/') {
            at = (at..chars.len()).find(|at| chars[*at].1 == '\n').unwrap_or(chars.len());
        } else if c == '/' && next == Some('*') {
            at = (at + 2..chars.len())
                .find(|at| chars[*at].1 == '/' && chars[*at - 1].1 == '*')
                .map_or(chars.len(), |at| at + 1);
        } else if matches!(c, '"' | '\'' | '`') {
            let (text, end) = string(&chars, at);
            let name = before.trim_end().rsplit([' ', ',', '{', '\n', ';']).next().unwrap_or_default().to_owned();
            match found.last_mut() {
                Some(last) if is_added => last.0.push_str(&text),
                _ if is_shown(&text, &name) => found.push((text, line(source, place))),
                _ => {}
            }
            before.clear();
            at = end;
            is_added = false;
            continue;
        } else {
            if c == '+' && before.trim().is_empty() {
                is_added = true;
            } else if !c.is_whitespace() {
                is_added = false;
            }
            before.push(c);
            at += 1;
        }
    }
    found
}

fn string(chars: &[(usize, char)], start: usize) -> (String, usize) {
    let quote = chars[start].1;
    let mut text = String::new();
    let mut at = start + 1;
    while at < chars.len() && chars[at].1 != quote {
        match (chars[at].1, chars.get(at + 1).map(|next| next.1)) {
            ('\\', Some(next)) => {
                text.push(next);
                at += 2;
            }
            ('$', Some('{')) if quote == '`' => {
                text.push_str("{}");
                let mut depth = 0;
                at = (at + 1..chars.len())
                    .find(|at| {
                        depth += match chars[*at].1 {
                            '{' => 1,
                            '}' => -1,
                            _ => 0,
                        };
                        depth == 0
                    })
                    .map_or(chars.len(), |at| at + 1);
            }
            (c, _) => {
                text.push(c);
                at += 1;
            }
        }
    }
    (text, at + 1)
}

/// What stands before a string tells whether it is a name: `at:`, `className:`, `querySelector(`.
fn is_shown(text: &str, before: &str) -> bool {
    const NAMES: &[&str] = &[
        "at:",
        "className:",
        "id:",
        "type:",
        "name:",
        "kind:",
        "make(",
        "querySelector(",
        "querySelectorAll(",
        "getElementById(",
        "import(",
        "setAttribute(",
        "addEventListener(",
        "removeEventListener(",
        "closest(",
        "postMessage(",
        "===",
        "!==",
        "case",
        "matchMedia(",
        "style.setProperty(",
        "createElement(",
        "register(",
        "at(",
        "from",
        "get(",
        "Error(",
    ];
    let is_named = NAMES.iter().any(|name| before.ends_with(name));
    let is_title = text.len() > 3
        && text.starts_with(char::is_uppercase)
        && text[1..].chars().all(|c| c.is_lowercase() || c == '…');
    let is_key = matches!(text, "Escape" | "Enter" | "Tab");
    let is_style = text.starts_with("button ") || text.starts_with("notice ") || text.starts_with('.');
    !is_named && !is_key && !is_style && (text.contains(' ') || is_title)
}

/// What the lessons say: every text but ids, links and names of files.
pub fn lessons(source: &str) -> Vec<(String, usize)> {
    const NAMES: &[&str] = &["packetloupe", "id", "file", "look", "detector", "severity"];
    let chars: Vec<(usize, char)> = source.char_indices().collect();
    let mut found = Vec::new();
    let (mut at, mut key, mut is_expected) = (0, String::new(), false);
    while at < chars.len() {
        if chars[at].1 != '"' {
            at += 1;
            continue;
        }
        let (text, end) = string(&chars, at);
        let is_key = source[chars.get(end).map_or(source.len(), |next| next.0)..].trim_start().starts_with(':');
        if is_key {
            // The words that are explained are keys too.
            if text.chars().next().is_some_and(char::is_alphabetic)
                && source[..chars[at].0].find("\"lessons\":").is_none()
            {
                found.push((text.clone(), line(source, chars[at].0)));
            }
            key = text;
        } else if key == "detector" {
            is_expected = true;
        } else if key == "title" && is_expected {
            // What the lesson's capture must give: a finding's title.
            is_expected = false;
        } else if !NAMES.contains(&key.as_str()) {
            found.push((text, line(source, chars[at].0)));
        }
        at = end;
    }
    found.retain(|(text, _)| !matches!(text.as_str(), "packetloupe" | "version" | "title" | "words" | "lessons"));
    found
}

fn line(source: &str, at: usize) -> usize {
    source[..at].matches('\n').count() + 1
}
