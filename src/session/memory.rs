//! Verdicts and notes on the findings of earlier files, kept per file for the next time it is opened.
//!
//! A file is known by its SHA-256. Until that is computed it is taken for one of the same name and size; should the hash
//! then say otherwise, what was taken over is given back.

use super::marks::{self, Marks};
use crate::model::Annotation;
use crate::model::Annotations;
use crate::model::analysis::FileFacts;
use crate::model::finding::former_ids;
use serde::{Deserialize, Serialize};

/// Most files remembered; the one that was changed longest ago goes first.
const MOST_FILES: usize = 40;
/// Most characters of notes of all files together: browsers give a page about five million.
const MOST_CHARS: usize = 1_000_000;

/// Verdicts and notes on one file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct File {
    name: String,
    bytes: u64,
    sha256: Option<String>,
    #[serde(alias = "remarks")]
    annotations: Annotations,
    /// Packets that were marked.
    #[serde(default, skip_serializing_if = "Marks::is_empty")]
    packets: Marks,
}

impl File {
    fn new(file: &FileFacts) -> File {
        let (name, bytes) = (file.name.clone(), file.bytes);
        File { name, bytes, sha256: file.sha256.clone(), annotations: Annotations::new(), packets: Marks::new() }
    }

    fn is_empty(&self) -> bool {
        self.annotations.is_empty() && self.packets.is_empty()
    }

    fn is(&self, file: &FileFacts) -> bool {
        match (&self.sha256, &file.sha256) {
            (Some(own), Some(other)) => own == other,
            _ => self.name == file.name && self.bytes == file.bytes,
        }
    }
}

/// Verdicts and notes by file, latest first.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Memory {
    files: Vec<File>,
}

impl Memory {
    /// From what [`Memory::text`] gave; empty if it makes no sense.
    pub fn from_text(text: &str) -> Memory {
        serde_json::from_str::<Memory>(text).unwrap_or_default().tidy()
    }

    /// The same within its bounds, as what comes from elsewhere may not be.
    pub fn tidy(mut self) -> Memory {
        for file in &mut self.files {
            let annotations = std::mem::take(&mut file.annotations).into_iter().take(Annotation::MOST);
            file.packets = std::mem::take(&mut file.packets).into_iter().take(marks::MOST).collect();
            file.annotations =
                annotations.map(|(id, annotation)| (former_ids::below(&id), annotation.tidy())).collect();
        }
        self.bound();
        self
    }

    /// Takes over what another one knows. Of a finding that both say something about, the other's holds.
    pub fn join(&mut self, other: Memory) {
        for theirs in other.files.into_iter().rev() {
            let facts = FileFacts {
                name: theirs.name.clone(),
                bytes: theirs.bytes,
                sha256: theirs.sha256.clone(),
                ..FileFacts::default()
            };
            let mut entry = match self.files.iter().position(|known| known.is(&facts)) {
                Some(place) => self.files.remove(place),
                None => File { annotations: Annotations::new(), ..theirs.clone() },
            };
            entry.annotations.extend(theirs.annotations);
            self.files.insert(0, entry);
        }
        *self = std::mem::take(self).tidy();
    }

