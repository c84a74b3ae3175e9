//! Turns long transfers that fill the receiver's window all the while into findings: a larger window would make them faster.

use crate::detect::card::Card;
use crate::detect::detector::{Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::flow_selector::Between;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::format::quantity::{amount, bytes};
use crate::model::{Addr, Category, Finding, Flow, Series};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "window_limited",
    name: "Transfer limited by its window",
    category: Category::Performance,
    technique: None,
    sees: "A long transfer fills the receiver's window again and again and goes at just the rate that this window and the round trip allow.",
    matters: "TCP sends no more than one window in a round trip, whatever the line could carry. Over a long path a window of 64 kB is slow; a larger one costs only memory.",
    otherwise: "A small device whose memory is small, or a program that limits its own buffer.",
    benign_causes: &["A small device with little memory", "A program that sets a small buffer on purpose to limit its rate"],
    advice: &[
        "Check whether window scaling is switched off on one of the hosts, or removed by a firewall or a router between them",
        "Check the largest size of the receive buffer on the host that receives, and whether its program sets one of its own",
    ],
    part_of: &["receiver_stalled"],
    source: "RFC 7323, sections 1.1 and 2 (the window limits the rate over long paths; window scaling); Wireshark User's Guide, TCP Analysis (TCP window full).",
}
.explained_where_shown();

const SECONDS: Descriptor = Descriptor::seconds("window_limited.seconds", "Time of the transfers", 10.0)
    .range(1.0, 3600.0)
    .help("Time that two hosts spend in transfers that their window limits. Nobody waits for longer without noticing (Nielsen 1993: ten seconds).");
