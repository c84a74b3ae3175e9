//! Turns commands to controllers and stations of industrial networks into findings, per client and server: stops,
//! restarts, downloads, and commands from hosts that are not the station's master.

mod act;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence, yes_no};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, WHOLE, extent, past};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::format::quantity::counted;
use crate::model::{Addr, Category, Finding, Site};
use crate::settings::Descriptor;
use act::{Act, Step};
use std::cmp::Reverse;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "industrial_control",
    name: "Industrial control commands",
    category: Category::ProtocolAbuse,
    technique: Some(("T0855", "Unauthorized Command Message")),
    sees: "A host stops, restarts or reprograms a controller over S7comm, EtherNet/IP, Modbus, DNP3 or IEC 104, or sends commands to a station that it does not read regularly.",
    matters: "Controllers obey any host that reaches them: few of these protocols require a password. A stop, a restart or a new program affects the plant at once.",
    otherwise: "Engineers download programs, stop and start controllers during maintenance, and control rooms send commands all day.",
    benign_causes: &[
        "Maintenance: an engineer downloads a program or restarts the device",
        "A control room or gateway whose regular reads are not in this capture",
    ],
    advice: &[
        "Ask the plant's operators whether somebody worked on the device at that time, and from which station",
        "Compare the program in the device with the approved one",
        "Let only the engineering station and the control room reach the device's port",
    ],
    part_of: &[],
    source: "MITRE ATT&CK for ICS (T0858, T0816, T0843, T0845, T0855, T0836, T0878, T0814); functions by IEEE 1815, IEC 60870-5-101, the CIP library and Wireshark's S7comm dissector. Ordinary controller traffic is regular reads by few masters: Barbosa et al., Exploiting traffic periodicity in industrial control networks, IJCIP 2016.",
}
.explained_where_shown();

const READS: Descriptor = Descriptor::count("industrial_control.reads", "Reads that make a master", 10.0)
    .range(1.0, 100_000.0)
    .unit("requests")
    .help("A host that read a device's values this many times before its first command is its master, whose commands are ordinary.");
const COMMANDS: Descriptor =
    Descriptor::count("industrial_control.commands", "Commands from a host that is not a master", 1.0)
        .range(1.0, 100_000.0)
        .unit("commands")
        .help("This many commands or writes. One is enough to open a valve.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<IndustrialControl>(CARD, &[READS, COMMANDS], Interest::MESSAGES);

/// So many times the least commands are many.
const MANY: f64 = 10.0;
/// Most pairs of client and server, and most servers, kept.
const MOST_PAIRS: usize = 1 << 13;

#[derive(Default)]
struct IndustrialControl {
    pairs: Tally<(Addr, Addr, u16, AppProto), Pair, MOST_PAIRS>,
    /// Requests for values that each server got, from whomever.
    requests: Tally<(Addr, u16), u64, MOST_PAIRS>,
}

/// What one client asks of one server.
#[derive(Default)]
struct Pair {
    /// Requests that change nothing.
    n_requests: u64,
    /// Values that the server reports by itself: who gets them does not ask.
    n_reports: u64,
    /// Requests and reports before the first command or write.
    n_reads_before: u64,
    /// Requests of others for values that the server had got before the first command.
    n_reads_of_others: u64,
    /// Alarms were switched on again, as masters do that begin.
    has_enabled: bool,
    acts: BTreeMap<Act, MessageEvidence>,
    /// Requests and refusals by what the answer shows.
    asked: BTreeMap<Act, u64>,
    refused: BTreeMap<Act, u64>,
}

impl Detector for IndustrialControl {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if act::PROTOCOLS.contains(&protocol) {
            FieldSet::of(&[FieldId::Function, FieldId::Message])
        } else {
            FieldSet::NONE
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let Some((sender, receiver)) = event.sender_and_receiver() else { return };
        let protocol = event.message.protocol;
        // A gateway's own two ends.
        if sender.0 == receiver.0 {
            return;
        }
        let step = act::step(event.message, sender.1, receiver.1);
        let (client, server) = if step.is_request { (sender, receiver) } else { (receiver, sender) };
        let key = (client.0, server.0, server.1, protocol);
        // Other messages have no direction of their own: a client's port must not become a server.
        let pair = if step.is_request || step.is_report { self.pairs.of(key) } else { self.pairs.known(&key) };
        let Some(pair) = pair else { return };
        if !step.is_request {
            if let (Some(act), true) = (step.act, step.is_refused) {
                *pair.refused.entry(act).or_default() += 1;
            }
            // Stations that report by themselves are not asked.
            pair.n_reports += u64::from(step.is_report);
            return;
        }
        let Step { act, answered_as, enables_alarms, .. } = step;
        pair.has_enabled |= enables_alarms;
        let Some(act) = act else {
            pair.n_requests += 1;
            if let Some(n_requests) = self.requests.of(server) {
                *n_requests += 1;
            }
            return;
        };
        // Masters begin by switching reports off: what they read comes after that, and before their commands.
        if pair.acts.keys().all(|act| *act == Act::SuppressAlarms) {
            pair.n_reads_before = pair.n_requests + pair.n_reports;
            let n_requests = self.requests.get(&server).copied().unwrap_or(0);
            pair.n_reads_of_others = n_requests.saturating_sub(pair.n_requests);
        }
        *pair.asked.entry(answered_as.unwrap_or(act)).or_default() += 1;
        pair.acts.entry(act).or_default().add(event);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let (reads, commands) = (context.settings.get(&READS), context.settings.get(&COMMANDS));
        let cases = self.pairs.sorted_where(|pair| pair.n_of_note() as f64 >= commands);
        let cases = cases.into_iter().filter_map(|(key, pair)| {
            Some(Case { key: *key, pair, act: pair.worst()?, reads, commands, site: context.site })
        });
        Report::of(cases)
            .largest_first(|case| (Reverse(case.act), case.pair.n_of_note()))
            .not_evaluated(self.pairs.n_refused)
            .each(Case::finding)
    }
}

impl Pair {
    /// Acts that are reported: a master that begins switches alarms off and on again.
    fn of_note(&self) -> impl Iterator<Item = (Act, &MessageEvidence)> {
        let acts = self.acts.iter().map(|(act, seen)| (*act, seen));
        acts.filter(|(act, _)| *act != Act::SuppressAlarms || !self.has_enabled)
    }

    fn n_of_note(&self) -> u64 {
        self.of_note().map(|(_, seen)| seen.n).sum()
    }

    fn worst(&self) -> Option<Act> {
        self.of_note().map(|(act, _)| act).min()
    }
}

/// A client and a server, and the worst that was done.
struct Case<'a> {
    key: (Addr, Addr, u16, AppProto),
    pair: &'a Pair,
    act: Act,
    reads: f64,
    commands: f64,
    site: &'a Site,
}

