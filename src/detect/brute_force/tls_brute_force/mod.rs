//! Turns encrypted connections into findings of password guessing, and of searches for pages, by the sizes of requests and
//! answers.

mod pages;
mod shape;

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence, thousands};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::logins::LoginWalk;
use crate::detect::support::report::{self, Report};
use crate::detect::support::severity::{Confidence, Impact};
use crate::maths::sorting::Arrange;
use crate::model::app::protocol::AppProto;
use crate::model::flow::exchanges::Exchanges;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;
use pages::Pages;
use shape::{NEAR_REQUEST_BYTES, Sample, Shape};

const CARD: Card = Card {
    id: "tls_brute_force",
    name: "Password guessing inside TLS",
    category: Category::BruteForce,
    technique: Some(("T1110.001", "Password Guessing")),
    sees: "One client sends an encrypted service many requests whose sizes differ by a few bytes, and gets an answer of the same size each time. Requests of very different sizes that all get one answer are told as a search for pages.",
    matters: "Somebody may be guessing names and passwords of an encrypted login. A program that polls sends the same request each time, and one that reads gets different answers; only refusals stay the same while the request changes.",
    otherwise: "A program that reports small values and gets a receipt for each.",
    benign_causes: &[
        "A sensor or agent that reports values to an internal server, each over its own connection",
        "A load test with changing parameters",
    ],
    advice: &[
        "Look in the server's log for refused logins from this client at that time: the encrypted content cannot be read here",
        "Lock out or delay clients after a few failures; ask for a second factor",
        "Find out who uses the client",
    ],
    part_of: &[],
    source: "Sequential test by sizes: a request of an unpredictable size (new, or different from the one that followed a request of the same size last time) with the same answer counts as a failed login, one with a different answer as a success; requests at regular intervals are not evaluated. The likelihood ratios are those of repeated failed logins (Jung et al., IEEE S&P 2004; rates chosen by us). Requests from internal to external hosts are left to the beacon detector: reports of values and calls home have the same shape.",
}
.explained_where_shown();

