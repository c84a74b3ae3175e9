//! Turns FTP commands that make a server connect to a third host into findings.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "ftp_bounce",
    name: "FTP bounce",
    category: Category::ProtocolAbuse,
    technique: Some(("T1090", "Proxy")),
    sees: "An FTP client tells the server to open a data connection to a third host.",
    matters: "The server then scans or attacks the third host in its own name, from behind the firewall.",
    otherwise: "NAT on the client's side, or an old server-to-server transfer.",
    benign_causes: &[
        "NAT between client and server that does not handle FTP",
        "A transfer from one server to another, as old clients supported",
    ],
    advice: &[
        "Check whether the server connected to the third host after that",
        "Configure the FTP server to refuse addresses other than the client's",
    ],
    part_of: &[],
    source: "RFC 2577, section 3; CERT CA-1997-27.",
}
.explained_where_shown();

const TIMES: Descriptor = Descriptor::count("ftp_bounce.times", "Times", 1.0)
    .range(1.0, 10_000.0)
    .unit("commands")
    .help("How often one client instructed a server to connect to a third host.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<FtpBounce>(CARD, &[TIMES], Interest::MESSAGES);

/// Commands by which a client names where it waits for the data connection (RFC 959, section 4.1.2; RFC 2428, section 2).
const PORT_COMMANDS: [&str; 2] = ["PORT", "EPRT"];
/// Most triples of client, server and third host kept.
const MOST_KEPT: usize = 1 << 14;

#[derive(Default)]
struct FtpBounce {
    bounces: Tally<(Addr, Addr, Addr), MessageEvidence, MOST_KEPT>,
}

impl Detector for FtpBounce {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Ftp { FieldSet::of(&[FieldId::Address]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let fields = &event.message.fields;
        let is_command = event.message.protocol == AppProto::Ftp
            && event.update.is_some_and(|update| update.direction == Direction::ToResponder)
            && fields.text(FieldId::Command).is_some_and(|command| PORT_COMMANDS.contains(&command));
        let third = fields.addr(FieldId::Address);
        let (true, Some(flow), Some(third)) = (is_command, event.flow, third) else { return };
        let (client, server) = (flow.originator().0, flow.responder().0);
        // A private address of a client that comes from a public one is its own, before translation.
        let is_translated = third.is_private() && !client.is_private();
        if third != client
            && !is_translated
            && let Some(seen) = self.bounces.of((client, server, third))
        {
            seen.add(event);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&TIMES);
        Report::of_table(&self.bounces, |seen| seen.n as f64 >= least).each(|(key, seen)| finding(**key, seen, least))
    }
}

fn finding((client, server, third): (Addr, Addr, Addr), seen: &MessageEvidence, least: f64) -> Finding {
    let n = seen.n as f64;
    let confidence = Confidence::VERY_LIKELY;
    Finding::builder(&CARD)
        .title(format!("{client} tells the FTP server {server} to connect to {third}"))
        .rated(Impact::ACCESS_TRY, confidence, (n, least))
        .sources([client])
        .targets([server, third])
        .ports([21])
        .protocol("FTP")
        .evidence([evidence("Commands that name a third host", n, "commands", "0")])
        .explanation(format!(
            "{client} sent {server} the address {third} for a data connection, which is not its own. A server that \
             obeys opens connections to other hosts on the client's behalf."
        ))
        .filter(format!(
            "{} && ftp.request.command in {{\"PORT\", \"EPRT\"}}",
            finding_builder::pair_filter(client, server)
        ))
        .messages(seen)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::settings::Settings;

    #[test]
    fn an_address_that_is_not_the_clients_is_reported() {
        let found = |address: Addr| {
            let facts = vec![(FieldId::Command, "PORT".into()), (FieldId::Address, address.into())];
            let line = Line::request(AppProto::Ftp, 1.0, inside(1), (inside(2), 21), facts);
            observe_messages(&ENTRY, &[line], &Settings::default()).findings.len()
        };
        assert_eq!((found(inside(9)), found(inside(1))), (1, 0));
    }
}
