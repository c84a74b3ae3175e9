//! A finding: what does not belong, why it matters, what else it could be, what to do.

use crate::maths::sorting::Arrange;
use crate::model::finding::series::Series;
use crate::model::net::addr::Endpoint;
use serde::{Deserialize, Serialize};

/// How much a finding matters.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// For information; needs no action.
    Info,
    /// Unusual; look when there is time.
    Low,
    /// Likely unwanted; look today.
    Medium,
    /// Likely an attack; look now.
    High,
    /// An attack with effect; act now.
    Critical,
}

impl Severity {
    /// All, mildest first.
    pub const ALL: [Severity; 5] =
        [Severity::Info, Severity::Low, Severity::Medium, Severity::High, Severity::Critical];

    /// `info`, `low`, `medium`, `high`, `critical`.
    pub fn id(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Low => "low",
            Severity::Medium => "medium",
            Severity::High => "high",
            Severity::Critical => "critical",
        }
    }

    /// With a capital, for people.
    pub fn name(self) -> &'static str {
        match self {
            Severity::Info => "Info",
            Severity::Low => "Low",
            Severity::Medium => "Medium",
            Severity::High => "High",
            Severity::Critical => "Critical",
        }
    }
}

/// What kind of thing a finding is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Category {
    Scan,
    Flood,
    BruteForce,
    Spoofing,
    CovertChannel,
    Beacon,
    Exfiltration,
    LateralMovement,
    ProtocolAbuse,
    Cleartext,
    Mining,
    LongConnection,
    Performance,
    Statistical,
}

impl Category {
    /// The id that the JSON contract uses.
    pub fn id(self) -> &'static str {
        use Category::*;
        match self {
            Scan => "scan",
            Flood => "flood",
            BruteForce => "brute-force",
            Spoofing => "spoofing",
            CovertChannel => "covert-channel",
            Beacon => "beacon",
            Exfiltration => "exfiltration",
            LateralMovement => "lateral-movement",
            ProtocolAbuse => "protocol-abuse",
            Cleartext => "cleartext",
            Mining => "mining",
            LongConnection => "long-connection",
            Performance => "performance",
            Statistical => "statistical",
        }
    }
}

/// One measured value beside the usual one.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Evidence {
    /// What was measured, in words.
    pub name: String,
    /// The measured value.
    pub value: f64,
    /// Unit, empty for a plain count or ratio.
    pub unit: String,
    /// What is usual: in this capture where it can be measured, else by the detector's source. Empty if unknown.
    pub typical: String,
}

/// One thing that does not belong.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Finding {
    /// Stable for the same detector, actors and ports.
    pub id: String,
    /// Detector id.
    pub detector: String,
    /// Kind.
    pub category: Category,
    /// One line: who did what to whom.
    pub title: String,
    /// How much it matters.
    pub severity: Severity,
    /// How far past the detector's threshold, 0 to 1.
    pub score: f64,
    /// How sure that it is what the title says, 0 to 1.
    pub confidence: f64,
    /// MITRE ATT&CK technique id.
    pub technique: Option<String>,
    /// The technique's published name.
    pub technique_name: Option<String>,
    /// First packet meant, ns since 1970.
    pub start_ns: i64,
    /// Last packet meant, ns since 1970.
    pub end_ns: i64,
    /// Sources, sorted; at most [`Finding::MOST_ADDRESSES`].
    pub sources: Vec<Endpoint>,
    /// Targets, sorted; at most [`Finding::MOST_ADDRESSES`].
    pub targets: Vec<Endpoint>,
    /// Server ports, sorted; at most [`Finding::MOST_PORTS`].
    pub ports: Vec<u16>,
    /// Transport or protocol name.
    pub protocol: String,
    /// Domains and server names meant, sorted; at most [`Finding::MOST_NAMES`].
    pub names: Vec<String>,
    /// Measured values.
    pub evidence: Vec<Evidence>,
    /// The course of what was measured, where it has one.
    pub series: Option<Series>,
    /// What was seen and why it matters, in plain sentences.
    pub explanation: String,
    /// What else it could be.
    pub benign_causes: Vec<String>,
    /// What to do next.
    pub advice: Vec<String>,
    /// Wireshark display filter that selects the packets meant.
    pub display_filter: String,
    /// Flows meant.
    pub n_flows: u64,
    /// Packets meant.
    pub n_packets: u64,
    /// Serial numbers of the flows meant, ascending; at most [`Finding::MOST_FLOWS`]. Empty for what has no flows.
    pub flow_serials: Vec<u32>,
    /// Indices (from 0) of the packets meant where they belong to no flow (ARP), ascending; at most
    /// [`Finding::MOST_FLOWS`].
    pub packet_indices: Vec<u64>,
    /// Id of the finding about the same flows that this one, of a model, only repeats.
    pub repeats: Option<String>,
    /// Ids of the findings before it that are about nearly the same traffic: one deed that two detectors saw.
    pub same_traffic: Vec<String>,
    /// The deed is concluded from sizes and times alone: texts say that it seems to be so.
    pub is_supposed: bool,
}

