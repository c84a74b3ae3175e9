//! Sequence numbers and timestamps of RTP streams, and what receivers report of them by RTCP, to loss, jitter and one-way
//! sound, as calls suffer from them.

mod reported;
mod stream;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{evidence, pair_filter};
use crate::detect::support::flow_selector::Gathered;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, past};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, span};
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use reported::{Lossy, Reported, Reports};
use std::collections::BTreeMap;
use stream::Stream;

const CARD: Card = Card {
    id: "voice_quality",
    name: "Bad sound of calls",
    category: Category::Performance,
    technique: None,
    sees: "Telephone calls over RTP (G.711, G.722, G.723, G.729, GSM) that lose packets or whose packets come unevenly (jitter), and calls in which one side sends and nothing comes back. Loss that a receiver reports itself (RTCP) counts for any encoding.",
    matters: "Speech breaks up from a few per cent of loss on; packets that come later than the receiver's buffer waits are lost too. One-way sound makes a call useless.",
    otherwise: "A capture that itself lost packets or has one direction only, a call on hold, an announcement to which nobody answers.",
    benign_causes: &[
        "A capture that dropped packets itself, or that sees one direction only",
        "Music on hold and announcements: one side only sends",
    ],
    advice: &[
        "Compare with a capture nearer to the sender: the packets were lost before the place of this one",
        "See whether a large transfer fills the line at the same time; give voice its own queue (DSCP EF, RFC 3246)",
        "One-way sound: look at the addresses in the SDP of both sides, at NAT and at firewalls on the ports of the media",
    ],
    part_of: &[],
    source: "Loss and jitter: RFC 3550, sections 6.4.1, 6.4.2 and appendices A.1, A.3, A.8. What is heard: ITU-T G.113 (a few per cent of loss) and the usual targets for voice, less than 1 % of loss and 30 ms of jitter.",
}
.explained_where_shown();

const LOSS: Descriptor = Descriptor::percent("voice_quality.loss", "Lost packets", 3.0)
    .range(0.1, 100.0)
    .help("Of all that were sent, by their sequence numbers. G.711 without concealment becomes noticeably worse from 1 % on, and bad from 3 to 5 % (ITU-T G.113, appendix I).");
const JITTER: Descriptor = Descriptor::seconds("voice_quality.jitter", "Jitter", 0.03)
    .range(0.001, 10.0)
    .help("Mean of the jitter of RFC 3550 over the stream; of encodings whose clock is known. 30 ms is the usual target for voice.");
const LEAST: Descriptor = Descriptor::count("voice_quality.packets", "Packets of a stream", 100.0)
    .range(20.0, 1_000_000.0)
    .unit("packets")
    .help("Shorter streams are not judged: at 50 packets a second, as usual, these are 2 s.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<VoiceQuality>(CARD, &[LOSS, JITTER, LEAST], Interest::MESSAGES)
    .blaming("a path that loses or delays voice");

/// Most streams kept.
const MOST_STREAMS: usize = 1 << 13;
/// At so many times the limit nobody understands anything: of loss near 10 % (ITU-T G.113, appendix I).
const UNUSABLE: f64 = 3.0;
/// One-way sound lasts: before, the other side may not have begun to speak.
const ONE_WAY_NS: i64 = 10 * SECOND;

#[derive(Default)]
struct VoiceQuality {
    streams: Tally<StreamKey, Stream, MOST_STREAMS>,
    reports: Reports,
}

/// Sender and receiver with their ports, and the source's number.
type StreamKey = ((Addr, u16), (Addr, u16), u64);

/// What a stream suffers from.
struct Case<'a> {
    key: &'a StreamKey,
    stream: &'a Stream,
    is_one_way: bool,
}

