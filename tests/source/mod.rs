//! Rust source files as the architecture tests see them: code without comments, strings and tests, and the paths in it.

use std::collections::BTreeSet;
use std::path::Path;

/// One file under `src/`.
pub struct SourceFile {
    /// Path below `src/`.
    pub path: String,
    /// Module path with slashes: `web/page/table`.
    pub module: String,
    /// As it is.
    pub text: String,
    /// Comments and the insides of strings blanked, test modules cut off. Line numbers are kept.
    pub code: String,
}

/// All files under `src/`, by path. Files that are tests as a whole have no code.
pub fn files() -> Vec<SourceFile> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    collect(&root, &root, &mut files);
    files.sort_by(|a, b| a.path.cmp(&b.path));
    assert!(files.len() > 20, "sources not found");
    let tests: BTreeSet<String> = files.iter().flat_map(SourceFile::test_modules).collect();
    let is_test = |module: &str| tests.iter().any(|test| Path::new(module).starts_with(test));
    files.iter_mut().filter(|file| is_test(&file.module)).for_each(|file| file.code.clear());
    files
}

fn collect(root: &Path, folder: &Path, files: &mut Vec<SourceFile>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            collect(root, &path, files);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            files.push(SourceFile::new(&name, &std::fs::read_to_string(&path).unwrap()));
        }
    }
}

impl SourceFile {
    /// A file of this path and content.
    pub fn new(path: &str, text: &str) -> SourceFile {
        let module = path.trim_end_matches(".rs").trim_end_matches("/mod").to_owned();
        SourceFile { path: path.to_owned(), module, text: text.to_owned(), code: without_tests(&blanked(text)) }
    }

    /// Name without folder and ending; a folder's own file has the folder's name.
    pub fn stem(&self) -> &str {
        self.module.rsplit('/').next().unwrap()
    }

    /// Lines that are neither tests nor empty.
    pub fn code_lines(&self) -> usize {
        self.code.lines().filter(|line| !line.trim().is_empty()).count()
    }

    /// Every path of ours that the code names, from the crate's root, with slashes. `super` and `self` are resolved.
    pub fn crate_paths(&self) -> BTreeSet<String> {
        let tokens = tokens(&self.code);
        let mut paths = BTreeSet::new();
        for at in 0..tokens.len() {
            let is_start = at == 0 || tokens[at - 1] != "::";
            // Who may see a thing is no import: `pub(super)`, `pub(in crate::web)`.
            let behind = |n: usize| at.checked_sub(n).map(|at| tokens[at]);
            let is_sight = matches!((behind(2), behind(1)), (Some("pub"), Some("(")) | (Some("("), Some("in")));
            if is_start && !is_sight && matches!(tokens[at], "crate" | "super" | "packetloupe") {
                let mut found = Vec::new();
                tree(&tokens, at, &mut Vec::new(), &mut found);
                paths.extend(found.iter().map(|path| self.resolve(path)).filter(|path| !path.is_empty()));
            }
        }
        paths
    }

    /// What a folder's own file hands on from a file below it: `pub use envelope::Envelope` of `Envelope` is `envelope`.
    pub fn hands_on(&self, name: &str) -> Option<String> {
        let tokens = tokens(&self.code);
        let uses = (0..tokens.len()).filter(|at| tokens[*at] == "use");
        let mut found = Vec::new();
        uses.for_each(|at| {
            tree(&tokens, at + 1, &mut Vec::new(), &mut found);
        });
        let path =
            found.iter().find(|path| path.len() > 1 && path.last().is_some_and(|last| [name, "*"].contains(last)))?;
        let outer = ["crate", "super", "packetloupe"].contains(&path[0]);
        Some(if outer { self.resolve(path) } else { format!("{}/{}", self.module, path.join("/")) })
    }

    /// True if the code names an outside crate.
    pub fn names_crate(&self, name: &str) -> bool {
        let tokens = tokens(&self.code);
        (0..tokens.len()).any(|at| {
            let is_start = at == 0 || !matches!(tokens[at - 1], "::" | "." | "mod" | "fn");
            let is_path = tokens.get(at + 1).is_some_and(|next| *next == "::");
            tokens[at] == name && is_start && (is_path || (at > 0 && tokens[at - 1] == "use"))
        })
    }

    /// What the code names directly below a module: `cards` of `pipeline::cards()`.
    pub fn names_below(&self, module: &str) -> Vec<&str> {
        let tokens = tokens(&self.code);
        tokens.windows(3).filter(|three| three[0] == module && three[1] == "::").map(|three| three[2]).collect()
    }

    /// The functions among `names` that the code calls on a float: `x.ln()`, `f64::exp(x)`. Of a logarithm of any base only
    /// the call with one is known: a method `log()` without is something else.
    pub fn float_calls(&self, names: &[&str]) -> Vec<&str> {
        let tokens = tokens(&self.code);
        let is_call = |at: usize| {
            let is_method = tokens[at - 1] == "." && (tokens[at] != "log" || tokens.get(at + 2) != Some(&")"));
            let is_path = at > 1 && tokens[at - 1] == "::" && matches!(tokens[at - 2], "f64" | "f32");
            names.contains(&tokens[at]) && (is_method && tokens.get(at + 1) == Some(&"(") || is_path)
        };
        (1..tokens.len()).filter(|at| is_call(*at)).map(|at| tokens[at]).collect()
    }

