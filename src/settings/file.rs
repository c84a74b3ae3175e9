//! Settings to the JSON file that people keep, and back: what page and command save and take.
//!
//! An object of ids and numbers (of choices: their ids), under `expected` the allow-list, and under `columns` what columns of tables
//! are taken for. What is not usable is said, and left out.

use super::{ABOUT_VALUES, ColumnChoices, Descriptor, Kind, Settings, table};
use crate::model::analysis::Setting;
use crate::model::finding::former_ids;
use crate::model::format::quantity::plain;
use crate::model::{Network, Rule};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The key of the allow-list.
const EXPECTED: &str = "expected";
/// The key of what columns are taken for.
const COLUMNS: &str = "columns";

/// The settings as a file.
pub fn write(settings: &Settings) -> String {
    let mut file = values(settings, |_| true);
    if !settings.columns().is_empty() {
        file.insert(COLUMNS.to_owned(), settings.columns().to_value());
    }
    if !settings.expected().is_empty() {
        file.insert(EXPECTED.to_owned(), serde_json::to_value(settings.expected()).unwrap_or_default());
    }
    format!("{:#}\n", Value::Object(file))
}

/// Only how the columns of tables and their values are read, as a file of settings; of columns those that `is_wanted` wants,
/// by heading.
pub fn write_columns(settings: &Settings, is_wanted: impl Fn(&str) -> bool) -> String {
    let mut wanted = ColumnChoices::default();
    for (heading, role) in settings.columns().iter().filter(|(heading, _)| is_wanted(heading)) {
        wanted.set(heading, Some(role));
    }
    let mut file = values(settings, |id| ABOUT_VALUES.iter().any(|about| about.id == id));
    file.insert(COLUMNS.to_owned(), wanted.to_value());
    format!("{:#}\n", Value::Object(file))
}

/// Takes over how columns are read from a file of settings, and nothing else of it.
pub fn take_columns(settings: &mut Settings, file: &Settings) {
    settings.columns_mut().extend(file.columns());
    for descriptor in ABOUT_VALUES.into_iter().filter(|descriptor| file.changed().contains_key(descriptor.id)) {
        settings.set(descriptor, file.get(descriptor));
    }
}

/// Changed values by id, of choices their ids.
fn values(settings: &Settings, is_wanted: impl Fn(&str) -> bool) -> Map<String, Value> {
    let value = |(id, value): (&String, &Setting)| {
        let written = match value {
            Setting::Networks(networks) => Value::from(Network::list(networks)),
            Setting::Number(value) => {
                let chosen = table::choices(id).and_then(|choices| choices.at(*value));
                chosen.map_or_else(|| Value::from(*value), |choice| Value::from(choice.id))
            }
        };
        (id.clone(), written)
    };
    settings.changed().iter().filter(|(id, _)| is_wanted(id)).map(value).collect()
}

/// Settings from a file, and a warning for each part that is not usable.
///
/// # Errors
/// The text is no JSON object; the sentence says why.
pub fn read(text: &str, known: &[&Descriptor]) -> Result<(Settings, Vec<String>), String> {
    let given: BTreeMap<String, Value> =
        serde_json::from_str(text).map_err(|error| format!("not a JSON object of settings: {error}"))?;
    Ok(from_values(&given, known))
}

