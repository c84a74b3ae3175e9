//! Groups flows into series of login attempts: short connections of one client to one server of nearly the same size.
//! Each detector of password guessing decides which connections can be attempts, and how many make a series.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::episodes::{self, Episodes, Timed};
use crate::detect::support::finding_builder::{self, FindingBuilder, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::known_outcomes;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::detect::support::threshold_random_walk::{busiest, most_open};
use crate::maths::order::upper_median;
use crate::maths::sorting::Arrange;
use crate::model::flow::Known;
use crate::model::format::time::span;
use crate::model::{self, Addr, Finding, Flow};

/// Longer lists would not be read.
const MOST_FINDINGS: usize = 200;

/// A connection that may be a login try.
#[derive(Clone, Copy, Debug)]
pub struct Try {
    /// First packet, ns since 1970.
    pub first_ns: i64,
    /// Last packet, ns since 1970.
    pub last_ns: i64,
    /// Payload bytes of client and server; of a table that counts both together their sum and none.
    pub bytes: [u32; 2],
    /// Bytes of client and server are known apart.
    pub is_split: bool,
}

impl Timed for Try {
    fn span_ns(&self) -> (i64, i64) {
        (self.first_ns, self.last_ns)
    }

    fn order(&self) -> impl Ord {
        self.last_ns
    }

    fn until(self, end_ns: i64) -> Try {
        Try { last_ns: self.last_ns.min(end_ns), ..self }
    }
}

/// What a login try of a protocol looks like from outside.
#[derive(Clone, Copy, Debug)]
pub struct Shape {
    /// Least and most payload bytes of the client.
    pub client: (u64, u64),
    /// Least and most payload bytes of the server.
    pub server: (u64, u64),
    /// Longest connection, ns.
    pub most_ns: i64,
}

impl Shape {
    /// True for a connection that was opened and looks like a try.
    pub fn fits(&self, flow: &Flow) -> bool {
        let (client, server) = (flow.forward().payload_bytes(), flow.backward().payload_bytes());
        let is_of_size = if is_split(flow) {
            (self.client.0..=self.client.1).contains(&client) && (self.server.0..=self.server.1).contains(&server)
        } else {
            (self.client.0 + self.server.0..=self.client.1 + self.server.1).contains(&(client + server))
        };
        is_of_size && flow.has_begun() && flow.duration_ns() <= self.most_ns
    }
}

/// False for a row of a table that counts both directions together: what is known of the two is their sum.
fn is_split(flow: &Flow) -> bool {
    flow.known.has(Known::FORWARD) || flow.known.has(Known::BACKWARD)
}

/// A series that is guessing.
pub struct Case {
    /// The series.
    pub series: Series,
    /// Tries that were enough.
    pub threshold: f64,
    /// How sure.
    pub confidence: Confidence,
}

/// What differs between protocols in the words of a finding.
pub struct Words {
    /// Of the detector.
    pub card: &'static Card,
    /// Name of the protocol.
    pub protocol: &'static str,
    /// How many short connections that look the same are usual.
    pub usual: &'static str,
    /// Bytes that are usual on each side.
    pub usual_bytes: &'static str,
    /// Span for counting the most tries, ns.
    pub burst_ns: i64,
    /// How many tries within that span are usual.
    pub usual_burst: String,
    /// What the size of the connections says, in full sentences.
    pub meaning: &'static str,
}

/// One finding for each of the longest series, with its flows and its filter.
pub fn report(
    context: &Context<'_>,
    shape: &Shape,
    cases: Vec<Case>,
    n_not_evaluated: u64,
    words: &Words,
) -> Conclusion {
    let report = Report::of(cases)
        .at_most(MOST_FINDINGS)
        .largest_first(|case| case.series.tries.len())
        .not_evaluated(n_not_evaluated)
        .each_with_flows(
            context,
            |Case { series, .. }| Between::service(series.client, series.server, series.port),
            |Case { series, .. }, flow| shape.fits(flow) && series.episodes.contains(flow.first_ns),
            |case, flows| {
                let Case { series, .. } = case;
                let pair = finding_builder::pair_filter(series.client, series.server);
                let finding = case
                    .finding(words)
                    .flows(flows)
                    .filter_in_time(format!("{pair} && tcp.port == {}", series.port))
                    .build();
                known_outcomes::note(context.contacts, finding, series.client)
            },
        );
    known_outcomes::with_reason(context.contacts, report)
}

impl Case {
    fn finding(&self, words: &Words) -> FindingBuilder {
        let Case { series, threshold, confidence } = self;
        let (threshold, confidence) = (*threshold, *confidence);
        let (n, protocol) = (series.tries.len(), words.protocol);
        let shown = finding_builder::thousands(n);
        let (first, last) = (series.tries.first(), series.tries.last());
        let duration = last.map_or(0, |t| t.last_ns) - first.map_or(0, |t| t.first_ns);
        let [sent, got] = series.median;
        let most = series.most_within(words.burst_ns);
        let times: Vec<i64> = series.tries.iter().map(|one| one.first_ns).collect();
        let is_split = series.tries.iter().all(|one| one.is_split);
        // By the sum alone, files that are fetched one by one look more alike.
        let confidence = if is_split || confidence < Confidence::LIKELY { confidence } else { Confidence::LIKELY };
        let mut found = vec![
            evidence("Short connections that look the same", n as f64, "connections", words.usual),
            evidence(
                &format!("Most of them within {}", span(words.burst_ns)),
                most as f64,
                "connections",
                words.usual_burst.as_str(),
            ),
            evidence("Most of them open at the same time", series.n_parallel as f64, "connections", "1 or 2"),
        ];
        if is_split {
            found.push(evidence("Bytes from the client, median", f64::from(sent), "B", words.usual_bytes));
            found.push(evidence("Bytes from the server, median", f64::from(got), "B", words.usual_bytes));
        } else {
            let all = f64::from(sent) + f64::from(got);
            found.push(evidence("Bytes of both sides, median", all, "B", words.usual_bytes));
        }
        found.push(evidence(
            "Larger sessions from the same client afterwards",
            series.n_larger_after as f64,
            "connections",
            "",
        ));
        let sizes = if is_split {
            format!("all sent about {sent} bytes, received {got} bytes and then ended")
        } else {
            format!("all moved about {} bytes and then ended", sent.saturating_add(got))
        };
        Finding::builder(words.card)
            .title(format!(
                "{} guesses {protocol} passwords on {}: {shown} connections like refused logins",
                series.client, series.server
            ))
            .rated(Impact::ACCESS_TRY, confidence, (n as f64, threshold))
            .service((series.client, series.server, series.port), protocol)
            .evidence(found)
            .explanation(format!(
                "{} opened {shown} {protocol} connections to {} within {} that {sizes}. {}{}",
                series.client,
                series.server,
                span(duration),
                words.meaning,
                if series.n_larger_after > 0 {
                    " A larger session from the same client followed: a guess may have succeeded."
                } else {
                    ""
                }
            ))
            .series(model::Series::counts("Connections like refused logins", "connections", &times))
    }
}

/// Tries of one client at one server.
#[derive(Clone, Debug, Default)]
pub struct Pair {
    /// Tries, in the order in which they ended.
    pub tries: Vec<Try>,
    /// Connections that were too large or too long for a try: (first packet ns, payload bytes of the server).
    pub larger: Vec<(i64, u64)>,
}

/// Tries that look the same, by time.
struct Alike {
    tries: Vec<Try>,
    median: [u32; 2],
}

impl Alike {
    /// Those of some tries that are near their median; none if they are too few, or too few of all.
    fn of(all: &[Try], least: usize) -> Option<Alike> {
        if all.is_empty() {
            return None;
        }
        let bytes = |side: usize| all.iter().map(|t| t.bytes.get(side).copied().unwrap_or(0)).collect();
        let median = [0, 1].map(|side| upper_median(bytes(side), u32::cmp));
        let is_near =
            |value: u32, middle: u32| (f64::from(value) - f64::from(middle)).abs() <= TOLERANCE * f64::from(middle);
        let is_alike = |t: &&Try| t.bytes.iter().zip(&median).all(|(value, middle)| is_near(*value, *middle));
        let mut tries: Vec<Try> = all.iter().filter(is_alike).copied().collect();
        tries.arrange_by_key(|t| (t.first_ns, t.last_ns));
        let is_enough = tries.len() >= least && (tries.len() as f64) >= LEAST_ALIKE * all.len() as f64;
        is_enough.then_some(Alike { tries, median })
    }
}

/// Tries by client, server and port.
#[derive(Default)]
pub struct Tries {
    pairs: Tally<(Addr, Addr, u16), Pair, { Tries::MOST_PAIRS }>,
    n_kept: usize,
    n_left_out: u64,
}

/// A series of attempts that look the same.
#[derive(Clone, Debug)]
pub struct Series {
    /// The client.
    pub client: Addr,
    /// The server.
    pub server: Addr,
    /// Server port.
    pub port: u16,
    /// The attempts that look the same, by time.
    pub tries: Vec<Try>,
    /// Median payload bytes of client and server.
    pub median: [u32; 2],
    /// Most tries that were open at the same time.
    pub n_parallel: usize,
    /// Larger connections of the same client to the same port after the first try.
    pub n_larger_after: usize,
    /// When it went on.
    pub episodes: Episodes,
}

impl Series {
    /// Most tries within a span of time.
    pub fn most_within(&self, window_ns: i64) -> usize {
        let times: Vec<i64> = self.tries.iter().map(|t| t.first_ns).collect();
        busiest(&times, window_ns)
    }
}

/// Tries of a series differ by at most this share of the median: a longer or shorter name or password.
const TOLERANCE: f64 = 0.2;
/// At least this share of a client's short connections must look the same.
const LEAST_ALIKE: f64 = 0.6;

impl Tries {
    /// Most pairs of client and server kept.
    pub const MOST_PAIRS: usize = 1 << 16;
    /// Most tries kept; 32 bytes each.
    pub const MOST_TRIES: usize = 1 << 20;

    /// Takes a connection to a server of the protocol in question.
    pub fn add(&mut self, flow: &Flow, shape: &Shape) {
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        if self.n_kept >= Tries::MOST_TRIES {
            self.n_left_out += 1;
            return;
        }
        let (sent, got) = (flow.forward().payload_bytes(), flow.backward().payload_bytes());
        let fits = shape.fits(flow);
        let is_larger = if is_split(flow) { got > shape.server.1 } else { sent > shape.client.1 + shape.server.1 };
        if !fits && (!flow.has_begun() || !is_larger) {
            return;
        }
        let Some(pair) = self.pairs.of((client, server, port)) else { return };
        self.n_kept += 1;
        if fits {
            pair.tries.push(Try {
                first_ns: flow.first_ns,
                last_ns: flow.last_ns,
                bytes: [sent, got].map(|n| u32::try_from(n).unwrap_or(u32::MAX)),
                is_split: is_split(flow),
            });
        } else {
            pair.larger.push((flow.first_ns, got));
        }
    }

    /// The series of at least `least` tries that look the same, by client, server and port.
    pub fn series(&self, least: usize) -> Vec<Series> {
        self.pairs
            .sorted_where(|pair| pair.tries.len() >= least)
            .into_iter()
            .filter_map(|((client, server, port), pair)| {
                let (Alike { tries, median }, episodes) =
                    episodes::judge(&pair.tries, least, |tries| Alike::of(tries, least))?;
                let first_ns = tries.first()?.first_ns;
                Some(Series {
                    client: *client,
                    server: *server,
                    port: *port,
                    n_parallel: most_open(tries.iter().map(|t| (t.first_ns, t.last_ns))),
                    n_larger_after: pair.larger.iter().filter(|(time, _)| *time > first_ns).count(),
                    tries,
                    median,
                    episodes,
                })
            })
            .collect()
    }

    /// Pairs and tries that were not kept because the table was full.
    pub fn n_refused(&self) -> u64 {
        self.pairs.n_refused + self.n_left_out
    }
}
