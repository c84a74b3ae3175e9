//! A line typed into a shell to the same line without passwords: values of options, headers, `user:password`, and what SQL sets.
//!
//! Rather a harmless word is masked too than a password shown; numbers and paths stay, as `-p 22` and `-p /tmp/x` are none.

use super::secret_names::{MASK, is_secret};

/// Options of a user, with the password behind a colon.
const USERS: [&str; 4] = ["-u", "--user", "-U", "--proxy-user"];
/// What stands before the rest of an `Authorization` header.
const SCHEMES: [&str; 4] = ["bearer", "basic", "token", "digest"];
/// Signs around a value.
const QUOTES: [char; 3] = ['\'', '"', '`'];

/// What is known of the next word.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Plain,
    Secret,
    /// A secret unless it is a number or a path.
    Likely,
    /// Behind a colon.
    User,
    /// A secret if it is in quotes.
    Quoted,
}

/// The line with secrets masked.
pub fn without_secrets(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let mut next = Next::Plain;
    let is_for_chpasswd = line.contains("chpasswd");
    let takes_password = takes_password(line);
    let sets_user = sets_user(line);
    for (place, part) in line.split_inclusive(char::is_whitespace).enumerate() {
        let word = part.trim_end();
        let blank = part.get(word.len()..).unwrap_or_default();
        if word.is_empty() {
            out.push_str(part);
            continue;
        }
        let is_third = place == 2 && sets_user && !word.starts_with(['/', '*']);
        match next {
            _ if is_third => mask(&mut out, word),
            Next::Secret => mask(&mut out, word),
            Next::Likely if !is_number_or_path(word) => mask(&mut out, word),
            Next::Quoted if word.starts_with(QUOTES) => mask(&mut out, word),
            Next::User => behind_colon(&mut out, word),
            _ if is_for_chpasswd => behind_colon(&mut out, word),
            _ if takes_password => own_value(&mut out, word),
            _ => out.push_str(word),
        }
        out.push_str(blank);
        next = after(word, next);
    }
    out
}

/// `net user NAME PASSWORD` and `net use SHARE PASSWORD`, without the first word.
fn sets_user(line: &str) -> bool {
    let first = line.split_whitespace().next().unwrap_or_default();
    first.eq_ignore_ascii_case("user") || first.eq_ignore_ascii_case("use")
}

/// True if `-pVALUE` may be a password: of a user, or of an archive. Elsewhere it is `-print`, `-perm` and the like.
fn takes_password(line: &str) -> bool {
    let is_user = |word: &str| word.starts_with("-u") && !word.starts_with("-us");
    line.split_whitespace().any(|word| is_user(word) || [".7z", ".rar", ".zip"].iter().any(|end| word.ends_with(end)))
}

/// What a word says of the next one.
fn after(word: &str, before: Next) -> Next {
    let bare = word.trim_matches(QUOTES);
    let lower = bare.to_ascii_lowercase();
    if before != Next::Plain && !SCHEMES.contains(&lower.as_str()) {
        return Next::Plain;
    }
    match lower.strip_suffix(':') {
        _ if USERS.contains(&bare) => Next::User,
        _ if bare == "-p" || bare == "-P" => Next::Likely,
        _ if SCHEMES.contains(&lower.as_str()) => Next::Secret,
        Some(header) if is_secret(header) => Next::Secret,
        _ if lower.starts_with("--") && !lower.contains('=') && is_secret(&lower) => Next::Secret,
        // IDENTIFIED BY 'x', PASSWORD 'x'.
        _ if lower == "by" || lower == "password" => Next::Quoted,
        _ => Next::Plain,
    }
}

/// A word with a secret of its own: `-pSECRET`.
fn own_value(out: &mut String, word: &str) {
    match word.strip_prefix("-p").filter(|value| !value.is_empty() && !is_number_or_path(value)) {
        Some(_) => out.extend(["-p", MASK]),
        None => out.push_str(word),
    }
}

fn behind_colon(out: &mut String, word: &str) {
    match word.split_once(':') {
        Some((user, password)) if !password.is_empty() => {
            out.extend([user, ":"]);
            mask(out, password);
        }
        _ => out.push_str(word),
    }
}

/// The mask, with quotes and signs that stand at the end.
fn mask(out: &mut String, word: &str) {
    // A scheme before the secret says nothing.
    if SCHEMES.contains(&word.to_ascii_lowercase().as_str()) {
        return out.push_str(word);
    }
    let behind = word.trim_end_matches(|sign| QUOTES.contains(&sign) || sign == ';');
    let start = word.len() - word.trim_start_matches(QUOTES).len();
    out.push_str(word.get(..start.min(behind.len())).unwrap_or_default());
    out.push_str(MASK);
    out.push_str(word.get(behind.len()..).unwrap_or_default());
}

fn is_number_or_path(word: &str) -> bool {
    word.contains(['/', '\\']) || word.chars().all(|letter| letter.is_ascii_digit() || ",-:".contains(letter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_on_a_command_line_are_masked() {
        for (line, masked) in [
            ("-u bob:S3cret http://h.example/", "-u bob:*** http://h.example/"),
            ("-u bob -pS3cret -e 'select 1'", "-u bob -p*** -e 'select 1'"),
            ("a -pS3cret out.7z /srv", "a -p*** out.7z /srv"),
            ("-p S3cret ssh bob@h --password S3cret", "-p *** ssh bob@h --password ***"),
            ("-H 'Authorization: Bearer S3cret' http://h/", "-H 'Authorization: Bearer ***' http://h/"),
            ("-H \"X-Api-Key: S3cret\" h", "-H \"X-Api-Key: ***\" h"),
            ("user bob S3cret /add", "user bob *** /add"),
            ("use \\\\h\\c$ S3cret /user:bob", "use \\\\h\\c$ *** /user:bob"),
            ("bob:S3cret | chpasswd", "bob:*** | chpasswd"),
            ("-e \"ALTER USER bob IDENTIFIED BY 'S3cret';\"", "-e \"ALTER USER bob IDENTIFIED BY '***';\""),
        ] {
            assert_eq!(without_secrets(line), masked.replace("***", MASK), "{line}");
        }
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in [
            "",
            "  -la  /tmp ",
            "-p 22 bob@h",
            "-p22 h",
            "-p 1-1000,8080 h",
            "-p /tmp/x/y",
            "/ -perm -4000 -print",
            "user bob /delete",
            "user",
            "-u bob h",
            "-c 'id; uname -a'",
            "by hand",
        ] {
            assert_eq!(without_secrets(line), line);
        }
    }
}
