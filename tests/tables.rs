//! Walks the registration tables: ids unique and equal to file names, texts filled, defaults inside their ranges.

use packetloupe::export::{self, TableExport, Writer};
use packetloupe::model::Category;
use packetloupe::read::table::dialect;
use packetloupe::{chart, detect, pipeline, settings};
use std::collections::BTreeSet;
use std::path::Path;

#[test]
fn ids_are_unique() {
    assert_unique("detector", detect::ALL.iter().map(|entry| entry.card.id));
    assert_unique("detector's name", detect::ALL.iter().map(|entry| entry.card.name));
    assert_unique("chart", chart::ALL.iter().map(|entry| entry.id));
    assert_unique("dialect", dialect::ALL.iter().map(|entry| entry.id));
    assert_unique("dialect's name", dialect::ALL.iter().map(|entry| entry.name));
    assert_unique("export", export::ALL.iter().map(|entry| entry.id));
    assert_unique("setting", pipeline::descriptors().iter().map(|descriptor| descriptor.id));
}

#[test]
fn an_id_is_the_stem_of_its_file() {
    for entry in detect::ALL {
        assert_file(&["detect", "detect/ml"], entry.card.id);
    }
    for entry in chart::ALL {
        assert_file(&["chart"], entry.id);
    }
    for entry in dialect::ALL {
        assert_file(&["read/table/dialect"], entry.id);
    }
}

#[test]
fn every_file_with_an_entry_is_registered() {
    let ids: BTreeSet<&str> = detect::ALL
        .iter()
        .map(|entry| entry.card.id)
        .chain(chart::ALL.iter().map(|entry| entry.id))
        .chain(dialect::ALL.iter().map(|entry| entry.id))
        .collect();
    for folder in ["detect", "detect/ml", "chart", "read/table/dialect"] {
        for path in std::fs::read_dir(source().join(folder)).into_iter().flatten().map(|entry| entry.unwrap().path()) {
            let text = std::fs::read_to_string(&path).unwrap_or_default();
            let stem = path.file_stem().unwrap().to_str().unwrap();
            assert!(!text.contains("pub const ENTRY: Entry") || ids.contains(stem), "{stem} is in no table");
        }
    }
}

#[test]
fn every_card_is_filled() {
    for card in detect::ALL.iter().map(|entry| entry.card) {
        for text in [card.sees, card.matters, card.otherwise, card.source] {
            assert!(text.len() > 30 && text.ends_with('.'), "{}: {text:?} is no full sentence", card.id);
        }
        assert!(card.name.len() > 3 && card.name.starts_with(char::is_uppercase), "{}: {:?}", card.id, card.name);
        if let Some((technique, name)) = card.technique {
            assert!(is_technique(technique) && !name.is_empty(), "{}: {technique} {name}", card.id);
        }
    }
}

#[test]
fn every_setting_is_described_and_has_its_default_in_range() {
    for setting in pipeline::descriptors() {
        assert!(setting.min < setting.max, "{}", setting.id);
        assert!((setting.min..=setting.max).contains(&setting.default), "{}", setting.id);
        let is_whole = [setting.min, setting.max, setting.default].iter().all(|value| value.fract() == 0.0);
        assert!(!setting.is_whole || is_whole, "{}", setting.id);
        assert!(!setting.label.is_empty() && setting.help.ends_with('.'), "{}", setting.id);
    }
}

#[test]
fn a_dialect_is_chosen_by_the_id_that_it_has() {
    let dialects = dialect::ALL.iter().map(|entry| (entry.id, entry.name));
    let choices = settings::TABLE_DIALECT.choices.iter().map(|choice| (choice.id, choice.label));
    assert!(choices.skip(1).eq(dialects));
}

#[test]
fn every_export_says_what_it_writes_and_is_there_once() {
    let analysis = packetloupe::model::Analysis::default();
    let about: Vec<export::About> = export::ALL.iter().map(|entry| (entry.about)(&analysis)).collect();
    assert_unique("export's label", about.iter().map(|about| about.label));
    assert_unique("export's file ending", about.iter().map(|about| about.ending));
    for entry in export::ALL {
        assert!(entry.help.starts_with("Write ") && entry.media_type.contains('/'), "{}", entry.id);
    }
    let all = [
        TableExport::Flows,
        TableExport::Facts,
        TableExport::ConnLog,
        TableExport::NfStream,
        TableExport::Eve,
        TableExport::Indicators,
    ];
    for own in all {
        let is_own = |entry: &&export::Export| matches!(entry.writer, Writer::Tables(other) if other == own);
        assert_eq!(export::ALL.iter().filter(is_own).count(), 1, "{own:?}");
    }
}

#[test]
fn a_detectors_settings_carry_its_id() {
    for entry in detect::ALL {
        for setting in entry.settings {
            assert!(setting.id.starts_with(&format!("{}.", entry.card.id)), "{} of {}", setting.id, entry.card.id);
        }
    }
}

/// `T1046` or `T1110.001`.
fn is_technique(id: &str) -> bool {
    let (main, sub) = id.split_once('.').unwrap_or((id, "000"));
    let is_number = |text: &str, length| text.len() == length && text.bytes().all(|byte| byte.is_ascii_digit());
    main.strip_prefix('T').is_some_and(|main| is_number(main, 4)) && is_number(sub, 3)
}

#[test]
fn each_detector_of_trouble_says_whose_fault_it_is() {
    for detect::detector::Entry { card, fault, .. } in detect::ALL {
        let is_trouble = card.category == Category::Performance;
        assert_eq!(fault.is_some(), is_trouble, "{}", card.id);
    }
}

fn assert_unique<'a>(what: &str, ids: impl Iterator<Item = &'a str>) {
    let mut met = BTreeSet::new();
    for id in ids {
        assert!(!id.is_empty() && met.insert(id), "{what} {id:?} is empty or there twice");
    }
    assert!(!met.is_empty(), "the table of each {what} is empty");
}

/// The file of an id stands in one of these folders, or in a folder of a family below it.
fn assert_file(folders: &[&str], id: &str) {
    let is_there = |folder: &Path| {
        let place = folder.join(id);
        place.with_extension("rs").is_file() || place.join("mod.rs").is_file()
    };
    let is_below = |folder: &&str| {
        let folder = source().join(folder);
        let families = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
        is_there(&folder) || families.filter(|path| path.is_dir()).any(|family| is_there(&family))
    };
    assert!(folders.iter().any(is_below), "no file for {id} in {folders:?}");
}

fn source() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("src")
}
