//! Flows to findings by principal components: what the usual pattern of flows cannot reproduce.

use super::ml::detector::{ModelDetector, Spec};
use super::ml::linear::Components;
use super::{Card, Entry, Wants};
use crate::model::Category;
use crate::settings::{Descriptor, Effect};

const CARD: Card = Card {
    id: "pca",
    name: "Unusual flow (principal components)",
    category: Category::Statistical,
    technique: None,
    sees: "Flows that break the pattern which the others follow. Usually the numbers of a flow go together (more packets, more bytes, longer time); the model learns how, rebuilds each flow from that, and measures what is left over and how far out the flow lies.",
    matters: "A flow whose numbers do not fit together, such as much data in tiny packets, may be a tunnel, a flood or a tool that no rule describes yet.",
    otherwise: "Anything rare: a protocol that one device speaks, a broken connection, a monitoring probe. Most unusual flows are harmless, so the finding is mild and names what is unusual.",
    source: "Reconstruction error by principal components: Jackson and Mudholkar, Technometrics 1979; for network traffic Lakhina, Crovella, Diot, SIGCOMM 2004. Weighed with the place along the components as in Tipping and Bishop 1999. Limits of such methods: Han et al., ADBench, NeurIPS 2022.",
};

const THRESHOLD: Descriptor = Descriptor {
    id: "pca.threshold",
    label: "Score for a report",
    help: "Flows with at least this score are reported. 0.5 is where one flow in a hundred lies; 0.8 is twice as far from the usual as that, 0.9 three times.",
    unit: "",
    min: 0.5,
    max: 0.99,
    default: 0.8,
    is_whole: false,
    effect: Effect::Judge,
};
const FEWEST: Descriptor = Descriptor {
    id: "pca.fewest_flows",
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
    id: "pca.most_flows",
    label: "Most flows scored",
    help: "Of more flows a random part of this size is scored, to bound the time. 100,000 take about a quarter of a second.",
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
    make: || Box::new(ModelDetector::<Components>::new(&SPEC)),
};
