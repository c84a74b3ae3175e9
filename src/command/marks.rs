//! A file of labels for captures: which flows are what, by time, address and filter.

use super::{Failure, files};
use crate::model::{Addr, Analysis};
use crate::pipeline::Pipeline;
use crate::training::Mark;
use serde_json::Value;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

/// An entry of the file.
pub struct Entry {
    mark: Mark,
    filter: Option<String>,
    /// Name of the only capture that it is about.
    file: Option<String>,
}

/// Reads the file: a JSON list of objects with a `label` and any of `start`, `end` (seconds since 1970), `hosts`, `sources`, `targets`,
/// `filter` and `file`.
pub fn read(path: &Path) -> Result<Vec<Entry>, Failure> {
    let cannot = |why: String| Failure::usage(format!("cannot use {}: {why}", path.display()));
    let text = std::fs::read_to_string(path).map_err(|error| cannot(error.to_string()))?;
    let value: Value = serde_json::from_str(&text).map_err(|error| cannot(error.to_string()))?;
    let list = value.as_array().ok_or_else(|| cannot("it is no JSON list of labels".to_owned()))?;
    list.iter().map(entry).collect::<Result<_, String>>().map_err(cannot)
}

fn entry(value: &Value) -> Result<Entry, String> {
    const KNOWN: [&str; 8] = ["label", "start", "end", "hosts", "sources", "targets", "filter", "file"];
    let object = value.as_object().ok_or("an entry is no object")?;
    if let Some(key) = object.keys().find(|key| !KNOWN.contains(&key.as_str())) {
        return Err(format!("an entry has {key:?}; there are {}", KNOWN.join(", ")));
    }
    let text = |key: &str| match object.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.clone())),
        Some(_) => Err(format!("{key:?} is no text")),
    };
    let time = |key: &str| -> Result<Option<i64>, String> {
        let Some(value) = object.get(key).filter(|value| !value.is_null()) else { return Ok(None) };
        let seconds = value.as_f64().ok_or_else(|| format!("{key:?} is no number of seconds since 1970"))?;
        Ok(Some(Mark::nanoseconds(seconds)))
    };
    let hosts = |key: &str| -> Result<Vec<Addr>, String> {
        let Some(value) = object.get(key) else { return Ok(Vec::new()) };
        let list = value.as_array().ok_or_else(|| format!("{key:?} is no list of addresses"))?;
        let host = |value: &Value| {
            let addr = value.as_str().and_then(|text| text.parse::<IpAddr>().ok());
            addr.map(Addr::of).ok_or_else(|| format!("{value} in {key:?} is no address"))
        };
        list.iter().map(host).collect()
    };
    let mark = Mark {
        label: text("label")?.ok_or("an entry has no label")?,
        start_ns: time("start")?,
        end_ns: time("end")?,
        hosts: hosts("hosts")?,
        sources: hosts("sources")?,
        targets: hosts("targets")?,
        passing: None,
    };
    Ok(Entry { mark, filter: text("filter")?, file: text("file")? })
}

/// The marks that are about a capture, with the flows that pass their filters.
pub fn of_file(
    entries: &[Entry],
    path: &PathBuf,
    pipeline: &Pipeline,
    analysis: &dyn Fn() -> Analysis,
) -> Result<Vec<Mark>, Failure> {
    let name = super::read::name_of(path);
    let is_about = |entry: &&Entry| entry.file.as_ref().is_none_or(|file| *file == name);
    let mut evaluated = None;
    let mut marks = Vec::new();
    for entry in entries.iter().filter(is_about) {
        let mut mark = entry.mark.clone();
        if let Some(filter) = &entry.filter {
            let analysis = evaluated.get_or_insert_with(analysis);
            mark.passing = Some(files::passing(std::slice::from_ref(path), pipeline, analysis, filter)?);
        }
        marks.push(mark);
    }
    Ok(marks)
}