fn from_values(given: &BTreeMap<String, Value>, known: &[&Descriptor]) -> (Settings, Vec<String>) {
    let mut settings = Settings::default();
    let mut warnings = Vec::new();
    for (id, value) in given.iter().filter(|(id, _)| !matches!(id.as_str(), EXPECTED | COLUMNS)) {
        let now = former_ids::below(id);
        let Some(d) = known.iter().find(|d| d.id == now) else {
            warnings.push(format!("setting {id} is unknown; see `packetloupe settings`"));
            continue;
        };
        if d.is_networks {
            if let Err(why) = networks(value).and_then(|text| settings.set_networks(d, &text)) {
                warnings.push(format!("setting {id} is not used: {why}"));
            }
            continue;
        }
        if !number(d, value).is_some_and(|number| settings.set(d, number)) {
            warnings.push(format!("setting {id} is {value}, not {}", wanted(d)));
        }
    }
    if let Some(columns) = given.get(COLUMNS) {
        let (choices, unusable) = ColumnChoices::from_value(columns);
        *settings.columns_mut() = choices;
        warnings.extend(unusable);
    }
    match given.get(EXPECTED) {
        None | Some(Value::Null) => {}
        Some(Value::Array(rules)) => {
            for (place, rule) in rules.iter().enumerate() {
                // A rule that is understood in part would hide more than it was meant to.
                let why = match serde_json::from_value::<Rule>(rule.clone()).map(Rule::tidy) {
                    Ok(Some(rule)) => {
                        if settings.allow(rule) {
                            continue;
                        }
                        format!("there are more than {}", Rule::MOST)
                    }
                    Ok(None) => "it names no host, peer, port, name or detector".to_owned(),
                    Err(error) => error.to_string(),
                };
                warnings.push(format!("rule {} of the allow-list is not used: {why}", place + 1));
            }
        }
        Some(_) => warnings.push("the allow-list (expected) is not used: it is not a list of rules".to_owned()),
    }
    (settings, warnings)
}

/// The text of a list of networks in a file, where it may also be a list of texts.
fn networks(value: &Value) -> Result<String, String> {
    let refused = || format!("{value} is not a list of networks as \"10.0.0.0/8, 192.168.0.0/16\"");
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Array(all) => {
            let texts: Option<Vec<&str>> = all.iter().map(Value::as_str).collect();
            texts.map(|texts| texts.join(", ")).ok_or_else(refused)
        }
        _ => Err(refused()),
    }
}

/// The number of a value in a file: of a choice its id, or the place that it had when files had numbers.
fn number(d: &Descriptor, value: &Value) -> Option<f64> {
    match (d.kind(), value) {
        (Kind::Choice(choices), Value::String(id)) => choices.number(id),
        (Kind::Choice(choices), value) => choices.former_number(value.as_f64()?),
        (_, value) => value.as_f64(),
    }
}

