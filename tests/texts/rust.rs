//! Rust source to its string literals, each with what stands around it; tests are left out.

/// A string literal.
pub struct Literal {
    /// What it says, without escapes.
    pub text: String,
    /// Line, from 1.
    pub line: usize,
    /// What it is handed to: `format!`, `.unit`, `pair`, `Descriptor::count`; empty outside parentheses.
    pub head: String,
    /// Which argument of it, from 0.
    pub argument: usize,
    /// The macros around it, the innermost last; and attributes in HTML, as `=class`.
    pub around: Vec<String>,
    /// The field that it is the value of (`name` of `name: "Beacon"`), or the attribute in HTML (`aria-label`).
    pub field: String,
    /// The signs before and behind it.
    pub before: String,
    /// The sign behind it.
    pub behind: String,
    /// It is one of several that a pattern takes: `"a" | "b"`.
    pub is_alternative: bool,
    /// The literal just before it in the same list.
    pub after: String,
    /// The function or constant that it stands in.
    pub item: String,
}

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Word(String),
    Sign(char),
    Text(String),
    /// Numbers, characters, byte strings, lifetimes.
    Other,
}

/// All literals of a file, in order.
pub fn literals(source: &str) -> Vec<Literal> {
    let tokens = without_tests(tokens(source));
    let mut open: Vec<(String, usize, char)> = Vec::new();
    let mut found = Vec::new();
    let mut item = String::new();
    let mut at = 0;
    while at < tokens.len() {
        let (token, line) = &tokens[at];
        match token {
            // What an attribute says is read by nobody, but for the texts of errors.
            Token::Sign('#')
                if is_sign(&tokens, at + 1, '[')
                    || (is_sign(&tokens, at + 1, '!') && is_sign(&tokens, at + 2, '[')) =>
            {
                let end = closing(&tokens, at + 1);
                if word(&tokens, at + 2) == Some("error")
                    && let Some((Token::Text(text), line)) = tokens.get(at + 4)
                {
                    found.push(Literal {
                        text: text.clone(),
                        line: *line,
                        head: "format!".into(),
                        argument: 0,
                        around: vec![],
                        field: String::new(),
                        before: "(".into(),
                        behind: String::new(),
                        after: String::new(),
                        is_alternative: false,
                        item: "error".into(),
                    });
                }
                at = end;
            }
            Token::Sign(c @ ('(' | '[' | '{')) => {
                let is_value = *c == '{' && at.checked_sub(1).is_some_and(|before| is_sign(&tokens, before, '='));
                let is_in_html = open.iter().any(|(head, ..)| head == "html!");
                let name = if is_value && is_in_html { format!("={}", field(&tokens, at)) } else { head(&tokens, at) };
                open.push((name, 0, *c));
            }
            Token::Sign(')' | ']' | '}') => {
                open.pop();
            }
            Token::Sign(',') => {
                if let Some(top) = open.last_mut() {
                    top.1 += 1;
                }
            }
            Token::Word(name) if matches!(name.as_str(), "fn" | "const" | "static") => {
                if let Some(name) = word(&tokens, at + 1) {
                    item = name.to_owned();
                }
            }
            Token::Text(text) => {
                // The nearest parenthesis or macro; brackets and braces between are only lists and blocks.
                let near = open.iter().rev().find(|(head, _, c)| *c == '(' || head.ends_with('!'));
                found.push(Literal {
                    text: text.clone(),
                    line: *line,
                    head: near.map_or(String::new(), |near| near.0.clone()),
                    argument: near.map_or(0, |near| near.1),
                    around: open
                        .iter()
                        .filter(|(head, ..)| head.ends_with('!') || head.starts_with('='))
                        .map(|one| one.0.clone())
                        .collect(),
                    field: field(&tokens, at),
                    before: at.checked_sub(1).map_or(String::new(), |at| shown(&tokens[at].0)),
                    behind: tokens.get(at + 1).map_or(String::new(), |token| shown(&token.0)),
                    is_alternative: is_alternative(&tokens, at),
                    after: match (at.checked_sub(2).map(|at| &tokens[at].0), at.checked_sub(1).map(|at| &tokens[at].0))
                    {
                        (Some(Token::Text(text)), Some(Token::Sign(','))) => text.clone(),
                        _ => String::new(),
                    },
                    item: item.clone(),
                });
            }
            _ => {}
        }
        at += 1;
    }
    found
}

