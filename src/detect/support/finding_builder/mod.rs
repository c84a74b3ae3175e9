//! Builds a finding from a card and measured facts: order, limits, id and display filter, the same for all detectors.

use crate::detect::card::Card;
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::severity::{Confidence, Impact, extent, past, severity};
use crate::maths::fnv;
use crate::maths::sorting::Arrange;
use crate::model::finding::{Category, Evidence, Finding, former_ids};
use crate::model::format::quantity;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Endpoint, Series};

/// What a finding's id is made of, so the same finding keeps its id tomorrow, and with it its verdict.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Identity {
    /// Sources and targets: the ports may differ each time.
    Actors,
    /// Sources, targets and ports.
    ActorsAndPorts,
    /// Sources and this word, where targets change from time to time. The sources count as the detector gave them.
    Word(String),
    /// As [`Identity::Word`], with the sources once for each of this many parts; keeps the ids of merged scans stable.
    WordOfParts(String, usize),
    /// This word alone, where sources change too.
    WordAlone(String),
}

/// A finding that is being built; [`FindingBuilder::build`] ends it.
#[derive(Clone, Debug)]
pub struct FindingBuilder {
    finding: Finding,
    identity: Identity,
}

impl Finding {
    /// A finding with the parts from the card: name, category, technique, harmless causes and next steps.
    pub fn builder(card: &Card) -> FindingBuilder {
        let mut finding = Finding::of(card.id, card.category);
        finding.benign_causes = lines(card.benign_causes);
        finding.advice = lines(card.advice);
        FindingBuilder { finding, identity: Identity::Actors }.technique(card.technique)
    }
}

impl From<Finding> for FindingBuilder {
    /// Continues with a built finding, to change it.
    fn from(finding: Finding) -> FindingBuilder {
        FindingBuilder { finding, identity: Identity::Actors }
    }
}