impl Finding {
    /// Most addresses listed on one side.
    pub const MOST_ADDRESSES: usize = 50;
    /// Most ports listed.
    pub const MOST_PORTS: usize = 100;
    /// Most names listed.
    pub const MOST_NAMES: usize = 20;
    /// Most flows listed; `n_flows` counts all.
    pub const MOST_FLOWS: usize = 100_000;

    /// Text after a full list of at most this many, from which others may have been left out.
    pub fn limit(n_listed: usize, most: usize) -> Option<String> {
        (n_listed >= most).then(|| format!("no more than {most} are listed"))
    }

    /// False if it has no time, as what is found in rows without one.
    pub fn has_time(&self) -> bool {
        self.start_ns > 0
    }

    /// When it began, as it is `written`; empty if it has no time.
    pub fn since(&self, written: impl Fn(i64) -> String) -> String {
        if self.has_time() { written(self.start_ns) } else { String::new() }
    }

    /// False if neither flows nor packets belong to it, as to what is found in rows that are none.
    pub fn has_traffic(&self) -> bool {
        self.n_flows > 0 || self.n_packets > 0
    }

    /// The measured value of this name.
    pub fn measured(&self, name: &str) -> Option<f64> {
        self.evidence.iter().find(|evidence| evidence.name == name).map(|evidence| evidence.value)
    }

    /// True if both are about nearly the same flows, or the same packets that belong to no flow: one deed that two
    /// detectors saw. Within a few flows one deed may follow another.
    pub fn is_of_same_traffic(&self, other: &Finding) -> bool {
        let has_flows = !self.flow_serials.is_empty() || !other.flow_serials.is_empty();
        match has_flows {
            true => are_nearly_same(&self.flow_serials, &other.flow_serials),
            false => are_nearly_same(&self.packet_indices, &other.packet_indices),
        }
    }

    /// True if the other finding is what this one makes hosts do: log in to the host that answered them for names of others.
    pub fn is_lure_of(&self, other: &Finding) -> bool {
        let meet = |a: &[Endpoint], b: &[Endpoint]| a.iter().any(|address| b.contains(address));
        self.technique.as_deref() == Some(LURE)
            && matches!(other.category, Category::BruteForce | Category::Cleartext)
            && other.end_ns >= self.start_ns
            && meet(&self.targets, &other.sources)
            && meet(&self.sources, &other.targets)
    }

    /// A finding with only detector and kind set.
    pub fn of(detector: &str, category: Category) -> Finding {
        Finding {
            id: String::new(),
            detector: detector.to_owned(),
            category,
            title: String::new(),
            severity: Severity::Info,
            score: 0.0,
            confidence: 0.0,
            technique: None,
            technique_name: None,
            start_ns: 0,
            end_ns: 0,
            sources: Vec::new(),
            targets: Vec::new(),
            ports: Vec::new(),
            protocol: String::new(),
            names: Vec::new(),
            evidence: Vec::new(),
            series: None,
            explanation: String::new(),
            benign_causes: Vec::new(),
            advice: Vec::new(),
            display_filter: String::new(),
            n_flows: 0,
            n_packets: 0,
            flow_serials: Vec::new(),
            packet_indices: Vec::new(),
            repeats: None,
            same_traffic: Vec::new(),
            is_supposed: false,
        }
    }

