//! Turns flows into findings by principal components: flows that the usual pattern cannot reproduce.

use crate::detect::card::Card;
use crate::detect::detector::{Entry, Interest};
use crate::detect::ml::detector::{ModelDetector, fewest_flows, most_scored, threshold};
use crate::detect::ml::outliers;
use crate::detect::ml::spec::Spec;
use crate::learn::linear::Components;
use crate::model::Category;
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "pca",
    name: "Unusual flow (principal components)",
    category: Category::Statistical,
    technique: None,
    sees: "Flows that break the pattern of the others. The numbers of a flow usually go together (more packets, more bytes, longer duration). The model learns how, reconstructs each flow from that, and measures the error and how far out the flow lies.",
    matters: "A flow whose numbers do not fit together, such as much data in tiny packets, may be a tunnel, a flood or a tool that no rule describes yet.",
    otherwise: "Anything rare: a protocol that only one device uses, a broken connection, a monitoring probe. Most unusual flows are harmless, so the finding is mild and names what is unusual.",
    benign_causes: outliers::BENIGN_CAUSES,
    advice: outliers::ADVICE,
    part_of: &[],
    source: "Reconstruction error by principal components: Jackson and Mudholkar, Technometrics 1979; for network traffic Lakhina, Crovella, Diot, SIGCOMM 2004. Weighed with the position along the components as in Tipping and Bishop 1999. Limits of such methods: Han et al., ADBench, NeurIPS 2022.",
}
.explained_where_shown();

const THRESHOLD: Descriptor = threshold(
    "pca.threshold",
    "Flows with at least this score are reported. One flow in a hundred lies at 0.5; 0.8 is twice as far from normal \
     as that, 0.9 three times.",
    0.8,
);
const FEWEST: Descriptor = fewest_flows("pca.fewest_flows");
const MOST: Descriptor = most_scored(
    "pca.most_flows",
    "With more flows, a random sample of this size is scored to limit the time. 50,000 take about an eighth of a \
     second.",
);

const SPEC: Spec = Spec { card: &CARD, threshold: &THRESHOLD, fewest: &FEWEST, most: &MOST };

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry {
    card: CARD,
    settings: &[THRESHOLD, FEWEST, MOST],
    interest: Interest::NOTHING,
    make: || Box::new(ModelDetector::<Components>::new(&SPEC)),
    asks_site: false,
    is_content_with_flows: false,
    fault: None,
};