fn is_alternative(tokens: &[(Token, usize)], at: usize) -> bool {
    let is_text =
        |at: Option<usize>| at.and_then(|at| tokens.get(at)).is_some_and(|token| matches!(token.0, Token::Text(_)));
    is_sign(tokens, at + 1, '|') && is_text(Some(at + 2))
        || at > 0 && is_sign(tokens, at - 1, '|') && is_text(at.checked_sub(2))
}

fn shown(token: &Token) -> String {
    match token {
        Token::Word(word) => word.clone(),
        Token::Sign(sign) => sign.to_string(),
        Token::Text(_) => "\"".to_owned(),
        Token::Other => "0".to_owned(),
    }
}

fn is_sign(tokens: &[(Token, usize)], at: usize, sign: char) -> bool {
    tokens.get(at).is_some_and(|token| token.0 == Token::Sign(sign))
}

fn word(tokens: &[(Token, usize)], at: usize) -> Option<&str> {
    match tokens.get(at) {
        Some((Token::Word(word), _)) => Some(word),
        _ => None,
    }
}

/// The place of the sign that closes the next one that opens.
fn closing(tokens: &[(Token, usize)], from: usize) -> usize {
    let mut depth = 0;
    for (at, token) in tokens.iter().enumerate().skip(from) {
        match token.0 {
            Token::Sign('(' | '[' | '{') => depth += 1,
            Token::Sign(')' | ']' | '}') => {
                depth -= 1;
                if depth == 0 {
                    return at;
                }
            }
            _ => {}
        }
    }
    tokens.len()
}

/// What stands before an opening sign: `format!`, `.unit`, `Descriptor::count`.
fn head(tokens: &[(Token, usize)], at: usize) -> String {
    let Some(mut place) = at.checked_sub(1) else { return String::new() };
    let mut end = "";
    if tokens[place].0 == Token::Sign('!') {
        end = "!";
        place = place.saturating_sub(1);
    }
    let Some(name) = word(tokens, place) else { return String::new() };
    let before = |n: usize| place.checked_sub(n).map(|at| &tokens[at].0);
    let start = match (before(2), before(1)) {
        (_, Some(Token::Sign('.'))) => ".".to_owned(),
        (Some(Token::Sign(':')), Some(Token::Sign(':'))) => {
            place.checked_sub(3).and_then(|at| word(tokens, at)).map_or(String::new(), |word| format!("{word}::"))
        }
        _ => String::new(),
    };
    format!("{start}{name}{end}")
}

/// The field or attribute before a literal.
fn field(tokens: &[(Token, usize)], at: usize) -> String {
    // `aria-label="..."`, `name: "..."`, `aria-label={format!("...")}` and `name: Some("...")` as well.
    let mut place = at;
    while let Some(before) = place.checked_sub(1) {
        match &tokens[before].0 {
            Token::Sign('(' | '{' | '&' | '[' | '!') => place = before,
            Token::Word(word) if matches!(word.as_str(), "Some" | "format" | "explained") => place = before,
            Token::Sign(':') if !is_sign(tokens, before.wrapping_sub(1), ':') => {
                return before.checked_sub(1).and_then(|at| word(tokens, at)).unwrap_or_default().to_owned();
            }
            Token::Sign('=') => {
                let mut name = String::new();
                let mut at = before;
                while let Some(before) = at.checked_sub(1) {
                    match &tokens[before].0 {
                        Token::Word(word) if name.is_empty() || name.starts_with('-') => name = format!("{word}{name}"),
                        Token::Sign('-') if !name.is_empty() && !name.starts_with('-') => name = format!("-{name}"),
                        _ => break,
                    }
                    at = before;
                }
                return name;
            }
            _ => return String::new(),
        }
    }
    String::new()
}