impl Detector for VoiceQuality {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        match protocol {
            AppProto::Rtp => FieldSet::of(&[FieldId::MediaSequence]),
            AppProto::Rtcp => FieldSet::of(&[FieldId::ReportedLoss]),
            _ => FieldSet::NONE,
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let (Some((from, to)), Some(update)) = (event.sender_and_receiver(), event.update) else { return };
        if let Some(lost) = fields.number(FieldId::ReportedLoss) {
            self.reports.take((to.0, from.0), (update.serial, from.1), lost, event.message.time_ns);
            return;
        }
        let (Some(ssrc), Some(sequence)) = (fields.number(FieldId::Ssrc), fields.number(FieldId::MediaSequence)) else {
            return;
        };
        let Some(stream) = self.streams.of((from, to, ssrc)) else { return };
        if stream.n == 0 {
            stream.flow = update.serial;
        }
        let timestamp = fields.number(FieldId::MediaTime).unwrap_or(0) as u32;
        stream.take(sequence as u16, timestamp, event.message.time_ns);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let settings = context.settings;
        let (loss, jitter, least) = (settings.get(&LOSS), settings.get(&JITTER), settings.get(&LEAST));
        let judged = self.streams.sorted_where(|stream| stream.is_judged(least));
        // When each host sends to each, whatever the ports: behind NAT they differ by direction.
        let mut sending: BTreeMap<(Addr, Addr), Vec<(i64, i64)>> = BTreeMap::new();
        for ((from, to, _), stream) in self.streams.iter() {
            sending.entry((from.0, to.0)).or_default().push((stream.first_ns, stream.last_ns));
        }
        let is_one_way = |(from, to, _): &StreamKey, stream: &Stream| {
            let back = sending.get(&(to.0, from.0)).map_or(&[][..], Vec::as_slice);
            let is_answered = back.iter().any(|(first, last)| *first <= stream.last_ns && *last >= stream.first_ns);
            stream.last_ns - stream.first_ns >= ONE_WAY_NS && !is_answered && !to.0.is_group()
        };
        let mut worst: BTreeMap<(Addr, Addr), Case<'_>> = BTreeMap::new();
        for (key, stream) in judged {
            let case = Case { key, stream, is_one_way: is_one_way(key, stream) };
            if case.is_lossy(loss) || case.is_uneven(jitter) || case.is_one_way {
                let rank = |case: &Case<'_>| stream_rank(case.stream, (loss, jitter));
                let ends = (key.0.0, key.1.0);
                if worst.get(&ends).is_none_or(|before| rank(before) < rank(&case)) {
                    worst.insert(ends, case);
                }
            }
        }
        let has_case = |ends: &(Addr, Addr)| worst.get(ends).is_some_and(|case| case.is_lossy(loss));
        let lossy = self.reports.lossy(loss).into_iter().filter(|(ends, _)| !has_case(ends));
        let lossy =
            lossy.map(|(ends, reported)| Lossy { ends: *ends, reported, lost_here: self.lost_here(*ends, least) });
        let reported =
            Report::of(lossy).not_evaluated(self.reports.n_refused()).each(|case| case.finding(context, loss));
        Report::of(worst.into_values())
            .not_evaluated(self.streams.n_refused)
            .largest_first(|case| case.stream.n)
            .each(|case| case.finding(context, self.reports.of(case.key.0.0, case.key.1.0), (loss, jitter)))
            .and(reported)
    }
}

impl VoiceQuality {
    /// What is missing here of all that a host sent to another, per cent; none if nothing of it is judged.
    fn lost_here(&self, (from, to): (Addr, Addr), least: f64) -> Option<f64> {
        let streams =
            self.streams.iter().filter(|((a, b, _), stream)| (a.0, b.0) == (from, to) && stream.is_judged(least));
        let (n_lost, n) =
            streams.fold((0, 0), |(n_lost, n), (_, stream)| (n_lost + stream.n_lost(), n + stream.n_expected));
        (n > 0).then(|| 100.0 * n_lost as f64 / n as f64)
    }
}

/// How bad, as the larger of loss and jitter beside their limits.
fn stream_rank(stream: &Stream, (loss, jitter): (f64, f64)) -> f64 {
    (stream.lost_percent() / loss).max(stream.mean_jitter() / jitter)
}