/// A method that sets the field of its name.
macro_rules! set {
    ($($(#[$doc:meta])* $field:ident: $type:ty;)*) => {
        $($(#[$doc])*
        pub fn $field(mut self, $field: $type) -> Self {
            self.finding.$field = $field;
            self
        })*
    };
}

impl FindingBuilder {
    set! {
        /// What kind of thing it is, where not what the card says.
        category: Category;
        /// How far past the threshold, 0 to 1, where [`FindingBuilder::rated`] does not fit.
        score: f64;
        /// Domains and server names meant.
        names: Vec<String>;
        /// The course of what was measured.
        series: Option<Series>;
        /// Flows meant, in all.
        n_flows: u64;
        /// Packets meant, in all.
        n_packets: u64;
        /// Serial numbers of the flows meant.
        flow_serials: Vec<u32>;
        /// Indices of the packets meant where they belong to no flow.
        packet_indices: Vec<u64>;
    }

    /// One line: who did what to whom.
    pub fn title(mut self, title: impl Into<String>) -> Self {
        self.finding.title = title.into();
        self
    }

    /// What the title says is concluded from sizes and times alone.
    pub fn supposed(mut self) -> Self {
        self.finding.is_supposed = true;
        self
    }

    /// What was seen and why it matters, in plain sentences.
    pub fn explanation(mut self, explanation: impl Into<String>) -> Self {
        self.finding.explanation = explanation.into();
        self
    }

    /// Another technique than the card's; none leaves that one.
    pub fn technique(mut self, technique: impl Into<Option<(&'static str, &'static str)>>) -> Self {
        if let Some((id, name)) = technique.into() {
            self.finding.technique = Some(id.to_owned());
            self.finding.technique_name = Some(name.to_owned());
        }
        self
    }

    /// Severity, score and confidence: `value` is what was measured, `threshold` where it begins to count.
    pub fn rated(self, impact: Impact, confidence: Confidence, (value, threshold): (f64, f64)) -> Self {
        self.weighed(impact, confidence, extent(value, threshold)).score(past(value, threshold))
    }

    /// Severity and confidence, with the extent from 0 to 1 where [`FindingBuilder::rated`] does not fit.
    pub fn weighed(mut self, impact: Impact, confidence: Confidence, extent: f64) -> Self {
        self.finding.severity = severity(impact, confidence, extent);
        self.finding.confidence = confidence.value();
        self
    }

    /// Sources of the finding.
    pub fn sources(mut self, sources: impl IntoIterator<Item: Into<Endpoint>>) -> Self {
        self.finding.sources = sources.into_iter().map(Into::into).collect();
        self
    }

    /// Targets of the finding.
    pub fn targets(mut self, targets: impl IntoIterator<Item: Into<Endpoint>>) -> Self {
        self.finding.targets = targets.into_iter().map(Into::into).collect();
        self
    }

    /// A client, the server and its port, which make up the id, and the transport or protocol name.
    pub fn service(self, (client, server, port): (Addr, Addr, u16), protocol: impl Into<String>) -> Self {
        let builder = self.sources([client]).targets([server]).ports([port]).protocol(protocol);
        builder.identity(Identity::ActorsAndPorts)
    }

    /// Server ports.
    pub fn ports(mut self, ports: impl IntoIterator<Item = u16>) -> Self {
        self.finding.ports = ports.into_iter().collect();
        self
    }

    /// Transport or protocol name.
    pub fn protocol(mut self, protocol: impl Into<String>) -> Self {
        self.finding.protocol = protocol.into();
        self
    }

    /// Measured values, behind those that are there.
    pub fn evidence(mut self, evidence: impl IntoIterator<Item = Evidence>) -> Self {
        self.finding.evidence.extend(evidence);
        self
    }

    /// Harmless causes in place of the card's.
    pub fn benign_causes(mut self, causes: &[&str]) -> Self {
        self.finding.benign_causes = lines(causes);
        self
    }

    /// Next steps in place of the card's.
    pub fn advice(mut self, steps: &[&str]) -> Self {
        self.finding.advice = lines(steps);
        self
    }

    /// First and last packet meant, ns since 1970.
    pub fn period(mut self, (start_ns, end_ns): (i64, i64)) -> Self {
        (self.finding.start_ns, self.finding.end_ns) = (start_ns, end_ns);
        self
    }

    /// Counts, times and serial numbers of the finding's flows; no times without flows.
    pub fn flows(mut self, flows: Gathered) -> Self {
        flows.fill(&mut self.finding);
        self
    }

    /// Times, flows and packets of the messages meant.
    pub fn messages(mut self, messages: &MessageEvidence) -> Self {
        messages.fill(&mut self.finding);
        self
    }

    /// Wireshark display filter that selects the packets meant.
    pub fn filter(mut self, filter: impl Into<String>) -> Self {
        self.finding.display_filter = filter.into();
        self
    }

    /// As [`FindingBuilder::filter`], within the times that are set by now.
    pub fn filter_in_time(self, filter: impl Into<String>) -> Self {
        let time = time_filter(self.finding.start_ns, self.finding.end_ns);
        let filter = filter.into();
        self.filter(format!("{filter} && {time}"))
    }

    /// What the id is made of; sources and targets by default.
    pub fn identity(mut self, identity: Identity) -> Self {
        self.identity = identity;
        self
    }

    /// Changes what depends on several parts at once.
    pub fn with(mut self, change: impl FnOnce(&mut Finding)) -> Self {
        change(&mut self.finding);
        self
    }

    /// The finding: lists sorted and cut, score and confidence rounded to three places, with its id.
    pub fn build(self) -> Finding {
        let FindingBuilder { mut finding, identity } = self;
        let of_word = match &identity {
            Identity::Actors | Identity::ActorsAndPorts => None,
            Identity::Word(word) => Some(id(&finding.detector, word, &finding.sources, &[], &[])),
            Identity::WordOfParts(word, n_parts) => {
                let sources = finding.sources.repeat(*n_parts);
                Some(id(&finding.detector, word, &sources, &[], &[]))
            }
            Identity::WordAlone(word) => Some(id(&finding.detector, word, &[], &[], &[])),
        };
        tidy(&mut finding.sources, Finding::MOST_ADDRESSES);
        tidy(&mut finding.targets, Finding::MOST_ADDRESSES);
        tidy(&mut finding.ports, Finding::MOST_PORTS);
        tidy(&mut finding.flow_serials, Finding::MOST_FLOWS);
        tidy(&mut finding.packet_indices, Finding::MOST_FLOWS);
        finding.score = round3(finding.score.clamp(0.0, 1.0));
        finding.confidence = round3(finding.confidence.clamp(0.0, 1.0));
        let ports = if identity == Identity::ActorsAndPorts { finding.ports.as_slice() } else { &[] };
        finding.id = of_word
            .unwrap_or_else(|| id(&finding.detector, &finding.protocol, &finding.sources, &finding.targets, ports));
        finding
    }
}

fn tidy<T: Ord>(list: &mut Vec<T>, most: usize) {
    list.arrange();
    list.dedup();
    list.truncate(most);
}

/// An id that stays the same for the same detector, word, actors and ports (FNV-1a, 32 bits). What is hashed is written
/// out here and not derived, because people's verdicts are kept under these ids.
fn id(detector: &str, word: &str, sources: &[Endpoint], targets: &[Endpoint], ports: &[u16]) -> String {
    let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
    let first = former_ids::first(detector);
    let text = format!("{first}|{word}|{}|{}|[{}]", listed(sources), listed(targets), ports.join(", "));
    format!("{detector}-{:08x}", fnv::add(fnv::OFFSET_BASIS, text.as_bytes()))
}

/// Endpoints as text for ids, which never change.
pub fn listed(endpoints: &[Endpoint]) -> String {
    let text = |endpoint: &Endpoint| match endpoint {
        Endpoint::Ip(addr) => format!("Ip({addr})"),
        Endpoint::Mac([a, b, c, d, e, f]) => format!("Mac([{a}, {b}, {c}, {d}, {e}, {f}])"),
    };
    format!("[{}]", endpoints.iter().map(text).collect::<Vec<_>>().join(", "))
}

/// One measured value beside the usual one.
pub fn evidence(name: &str, value: f64, unit: &str, typical: impl Into<String>) -> Evidence {
    Evidence { name: name.to_owned(), value: round3(value), unit: unit.to_owned(), typical: typical.into() }
}

/// Whether something is so, as 1 or 0, beside what is usual.
pub fn yes_no(name: &str, is_so: bool, typical: impl Into<String>) -> Evidence {
    evidence(name, f64::from(u8::from(is_so)), "", typical)
}

/// Sentences as the finding wants them.
pub fn lines(texts: &[&str]) -> Vec<String> {
    texts.iter().map(|text| (*text).to_owned()).collect()
}

/// Rounded to three decimal places, as findings show numbers.
pub fn round3(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// `ip.src == 10.0.0.1` or the IPv6 words for it; `field` is `src`, `dst` or `addr`.
pub fn host_filter(field: &str, host: Addr) -> String {
    let layer = if host.is_v4() { "ip" } else { "ipv6" };
    format!("{layer}.{field} == {host}")
}

/// All packets of a server's TCP port.
pub fn server_filter(server: Addr, port: u16) -> String {
    format!("{} && tcp.port == {port}", host_filter("addr", server))
}

/// All packets between two hosts.
pub fn pair_filter(a: Addr, b: Addr) -> String {
    format!("{} && {}", host_filter("addr", a), host_filter("addr", b))
}

/// A span of time, both ends included; widened to the microsecond that Wireshark compares.
pub fn time_filter(start_ns: i64, end_ns: i64) -> String {
    let text = |ns: i64| format!("{}.{:06}", ns.div_euclid(SECOND), ns.rem_euclid(SECOND) / 1000);
    format!("frame.time_epoch >= {} && frame.time_epoch <= {}", text(start_ns), text(end_ns.saturating_add(999)))
}

/// `tcp.port in {22, 80}`; `==` for a single port, none for no port or more than `most`.
pub fn ports_filter(field: &str, ports: &[u16], most: usize) -> Option<String> {
    match ports {
        [] => None,
        [port] => Some(format!("{field} == {port}")),
        many if many.len() <= most => {
            let list: Vec<String> = many.iter().map(u16::to_string).collect();
            Some(format!("{field} in {{{}}}", list.join(", ")))
        }
        _ => None,
    }
}

/// `1 port`, `3 ports`, `2 searches`
pub fn count(n: usize, noun: &str) -> String {
    let ending = match noun {
        _ if n == 1 => "",
        _ if ["s", "x", "ch", "sh"].iter().any(|hiss| noun.ends_with(hiss)) => "es",
        _ => "s",
    };
    format!("{} {noun}{ending}", thousands(n))
}

/// A number with thousands separators.
pub fn thousands(n: usize) -> String {
    quantity::count(n as u64)
}

/// ` port 443`; nothing where the port is not known.
pub fn at_port(port: u16) -> String {
    if port == 0 { String::new() } else { format!(" port {port}") }
}

/// The only host, or the number of addresses.
pub fn who(hosts: &[Addr]) -> String {
    match hosts {
        [one] => one.to_string(),
        many => format!("{} addresses", thousands(many.len())),
    }
}

/// The addresses as findings hold them.
pub fn addresses(hosts: impl IntoIterator<Item = Addr>) -> Vec<Endpoint> {
    let mut list: Vec<Endpoint> = hosts.into_iter().map(Endpoint::Ip).collect();
    list.arrange();
    list.dedup();
    list
}

#[cfg(test)]
mod tests;
