//! Turns requests of one client for Kerberos tickets with weak encryption into findings: passwords that can be cracked
//! offline.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::directory::KerberosMessage;
use crate::model::app::kinds::login::Security;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "kerberoasting",
    name: "Kerberoasting",
    category: Category::BruteForce,
    technique: Some(("T1558.003", "Kerberoasting")),
    sees: "A client requests service tickets and accepts only RC4 encryption.",
    matters: "An attacker can take such a ticket and guess the password of the service account offline, quickly and unseen.",
    otherwise: "An old system that supports no better encryption.",
    benign_causes: &["An old system or program that supports only RC4"],
    advice: &[
        "Check who works at the client and which program sent the requests",
        "Give these service accounts long random passwords, or use managed accounts",
        "Disable RC4 for Kerberos in the domain",
    ],
    part_of: &[],
    source: "MITRE ATT&CK T1558.003; current Windows clients offer AES first (RFC 3962), tools such as Rubeus and Impacket request RC4 only.",
}
.explained_where_shown();

const SERVICES: Descriptor = Descriptor::count("kerberoasting.services", "Services", 1.0)
    .range(1.0, 1000.0)
    .unit("services")
    .help("Different services for which one client requests tickets in RC4 only.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<Kerberoasting>(CARD, &[SERVICES], Interest::MESSAGES);

/// Most pairs of client and server kept.
const MOST_PAIRS: usize = 1 << 14;
/// Most services of a pair n_found apart.
const MOST_SERVICES: usize = 256;
/// Most services shown.
const MOST_SHOWN: usize = 5;
/// From so many services on it is a collection, whatever the client.
const MANY_SERVICES: usize = 20;
/// Below so many the tickets alone, without what was asked for, say little.
const SEVERAL_SERVICES: usize = 3;

#[derive(Default)]
struct Kerberoasting {
    pairs: Tally<(Addr, Addr), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    services: BTreeSet<String>,
    /// The client was seen to ask for weak encryption only; else it got it.
    is_asked: bool,
    seen: MessageEvidence,
}

/// Services whose accounts have passwords that nobody chose.
fn is_machine(service: &str) -> bool {
    service.starts_with("krbtgt") || service.ends_with('$')
}

impl Detector for Kerberoasting {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Kerberos { FieldSet::of(&[FieldId::Service]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        // A log names the encryption of the ticket, not those that were asked for.
        let is_weak = match event.update.map(|update| update.direction) {
            Some(Direction::ToResponder) => {
                fields.is(FieldId::Message, KerberosMessage::TgsReq)
                    && fields.is(FieldId::Security, Security::OnlyWeakEncryptionAskedFor)
            }
            Some(Direction::ToOriginator) => fields.is(FieldId::Security, Security::WeakEncryptionGranted),
            None => false,
        } && event.message.protocol == AppProto::Kerberos;
        let (true, Some(flow), Some(service)) = (is_weak, event.flow, fields.text(FieldId::Service)) else {
            return;
        };
        if is_machine(service) {
            return;
        }
        let Some(pair) = self.pairs.of((flow.originator().0, flow.responder().0)) else { return };
        pair.seen.add(event);
        pair.is_asked |= fields.is(FieldId::Message, KerberosMessage::TgsReq);
        if pair.services.len() < MOST_SERVICES {
            pair.services.insert(service.to_owned());
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&SERVICES);
        Report::of_table(&self.pairs, |pair| pair.services.len() as f64 >= least)
            .largest_first(|(_key, pair)| pair.services.len())
            .each(|(key, pair)| pair.finding(**key, least))
    }
}

impl Pair {
    fn finding(&self, (client, server): (Addr, Addr), least: f64) -> Finding {
        let n = self.services.len() as f64;
        // Old clients know nothing better and ask for a few; a tool asks for all there are.
        // Accounts without better keys give RC4 to whoever asks.
        let confidence = match self.services.len() {
            MANY_SERVICES.. => Confidence::VERY_LIKELY,
            0..SEVERAL_SERVICES if !self.is_asked => Confidence::UNLIKELY,
            _ => Confidence::EVEN,
        };
        let shown: Vec<&str> = self.services.iter().take(MOST_SHOWN).map(String::as_str).collect();
        Finding::builder(&CARD)
            .title(format!("{client} collects tickets that can be cracked: {}", count(self.services.len(), "service")))
            .rated(Impact::CONTROL, confidence, (n, least))
            .sources([client])
            .targets([server])
            .ports([88])
            .protocol("Kerberos")
            .evidence([
                evidence("Services", n, "services", "0 in RC4 only"),
                evidence("Requests", self.seen.n as f64, "messages", "0"),
            ])
            .explanation(format!(
                "{client} asked {server} for tickets of {} ({}) and {}. Anybody who holds such a ticket can guess its \
                 password offline without being noticed.",
                count(self.services.len(), "service"),
                shown.join(", "),
                if self.is_asked { "accepted only RC4" } else { "received them in RC4" }
            ))
            .filter(format!("{} && kerberos.msg_type == 12", finding_builder::pair_filter(client, server)))
            .messages(&self.seen)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::settings::Settings;

    #[test]
    fn tickets_in_rc4_only_are_reported_and_those_of_machines_are_not() {
        let n_found = |message: KerberosMessage, direction, service: &str, security: Security| {
            let facts = vec![
                (FieldId::Message, message.into()),
                (FieldId::Security, security.into()),
                (FieldId::Service, service.into()),
            ];
            let line = Line { direction, ..Line::request(AppProto::Kerberos, 1.0, inside(1), (inside(2), 88), facts) };
            observe_messages(&ENTRY, &[line], &Settings::default()).findings.len()
        };
        let found = |service, security| n_found(KerberosMessage::TgsReq, Direction::ToResponder, service, security);
        let granted = |service| {
            n_found(KerberosMessage::TgsRep, Direction::ToOriginator, service, Security::WeakEncryptionGranted)
        };
        let weak = Security::OnlyWeakEncryptionAskedFor;
        assert_eq!(
            (found("MSSQLSvc/db", weak), found("krbtgt/LAB", weak), found("MSSQLSvc/db", Security::Signed)),
            (1, 0, 0)
        );
        assert_eq!((granted("MSSQLSvc/db"), granted("HOST$")), (1, 0), "as a log says it");
    }
}
