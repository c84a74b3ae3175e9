//! The members of an archive to what is done with each: captures are read one behind the other, as are tables with the same
//! columns; what is neither is skipped.

use super::capture::{self, CaptureKind};
use super::{guess, table};

/// So many names of members that were read are kept.
const MOST_NAMES: usize = 100;
/// And so many characters of a name.
const MOST_NAME_CHARS: usize = 60;
/// Endings of files that belong to a capture or table and are none, also where they look like one.
const NO_TABLES: &[&str] = &[
    "md", "pdf", "html", "htm", "xml", "py", "ipynb", "sh", "c", "h", "java", "yml", "yaml", "toml", "ini", "cfg",
    "md5", "sha1", "sha256", "asc", "sig", "png", "jpg", "svg", "css", "js", "rs", "bat", "ps1",
];
/// Beginnings of such names.
const NO_TABLE_NAMES: &[&str] = &["readme", "license", "licence", "copying", "changelog", "notice", "authors"];

/// What is done with the bytes of the member at hand.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stage {
    /// Its front is being gathered.
    Front,
    Reading,
    Skipping,
}

/// What is known of the archive.
pub struct Members {
    name: String,
    pub stage: Stage,
    /// Names of those that were read, without their folders.
    pub read: Vec<String>,
    /// The heading of the table that is read.
    heading: Vec<u8>,
    /// A member was skipped since the table began.
    has_gap: bool,
    /// The last byte that the table was given ends a line.
    pub ends_line: bool,
    /// Why the first skipped member was skipped.
    pub first_refusal: Option<String>,
}

/// What a member is.
pub enum Content {
    Capture(CaptureKind),
    Table,
    /// Nothing that is read, and whether that is worth a word.
    Other(bool),
}

impl Default for Members {
    fn default() -> Self {
        Members {
            name: String::new(),
            stage: Stage::Front,
            read: Vec::new(),
            heading: Vec::new(),
            has_gap: false,
            ends_line: true,
            first_refusal: None,
        }
    }
}

impl Members {
    /// A member of this name begins.
    pub fn begin(&mut self, name: String) {
        (self.name, self.stage) = (name, Stage::Front);
    }

    /// What the member is, by its front and its name.
    pub fn content(&self, front: &[u8], is_all: bool) -> Content {
        let base = base(&self.name).to_ascii_lowercase();
        if base.starts_with('.') || self.name.starts_with("__MACOSX/") {
            return Content::Other(false);
        }
        if let Some(kind) = capture::kind(front).or_else(|| capture::kind_by_records(front, is_all)) {
            return Content::Capture(kind);
        }
        let ending = base.rsplit_once('.').map(|(_, ending)| ending).unwrap_or_default();
        let is_other = NO_TABLES.contains(&ending) || NO_TABLE_NAMES.iter().any(|name| base.starts_with(name));
        if !is_other && guess::no_table(front).is_none() && table::looks_like_table(front) {
            Content::Table
        } else {
            Content::Other(true)
        }
    }

    /// The member is read.
    pub fn take(&mut self) {
        self.stage = Stage::Reading;
        if self.read.len() < MOST_NAMES {
            self.read.push(shown(base(&self.name)));
        }
    }

    /// The member is the first table.
    pub fn take_table(&mut self, front: &[u8]) {
        self.heading = heading(front);
        self.has_gap = false;
        self.take();
    }

    /// True if the rows of a table with this front can follow those of the table before. `is_open` if its columns are known.
    pub fn can_follow(&self, front: &[u8], is_open: bool) -> bool {
        let is_whole = self.ends_line && (is_open || !self.has_gap);
        is_whole && !self.heading.is_empty() && self.heading == heading(front)
    }

    /// The member is skipped.
    pub fn skip(&mut self, front: &[u8], is_all: bool) {
        self.stage = Stage::Skipping;
        self.has_gap = true;
        if self.first_refusal.is_none() {
            self.first_refusal = Some(format!("{}: {}", shown(&self.name), guess::refusal(front, is_all).0));
        }
    }
}

/// A name as it stands in sentences.
pub fn shown(name: &str) -> String {
    name.chars().take(MOST_NAME_CHARS).collect()
}

/// Without its folders.
fn base(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// What the fronts of two tables have in common if their columns are the same: the first line, of Zeek's logs the lines that
/// name path and fields, of JSON lines that they are some. Empty if that cannot be said.
fn heading(front: &[u8]) -> Vec<u8> {
    let mut heading = Vec::new();
    for line in front.split(|byte| *byte == b'\n') {
        match line {
            [b'{', ..] => return b"{".to_vec(),
            [b'[', ..] => return Vec::new(),
            [b'#', ..] => {
                if line.starts_with(b"#path") || line.starts_with(b"#fields") {
                    heading.extend_from_slice(line);
                }
            }
            _ if heading.is_empty() => return line.to_vec(),
            _ => return heading,
        }
    }
    heading
}