    /// Modules in files of their own that exist only for tests.
    pub fn test_modules(&self) -> Vec<String> {
        let blanked = blanked(&self.text);
        let behind =
            blanked.split("#[cfg(test)]").skip(1).map(|behind| tokens(behind.split_inclusive(';').next().unwrap()));
        let declared = behind.filter_map(|tokens| {
            let at = tokens.iter().position(|token| *token == "mod")?;
            (tokens.get(at + 2) == Some(&";")).then(|| tokens[at + 1])
        });
        declared.map(|name| format!("{}/{name}", self.module)).collect()
    }

    fn resolve(&self, path: &[&str]) -> String {
        let mut module: Vec<&str> = Vec::new();
        for (place, segment) in path.iter().enumerate() {
            match *segment {
                "crate" | "packetloupe" => module.clear(),
                "super" => {
                    if place == 0 {
                        module = self.module.split('/').collect();
                    }
                    module.pop();
                }
                "self" => {}
                segment => module.push(segment),
            }
        }
        module.join("/")
    }
}

/// Follows a path or use tree from `at`; returns the place behind it.
fn tree<'a>(tokens: &[&'a str], mut at: usize, prefix: &mut Vec<&'a str>, found: &mut Vec<Vec<&'a str>>) -> usize {
    let depth = prefix.len();
    while let Some(token) = tokens.get(at) {
        if *token == "{" {
            at += 1;
            while tokens.get(at).is_some_and(|token| *token != "}") {
                at = tree(tokens, at, prefix, found);
                if tokens.get(at) == Some(&",") {
                    at += 1;
                }
            }
            prefix.truncate(depth);
            return at + 1;
        }
        prefix.push(token);
        at += 1;
        if tokens.get(at) != Some(&"::") {
            break;
        }
        at += 1;
    }
    found.push(prefix.clone());
    prefix.truncate(depth);
    if tokens.get(at) == Some(&"as") {
        at += 2;
    }
    at
}

/// Words, `::` and single signs.
fn tokens(code: &str) -> Vec<&str> {
    let is_word = |c: char| c.is_alphanumeric() || c == '_';
    let mut tokens = Vec::new();
    let mut rest = code.trim_start();
    while let Some(first) = rest.chars().next() {
        let length = if is_word(first) {
            rest.find(|c| !is_word(c)).unwrap_or(rest.len())
        } else if rest.starts_with("::") {
            2
        } else {
            first.len_utf8()
        };
        tokens.push(&rest[..length]);
        rest = rest[length..].trim_start();
    }
    tokens
}

/// Comments, strings and character literals become spaces; line breaks stay.
fn blanked(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let mut out = String::with_capacity(text.len());
    let mut at = 0;
    while at < chars.len() {
        let end = match chars[at] {
            '/' if chars.get(at + 1) == Some(&'/') => find(&chars, at, |c, i| c[i] == '\n'),
            '/' if chars.get(at + 1) == Some(&'*') => find(&chars, at + 2, |c, i| c[i - 1] == '*' && c[i] == '/') + 1,
            '"' => string_end(&chars, at),
            'r' if !word_before(&chars, at) => raw_string_end(&chars, at).unwrap_or(at),
            '\'' => literal_end(&chars, at).unwrap_or(at),
            _ => at,
        };
        if end > at {
            out.extend(chars[at..end.min(chars.len())].iter().map(|c| if *c == '\n' { '\n' } else { ' ' }));
            at = end;
        } else {
            out.push(chars[at]);
            at += 1;
        }
    }
    out
}

fn find(chars: &[char], from: usize, is_end: impl Fn(&[char], usize) -> bool) -> usize {
    (from..chars.len()).find(|at| is_end(chars, *at)).unwrap_or(chars.len())
}

fn word_before(chars: &[char], at: usize) -> bool {
    at > 0 && (chars[at - 1].is_alphanumeric() || chars[at - 1] == '_')
}

fn string_end(chars: &[char], at: usize) -> usize {
    let mut end = at + 1;
    while end < chars.len() && chars[end] != '"' {
        end += if chars[end] == '\\' { 2 } else { 1 };
    }
    end + 1
}

fn raw_string_end(chars: &[char], at: usize) -> Option<usize> {
    let hashes = chars[at + 1..].iter().take_while(|c| **c == '#').count();
    (chars.get(at + 1 + hashes) == Some(&'"')).then(|| {
        let is_end =
            |c: &[char], i: usize| c[i] == '"' && c[i + 1..].iter().take_while(|c| **c == '#').count() >= hashes;
        find(chars, at + 2 + hashes, is_end) + 1 + hashes
    })
}

/// A character literal's end; none for a lifetime.
fn literal_end(chars: &[char], at: usize) -> Option<usize> {
    match chars.get(at + 1)? {
        '\\' => Some(find(chars, at + 3, |c, i| c[i] == '\'') + 1),
        _ => (chars.get(at + 2) == Some(&'\'')).then_some(at + 3),
    }
}

/// Blanks what stands under `#[cfg(test)]`: up to the closing brace or the semicolon.
fn without_tests(code: &str) -> String {
    let mut out = String::with_capacity(code.len());
    let mut rest = code;
    while let Some(start) = rest.find("#[cfg(test)]") {
        let (before, test) = rest.split_at(start);
        out.push_str(before);
        let (mut depth, mut end) = (0, test.len());
        for (place, c) in test.char_indices() {
            depth += match c {
                '{' => 1,
                '}' => -1,
                _ => 0,
            };
            if depth == 0 && (c == '}' || c == ';') {
                end = place + 1;
                break;
            }
        }
        out.extend(test[..end].chars().filter(|c| *c == '\n'));
        rest = &test[end..];
    }
    out.push_str(rest);
    out
}
