//! A finding of a method that only knows what is usual to words that say how unusual it is.

use crate::model::finding::{Category, Finding};
use crate::model::format::quantity::plain;

/// Names of the measured value that says how unusual: of flows, and of rows.
const SCORES: [&str; 2] = ["Anomaly score", "Score"];

/// Which method flagged it and with what score, as the beginning of a sentence; none of a finding that is more than unusual.
pub fn words(finding: &Finding) -> Option<String> {
    let score = finding.evidence.iter().find(|evidence| SCORES.contains(&evidence.name.as_str()));
    let score = score.filter(|_| finding.category == Category::Statistical)?;
    let method = match finding.detector.as_str() {
        "pca" => "principal component analysis".to_owned(),
        other => other.replace('_', " "),
    };
    // Three digits that count.
    let value = plain((score.value * 1e3).round() / 1e3);
    let usual = if score.typical.is_empty() { String::new() } else { format!(" ({})", score.typical) };
    Some(format!(
        "It is unusual, which need not be harmful: the method \u{201c}{method}\u{201d} flagged it with a score of \
         {value}{usual}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Evidence;
    use crate::model::finding::tests::made;

    #[test]
    fn how_unusual_is_said_by_its_score_and_method() {
        let of = |category| Finding {
            category,
            evidence: vec![Evidence {
                name: "Score".to_owned(),
                value: 0.783_21,
                unit: String::new(),
                typical: "reported from 0.7".to_owned(),
            }],
            ..made("isolation_forest", &[], &[])
        };
        let said = "It is unusual, which need not be harmful: the method “isolation forest” flagged it with a score of \
                    0.783 (reported from 0.7)";
        assert_eq!(words(&of(Category::Statistical)).as_deref(), Some(said));
        assert_eq!(words(&of(Category::Scan)), None);
    }
}
