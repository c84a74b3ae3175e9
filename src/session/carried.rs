//! What people carry from one browser to another, as one file: settings with the allow-list and what columns are taken for,
//! verdicts and notes.

use super::memory::Memory;
use crate::language::Language;
use crate::settings::{Descriptor, Settings, file};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The file.
#[derive(Serialize, Deserialize)]
struct Carried {
    packetloupe: String,
    version: u32,
    settings: Value,
    remarks: Memory,
    /// Id of the language of the page; empty in files of before.
    #[serde(default)]
    language: String,
}

/// The text of the file.
pub fn write(settings: &Settings, memory: &Memory, language: Language) -> String {
    let carried = Carried {
        packetloupe: "session".to_owned(),
        version: 1,
        settings: serde_json::from_str(&file::write(settings)).unwrap_or_default(),
        remarks: memory.clone(),
        language: language.id.to_owned(),
    };
    serde_json::to_string_pretty(&carried).unwrap_or_default() + "\n"
}

/// What a file has.
#[derive(Clone, PartialEq, Debug)]
pub struct Session {
    /// Settings.
    pub settings: Settings,
    /// Verdicts and notes.
    pub memory: Memory,
    /// The language of the page that it was saved from; none if it does not say, or there is no such language.
    pub language: Option<Language>,
    /// What of it is not usable, in words.
    pub warnings: Vec<String>,
}

/// What a file has. An error says in words why it is none.
pub fn read(text: &str, descriptors: &[&Descriptor]) -> Result<Session, String> {
    let carried: Carried =
        serde_json::from_str(text).map_err(|_| "it is no session that Packetloupe has saved".to_owned())?;
    if carried.packetloupe != "session" || carried.version != 1 {
        return Err("it is no session of version 1".to_owned());
    }
    let (settings, warnings) = file::read(&carried.settings.to_string(), descriptors)?;
    let language = Language::of(&carried.language);
    Ok(Session { settings, memory: carried.remarks.tidy(), language, warnings })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::analysis::FileFacts;
    use crate::model::{Annotation, Rule, Verdict};
    use crate::settings::GENERAL;

    #[test]
    fn a_session_comes_back_from_its_file() {
        let descriptors: Vec<&Descriptor> = GENERAL.iter().collect();
        let first = descriptors[0];
        let (mut settings, mut memory) = (Settings::default(), Memory::default());
        settings.set(first, first.default + 1.0);
        settings.allow(Rule { detector: Some("beacon".into()), ..Rule::default() });
        let file = FileFacts { name: "a.pcap".into(), bytes: 7, ..FileFacts::default() };
        memory.set(&file, "f-1", Annotation { verdict: Some(Verdict::True), note: "seen".into() });
        let read = read(&write(&settings, &memory, Language::ENGLISH), &descriptors).unwrap();
        let language = Some(Language::ENGLISH);
        assert_eq!(read, Session { settings, memory, language, warnings: Vec::new() });
    }

    #[test]
    fn a_file_that_is_none_is_refused_in_words() {
        for text in ["", "{}", r#"{"packetloupe": "session", "version": 2, "settings": {}, "remarks": []}"#] {
            assert!(read(text, &[]).unwrap_err().contains("session"), "{text}");
        }
    }
}