/// What a setting takes, and what is used instead of what it does not take.
fn wanted(d: &Descriptor) -> String {
    if let Kind::Choice(choices) = d.kind() {
        let ids: Vec<&str> = choices.choices.iter().map(|choice| choice.id).collect();
        let default = choices.at(d.default).map_or("", |choice| choice.id);
        return format!("one of {}; the default {default} is used", ids.join(", "));
    }
    let kind = if d.is_whole { "a whole number" } else { "a number" };
    let range = format!("{} to {}", plain(d.min), plain(d.max));
    format!("{kind} from {range}; the default {} is used", plain(d.default))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::rows::Role;
    use crate::settings::{GENERAL, IDLE_TIMEOUT, LOCAL_NETWORKS, TABLE, TABLE_DATE_ORDER, TABLE_DIALECT};

    fn known() -> Vec<&'static Descriptor> {
        GENERAL.iter().collect()
    }

    #[test]
    fn what_is_not_usable_is_said_once_each_and_the_rest_is_used() {
        let text = r#"{"flow.idle_timeout": 60, "flow.active_timeout": -1, "flow.most": "many", "seed": 0.5, "no.such": 1,
            "expected": [{"host": "10.0.0.0/8"}, {"hosts": "10.0.0.1"}, {"note": "only"}, 5]}"#;
        let (settings, warnings) = read(text, &known()).unwrap();
        assert_eq!(
            settings.changed().iter().collect::<Vec<_>>(),
            [(&"flow.idle_timeout".to_owned(), &Setting::Number(60.0))]
        );
        assert_eq!(settings.expected().len(), 1);
        let has = |words: &str| warnings.iter().filter(|warning| warning.contains(words)).count();
        assert_eq!((warnings.len(), has("no.such is unknown"), has("of the allow-list is not used")), (7, 1, 3));
        assert_eq!(has("flow.most is \"many\", not a whole number from 4,096 to 5,000,000"), 1);
        assert!(read("[]", &known()).is_err() && read("{", &known()).is_err());
        assert_eq!(read(r#"{"expected": {}}"#, &known()).unwrap().1.len(), 1);
    }

    #[test]
    fn a_choice_is_saved_by_its_id_and_old_numbers_are_understood() {
        let known: Vec<&Descriptor> = TABLE.iter().collect();
        for (value, id) in [("14", "zeek_conn"), ("21", "other"), ("\"nfstream\"", "nfstream"), ("0", "auto")] {
            let (settings, warnings) = read(&format!("{{\"table.dialect\": {value}}}"), &known).unwrap();
            assert_eq!((settings.chosen(&TABLE_DIALECT), warnings.len()), (id, 0));
            assert_eq!(write(&settings).contains(&format!("\"table.dialect\": \"{id}\"")), id != "auto");
            assert_eq!(read(&write(&settings), &known), Ok((settings, Vec::new())));
        }
        for value in ["22", "-1", "1.5", "\"zeek\"", "true"] {
            let (settings, warnings) = read(&format!("{{\"table.dialect\": {value}}}"), &known).unwrap();
            assert_eq!((settings, warnings.len()), (Settings::default(), 1), "{value}");
        }
    }

    #[test]
    fn networks_are_a_text_or_a_list_and_what_is_none_is_refused_with_the_reason() {
        for text in [r#""192.168.0.0/16, 10.0.0.0/8""#, r#"["10.0.0.0/8", "192.168.0.0/16"]"#] {
            let (settings, warnings) = read(&format!("{{\"site.local_networks\": {text}}}"), &known()).unwrap();
            assert_eq!(
                (Network::list(settings.networks(&LOCAL_NETWORKS)), warnings.len()),
                ("10.0.0.0/8, 192.168.0.0/16".to_owned(), 0)
            );
            assert!(write(&settings).contains("\"site.local_networks\": \"10.0.0.0/8, 192.168.0.0/16\""));
            assert_eq!(read(&write(&settings), &known()), Ok((settings, Vec::new())));
        }
        for (text, why) in [
            ("\"10.0.0.0/40\"", "neither an address nor a network"),
            ("5", "5 is not a list"),
            ("[5]", "[5] is not a list"),
        ] {
            let (settings, warnings) = read(&format!("{{\"site.local_networks\": {text}}}"), &known()).unwrap();
            assert!(
                warnings[0].contains("site.local_networks is not used") && warnings[0].contains(why),
                "{warnings:?}"
            );
            assert_eq!(settings, Settings::default());
        }
        for nothing in ["\"\"", "[]", "null"] {
            let text = format!("{{\"site.local_networks\": {nothing}}}");
            assert_eq!(read(&text, &known()).unwrap(), (Settings::default(), Vec::new()));
        }
    }

    #[test]
    fn a_file_that_was_written_gives_the_same_settings() {
        let mut settings = Settings::default();
        settings.set(&IDLE_TIMEOUT, 60.5);
        let rule =
            Rule { port: Some(22), detector: Some("beacon".into()), note: "\"why\"\n".into(), ..Rule::default() };
        assert!(settings.allow(rule.tidy().unwrap()));
        settings.columns_mut().set("Src", Some(Role::Source));
        assert_eq!(read(&write(&settings), &known()), Ok((settings, Vec::new())));
        assert_eq!(write(&Settings::default()), "{}\n");
    }

    #[test]
    fn how_columns_are_read_is_a_file_of_its_own_that_leaves_other_settings_as_they_are() {
        let known: Vec<&Descriptor> = GENERAL.iter().chain(TABLE).collect();
        let mut settings = Settings::default();
        settings.set(&TABLE_DATE_ORDER.descriptor, 2.0);
        settings.set(&GENERAL[0], 60.0);
        settings.columns_mut().set("Src", Some(Role::Source));
        settings.columns_mut().set("Other", Some(Role::Ignored));
        let text = write_columns(&settings, |heading| heading == "Src");
        let (file, warnings) = read(&text, &known).unwrap();
        assert_eq!((warnings.len(), file.columns().iter().count(), file.get(&GENERAL[0])), (0, 1, GENERAL[0].default));
        let mut other = Settings::default();
        other.set(&GENERAL[0], 30.0);
        take_columns(&mut other, &file);
        assert_eq!((other.get(&GENERAL[0]), other.chosen(&TABLE_DATE_ORDER)), (30.0, "month_first"));
        assert_eq!(other.columns().iter().collect::<Vec<_>>(), [("Src", Role::Source)]);
    }
}