/// Without what stands under `#[cfg(test)]`.
fn without_tests(tokens: Vec<(Token, usize)>) -> Vec<(Token, usize)> {
    let mut kept = Vec::with_capacity(tokens.len());
    let mut at = 0;
    while at < tokens.len() {
        let is_test = is_sign(&tokens, at, '#')
            && is_sign(&tokens, at + 1, '[')
            && word(&tokens, at + 2) == Some("cfg")
            && word(&tokens, at + 4) == Some("test")
            && is_sign(&tokens, at + 5, ')');
        if !is_test {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        at = closing(&tokens, at) + 1;
        // To the end of the item: its braces or its semicolon.
        while at < tokens.len() {
            match tokens[at].0 {
                Token::Sign(';') => break,
                Token::Sign('{') => {
                    at = closing(&tokens, at);
                    break;
                }
                Token::Sign('(' | '[') => at = closing(&tokens, at) + 1,
                _ => at += 1,
            }
        }
        at += 1;
    }
    kept
}

fn tokens(source: &str) -> Vec<(Token, usize)> {
    let chars: Vec<char> = source.chars().collect();
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let (mut at, mut line) = (0, 1);
    let mut found = Vec::new();
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied().unwrap_or(' '));
        let begun = line;
        let end = match c {
            '/' if next == '/' => (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len()),
            '/' if next == '*' => {
                (at + 3..chars.len()).find(|i| chars[*i] == '/' && chars[*i - 1] == '*').map_or(chars.len(), |i| i + 1)
            }
            '"' => {
                let (text, end) = quoted(&chars, at + 1);
                found.push((Token::Text(text), begun));
                end
            }
            'r' if next == '"' || (next == '#' && matches!(chars.get(at + 2), Some('"' | '#'))) => {
                let (text, end) = raw(&chars, at + 1);
                found.push((Token::Text(text), begun));
                end
            }
            'b' if next == '"' => {
                found.push((Token::Other, begun));
                quoted(&chars, at + 2).1
            }
            'b' if next == 'r' && matches!(chars.get(at + 2), Some('"' | '#')) => {
                found.push((Token::Other, begun));
                raw(&chars, at + 2).1
            }
            'b' if next == '\'' => {
                found.push((Token::Other, begun));
                character(&chars, at + 1)
            }
            '\'' => {
                found.push((Token::Other, begun));
                character(&chars, at)
            }
            c if c.is_ascii_digit() => {
                found.push((Token::Other, begun));
                (at..chars.len()).find(|i| !is_word(chars[*i])).unwrap_or(chars.len())
            }
            c if is_word(c) => {
                let end = (at..chars.len()).find(|i| !is_word(chars[*i])).unwrap_or(chars.len());
                found.push((Token::Word(chars[at..end].iter().collect()), begun));
                end
            }
            c if c.is_whitespace() => at + 1,
            c => {
                found.push((Token::Sign(c), begun));
                at + 1
            }
        };
        line += chars[at..end.min(chars.len())].iter().filter(|c| **c == '\n').count();
        at = end;
    }
    found
}

/// A string from behind its quote on, and the place behind it.
fn quoted(chars: &[char], mut at: usize) -> (String, usize) {
    let mut text = String::new();
    while at < chars.len() && chars[at] != '"' {
        if chars[at] != '\\' {
            text.push(chars[at]);
            at += 1;
            continue;
        }
        at += 2;
        match chars[at - 1] {
            'n' => text.push('\n'),
            't' => text.push('\t'),
            'r' | '0' => text.push(' '),
            '\n' => {
                while chars.get(at).is_some_and(|c| c.is_whitespace()) {
                    at += 1;
                }
            }
            'u' => {
                let end = (at..chars.len()).find(|i| chars[*i] == '}').unwrap_or(chars.len());
                let hex: String = chars[(at + 1).min(end)..end].iter().collect();
                text.push(u32::from_str_radix(&hex, 16).ok().and_then(char::from_u32).unwrap_or(' '));
                at = end + 1;
            }
            'x' => at += 2,
            c => text.push(c),
        }
    }
    (text, at + 1)
}

/// A raw string from its hashes on, and the place behind it.
fn raw(chars: &[char], at: usize) -> (String, usize) {
    let hashes = chars[at..].iter().take_while(|c| **c == '#').count();
    let start = at + hashes + 1;
    let is_end = |i: &usize| chars[*i] == '"' && chars[*i + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
    let end = (start..chars.len()).find(is_end).unwrap_or(chars.len());
    (chars[start.min(end)..end].iter().collect(), end + 1 + hashes)
}

/// The end of a character or a lifetime that begins at `at`.
fn character(chars: &[char], at: usize) -> usize {
    match (chars.get(at + 1), chars.get(at + 2)) {
        (Some('\\'), _) => (at + 3..chars.len()).find(|i| chars[*i] == '\'').map_or(chars.len(), |i| i + 1),
        (_, Some('\'')) => at + 3,
        // A lifetime, with its name.
        _ => (at + 1..chars.len()).find(|i| !(chars[*i].is_alphanumeric() || chars[*i] == '_')).unwrap_or(chars.len()),
    }
}
