//! Recognises the label columns of a table by their values, where a name is ambiguous.

/// Words that say what rows of traffic are.
const WORDS: &[&str] = &[
    "benign",
    "normal",
    "attack",
    "anomal",
    "malicious",
    "malware",
    "botnet",
    "background",
    "ddos",
    "scan",
    "brute",
    "exploit",
    "infiltrat",
    "backdoor",
    "worm",
    "fuzz",
    "recon",
    "shellcode",
    "spoof",
    "flood",
    "trojan",
    "ransom",
    "intrusion",
    "suspicious",
    "victim",
    "legitimate",
    "injection",
    "exfiltrat",
    "lateral",
    "probe",
    "phish",
    "inlier",
    "outlier",
];

/// Words that are a label whole, and too common inside of others.
const WHOLE: &[&str] = &["dos", "xss", "mitm", "c&c", "r2l", "u2r", "neptune", "smurf", "bot"];

/// Most different values of a label among the rows looked at.
const MOST_VALUES: usize = 40;

/// The different values of a column among the first rows.
#[derive(Clone, Debug, Default)]
pub struct Values {
    distinct: Vec<String>,
    is_more: bool,
}

impl Values {
    /// Notes a value that is not missing.
    pub fn add(&mut self, value: &str) {
        if self.is_more || self.distinct.iter().any(|known| known == value) {
            return;
        }
        self.is_more = self.distinct.len() == MOST_VALUES;
        if !self.is_more {
            self.distinct.push(value.to_owned());
        }
    }

    /// True if a column of a label's name says nothing: every row has the same word for nothing.
    pub fn is_void(&self) -> bool {
        const NOTHING: [&str; 5] = ["<none>", "none", "unknown", "---", "n/a"];
        let is_nothing = |value: &String| NOTHING.iter().any(|word| word.eq_ignore_ascii_case(value));
        !self.distinct.is_empty() && self.distinct.iter().all(is_nothing)
    }

    /// True if the values are few words, of which one says what traffic is.
    pub fn name_traffic(&self) -> bool {
        let is_bit = |value: &String| matches!(value.as_str(), "0" | "1" | "-1");
        self.distinct.len() >= 2 && !self.distinct.iter().all(is_bit) && self.are_labels()
    }

    /// True if the values are those of a label: 0 and 1, or few words of which one says what traffic is.
    pub fn are_labels(&self) -> bool {
        if self.is_more || self.distinct.is_empty() {
            return false;
        }
        let is_bit = |value: &String| matches!(value.as_str(), "0" | "1" | "-1");
        if self.distinct.len() >= 2 && self.distinct.iter().all(is_bit) {
            return true;
        }
        let says = |value: &String| {
            let value = value.to_lowercase();
            WHOLE.contains(&value.as_str()) || WORDS.iter().any(|word| value.contains(word))
        };
        self.distinct.iter().any(says)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(all: &[&str]) -> Values {
        let mut values = Values::default();
        all.iter().for_each(|value| values.add(value));
        values
    }

    #[test]
    fn values_say_whether_a_column_is_a_label() {
        assert!(values(&["Normal", "Data Exfiltration"]).are_labels());
        assert!(values(&["0", "1", "1"]).are_labels());
        assert!(!values(&["computer-and-internet-info", "any"]).are_labels());
        assert!(!values(&["1", "1"]).are_labels());
        assert!(!values(&["0", "1", "17"]).are_labels());
        assert!(values(&["<none>"]).is_void() && !values(&["<none>", "x"]).is_void() && !values(&[]).is_void());
        let many: Vec<String> = (0..100).map(|n| format!("scan {n}")).collect();
        assert!(!values(&many.iter().map(String::as_str).collect::<Vec<_>>()).are_labels());
    }
}
