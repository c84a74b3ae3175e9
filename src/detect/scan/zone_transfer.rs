//! Turns DNS zone transfer requests (AXFR) into findings, one per client and name server.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence, yes_no};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::names::DnsType;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "zone_transfer",
    name: "DNS zone transfer",
    category: Category::Scan,
    technique: Some(("T1590.002", "DNS")),
    sees: "A host that is not a name server requests all names of a domain from a name server (AXFR).",
    matters: "The answer lists all machines and often their purpose: a map of the network for an intruder.",
    otherwise: "A secondary name server that keeps a copy, a backup or inventory of the zone, or an administrator who checks it.",
    benign_causes: &[
        "A secondary name server that keeps a copy",
        "A backup, an inventory, or an administrator's check",
    ],
    advice: &[
        "Allow zone transfers only to the addresses of the secondary servers, and with a key (RFC 8945)",
        "Find out who uses the requesting host, and what it does next with the names",
    ],
    part_of: &[],
    source: "RFC 5936: only secondary servers need zone transfers, and servers should answer only those.",
}
.explained_where_shown();

const QUESTIONS: Descriptor = Descriptor::count("zone_transfer.questions", "Zone transfer requests", 1.0)
    .range(1.0, 10_000.0)
    .unit("requests")
    .help("This many from one host to one server. One is enough for a whole list.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ZoneTransfer>(CARD, &[QUESTIONS], Interest::MESSAGES);

/// Most pairs of client and name server kept, and most name servers.
const MOST_PAIRS: usize = 1 << 14;
/// Most zones listed for a pair.
const MOST_ZONES: usize = 8;

#[derive(Default)]
struct ZoneTransfer {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
    servers: Tally<Addr, (), MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    n: u64,
    n_records: u64,
    zones: BTreeSet<String>,
    seen: MessageEvidence,
}

impl Detector for ZoneTransfer {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Dns { FieldSet::of(&[FieldId::DnsCode, FieldId::DnsType]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Dns {
            return;
        }
        let (Some(flow), Some(update)) = (event.flow, event.update) else { return };
        let fields = &event.message.fields;
        let ((asker, _), (server, _)) = (flow.originator(), flow.responder());
        let is_answer = update.direction == Direction::ToOriginator;
        if is_answer {
            self.servers.of(server);
        }
        if !fields.is(FieldId::DnsType, DnsType::Axfr) {
            return;
        }
        let Some(pair) = self.pairs.of((asker, server)) else { return };
        pair.seen.add(event);
        if is_answer {
            pair.n_records += fields.number(FieldId::DnsAnswers).unwrap_or(0);
            return;
        }
        pair.n += 1;
        if let Some(zone) = fields.text(FieldId::DnsQuery)
            && pair.zones.len() < MOST_ZONES
        {
            pair.zones.insert(zone.to_owned());
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&QUESTIONS);
        Report::of_table(&self.pairs, |pair| pair.n as f64 >= least)
            .largest_first(|(_, pair)| pair.n_records)
            .each(|(key, pair)| pair.finding(**key, self.servers.get(&key.0).is_some(), least))
    }
}

impl Pair {
    fn finding(&self, (asker, server): (Addr, Addr), is_server: bool, least: f64) -> Finding {
        let n = self.n as f64;
        let is_answered = self.n_records > 0;
        let zones: Vec<&str> = self.zones.iter().map(String::as_str).collect();
        // Secondary servers do this all day.
        let confidence = if is_server { Confidence::UNLIKELY } else { Confidence::VERY_LIKELY };
        Finding::builder(&CARD)
            .title(format!("{asker} requests all names of {} from {server}", zones.join(", ")))
            .rated(Impact::INSIDE_LOOK, confidence, (n, least))
            .service((asker, server, 53), "DNS")
            .evidence([
                evidence("Zone transfer requests", n, "requests", "0, except for secondary servers"),
                evidence("Records in the answers", self.n_records as f64, "records", "0"),
                yes_no("The requester answers DNS queries itself", is_server, "1 for a secondary server"),
            ])
            .explanation(format!(
                "{asker} requested all names of {} from {server}. {}",
                zones.join(", "),
                if is_answered {
                    format!("The server answered with {}.", count(self.n_records as usize, "record"))
                } else {
                    "No list was seen in the answer.".to_owned()
                }
            ))
            .messages(&self.seen)
            .filter(format!("{} && dns.qry.type == 252", finding_builder::pair_filter(asker, server)))
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn line(from: u8, to: u8, direction: Direction, kind: DnsType) -> Line {
        Line {
            direction,
            ..Line::request(
                AppProto::Dns,
                1.0,
                inside(from),
                (inside(to), 53),
                vec![(FieldId::DnsQuery, "example.com".into()), (FieldId::DnsType, kind.into())],
            )
        }
    }

    #[test]
    fn a_host_that_wants_all_names_is_reported_and_a_second_server_hardly() {
        let worst = |lines: &[Line]| {
            observe_messages(&ENTRY, lines, &Settings::default()).findings.first().map(|finding| finding.severity)
        };
        assert_eq!(worst(&[line(1, 2, Direction::ToResponder, DnsType::Axfr)]), Some(Severity::Medium));
        assert_eq!(
            worst(&[line(1, 2, Direction::ToResponder, DnsType::A), line(1, 2, Direction::ToResponder, DnsType::Soa)]),
            None
        );
        let secondary =
            [line(9, 1, Direction::ToOriginator, DnsType::A), line(1, 2, Direction::ToResponder, DnsType::Axfr)];
        assert!(worst(&secondary) < Some(Severity::Medium));
    }
}