const CHANGES: Descriptor = Descriptor::count("tls_brute_force.changes", "Different requests with the same answer", LoginWalk::FAILURES)
    .range(4.0, 10_000.0)
    .unit("requests")
    .help("This many in a row. After 6 the likelihood ratio is above 99, as for failed logins (Jung et al. 2004); within one connection twice as many are needed, because programs often send one request after another there.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<TlsBruteForce>(CARD, &[CHANGES], Interest::TCP_FLOWS).asking_site();

/// From so many exchanges on, a connection is looked at by exchanges and not as a whole.
const LEAST_EXCHANGES: usize = 4;
/// Two packets of the client end a handshake (RFC 8446, section 2); a request follows.
const LEAST_PACKETS: u32 = 3;
/// A refusal is short: no more than this from the server in one exchange, and behind the handshake.
const MOST_ANSWER_BYTES: u32 = 4096;
/// With a handshake and certificates.
const MOST_SERVER_BYTES: u64 = 16 * 1024;
/// A try takes no longer.
const MOST_NS: i64 = 60 * SECOND;
/// At least this share of the connections of a client to a service must look alike; of the exchanges within connections
/// the page that holds the form may be the other half.
const LEAST_SHARE: [f64; 2] = [0.6, 0.4];
/// At least this share of the exchanges within connections must be of a size that nothing foretold: numbers of items that are
/// asked for are mostly of the same length, passwords are not.
const LEAST_CHANGED: f64 = 0.25;
/// A longer pause is that of a program that reports: guesses that are slower cannot be told from it.
const MOST_GAP_NS: i64 = 20 * SECOND;
/// With so many clients that do the same, it is how the service is used.
const LEAST_USUAL: usize = 3;
/// With so many changes it is very likely.
const MANY: f64 = 4.0;
/// Most pairs of client and service, and samples, kept.
const MOST_PAIRS: usize = 1 << 16;
const MOST_SAMPLES: usize = 1 << 20;

/// Client, server and port.
type Service = (Addr, Addr, u16);

#[derive(Default)]
struct TlsBruteForce {
    pairs: Tally<Service, Pair, MOST_PAIRS>,
    n_kept: usize,
    n_left_out: u64,
}

/// What one client does at one service.
#[derive(Default)]
struct Pair {
    /// Connections as a whole, and exchanges within connections.
    samples: [Vec<Sample>; 2],
}

impl Pair {
    fn add(&mut self, flow: &Flow) {
        let [connections, exchanges] = &mut self.samples;
        let list = flow.exchanges().filter(|all| !all.is_bulky()).map_or(&[][..], |all| &all.list);
        if list.len() >= LEAST_EXCHANGES {
            exchanges.extend(list.iter().filter(|one| one.is_answered()).map(|one| Sample {
                at_ns: flow.first_ns + i64::from(one.at_millis) * 1_000_000,
                sent: u32::from(one.sent),
                got: u32::from(one.got),
            }));
            return;
        }
        let [sent, got] = [flow.forward(), flow.backward()].map(|side| side.payload_bytes());
        let behind: u32 = list.iter().map(|one| u32::from(one.got)).sum();
        let is_bulky = flow.exchanges().is_some_and(Exchanges::is_bulky);
        if is_bulky || behind > MOST_ANSWER_BYTES || got > MOST_SERVER_BYTES || flow.duration_ns() > MOST_NS {
            return;
        }
        connections.push(Sample { at_ns: flow.first_ns, sent: sent as u32, got: got as u32 });
    }
}

/// What looks like guessing.
struct Case {
    service: Service,
    shape: Shape,
    is_usual: bool,
}

impl Detector for TlsBruteForce {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let is_tried = flow.app == Some(AppProto::Tls)
            && flow.is_app_certain
            && flow.has_begun()
            && flow.forward().data_packets >= LEAST_PACKETS
            && flow.backward().data_packets > 0
            && !is_outward(ended.site, flow);
        if !is_tried {
            return;
        }
        if self.n_kept >= MOST_SAMPLES {
            self.n_left_out += 1;
            return;
        }
        let ((client, _), (server, port)) = (flow.originator(), flow.responder());
        let Some(pair) = self.pairs.of((client, server, port)) else { return };
        let n_before: usize = pair.samples.iter().map(Vec::len).sum();
        pair.add(flow);
        self.n_kept += pair.samples.iter().map(Vec::len).sum::<usize>() - n_before;
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let changes = context.settings.get(&CHANGES);
        let least = changes as usize;
        let wanted = self.pairs.sorted_where(|pair| pair.samples.iter().any(|samples| samples.len() > least));
        let mut cases: Vec<Case> = wanted
            .into_iter()
            .filter_map(|(service, pair)| {
                let shape = judged(pair, changes)?;
                Some(Case { service: *service, shape, is_usual: false })
            })
            .collect();
        let mut services: Vec<(Addr, u16)> = cases.iter().map(|case| (case.service.1, case.service.2)).collect();
        services.arrange();
        for case in &mut cases {
            let service = (case.service.1, case.service.2);
            let n = services.partition_point(|one| *one <= service) - services.partition_point(|one| *one < service);
            case.is_usual = n >= LEAST_USUAL;
        }
        let mut searches = self.searches(&cases, changes);
        cases.retain(|case| match Pages::of_bare(&case.shape) {
            Some(pages) => {
                searches.push((case.service, pages));
                false
            }
            None => true,
        });
        let guesses = Report::of(cases)
            .largest_first(|case| case.shape.n_changed)
            .not_evaluated(self.pairs.n_refused + self.n_left_out)
            .each_with_flows(
                context,
                |case| Between::service(case.service.0, case.service.1, case.service.2),
                |_, _| true,
                |case, flows| case.finding(changes).flows(flows).build(),
            );
        let n_clients = |service: &Service| {
            searches.iter().filter(|(other, _)| (other.1, other.2) == (service.1, service.2)).count()
        };
        let usual: Vec<bool> = searches.iter().map(|(service, _)| n_clients(service) >= LEAST_USUAL).collect();
        guesses.and(Report::of(searches.iter().zip(usual)).each_with_flows(
            context,
            |((service, _), _)| Between::service(service.0, service.1, service.2),
            |_, _| true,
            |((service, pages), is_usual), flows| pages.finding(*service, *is_usual).flows(flows).build(),
        ))
    }
}

impl TlsBruteForce {
    /// Searches for pages, by clients and services that are no guessing.
    fn searches(&self, guesses: &[Case], changes: f64) -> Vec<(Service, Pages)> {
        let is_long = |pair: &Pair| pair.samples.iter().any(|samples| samples.len() as f64 > changes);
        let is_guessed = |service: &Service| guesses.iter().any(|case| case.service == *service);
        let pairs = self.pairs.sorted_where(is_long).into_iter().filter(|(service, _)| !is_guessed(service));
        pairs
            .filter_map(|(service, pair)| Some((*service, pair.samples.iter().find_map(|samples| Pages::of(samples))?)))
            .take(report::MOST_FINDINGS)
            .collect()
    }
}

/// The shape of the connections or of the exchanges, if it is that of guessing.
fn judged(pair: &Pair, changes: f64) -> Option<Shape> {
    let [connections, exchanges] = &pair.samples;
    let [of_connections, of_exchanges] = LEAST_SHARE;
    let whole = Shape::of(connections, NEAR_REQUEST_BYTES)
        .filter(|shape| shape.share() >= of_connections && shape.walk.has_passed(changes));
    whole.or_else(|| {
        // An exchange lacks packets that are too small to count.
        Shape::of(exchanges, NEAR_REQUEST_BYTES + Exchanges::LEAST_BYTES).filter(|shape| {
            shape.got <= MOST_ANSWER_BYTES
                && shape.share() >= of_exchanges
                && shape.share_changed >= LEAST_CHANGED
                && shape.walk.has_passed(2.0 * changes)
        })
    })
}

