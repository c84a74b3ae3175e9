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
    "attackt",
    "attacka",
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
    "class3",
    "traffic",
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

/// Classes of traffic that nobody minds, in lower case.
const HARMLESS: &[&str] = &["benign", "normal", "legitimate", "background", "clean", "harmless", "benigntraffic"];
/// What the names of other classes hold.
const HARMFUL: &[&str] = &[
    "attack",
    "dos",
    "scan",
    "bot",
    "malware",
    "malicious",
    "brute",
    "exploit",
    "infiltrat",
    "backdoor",
    "probe",
    "recon",
    "anomal",
    "inject",
    "xss",
    "mitm",
    "spoof",
    "flood",
    "ransom",
    "worm",
    "trojan",
    "fuzz",
    "phish",
    "intrusion",
];

/// True if texts are classes of traffic: one that nobody minds, and one that somebody does.
pub fn are_classes<'a>(texts: impl Iterator<Item = &'a str>) -> bool {
    let (mut has_harmless, mut has_harmful) = (false, false);
    for text in texts {
        let lower = text.trim().to_lowercase();
        let is_harmless = HARMLESS.contains(&lower.as_str());
        has_harmless |= is_harmless;
        has_harmful |= !is_harmless && HARMFUL.iter().any(|word| lower.contains(word));
    }
    has_harmless && has_harmful
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn classes_are_told_from_other_words() {
        for (texts, are) in [
            (&["Benign", "DDoS", "PortScan"][..], true),
            (&["normal", "probe"], true),
            (&["low", "normal", "high"], false),
            (&["Network Scan", "Misc Attack"], false),
            (&["tcp", "udp"], false),
        ] {
            assert_eq!(are_classes(texts.iter().copied()), are, "{texts:?}");
        }
    }
}
