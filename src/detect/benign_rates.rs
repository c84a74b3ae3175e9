//! How often each detector finds something in captures of benign traffic: a table that was measured, not estimated.
//!
//! The table beside this file is made by `PACKETLOUPE_WRITE_BENIGN_RATES=1 cargo test --release --test suite benign_rates` over the
//! shared captures; the same test without the variable says when it is out of date.

use crate::detect::card::Card;
use crate::model::format::quantity::{counted, percent};

/// The table.
const TABLE: &str = include_str!("benign_rates.csv");

/// What a detector finds in benign captures.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct BenignRate {
    /// Captures that were looked at.
    pub n_captures: u32,
    /// Captures in which it finds anything.
    pub n_with_any: u32,
    /// Captures in which it finds something of medium severity or higher.
    pub n_with_medium: u32,
    /// Findings in all.
    pub n_findings: u32,
}

impl BenignRate {
    /// `1 of 74 captures (1.4 %)`, and of them how many with medium severity or higher.
    pub fn words(self) -> String {
        let share = percent(f64::from(self.n_with_any), f64::from(self.n_captures));
        let captures = counted(u64::from(self.n_captures), "benign capture", "benign captures");
        let n = self.n_findings;
        match (self.n_with_any, self.n_with_medium) {
            (0, _) => format!("nothing in {captures}"),
            (any, 0) => format!("{n} in {any} of {captures} ({share}), none of medium severity or higher"),
            (any, medium) => format!("{n} in {any} of {captures} ({share}), in {medium} of medium severity or higher"),
        }
    }
}

impl Card {
    /// What it finds in benign captures; none while that was not measured.
    pub fn benign_rate(&self) -> Option<BenignRate> {
        let row = TABLE.lines().find_map(|line| line.strip_prefix(self.id)?.strip_prefix(','))?;
        let mut cells = row.split(',').map(|cell| cell.parse().ok());
        let mut next = || cells.next().flatten();
        Some(BenignRate { n_captures: next()?, n_with_any: next()?, n_with_medium: next()?, n_findings: next()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::CARDS;

    #[test]
    fn every_row_is_of_a_detector_and_adds_up() {
        let rows: Vec<&str> = TABLE.lines().skip(1).filter_map(|line| line.split(',').next()).collect();
        assert!(!rows.is_empty() && TABLE.starts_with("detector,captures,"));
        for id in rows {
            let card = CARDS.iter().map(|(card, _)| card).find(|card| card.id == id).expect(id);
            let rate = card.benign_rate().expect(id);
            assert!(rate.n_with_medium <= rate.n_with_any && rate.n_with_any <= rate.n_captures, "{id}");
            assert!(rate.n_findings >= rate.n_with_any, "{id}");
        }
    }

    #[test]
    fn a_rate_is_said_in_words() {
        let rate = |n_with_any, n_with_medium, n_findings| {
            BenignRate { n_captures: 74, n_with_any, n_with_medium, n_findings }.words()
        };
        assert_eq!(rate(0, 0, 0), "nothing in 74 benign captures");
        assert_eq!(rate(1, 0, 3), "3 in 1 of 74 benign captures (1.4 %), none of medium severity or higher");
        assert_eq!(rate(2, 1, 2), "2 in 2 of 74 benign captures (2.7 %), in 1 of medium severity or higher");
    }
}