impl Case {
    fn confidence(&self, changes: f64) -> Confidence {
        if self.is_usual || self.shape.median_gap_ns() > MOST_GAP_NS {
            // However many there are, it stays low.
            Confidence::UNLIKELY
        } else if self.shape.n_changed as f64 >= MANY * changes {
            Confidence::VERY_LIKELY
        } else {
            Confidence::LIKELY
        }
    }

    fn finding(&self, changes: f64) -> FindingBuilder {
        let Case { service: (client, server, port), shape, .. } = self;
        let (n, n_changed) = (shape.times_ns.len(), shape.n_changed);
        let (least, most) = shape.sent;
        let first = shape.times_ns.first().copied().unwrap_or(0);
        let duration = shape.times_ns.last().copied().unwrap_or(first) - first;
        let usual = if self.is_usual {
            " Other clients use this service in the same way, which speaks for an ordinary use."
        } else {
            ""
        };
        Finding::builder(&CARD)
            .title(format!("{client} seems to guess passwords inside TLS on {server}: {} alike", count(n, "request")))
            .supposed()
            .rated(Impact::ACCESS_TRY, self.confidence(changes), (n_changed as f64, changes))
            .service((*client, *server, *port), "TLS")
            .evidence([
                evidence("Requests of nearly one size with the same answer", n as f64, "requests", "few"),
                evidence("Changes of size without a pattern", n_changed as f64, "requests", format!("below {changes}")),
                evidence("Smallest of these requests", f64::from(least), "B", "the same as the largest, for who polls"),
                evidence("Largest of these requests", f64::from(most), "B", ""),
                evidence("Answer", f64::from(shape.got), "B", "varying, for who reads"),
                shape.walk.likelihood(),
            ])
            .explanation(format!(
                "{client} sent {} to {server}, port {port}, within {}, {least} to {most} bytes each, of which {} \
                 changed in size without a pattern. The answer had about {} bytes each time. Who polls sends the same \
                 again, and who reads gets different answers; refused logins look like this. TLS is encrypted, so the \
                 logins and their outcomes cannot be seen.{usual}",
                count(n, "request"),
                span(duration),
                thousands(n_changed),
                shape.got,
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(*client, *server)))
            .series(Series::counts("Requests that look alike", "requests", &shape.times_ns))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn flows(client: Addr, n: u32, gap: f64, sent: impl Fn(u32) -> u64, got: impl Fn(u32) -> u64) -> Vec<Flow> {
        let flow = |i: u32| {
            let bytes = [sent(i), got(i)];
            let made = Made { bytes, packets: [3, 3], ..Made::tcp(client, inside(1), 443, f64::from(i) * gap) };
            Flow { app: Some(AppProto::Tls), is_app_certain: true, ..made.flow() }
        };
        (0..n).map(flow).collect()
    }

    fn n_loud(flows: &[Flow]) -> usize {
        let findings = finish_with(&ENTRY, flows, &[], &Settings::default()).findings;
        findings.iter().filter(|finding| finding.severity >= Severity::Medium).count()
    }

    fn loud(client: Addr, n: u32, gap: f64, sent: impl Fn(u32) -> u64, got: impl Fn(u32) -> u64) -> usize {
        n_loud(&flows(client, n, gap, sent, got))
    }

    #[test]
    fn what_several_clients_do_is_how_the_service_is_used() {
        let of = |client: u8| flows(inside(client), 40, 4.0, |i| 1091 + u64::from(i * i % 11), |_| 2001);
        assert_eq!(n_loud(&of(9)), 1);
        assert_eq!(n_loud(&[of(9), of(10), of(11)].concat()), 0);
        // From inside to outside it may be a report or a call home.
        let outward: Vec<Flow> = (0..40_u32)
            .map(|i| {
                let bytes = [1091 + u64::from(i * i % 11), 2001];
                let made = Made { bytes, packets: [3, 3], ..Made::tcp(inside(9), outside(1), 443, f64::from(i) * 4.0) };
                Flow { app: Some(AppProto::Tls), is_app_certain: true, ..made.flow() }
            })
            .collect();
        assert_eq!(n_loud(&outward), 0);
    }

    #[test]
    fn requests_that_differ_with_one_answer_are_guessing_from_inside_and_outside() {
        assert_eq!(loud(outside(9), 12, 4.0, |i| 1091 + u64::from(i * i % 11), |i| 2001 + u64::from(i % 3)), 1);
        assert_eq!(loud(inside(9), 60, 0.2, |i| 826 + u64::from(i * i * i % 7 % 2 * 4), |_| 1142), 1);
    }

    #[test]
    fn health_checks_readers_and_slow_reports_are_not() {
        assert_eq!(loud(inside(9), 400, 0.5, |_| 763, |i| 6240 + u64::from(i % 3)), 0);
        assert_eq!(loud(inside(9), 100, 1.0, |i| 760 + u64::from(i % 9), |i| 2000 + u64::from(i * 97 % 4000)), 0);
        assert_eq!(loud(inside(9), 100, 60.0, |i| 900 + u64::from(i % 9), |_| 1142), 0);
    }
}
