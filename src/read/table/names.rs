//! Headings to meanings, for names that mean the same in several tools: one table for all of them.

use super::composed;
use super::dialect::{Entry, KnownBy};
use super::plain::plain;
use super::synonyms::{COMMON, Group, LOOSE};
use super::{units, wording};
use crate::model::rows::{Role, RoleReason, label_names};

/// Rank of a name that was put together from words.
const COMPOSED: u16 = 900;

/// The meaning of a column by its heading, and how well the heading fits it (0 best): what the dialect says, else what the
/// name commonly means.
pub fn role(name: &str, entry: &Entry) -> (Role, u16) {
    let lower = wording::heading(name);
    if entry.labels.contains(&lower.as_str()) {
        return (Role::Label, 0);
    }
    if let Some(place) = entry.roles.iter().position(|(known, _)| *known == lower) {
        return (entry.roles.get(place).map_or(Role::Plain, |(_, role)| *role), place as u16 + 1);
    }
    if lower.is_empty() || lower.starts_with("unnamed") {
        return (Role::Id, 0);
    }
    let bare = plain(&lower);
    if label_names::is_named(&bare) {
        return (Role::Label, 0);
    }
    let of_time = |(role, _): &(Role, u16)| matches!(role, Role::Start | Role::End | Role::Duration | Role::GapMean);
    let without_unit = || {
        let (name, _) = units::split(&lower)?;
        common(&plain(name), entry).filter(of_time)
    };
    let of_bytes = |(role, _): &(Role, u16)| matches!(role, Role::Bytes | Role::FwdBytes | Role::BwdBytes);
    let without_multiple = || {
        let (name, _) = units::split_bytes(&lower)?;
        let (bare, loose) = (plain(name), is_loose(entry));
        let known = common(&bare, entry).or_else(|| common(&format!("{bare}bytes"), entry));
        let composed = || {
            let with_bytes = || composed::count(&format!("{bare}bytes"));
            composed::count(&bare).or_else(with_bytes).or_else(|| composed::amount(&bare))
        };
        known.or_else(|| composed().filter(|_| loose).map(|role| (role, COMPOSED))).filter(of_bytes)
    };
    // Logs of Azure end the names of columns by their type.
    let without_type = || common(bare.strip_suffix(['s', 'd', 't', 'b', 'g'])?, entry).filter(|_| is_typed(&lower));
    common(&bare, entry)
        .or_else(|| composed::count(&bare).filter(|_| is_loose(entry)).map(|role| (role, COMPOSED)))
        .or_else(|| composed::amount(&bare).filter(|_| is_loose(entry)).map(|role| (role, COMPOSED + 1)))
        .or_else(without_unit)
        .or_else(without_multiple)
        .or_else(without_type)
        .unwrap_or((Role::Plain, 0))
}

/// True if a heading commonly means something.
pub fn is_known(name: &str) -> bool {
    let bare = plain(&wording::heading(name));
    COMMON.iter().any(|(_, names)| names.contains(&bare.as_str())) || label_names::is_named(&bare)
}

/// Why a column of this heading has the role that [`role`] gives it.
pub fn reason(name: &str, role: Role, entry: &Entry) -> RoleReason {
    let lower = wording::heading(name);
    let is_of_tool = entry.labels.contains(&lower.as_str()) || entry.roles.iter().any(|(known, _)| *known == lower);
    match role {
        _ if is_of_tool => RoleReason::Tool,
        Role::Plain => RoleReason::NothingSaid,
        _ => RoleReason::Heading,
    }
}

/// True if a heading ends with a type, as those of custom logs of Azure do: `SrcIP_s`, `FlowStartTime_t [UTC]`.
fn is_typed(lower: &str) -> bool {
    let name = lower.split(" [").next().unwrap_or(lower);
    ["_s", "_d", "_t", "_b", "_g"].iter().any(|end| name.ends_with(end))
}

/// What a name commonly means, and how well it fits.
fn common(plain: &str, entry: &Entry) -> Option<(Role, u16)> {
    let tables: &[&[Group]] = if is_loose(entry) { &[COMMON, LOOSE] } else { &[COMMON] };
    tables.iter().enumerate().find_map(|(table, groups)| {
        groups.iter().find_map(|(role, names)| {
            let place = names.iter().position(|known| *known == plain)?;
            Some((*role, ((table + 1) * 100 + place) as u16))
        })
    })
}

/// Words such as `source` or `first` mean what they say only where no tool is known that means something else.
fn is_loose(entry: &Entry) -> bool {
    matches!(entry.known_by, KnownBy::Rest | KnownBy::Lines(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::read::table::dialect;

    #[test]
    fn names_mean_the_same_however_they_are_written() {
        let entry = &dialect::ALL[dialect::ALL.len() - 1];
        for name in ["Src IP", "src_ip", " Source IP", "SrcAddr", "saddr", "id.orig_h"] {
            assert_eq!(role(name, entry).0, Role::Source, "{name}");
        }
        assert_eq!(role("Tot Fwd Pkts", entry).0, Role::FwdPackets);
        assert_eq!(role("LABEL", entry).0, Role::Label);
        assert_eq!(role("attack_cat", entry).0, Role::Label);
        assert_eq!(role("", entry).0, Role::Id);
        assert_eq!(role("f7", entry).0, Role::Plain);
    }
}