    /// Most severe first, then by score, start and id: a total order that never depends on hashing.
    pub fn sort(findings: &mut [Finding]) {
        findings.arrange_by(|a, b| {
            b.severity
                .cmp(&a.severity)
                .then(b.score.total_cmp(&a.score))
                .then(a.start_ns.cmp(&b.start_ns))
                .then_with(|| a.id.cmp(&b.id))
        });
    }
}

/// The technique of hosts that answer for names of others (LLMNR, NBT-NS).
const LURE: &str = "T1557.001";
/// Findings that share at least this part of the larger one's traffic are about the same.
const LEAST_SHARED: f64 = 0.9;
/// Fewer flows or packets than this are not compared.
const LEAST_COMPARED: usize = 3;

/// True if two sorted lists are nearly the same.
fn are_nearly_same<T: Ord>(a: &[T], b: &[T]) -> bool {
    let (few, many) = if a.len() <= b.len() { (a, b) } else { (b, a) };
    let least = LEAST_SHARED * many.len() as f64;
    let n_shared = || few.iter().filter(|one| many.binary_search(one).is_ok()).count();
    few.len() >= LEAST_COMPARED && few.len() as f64 >= least && n_shared() as f64 >= least
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::model::Addr;

    /// A finding with evidence of these names and values, and no other.
    pub fn measured(values: &[(&str, f64)], finding: Finding) -> Finding {
        let evidence = |(name, value): &(&str, f64)| Evidence {
            name: (*name).to_owned(),
            value: *value,
            unit: String::new(),
            typical: String::new(),
        };
        Finding { evidence: values.iter().map(evidence).collect(), ..finding }
    }

    /// A finding of a detector between IPv4 addresses, with its id in the name of the detector and nothing else.
    pub fn made(detector: &str, sources: &[[u8; 4]], targets: &[[u8; 4]]) -> Finding {
        let all = |list: &[[u8; 4]]| list.iter().map(|bytes| Endpoint::Ip(Addr::v4(*bytes))).collect();
        Finding {
            id: format!("{detector}-1"),
            title: detector.to_owned(),
            severity: Severity::Medium,
            score: 0.5,
            confidence: 0.5,
            sources: all(sources),
            targets: all(targets),
            ..Finding::of(detector, Category::Scan)
        }
    }

    #[test]
    fn the_most_severe_come_first_and_ids_break_ties() {
        let mut findings = vec![made("b", &[], &[]), made("a", &[], &[]), made("c", &[], &[])];
        findings[2].severity = Severity::High;
        Finding::sort(&mut findings);
        let ids: Vec<&str> = findings.iter().map(|finding| finding.id.as_str()).collect();
        assert_eq!(ids, ["c-1", "a-1", "b-1"]);
    }

    #[test]
    fn nearly_the_same_flows_are_the_same_traffic() {
        let of = |serials: &[u32]| Finding { flow_serials: serials.to_vec(), ..made("a", &[], &[]) };
        let all = of(&[1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
        assert!(all.is_of_same_traffic(&of(&[1, 2, 3, 4, 5, 6, 7, 8, 9])));
        assert!(!all.is_of_same_traffic(&of(&[1, 2, 3, 4, 5])), "a part of it");
        assert!(!all.is_of_same_traffic(&of(&[1, 2, 3, 4, 5, 6, 7, 18, 19, 20])));
        assert!(!of(&[1]).is_of_same_traffic(&of(&[1])), "in one flow, one deed may follow another");
        let packets = Finding { packet_indices: vec![4, 5, 6], ..made("b", &[], &[]) };
        assert!(packets.is_of_same_traffic(&packets.clone()) && !packets.is_of_same_traffic(&all));
        assert!(!made("a", &[], &[]).is_of_same_traffic(&made("b", &[], &[])), "nothing is known of either");
    }
}
