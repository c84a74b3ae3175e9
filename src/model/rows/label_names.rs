//! Names of columns that say what a row is: labels, and names that may be those of labels.

/// Names of labels, as letters and digits, the one that says most first.
const NAMED: &[&str] = &[
    "label",
    "labels",
    "attackcat",
    "attackcategory",
    "attacktype",
    "attack",
    "attacklabel",
    "mitreattacktactics",
    "mitreattacktactic",
    "mitreattack",
    "trafficcategory",
    "traffictype",
    "detailedlabel",
    "detaillabel",
    "sublabel",
    "sublabelcat",
    "attackclass",
    "attackname",
    "attacksubcategory",
    "attacksubcat",
    "attackid",
    "attackdescription",
    "attackreference",
    "attackstage",
    "binarylabel",
    "labelbinary",
    "multiclasslabel",
    "multilabel",
    "labelmulticlass",
    "classlabel",
    "labeltactic",
    "labeltechnique",
    "labelcve",
    "isattack",
    "isanomaly",
    "ismalicious",
    "isbotnet",
    "groundtruth",
    "malicious",
    "outlier",
    "anomaly",
    "difficulty",
];

/// Names that may be those of labels: the values decide.
const POSSIBLE: &[&str] = &[
    "class",
    "class1",
    "class2",
    "category",
    "subcategory",
    "subcat",
    "target",
    "marker",
    "stage",
    "activity",
    "tag",
    "tags",
    "type",
    "y",
    "ytrue",
    "targetclass",
    "result",
    "outcome",
    "severity",
    "verdict",
    "behavior",
    "behaviour",
    "threat",
    "malware",
    "family",
    "scenario",
    "phase",
    "tactic",
    "technique",
    "event",
    "is",
    "truth",
    "nature",
    "status",
    "intrusion",
    "normal",
    "alert",
];

/// True if a name, as letters and digits, is that of a label.
pub fn is_named(plain: &str) -> bool {
    NAMED.contains(&plain)
}

/// True if a name may be that of a label.
pub fn is_possible(plain: &str) -> bool {
    POSSIBLE.contains(&plain)
}

/// How much the name of a label says, 0 for most.
pub fn rank(plain: &str) -> usize {
    NAMED.iter().chain(POSSIBLE).position(|known| *known == plain).unwrap_or(NAMED.len() + POSSIBLE.len())
}
