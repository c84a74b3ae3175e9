//! Names of features that people give to those that are meant: these alone, or with + and - in front those to add and to leave out.

use crate::anomalies::Feature;
use crate::maths::sorting::Gather;
use std::collections::BTreeSet;

/// The places of the features that are looked at; a sentence if a name is unknown.
pub fn chosen(features: &[Feature], names: &[String]) -> Result<Vec<usize>, String> {
    let is_alone = !names.is_empty() && !names.iter().any(|name| name.starts_with(['+', '-']));
    let by_default = features.iter().enumerate().filter(|(_, feature)| !is_alone && feature.withheld.is_none());
    let mut chosen: BTreeSet<usize> = by_default.map(|(place, _)| place).gathered();
    for name in names {
        let bare = name.trim_start_matches(['+', '-']).trim();
        let with = |is: &dyn Fn(&Feature) -> bool| -> Vec<usize> {
            features.iter().enumerate().filter(|(_, feature)| is(feature)).map(|(place, _)| place).collect()
        };
        let mut meant = with(&|feature| feature.name == bare);
        if meant.is_empty() {
            meant = with(&|feature| feature.group == bare);
        }
        if meant.is_empty() {
            return Err(format!("there is no feature and no group of features called {bare:?}"));
        }
        for place in meant {
            if name.starts_with('-') {
                chosen.remove(&place);
            } else {
                chosen.insert(place);
            }
        }
    }
    if chosen.is_empty() { Err("no feature is chosen".to_owned()) } else { Ok(chosen.into_iter().collect()) }
}