impl Case<'_> {
    /// True if the client read from the server regularly before it gave commands.
    fn is_master(&self) -> bool {
        self.pair.n_reads_before as f64 >= self.reads
    }

    /// True if others read from the server regularly before this client came with its commands.
    fn has_other_master(&self) -> bool {
        !self.is_master() && self.pair.n_reads_of_others as f64 >= self.reads
    }

    /// True if nothing is known of who else the server listens to, and the client is of the same house.
    fn is_only_client(&self) -> bool {
        !self.is_from_outside() && !self.has_other_master()
    }

    fn is_from_outside(&self) -> bool {
        self.site.is_outside(self.key.0) && self.site.is_inside(self.key.1)
    }

    /// True if every such act was refused.
    fn is_refused(&self) -> bool {
        let n = self.pair.acts.get(&self.act).map_or(0, |seen| seen.n);
        let n = self.pair.asked.get(&self.act).map_or(n, |asked| n.max(*asked));
        self.pair.refused.get(&self.act).is_some_and(|refused| *refused >= n)
    }

    /// How sure it is that nobody wanted it, by who did it.
    fn confidence(&self) -> Confidence {
        match (self.act.is_whole_damage(), self.is_from_outside()) {
            (_, true) => Confidence::VERY_LIKELY,
            (true, false) => Confidence::LIKELY,
            (false, false) if self.has_other_master() => Confidence::LIKELY,
            (false, false) if self.is_master() => Confidence::UNLIKELY,
            (false, false) => Confidence::EVEN,
        }
    }

    fn finding(&self) -> Finding {
        let Case { key: (client, server, port, protocol), pair, act, commands, .. } = self;
        let n = pair.n_of_note();
        let mut seen = MessageEvidence::default();
        pair.of_note().for_each(|(_, messages)| seen.merge(messages));
        let each = pair.of_note().map(|(act, seen)| evidence(act.label(), seen.n as f64, "requests", "0"));
        let kinds: Vec<String> = pair.of_note().map(|(act, seen)| format!("{} ({})", act.words(), seen.n)).collect();
        let builder =
            Finding::builder(&CARD).technique(act.technique()).title(format!("{client} {}: {server}", act.title()));
        // An act of which one is the whole damage is not weighed by repetition; one that was refused did none.
        let builder = match act.is_whole_damage() {
            true => builder
                .weighed(act.impact(), self.confidence(), if self.is_refused() { 0.0 } else { WHOLE })
                .score(if self.is_refused() { 0.5 } else { 0.9 }),
            false if self.is_master() => builder.weighed(act.impact(), self.confidence(), 0.0).score(0.2),
            // Where nobody else reads, it may be the master all the same: only many commands say more.
            false if self.is_only_client() => builder
                .weighed(act.impact(), self.confidence(), extent(n as f64, *commands * MANY))
                .score(past(n as f64, *commands)),
            false => builder.rated(act.impact(), self.confidence(), (n as f64, *commands)),
        };
        let role = match (self.is_master(), self.has_other_master()) {
            (true, _) => "It had read from the device regularly before, as a control room does.",
            (false, true) => "Another host reads from the device regularly; this one did not before.",
            (false, false) => "It had not read from the device regularly before.",
        };
        let refused = if self.is_refused() { " The device refused." } else { "" };
        builder
            .service((*client, *server, *port), protocol.name())
            .evidence(each)
            .evidence([
                evidence("Reads before the first of these", pair.n_reads_before as f64, "requests", ""),
                yes_no("Another host reads regularly", self.has_other_master(), "0"),
                yes_no("Refused", self.is_refused(), ""),
            ])
            .explanation(format!(
                "{client} sent {server} {} over {}: {}. {role}{refused}",
                counted(n, "request of this kind", "requests of this kind"),
                protocol.name(),
                kinds.join(", ")
            ))
            .filter(format!("{} && {}", finding_builder::pair_filter(*client, *server), act::filter(*protocol)))
            .messages(&seen)
            .build()
    }
}

#[cfg(test)]
mod tests;
