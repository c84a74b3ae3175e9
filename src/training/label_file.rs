//! A file of labels for captures to marks: which flows are what, by time, address and filter.

use super::marks::Mark;
use crate::maths::sorting::Gather;
use crate::model::Addr;
use crate::model::format::quantity::counted;
use serde_json::{Map, Value};
use std::collections::BTreeSet;
use std::net::IpAddr;

/// What an entry may say.
const KEYS: [&str; 8] = ["label", "start", "end", "hosts", "sources", "targets", "filter", "file"];

/// The entries of a file, in its order.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct LabelFile {
    entries: Vec<Entry>,
}

/// What some flows are.
#[derive(Clone, PartialEq, Debug)]
struct Entry {
    mark: Mark,
    filter: Option<String>,
    /// Name of the only capture that it is about.
    file: Option<String>,
}

/// Marks for one input, and the name of the file that they come from.
#[derive(Clone, PartialEq, Debug)]
pub struct NamedMarks {
    /// Name of the file of labels.
    pub file: String,
    /// The first that means a flow says what it is.
    pub marks: Vec<Mark>,
}

impl LabelFile {
    /// Reads a JSON list of objects with a `label` and any of `start`, `end` (seconds since 1970), `hosts`, `sources`, `targets`,
    /// `filter` and `file`.
    ///
    /// # Errors
    /// The end of a sentence: what is no such list, or which entry is wrong.
    pub fn read(text: &str) -> Result<LabelFile, String> {
        let value: Value = serde_json::from_str(text).map_err(|error| format!("it is no JSON ({error})"))?;
        let list = value.as_array().ok_or("it is no JSON list of labels")?;
        let entries = list
            .iter()
            .zip(1..)
            .map(|(value, number): (&Value, usize)| entry(value).map_err(|why| format!("entry {number}: {why}")));
        Ok(LabelFile { entries: entries.collect::<Result<_, String>>()? })
    }

    /// True if the keys of the first object of a JSON list can be those of an entry: a label, and who or which packets it is about.
    pub fn has_keys(keys: &[&str]) -> bool {
        let is_about = |key: &&str| ["hosts", "sources", "targets", "filter"].contains(key);
        keys.contains(&"label") && keys.iter().any(is_about) && keys.iter().all(|key| KEYS.contains(key))
    }

    /// What it holds, in a sentence for people.
    pub fn about(&self) -> String {
        let names: BTreeSet<&str> = self.entries.iter().map(|entry| entry.mark.label.as_str()).gathered();
        let n = counted(self.entries.len() as u64, "entry", "entries");
        format!("{n} of {}.", counted(names.len() as u64, "label", "labels"))
    }

    /// The marks that are about an input of a name; `passing` says which flows pass a filter.
    ///
    /// # Errors
    /// What `passing` says is wrong with a filter.
    pub fn marks_of<E>(
        &self,
        file: &str,
        mut passing: impl FnMut(&str) -> Result<Vec<u32>, E>,
    ) -> Result<Vec<Mark>, E> {
        let own = self.entries.iter().filter(|entry| entry.file.as_ref().is_none_or(|of| of == file));
        let mark = |entry: &Entry| {
            let passing = entry.filter.as_deref().map(&mut passing).transpose()?;
            Ok(Mark { passing, ..entry.mark.clone() })
        };
        own.map(mark).collect()
    }
}

fn entry(value: &Value) -> Result<Entry, String> {
    let object = value.as_object().ok_or("it is no object")?;
    if let Some(key) = object.keys().find(|key| !KEYS.contains(&key.as_str())) {
        return Err(format!("it has {key:?}; there are {}", KEYS.join(", ")));
    }
    let mark = Mark {
        label: text(object, "label")?.ok_or("it has no label")?,
        start_ns: time(object, "start")?,
        end_ns: time(object, "end")?,
        hosts: hosts(object, "hosts")?,
        sources: hosts(object, "sources")?,
        targets: hosts(object, "targets")?,
        passing: None,
    };
    Ok(Entry { mark, filter: text(object, "filter")?, file: text(object, "file")? })
}

fn text(object: &Map<String, Value>, key: &str) -> Result<Option<String>, String> {
    match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{key:?} is no text")),
    }
}

fn time(object: &Map<String, Value>, key: &str) -> Result<Option<i64>, String> {
    let Some(value) = object.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
    let seconds = value.as_f64().ok_or_else(|| format!("{key:?} is no number of seconds since 1970"))?;
    Ok(Some(Mark::nanoseconds(seconds)))
}

fn hosts(object: &Map<String, Value>, key: &str) -> Result<Vec<Addr>, String> {
    let Some(value) = object.get(key) else { return Ok(Vec::new()) };
    let list = value.as_array().ok_or_else(|| format!("{key:?} is no list of addresses"))?;
    let host = |value: &Value| {
        let addr = value.as_str().and_then(|text| text.parse::<IpAddr>().ok());
        addr.map(Addr::of).ok_or_else(|| format!("{value} in {key:?} is no address"))
    };
    list.iter().map(host).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_and_those_of_other_files_left_out() {
        let text = r#"[{"label": "scan", "start": 1.5, "sources": ["10.0.0.9"], "file": "a.pcap"},
                       {"label": "worm", "filter": "tcp.port == 445"}]"#;
        let file = LabelFile::read(text).unwrap();
        assert_eq!(file.about(), "2 entries of 2 labels.");
        let asked = std::cell::RefCell::new(Vec::new());
        let marks = |name: &str| {
            let passing = |filter: &str| {
                asked.borrow_mut().push(filter.to_owned());
                Ok::<_, ()>(vec![3, 4])
            };
            file.marks_of(name, passing).unwrap()
        };
        let [scan, worm] = &marks("a.pcap")[..] else { panic!("two marks") };
        assert_eq!((scan.start_ns, scan.sources.len(), &scan.passing), (Some(1_500_000_000), 1, &None));
        assert_eq!((worm.label.as_str(), &worm.passing), ("worm", &Some(vec![3, 4])));
        assert_eq!(marks("b.pcap").len(), 1);
        assert_eq!(asked.into_inner(), ["tcp.port == 445", "tcp.port == 445"]);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_entry() {
        for (text, why) in [
            ("{}", "no JSON list"),
            ("[1]", "entry 1: it is no object"),
            (r#"[{"start": 1}]"#, "no label"),
            (r#"[{"label": "a"}, {"label": "b", "hosts": ["x"]}]"#, "entry 2: \"x\" in \"hosts\""),
            (r#"[{"label": "a", "port": 3}]"#, "\"port\""),
            (r#"[{"label": "a", "start": "now"}]"#, "seconds since 1970"),
        ] {
            let said = LabelFile::read(text).unwrap_err();
            assert!(said.contains(why), "{text}: {said}");
        }
    }

    #[test]
    fn a_list_is_known_by_its_keys() {
        assert!(LabelFile::has_keys(&["label", "start", "end", "sources"]));
        assert!(!LabelFile::has_keys(&["label", "start", "end"]), "a table of times and labels");
        assert!(!LabelFile::has_keys(&["label", "hosts", "bytes"]) && !LabelFile::has_keys(&["hosts"]));
    }
}