impl Case<'_> {
    fn is_lossy(&self, loss: f64) -> bool {
        self.stream.lost_percent() >= loss
    }

    fn is_uneven(&self, jitter: f64) -> bool {
        self.stream.mean_jitter() >= jitter
    }

    fn finding(&self, context: &Context<'_>, reported: Option<&Reported>, (loss, jitter): (f64, f64)) -> Finding {
        let ((from, _), (to, port), _) = *self.key;
        let stream = self.stream;
        let (lost, uneven) = (stream.lost_percent(), stream.mean_jitter());
        let what = match (self.is_lossy(loss), self.is_uneven(jitter)) {
            (true, true) => format!("loses {lost:.1} % of the packets and has {:.0} ms of jitter", 1e3 * uneven),
            (true, false) => format!("loses {lost:.1} % of the packets"),
            (false, true) => format!("has {:.0} ms of jitter", 1e3 * uneven),
            (false, false) => "is heard on one side only: nothing comes back".to_owned(),
        };
        let is_bad = self.is_lossy(loss) || self.is_uneven(jitter);
        let rank = stream_rank(stream, (loss, jitter));
        // A capture that loses packets looks the same; who only listens sends nothing.
        let (impact, confidence, extent) = if is_bad {
            (Impact::SLOWDOWN, Confidence::LIKELY, (rank - 1.0) / (UNUSABLE - 1.0))
        } else {
            (Impact::NUISANCE, Confidence::EVEN, 0.0)
        };
        let of_clock = |value: f64| if stream.n_jitter > 0 { Some(1e3 * value) } else { None };
        let one_way = if self.is_one_way {
            " Nothing comes back from the other side while it lasts: it hears, or has the microphone off, or its packets go elsewhere."
        } else {
            ""
        };
        Finding::builder(&CARD)
            .title(format!("The sound from {from} to {to} {what}"))
            .weighed(impact, confidence, extent)
            .score(if is_bad { past(rank, 1.0) } else { 0.5 })
            .sources([from])
            .targets([to])
            .ports([port])
            .protocol("RTP")
            .evidence([
                evidence("Lost packets", stream.n_lost() as f64, "packets", "0"),
                evidence("Of all that were sent", lost, "%", format!("below {loss}")),
                evidence("Packets", stream.n as f64, "packets", ""),
            ])
            .evidence(of_clock(uneven).map(|ms| evidence("Jitter, mean", ms, "ms", format!("below {}", 1e3 * jitter))))
            .evidence(of_clock(stream.jitter_most).map(|ms| evidence("Jitter, most", ms, "ms", "")))
            .evidence(reported.map(|reported| {
                evidence("Loss that the receiver reports, mean", reported.lost_percent(), "%", format!("below {loss}"))
            }))
            .explanation(format!(
                "A stream of {} packets from {from} to {to}, port {port}, over {}: {} of the {} sequence numbers never came, and they were lost before the place of the capture, or by the capture.{one_way}",
                stream.n,
                span(stream.last_ns - stream.first_ns),
                stream.n_lost(),
                stream.n_expected,
            ))
            .flows(Gathered::of(context, [&stream.flow]))
            .period((stream.first_ns, stream.last_ns))
            .filter(format!("{} && udp.port == {port}", pair_filter(from, to)))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, TestValue, inside, observe_in_one, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    /// A call of 20 s; `is_sent` says which packets there are, `late` by how many seconds each is.
    fn found(is_sent: impl Fn(u64) -> bool, late: impl Fn(u64) -> f64, is_two_way: bool) -> Vec<Finding> {
        let mut lines = Vec::new();
        for i in (0..1000_u64).filter(|i| is_sent(*i)) {
            let facts: Vec<(FieldId, TestValue)> = vec![
                (FieldId::Payload, "G.711 A-law".into()),
                (FieldId::Ssrc, 7_u64.into()),
                (FieldId::MediaSequence, ((65_400 + i) % 65_536).into()),
                (FieldId::MediaTime, (160 * i).into()),
            ];
            let second = i as f64 * 0.02 + late(i);
            let fields = || Line::request(AppProto::Rtp, second, inside(1), (outside(9), 7000), facts.clone());
            lines.push(fields());
            lines.extend(is_two_way.then(|| fields().answered()));
        }
        observe_in_one(&ENTRY, &lines, &Settings::default()).findings
    }

    #[test]
    fn loss_and_jitter_are_told_with_the_numbers_around_their_end() {
        let lossy = found(|i| i % 12 != 5, |_| 0.0, true);
        assert_eq!(lossy.len(), 2);
        assert!(lossy[0].title.contains("loses 8.3 % of the packets"), "{}", lossy[0].title);
        assert!(lossy[0].severity >= Severity::Low);
        let uneven = found(|_| true, |i| f64::from((i * 37 % 13) as u32) * 0.01, true);
        assert!(uneven[0].title.contains("ms of jitter"), "{}", uneven[0].title);
    }

    #[test]
    fn a_good_call_and_a_few_lost_packets_are_none() {
        assert!(found(|i| i % 100 != 5, |i| f64::from((i % 3) as u32) * 0.004, true).is_empty());
        let pause = |i| if i > 500 { 0.4 } else { 0.0 };
        assert!(found(|_| true, pause, true).is_empty(), "one long gap");
    }

    #[test]
    fn loss_that_the_receiver_reports_counts_though_the_packets_passed_here() {
        let told = |lost: u64| {
            let report = |i: u64| {
                let facts: Vec<(FieldId, TestValue)> =
                    vec![(FieldId::ReportedSource, 7_u64.into()), (FieldId::ReportedLoss, lost.into())];
                Line::request(AppProto::Rtcp, 5.0 * i as f64, inside(1), (outside(9), 7001), facts)
            };
            observe_in_one(&ENTRY, &(0..4).map(report).collect::<Vec<Line>>(), &Settings::default()).findings
        };
        let lossy = told(32);
        assert_eq!(lossy.len(), 1);
        assert!(lossy[0].title.contains("reports that 12.5 % of the sound"), "{}", lossy[0].title);
        assert_eq!((lossy[0].sources[0], lossy[0].severity), (outside(9).into(), Severity::Medium));
        assert!(told(3).is_empty(), "1 %");
    }

    #[test]
    fn sound_of_one_side_only_is_told_as_a_weak_sign() {
        let silent = found(|_| true, |_| 0.0, false);
        assert!(silent.len() == 1 && silent[0].title.contains("one side only"), "{silent:?}");
        assert!(silent[0].severity < Severity::Medium);
    }
}
