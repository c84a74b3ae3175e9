//! `packetloupe detectors`: every detector's card.

use super::table::table;
use super::{Failure, output};
use crate::pipeline;
use serde_json::{Value, json};

pub fn run(is_json: bool) -> Result<(), Failure> {
    output::print(&if is_json { as_json() } else { as_table() })
}

fn as_table() -> String {
    let rows: Vec<Vec<String>> = pipeline::cards()
        .into_iter()
        .map(|(card, _)| {
            let technique = card.technique.map_or("", |(id, _)| id);
            let rate = card.benign_rate();
            let benign = rate.map_or("not measured".to_owned(), |r| format!("{} of {}", r.n_with_any, r.n_captures));
            let cells = [card.id, card.name, card.category.id(), technique, &benign, card.sees];
            cells.map(str::to_owned).to_vec()
        })
        .collect();
    table(&["ID", "NAME", "CATEGORY", "ATT&CK", "BENIGN CAPTURES", "SEES"], &rows)
}

fn as_json() -> String {
    let cards: Vec<Value> = pipeline::cards()
        .into_iter()
        .map(|(card, settings)| {
            json!({
                "id": card.id,
                "name": card.name,
                "category": card.category.id(),
                "technique": card.technique.map(|(id, _)| id),
                "technique_name": card.technique.map(|(_, name)| name),
                "sees": card.sees,
                "matters": card.matters,
                "otherwise": card.otherwise,
                "source": card.source,
                "benign_rate": card.benign_rate().map(|rate| json!({
                    "captures": rate.n_captures,
                    "captures_with_finding": rate.n_with_any,
                    "captures_with_medium": rate.n_with_medium,
                    "findings": rate.n_findings,
                })),
                "settings": settings.iter().map(|setting| setting.id).collect::<Vec<_>>(),
            })
        })
        .collect();
    format!("{:#}\n", Value::Array(cards))
}
