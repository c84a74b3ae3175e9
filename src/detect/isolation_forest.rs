//! Flows to findings by isolation forest: what few random cuts set apart from all the others.

use super::ml::detector::{ModelDetector, Spec};
use super::ml::forest::Forest;
use super::{Card, Entry, Wants};
use crate::model::Category;
use crate::settings::{Descriptor, Effect};

const CARD: Card = Card {
    id: "isolation_forest",
    name: "Unusual flow (isolation forest)",
    category: Category::Statistical,
    technique: None,
    sees: "Flows whose sizes, timing and flags are easy to tell apart from all others: random cuts through the data leave them alone after a few steps.",
    matters: "Something that only one host does, or does only once, may be a first sign of what no rule describes yet.",
    otherwise: "Anything rare: a backup, an update, a device of which there is only one. Most unusual flows are harmless, so the finding is mild and names what is unusual.",
    source: "Liu, Ting, Zhou, Isolation Forest, IEEE ICDM 2008: 100 trees on 256 flows each, as in the paper. Flows learnt from: 20,000 at random. Limits of such methods: Han et al., ADBench, NeurIPS 2022.",
};

const THRESHOLD: Descriptor = Descriptor {
    id: "isolation_forest.threshold",
    label: "Score for a report",
    help: "Flows with at least this score are reported. The authors take scores near 1 for certain outliers and scores well below 0.5 for usual; 0.7 reports few.",
    unit: "",
    min: 0.5,
    max: 0.99,
    default: 0.7,
    is_whole: false,
    effect: Effect::Judge,
};
const FEWEST: Descriptor = Descriptor {
    id: "isolation_forest.fewest_flows",
    label: "Fewest flows",
    help: "With fewer flows there is no telling what is usual, and nothing is scored.",
    unit: "flows",
    min: 10.0,
    max: 100_000.0,
    default: 100.0,
    is_whole: true,
    effect: Effect::Judge,
};
const MOST: Descriptor = Descriptor {
    id: "isolation_forest.most_flows",
    label: "Most flows scored",
    help: "Of more flows a random part of this size is scored, to bound the time. 100,000 take about half a second.",
    unit: "flows",
    min: 1000.0,
    max: 100_000_000.0,
    default: 100_000.0,
    is_whole: true,
    effect: Effect::Judge,
};

const SPEC: Spec = Spec { card: &CARD, threshold: &THRESHOLD, fewest: &FEWEST, most: &MOST };

/// Line in the table of detectors.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: &[THRESHOLD, FEWEST, MOST],
    wants: Wants::FLOWS,
    make: || Box::new(ModelDetector::<Forest>::new(&SPEC)),
};
