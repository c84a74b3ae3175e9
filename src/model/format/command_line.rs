//! A line typed into a shell to the same line without passwords: values of options, headers, `user:password`, and what SQL sets.
//!
//! Rather a harmless word is masked too than a password shown; numbers and paths stay, as `-p 22` and `-p /tmp/x` are none.

use super::secret_names::{MASK, is_secret};

/// Options of a user, with the password behind a colon or, of SMB's tools, a percent sign.
const USERS: [&str; 4] = ["-u", "--user", "-U", "--proxy-user"];
/// The same as one word with their value.
const JOINED_USERS: [&str; 4] = ["--user=", "--proxy-user=", "-u", "-U"];
/// What stands before the rest of an `Authorization` header.
const SCHEMES: [&str; 4] = ["bearer", "basic", "token", "digest"];
/// Signs around a value.
const QUOTES: [char; 3] = ['\'', '"', '`'];
/// Programs whose `-pVALUE` is a password.
const PASSWORD_PROGRAMS: [&str; 7] = ["mysql", "mariadb", "sshpass", "7z", "rar", "unrar", "zip"];
/// Words of find and compilers that begin like `-pVALUE`.
const HARMLESS_WORDS: [&str; 8] = ["-print", "-print0", "-printf", "-perm", "-prune", "-path", "-pthread", "-pedantic"];
/// Letters from which on the value of `-pVALUE` is rather a password than more options in one word, as in `mkdir -pv`.
const LEAST_PASSWORD: usize = 4;

/// What is known of the next word.
#[derive(Clone, Copy, PartialEq)]
enum Next {
    Plain,
    Secret,
    /// All of it to the end of the quotes is a secret.
    Rest,
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
    let place_of_password = place_of_password(line);
    let mut place = 0;
    for part in line.split_inclusive(char::is_whitespace) {
        let word = part.trim_end();
        let blank = part.get(word.len()..).unwrap_or_default();
        if word.is_empty() {
            out.push_str(part);
            continue;
        }
        let is_set = place_of_password == Some(place) && !word.starts_with(['/', '*']);
        match next {
            _ if is_set => mask(&mut out, word),
            Next::Secret | Next::Rest => mask(&mut out, word),
            Next::Likely if !is_number_or_path(word) => mask(&mut out, word),
            Next::Quoted if word.starts_with(QUOTES) => mask(&mut out, word),
            Next::User => user(&mut out, word),
            _ if is_for_chpasswd => user(&mut out, word),
            _ => own_value(&mut out, word, takes_password),
        }
        out.push_str(blank);
        next = after(word, next);
        place += 1;
    }
    out
}

/// The place of the password in `net user NAME PASSWORD` and `net use SHARE PASSWORD`, which may have lost its first word or
/// stand behind others.
fn place_of_password(line: &str) -> Option<usize> {
    let mut before = None;
    for (place, word) in line.split_whitespace().enumerate() {
        let word = word.trim_matches(QUOTES).to_ascii_lowercase();
        let is_of_net = before.as_deref().is_none_or(|before: &str| {
            let program = before.rsplit(['/', '\\']).next().unwrap_or_default();
            ["net", "net.exe", "net1", "net1.exe"].contains(&program)
        });
        if is_of_net && (word == "user" || word == "use") {
            return Some(place + 2);
        }
        before = Some(word);
    }
    None
}

/// True if any `-pVALUE` is a password: of a user, of an archive, or by the program.
fn takes_password(line: &str) -> bool {
    let is_user = |word: &str| word.starts_with("-u") && !word.starts_with("-us");
    let is_archive = |word: &str| [".7z", ".rar", ".zip"].iter().any(|end| word.ends_with(end));
    let is_program = |word: &str| {
        let program = word.rsplit('/').next().unwrap_or_default();
        PASSWORD_PROGRAMS.iter().any(|name| program.starts_with(name))
    };
    line.split_whitespace().any(|word| is_user(word) || is_archive(word) || is_program(word.trim_matches(QUOTES)))
}

/// What a word says of the next one.
fn after(word: &str, before: Next) -> Next {
    let bare = word.trim_matches(QUOTES);
    let lower = bare.to_ascii_lowercase();
    if before == Next::Rest {
        return if word.ends_with(QUOTES) { Next::Plain } else { Next::Rest };
    }
    if before != Next::Plain && !SCHEMES.contains(&lower.as_str()) {
        return Next::Plain;
    }
    match lower.strip_suffix(':') {
        _ if USERS.contains(&bare) => Next::User,
        _ if bare == "-p" || bare == "-P" => Next::Likely,
        _ if SCHEMES.contains(&lower.as_str()) => Next::Secret,
        Some(header) if is_secret(header) => {
            if word.starts_with(QUOTES) {
                Next::Rest
            } else {
                Next::Secret
            }
        }
        _ if lower.starts_with("--") && !lower.contains('=') && is_secret(&lower) => Next::Secret,
        // IDENTIFIED BY 'x', PASSWORD 'x'.
        _ if lower == "by" || lower == "password" => Next::Quoted,
        _ => Next::Plain,
    }
}

/// A word with a secret of its own: `-pSECRET`, `-ubob:SECRET`.
fn own_value(out: &mut String, word: &str, takes_password: bool) {
    let is_password = |value: &str| {
        let is_long = value.len() >= LEAST_PASSWORD && !HARMLESS_WORDS.contains(&word);
        !value.is_empty() && !is_number_or_path(value) && (takes_password || is_long)
    };
    if word.strip_prefix("-p").is_some_and(is_password) {
        return out.extend(["-p", MASK]);
    }
    let joined = JOINED_USERS.iter().find_map(|option| Some((*option, word.strip_prefix(option)?)));
    match joined.filter(|(_, value)| value.contains([':', '%'])) {
        Some((option, value)) => {
            out.push_str(option);
            user(out, value);
        }
        None => out.push_str(word),
    }
}

/// A user, and a password behind a colon or a percent sign.
fn user(out: &mut String, word: &str) {
    match word.find([':', '%']).and_then(|at| word.split_at_checked(at + 1)) {
        Some((user, password)) if !password.trim_matches(QUOTES).is_empty() => {
            out.push_str(user);
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
            ("net user  bob S3cret /add", "net user  bob *** /add"),
            ("cmd.exe /c \"C:\\Windows\\net.exe user bob S3cret\"", "cmd.exe /c \"C:\\Windows\\net.exe user bob ***\""),
            ("mysql -pS3cret db", "mysql -p*** db"),
            ("-pS3cret ssh bob@h", "-p*** ssh bob@h"),
            ("mysqldump -pS3c db", "mysqldump -p*** db"),
            ("curl -ubob:S3cret http://h/", "curl -ubob:*** http://h/"),
            ("curl --user=bob:S3cret h", "curl --user=bob:*** h"),
            ("smbclient -U 'bob%S3cret' //h/c", "smbclient -U 'bob%***' //h/c"),
            ("-H 'Cookie: a=S3cret; b=S3cret' h", "-H 'Cookie: ***; ***' h"),
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
            "mkdir -pv a",
            "net view",
            "the user bob logs in",
            "by hand",
        ] {
            assert_eq!(without_secrets(line), line);
        }
    }
}
