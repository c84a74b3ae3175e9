//! Any text as a file that people hand over: settings, column choices, stored verdicts, two tabs' storage, a list of
//! indicators. It is read or refused in words, and what was read is written so that it is read again as the same.

use packetloupe::flow::fields::FlowFields;
use packetloupe::flow::names::Names;
use packetloupe::flow::table::{FlowTable, Limits};
use packetloupe::indicators::{List, Matches, Seen, findings};
use packetloupe::model::format::{host_name, visible};
use packetloupe::pipeline::descriptors;
use packetloupe::session::{Memory, merged};
use packetloupe::settings::{ColumnChoices, file};

/// One input of the target.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let known = descriptors();
    if let Ok((settings, _)) = file::read(&text, &known) {
        let written = file::write(&settings);
        let (again, warnings) = file::read(&written, &known).unwrap();
        assert!(warnings.is_empty(), "{warnings:?}");
        assert_eq!(file::write(&again), written);
        assert!(settings.expected().iter().all(|rule| !rule.is_empty()));
    }
    if let Ok(choices) = ColumnChoices::from_text(&text) {
        let (again, refused) = ColumnChoices::from_value(&choices.to_value());
        assert!(refused.is_empty() && again.iter().eq(choices.iter()), "{refused:?}");
    }
    let memory = Memory::from_text(&text);
    assert_eq!(Memory::from_text(&memory.text()).text(), memory.text());
    let (front, back) = text.split_at(text.floor_char_boundary(text.len() / 2));
    let _ = merged("{}", front, back);
    if let Ok(list) = List::read("list", &text) {
        let (flows, fields, names) = (FlowTable::new(Limits::default()), FlowFields::default(), Names::default());
        let Matches { findings, n_more, .. } =
            findings(&[&list], &Seen { flows: &flows, fields: &fields, names: &names });
        assert!(findings.is_empty() && n_more == 0);
    }
    assert!(visible::text(&text).chars().all(|letter| visible::visible(letter) == letter));
    let shown = host_name::shown(&text);
    assert!(shown.starts_with(text.as_ref()));
}
