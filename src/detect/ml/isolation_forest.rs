//! Turns flows into findings by isolation forest: flows that few random cuts separate from all others.

use crate::detect::card::Card;
use crate::detect::detector::{Entry, Interest};
use crate::detect::ml::detector::{ModelDetector, fewest_flows, most_scored, threshold};
use crate::detect::ml::outliers;
use crate::detect::ml::spec::Spec;
use crate::learn::forest::Forest;
use crate::model::Category;
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "isolation_forest",
    name: "Unusual flow (isolation forest)",
    category: Category::Statistical,
    technique: None,
    sees: "Flows whose sizes, timing and flags are easy to separate from all others: random cuts through the data isolate them after a few steps.",
    matters: "Something that only one host does, or that happens only once, may be a first sign of an attack that no rule describes yet.",
    otherwise: "Anything rare: a backup, an update, a device that is the only one of its kind. Most unusual flows are harmless, so the finding is mild and names what is unusual.",
    benign_causes: outliers::BENIGN_CAUSES,
    advice: outliers::ADVICE,
    part_of: &[],
    source: "Liu, Ting, Zhou, Isolation Forest, IEEE ICDM 2008: 100 trees on 256 flows each, as in the paper. Training set: 20,000 random flows. Limits of such methods: Han et al., ADBench, NeurIPS 2022.",
}
.explained_where_shown();

const THRESHOLD: Descriptor = threshold(
    "isolation_forest.threshold",
    "Flows with at least this score are reported. The authors take scores near 1 as certain outliers and scores well \
     below 0.5 as normal; 0.7 reports few.",
    0.7,
);
const FEWEST: Descriptor = fewest_flows("isolation_forest.fewest_flows");
const MOST: Descriptor = most_scored(
    "isolation_forest.most_flows",
    "With more flows, a random sample of this size is scored to limit the time. 50,000 take about a quarter of a \
     second.",
);

const SPEC: Spec = Spec { card: &CARD, threshold: &THRESHOLD, fewest: &FEWEST, most: &MOST };

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: &[THRESHOLD, FEWEST, MOST],
    interest: Interest::NOTHING,
    make: || Box::new(ModelDetector::<Forest>::new(&SPEC)),
    asks_site: false,
    is_content_with_flows: false,
    fault: None,
};