const ROUND_TRIP: Descriptor = Descriptor::number("window_limited.round_trip", "Round trip", 10.0)
    .range(1.0, 10_000.0)
    .unit("ms")
    .help("Shorter paths are fast with any window: 64 kB in 10 ms are 52 Mbit/s.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<WindowLimited>(CARD, &[SECONDS, ROUND_TRIP], Interest::TCP_FLOWS)
    .blaming("the window of the host that receives");

/// Most services kept; only those with full windows are.
const MOST_PAIRS: usize = 1 << 14;
/// A window that is filled a few times is that of a transfer that begins.
const LEAST_FULL: u32 = 20;
/// A transfer goes as fast as its window allows from this share of that rate on: acknowledgments are delayed (RFC 1122: by up to half a
/// second, every second segment at once), and transfers begin slowly.
const LEAST_SHARE: f64 = 0.6;
/// A window without scaling ends at 65,535 bytes; what is near is limited by that, bytes.
const NEARLY_UNSCALED: u32 = 60_000;
/// A program that does not read closes its window: that is told by another detector.
const MOST_CLOSED: f64 = 0.05;

#[derive(Default)]
struct WindowLimited {
    /// By client, server, port, and whether the client receives.
    pairs: Tally<(Addr, Addr, u16, bool), Limited, MOST_PAIRS>,
}

/// Transfers that a window limits.
#[derive(Clone, Copy, Default)]
struct Limited {
    n_full: u64,
    bytes: u64,
    seconds: f64,
    /// Of the longest transfer: its time in seconds, the window, bytes, and the round trip, µs.
    longest: (f64, u32, u32),
    /// In that one a host did not offer window scaling, and the window is as large as it can be without.
    is_unscaled: bool,
}

/// The shortest round trip to both ends, µs: later ones hold the queue that a transfer fills by itself, and the time that a server takes.
fn shortest_round_trip(flow: &Flow) -> Option<u32> {
    let health = flow.health()?;
    let to = |is_to_high: bool| health.course.iter().filter(move |one| one.is_to_high == is_to_high);
    let shortest = [false, true].map(|is_to_high| to(is_to_high).map(|one| one.micros).min());
    match shortest {
        [None, None] => {
            health.sides.iter().filter_map(|side| side.round_trips.least()).reduce(|one, other| one + other)
        }
        [low, high] => Some(low.unwrap_or(0) + high.unwrap_or(0)),
    }
}

/// What a flow shows of a transfer that is limited, and whether the client receives it.
fn limited(flow: &Flow, least_micros: f64) -> Option<(bool, Limited)> {
    let sides = flow.sender_health()?;
    let round_trip = shortest_round_trip(flow)?;
    let seconds = flow.duration_ns() as f64 / 1e9;
    if f64::from(round_trip) < least_micros || seconds <= 0.0 {
        return None;
    }
    let directions = [flow.forward(), flow.backward()];
    let (place, sender) = sides.iter().enumerate().max_by_key(|(_, side)| side.full_windows)?;
    let (receiver, direction) = (sides.get(1 - place)?, directions.get(place)?);
    let allowed = f64::from(sender.full_room) / (f64::from(round_trip) / 1e6);
    let rate = direction.payload_bytes() as f64 / seconds;
    let is_closed = f64::from(receiver.closed_millis) > MOST_CLOSED * seconds * 1e3;
    let is_limited = sender.full_windows >= LEAST_FULL && rate >= LEAST_SHARE * allowed && !is_closed;
    is_limited.then(|| {
        let one = Limited {
            n_full: sender.full_windows.into(),
            bytes: direction.payload_bytes(),
            seconds,
            longest: (seconds, sender.full_room, round_trip),
            is_unscaled: flow.window_scales.contains(&Flow::UNSCALED) && sender.full_room >= NEARLY_UNSCALED,
        };
        (place == 1, one)
    })
}

impl Detector for WindowLimited {
    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let ((client, _), (server, port)) = (ended.flow.originator(), ended.flow.responder());
        // The round trip that counts is a setting, known in the end: all that windows limit is kept.
        if let Some((is_client, one)) = limited(ended.flow, 0.0)
            && let Some(all) = self.pairs.of((client, server, port, is_client))
        {
            all.add(&one);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (seconds, millis) = (context.settings.get(&SECONDS), context.settings.get(&ROUND_TRIP));
        let is_case = |all: &Limited| all.seconds >= seconds && f64::from(all.longest.2) >= millis * 1e3;
        Report::of_table(&self.pairs, is_case).largest_first(|(_, all)| all.bytes).each_with_parts(
            context,
            |((client, server, port, _), _)| Between::service(*client, *server, *port),
            |flow| limited(flow, 0.0).map(|(_, one)| (flow.first_ns, flow.last_ns, one.bytes as f64)),
            |(key, all), flows, parts| {
                let course = Series::sums("Data of limited transfers", "B", parts.iter().copied());
                all.finding(**key, seconds).series(course).flows(flows).build()
            },
        )
    }
}

impl Limited {
    fn add(&mut self, one: &Limited) {
        self.n_full += one.n_full;
        self.bytes += one.bytes;
        self.seconds += one.seconds;
        if one.longest.0 > self.longest.0 {
            (self.longest, self.is_unscaled) = (one.longest, one.is_unscaled);
        }
    }

    fn finding(&self, (client, server, port, is_client): (Addr, Addr, u16, bool), least: f64) -> FindingBuilder {
        let (receiver, sender) = if is_client { (client, server) } else { (server, client) };
        let (_, window, micros) = self.longest;
        let round_trip = f64::from(micros) / 1e6;
        let most = f64::from(window) / round_trip;
        let why = if self.is_unscaled {
            "One of the hosts did not offer window scaling in its request, or something between them removed the offer: without it a window has 64 kB at most."
        } else {
            "The receiver's buffer is no larger."
        };
        Finding::builder(&CARD)
            .title(format!(
                "{receiver} lets {sender} send only {} at once on port {port}: at most {} over this path",
                bytes(f64::from(window)),
                amount(most, "B/s")
            ))
            .rated(Impact::SLOWDOWN, Confidence::LIKELY, (self.seconds, least))
            .service((client, server, port), "TCP")
            .evidence([
                evidence("Time of the transfers", self.seconds, "s", format!("below {least}")),
                evidence("Data of the transfers", self.bytes as f64, "B", "any"),
                evidence("Window", f64::from(window), "B", "no limit: it grows with the path"),
                evidence("Round trip", round_trip * 1e3, "ms", "a few ms in a local network"),
                evidence("Segments that filled the window", self.n_full as f64, "segments", "few"),
            ])
            .explanation(format!(
                "{sender} filled the window of {receiver} {} and then waited for the next acknowledgment. TCP sends one window in a round trip: {} in {:.0} ms are {}, and that is how fast the data went. {why} Neither loss nor a slow program is needed to explain it.",
                count(self.n_full as usize, "time"),
                bytes(f64::from(window)),
                round_trip * 1e3,
                amount(most, "B/s")
            ))
            .filter(format!("{} && tcp.port == {port} && tcp.analysis.window_full", finding_builder::pair_filter(client, server)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish_with, inside, outside};
    use crate::model::flow::health::TcpHealth;
    use crate::settings::Settings;

    /// A download of so many seconds whose window of 64 kB is filled so often at this round trip, ms; so many bytes come in all.
    fn found(seconds: f64, n_full: u32, millis: u32, n_bytes: u64) -> Vec<Finding> {
        let made =
            Made { packets: [1000, 2000], bytes: [0, n_bytes], seconds, ..Made::tcp(inside(1), outside(1), 443, 1.0) };
        let mut flow = made.flow();
        let mut health = TcpHealth::default();
        let place = usize::from(flow.is_low_originator);
        health.sides[place].full_windows = n_full;
        health.sides[place].full_room = 65_535;
        health.sides[place].round_trips.add(1000 * millis);
        flow.extra.get_or_insert_default().health = Some(Box::new(health));
        finish_with(&ENTRY, &[flow], &[], &Settings::default()).findings
    }

    #[test]
    fn a_transfer_at_the_rate_of_its_window_is_found_and_others_are_not() {
        // 64 kB in 100 ms are 655 kB a second.
        let it = found(30.0, 250, 100, 18_000_000);
        assert_eq!(it.len(), 1);
        assert!(it[0].title.contains("at most 655 kB/s"), "{}", it[0].title);
        assert!(found(30.0, 250, 100, 3_000_000).is_empty(), "its program has no more to send");
        assert!(found(30.0, 3, 100, 18_000_000).is_empty(), "the window was seldom full");
        assert!(found(4.0, 250, 100, 2_500_000).is_empty(), "over soon");
        assert!(found(30.0, 250, 2, 900_000_000).is_empty(), "fast all the same");
    }
}