    /// As text that is kept.
    pub fn text(&self) -> String {
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The remarks on a file; none if there are none.
    pub fn of(&self, file: &FileFacts) -> Annotations {
        self.files.iter().find(|known| known.is(file)).map(|known| known.annotations.clone()).unwrap_or_default()
    }

    /// Sets the remark of a finding of a file; an empty one is taken away.
    pub fn set(&mut self, file: &FileFacts, finding: &str, annotation: Annotation) {
        let mut entry = self.take(file);
        let annotation = annotation.tidy();
        if annotation.is_empty() {
            entry.annotations.remove(finding);
        } else if entry.annotations.len() < Annotation::MOST || entry.annotations.contains_key(finding) {
            entry.annotations.insert(finding.to_owned(), annotation);
        }
        self.put(entry);
    }

    /// The marked packets of a file.
    pub fn marks(&self, file: &FileFacts) -> Marks {
        self.files.iter().find(|known| known.is(file)).map(|known| known.packets.clone()).unwrap_or_default()
    }

    /// Marks a packet of a file with a comment, or with none takes its mark away.
    pub fn mark(&mut self, file: &FileFacts, index: u64, comment: Option<String>) {
        let mut entry = self.take(file);
        match comment {
            None => {
                entry.packets.remove(&index);
            }
            Some(comment) if entry.packets.len() < marks::MOST || entry.packets.contains_key(&index) => {
                entry.packets.insert(index, comment.chars().take(marks::LONGEST).collect());
            }
            Some(_) => {}
        }
        self.put(entry);
    }

    /// What is remembered of a file, taken out.
    fn take(&mut self, file: &FileFacts) -> File {
        let mut entry = match self.files.iter().position(|known| known.is(file)) {
            Some(place) => self.files.remove(place),
            None => File::new(file),
        };
        if entry.sha256.is_none() {
            entry.sha256.clone_from(&file.sha256);
        }
        entry
    }

    /// Puts it before all others, unless nothing is left of it.
    fn put(&mut self, entry: File) {
        if !entry.is_empty() {
            self.files.insert(0, entry);
        }
        self.bound();
    }

    /// The hash of a file has become known: what was noted under its name goes under its hash. Gives its remarks.
    pub fn name(&mut self, file: &FileFacts) -> Annotations {
        let Some(hex) = &file.sha256 else { return self.of(file) };
        let is_hashed = |known: &File| known.sha256.as_ref() == Some(hex);
        let by_name = self.files.iter().position(|known| known.sha256.is_none() && known.is(file));
        if let Some(noted) = by_name.map(|place| self.files.remove(place)) {
            match self.files.iter_mut().find(|known| is_hashed(known)) {
                Some(known) => {
                    known.annotations.extend(noted.annotations);
                    known.packets.extend(noted.packets);
                }
                None => self.files.insert(0, File { sha256: Some(hex.clone()), ..noted }),
            }
        }
        self.of(file)
    }

    /// Lets the oldest go until all fit.
    fn bound(&mut self) {
        self.files.truncate(MOST_FILES);
        let size = |file: &File| -> usize {
            file.annotations.iter().map(|(id, annotation)| id.len() + annotation.note.len() + 40).sum::<usize>()
                + file.packets.values().map(|comment| comment.len() + 20).sum::<usize>()
                + file.name.len()
        };
        let mut sum = 0;
        self.files.retain(|file| {
            sum += size(file);
            sum <= MOST_CHARS
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Verdict;

    fn file(name: &str, hash: Option<&str>) -> FileFacts {
        FileFacts { name: name.into(), bytes: 100, sha256: hash.map(str::to_owned), ..FileFacts::default() }
    }

    fn note(text: &str) -> Annotation {
        Annotation { verdict: Some(Verdict::True), note: text.into() }
    }

    #[test]
    fn a_file_is_known_again_by_its_hash_under_any_name() {
        let mut memory = Memory::default();
        memory.set(&file("a.pcap", Some("aa")), "f-1", note("n"));
        let memory = Memory::from_text(&memory.text());
        assert_eq!(memory.of(&file("b.pcap", Some("aa")))["f-1"], note("n"));
        assert_eq!(memory.of(&file("a.pcap", None))["f-1"], note("n"));
        assert!(memory.of(&file("a.pcap", Some("bb"))).is_empty() && memory.of(&file("b.pcap", None)).is_empty());
    }

    #[test]
    fn what_was_noted_before_the_hash_was_known_goes_under_it() {
        let mut memory = Memory::default();
        memory.set(&file("a.pcap", None), "f-1", note("early"));
        assert_eq!(memory.name(&file("a.pcap", Some("aa")))["f-1"], note("early"));
        memory.set(&file("a.pcap", Some("aa")), "f-2", note("late"));
        assert_eq!((memory.files.len(), memory.of(&file("x", Some("aa"))).len()), (1, 2));
        memory.set(&file("a.pcap", Some("aa")), "f-1", Annotation::default());
        memory.set(&file("a.pcap", Some("aa")), "f-2", Annotation::default());
        assert_eq!(memory, Memory::default());
    }

    #[test]
    fn what_another_one_knows_is_taken_over() {
        let (mut ours, mut theirs) = (Memory::default(), Memory::default());
        ours.set(&file("a.pcap", Some("aa")), "f-1", note("ours"));
        ours.set(&file("a.pcap", Some("aa")), "f-2", note("kept"));
        theirs.set(&file("b.pcap", None), "f-1", note("new"));
        theirs.set(&file("renamed.pcap", Some("aa")), "f-1", note("theirs"));
        ours.join(theirs);
        let of_a = ours.of(&file("x.pcap", Some("aa")));
        assert_eq!((of_a["f-1"].note.as_str(), of_a["f-2"].note.as_str()), ("theirs", "kept"));
        assert_eq!(ours.of(&file("b.pcap", None))["f-1"], note("new"));
    }

    #[test]
    fn marks_of_packets_are_kept_with_the_file_and_go_with_their_last() {
        let (early, known) = (file("a.pcap", None), file("a.pcap", Some("aa")));
        let mut memory = Memory::default();
        memory.mark(&early, 7, Some("odd".into()));
        memory.set(&known, "f-1", note("n"));
        memory.name(&known);
        let mut memory = Memory::from_text(&memory.text());
        assert_eq!(memory.marks(&known), Marks::from([(7, "odd".to_owned())]));
        memory.set(&known, "f-1", Annotation::default());
        assert_eq!(memory.marks(&known).len(), 1);
        memory.mark(&known, 7, None);
        assert_eq!(memory, Memory::default());
        for index in 0..marks::MOST as u64 + 5 {
            memory.mark(&known, index, Some("x".repeat(2 * marks::LONGEST)));
        }
        assert_eq!(memory.marks(&known).len(), marks::MOST);
        assert!(memory.marks(&known).values().all(|comment| comment.len() == marks::LONGEST));
    }

    #[test]
    fn memory_is_bounded_and_the_oldest_goes_first() {
        let mut memory = Memory::default();
        for place in 0..MOST_FILES + 5 {
            memory.set(&file(&format!("{place}.pcap"), None), "f-1", note("n"));
        }
        assert_eq!(memory.files.len(), MOST_FILES);
        assert!(memory.of(&file("0.pcap", None)).is_empty() && !memory.of(&file("44.pcap", None)).is_empty());
        for place in 0..Annotation::MOST + 5 {
            memory.set(&file("44.pcap", None), &format!("f-{place}"), note(&"x".repeat(9000)));
        }
        assert!(memory.of(&file("44.pcap", None)).len() <= Annotation::MOST);
        assert!(memory.text().len() < 2 * MOST_CHARS);
        assert_eq!(Memory::from_text("{"), Memory::default());
    }
}
