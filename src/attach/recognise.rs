//! The front of a file to what the file is: a model, a baseline, a list of indicators, a file of labels, settings, or something to be
//! read.
//!
//! The name counts for nothing. Documents of JSON are told by the keys of their outermost object, which are read as far as the front
//! goes, so that a large document need not be read to be known.

use crate::indicators;
use crate::learn::METHODS;
use crate::learn::trained::CLASSIFIERS;
use crate::pipeline::{self, Pipeline, PipelineOptions};
use crate::protocol::attached::{AttachedKind, Offered};
use crate::settings::{Descriptor, Settings, file};
use crate::training::LabelFile;

/// So many bytes of a file are looked at. Settings are no longer.
pub const FRONT_BYTES: usize = 256 << 10;
/// Keys of settings files that are no ids of settings.
const OF_SETTINGS: [&str; 2] = ["expected", "columns"];

/// Why such a file is not opened.
const OWN: &str = "Packetloupe wrote this file, but it is no capture or table. Results are opened by opening the capture again; \
                   choices of Anomalies and lessons are loaded in their views.";

/// What MISP answers when it has nothing.
const EMPTY_ANSWER: &str = r#"{"response":[]}"#;

/// What a file is.
#[derive(Clone, PartialEq, Debug)]
pub enum Found {
    /// To be applied to what is open.
    Attached(AttachedKind),
    /// Settings.
    Settings,
    /// A session.
    Session,
    /// Something else that Packetloupe wrote, which is of no use beside an open file.
    Own,
    /// A capture or a table, or nothing that is known.
    Input,
}

/// Says what a file is by its front. `known` are the settings that there are.
pub fn recognise(front: &[u8], known: &[&Descriptor]) -> Found {
    let is_all = front.len() < FRONT_BYTES;
    // A front may end within a letter.
    let text = String::from_utf8_lossy(front);
    let text = text.trim_start_matches('\u{feff}').trim_start();
    if text.bytes().take(512).any(|byte| byte == 0) {
        return Found::Input;
    }
    if text.starts_with(['{', '[']) {
        return of_document(text, is_all, known);
    }
    if indicators::looks_like_list(text, is_all) {
        return Found::Attached(AttachedKind::Indicators);
    }
    Found::Input
}

fn of_document(text: &str, is_all: bool, known: &[&Descriptor]) -> Found {
    let keys = outer_keys(text);
    let value = |key: &str| keys.iter().find(|(name, _)| name == key).and_then(|(_, value)| value.as_deref());
    let has = |key: &str| keys.iter().any(|(name, _)| name == key);
    match value("format") {
        Some("packetloupe model") => return Found::Attached(AttachedKind::Model),
        Some("packetloupe baseline") => return Found::Attached(AttachedKind::Baseline),
        _ => {}
    }
    if value("packetloupe") == Some("session") {
        return Found::Session;
    }
    let is_result = ["schema", "file", "coverage", "findings"].iter().all(|key| has(key));
    if is_result || keys.iter().any(|(name, _)| name.starts_with("packetloupe")) {
        return Found::Own;
    }
    let is_bundle = value("type") == Some("bundle");
    // Logs have events and responses too, but not the attributes that MISP's have.
    let is_misp = ["Event", "response", "Attribute"].iter().any(|key| has(key)) && text.contains("\"Attribute\"");
    let is_empty_answer = is_all && text.split_whitespace().collect::<String>() == EMPTY_ANSWER;
    if is_bundle || is_misp || is_empty_answer {
        return Found::Attached(AttachedKind::Indicators);
    }
    let names: Vec<&str> = keys.iter().map(|(name, _)| name.as_str()).collect();
    if text.starts_with('[') && LabelFile::has_keys(&names) {
        return Found::Attached(AttachedKind::Labels);
    }
    let is_known = |name: &String| OF_SETTINGS.contains(&name.as_str()) || known.iter().any(|d| d.id == name);
    // Lines of JSON are rows; a setting of another release is said when the file is taken.
    let is_one = is_all && serde_json::from_str::<serde_json::Map<String, serde_json::Value>>(text).is_ok();
    // Settings of which none is changed are empty.
    if is_one && (keys.is_empty() || keys.iter().any(|(name, _)| is_known(name))) {
        return Found::Settings;
    }
    Found::Input
}

/// The keys of the outermost object, or of the first one of a list, with those of their values that are texts, as far as the text
/// goes.
fn outer_keys(text: &str) -> Vec<(String, Option<String>)> {
    let mut keys: Vec<(String, Option<String>)> = Vec::new();
    let (mut depth, mut is_value) = (0_u32, false);
    let mut letters = text.trim_start_matches(|letter: char| letter == '[' || letter.is_whitespace()).chars();
    while let Some(letter) = letters.next() {
        match letter {
            '"' => {
                let Some(string) = rest_of_string(&mut letters) else { break };
                match (depth, is_value) {
                    (1, false) => keys.push((string, None)),
                    (1, true) => keys.last_mut().into_iter().for_each(|(_, value)| *value = Some(string.clone())),
                    _ => {}
                }
            }
            ':' if depth == 1 => is_value = true,
            ',' if depth == 1 => is_value = false,
            '{' | '[' => depth += 1,
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    break;
                }
            }
            _ => {}
        }
    }
    keys
}

/// A string from behind its first quote; none if it does not end. Of escapes only the letter is kept.
fn rest_of_string(letters: &mut std::str::Chars<'_>) -> Option<String> {
    let mut string = String::new();
    loop {
        match letters.next()? {
            '"' => return Some(string),
            '\\' => string.push(letters.next()?),
            letter => string.push(letter),
        }
    }
}

/// Reads the front as a capture or table: whether it is a table, or the sentence that says why it cannot be read.
///
/// # Errors
/// It is none that is known.
pub fn try_reading(name: &str, front: &[u8], bytes: u64, settings: &Settings) -> Result<bool, String> {
    let options = PipelineOptions { has_detectors: false, ..PipelineOptions::for_file(settings, name, bytes) };
    let mut pipeline = Pipeline::new(options);
    pipeline.feed(front).map_err(|refusal| refusal.to_string())?;
    if front.len() as u64 >= bytes {
        pipeline.end().map_err(|refusal| refusal.to_string())?;
    }
    Ok(pipeline.rows().is_some())
}

/// What a file is, for the page: settings are read, and what is to be read is tried.
pub fn offered(name: &str, front: &[u8], bytes: u64, settings: &Settings) -> Offered {
    let known = known_settings();
    match recognise(front, &known) {
        Found::Attached(kind) => Offered::Attached(kind),
        Found::Settings => match file::read(&String::from_utf8_lossy(front), &known) {
            Ok((settings, warnings)) => Offered::Settings(Box::new(settings), warnings),
            Err(why) => Offered::Unknown(why),
        },
        Found::Session => Offered::Session,
        Found::Own => Offered::Unknown(OWN.to_owned()),
        Found::Input => match try_reading(name, front, bytes, settings) {
            Ok(is_table) => Offered::Input { is_table },
            Err(why) => Offered::Unknown(why),
        },
    }
}

/// All settings that a file may have: those of methods that learn are of no use to an analysis, but stand in the same file.
pub fn known_settings() -> Vec<&'static Descriptor> {
    let mut known = pipeline::descriptors();
    known.extend(METHODS.iter().flat_map(|method| method.parameters));
    known.extend(CLASSIFIERS.iter().flat_map(|classifier| classifier.parameters));
    known
}
