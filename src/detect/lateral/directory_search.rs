//! Turns LDAP searches for accounts that interest attackers into findings, per client and directory server.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, evidence};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::directory::LdapTarget;
use crate::model::app::protocol::AppProto;
use crate::model::format::quantity;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "directory_search",
    name: "Directory search for accounts",
    category: Category::LateralMovement,
    technique: Some(("T1087.002", "Domain Account")),
    sees: "A client searches the directory for all accounts with a service principal name, without pre-authentication, with administrator rights, trusted for delegation, or for the passwords of computers.",
    matters: "Attackers who want to crack tickets or take over an account first look for suitable accounts. Any user of the domain may search.",
    otherwise: "Tools of administrators and auditors send the same searches, as do programs that synchronise accounts.",
    benign_causes: &["An administrator's or auditor's tool", "A program that copies accounts to another directory"],
    advice: &[
        "Check which user and program searched, and whether tickets of the accounts found were requested next",
        "Give service accounts long random passwords, and require pre-authentication for all accounts",
        "Log expensive and rare searches on the domain controllers (event 1644)",
    ],
    part_of: &[],
    source: "MITRE ATT&CK T1087.002 and T1558.003; filters of PowerView, BloodHound, Impacket's GetUserSPNs and GetNPUsers; bits of userAccountControl in MS-ADTS, section 2.2.16.",
}
.explained_where_shown();

const SEARCHES: Descriptor = Descriptor::count("directory_search.searches", "Searches for accounts", 1.0)
    .range(1.0, 10_000.0)
    .unit("searches")
    .help("Searches from one client to one server for accounts of these kinds. One search returns all of them.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<DirectorySearch>(CARD, &[SEARCHES], Interest::MESSAGES);

/// Most pairs of client and server kept.
const MOST_PAIRS: usize = 1 << 14;

#[derive(Default)]
struct DirectorySearch {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    targets: BTreeSet<LdapTarget>,
    /// The first filter, as text.
    filter: String,
    seen: MessageEvidence,
}

impl Detector for DirectorySearch {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Ldap { FieldSet::of(&[FieldId::LdapTarget]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let mut targets = event.message.fields.tokens::<LdapTarget>(FieldId::LdapTarget).peekable();
        let Some((client, server)) = event.sender_and_receiver() else { return };
        if targets.peek().is_none() {
            return;
        }
        let Some(pair) = self.pairs.of((client.0, server.0, server.1)) else { return };
        if pair.seen.n == 0 {
            pair.filter = event.message.fields.text(FieldId::LdapFilter).unwrap_or_default().to_owned();
        }
        pair.targets.extend(targets);
        pair.seen.add(event);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&SEARCHES);
        Report::of_table(&self.pairs, |pair| pair.seen.n as f64 >= least)
            .largest_first(|(_, pair)| (pair.targets.len(), pair.seen.n))
            .each(|(key, pair)| pair.finding(**key, least))
    }
}

impl Pair {
    fn finding(&self, (client, server, port): (Addr, Addr, u16), least: f64) -> Finding {
        let targets: Vec<&str> = self.targets.iter().map(|target| target.label()).collect();
        let n = self.seen.n as f64;
        // One question is asked by many tools; several kinds by those that look for a way in.
        let confidence = if self.targets.len() > 1 { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
        Finding::builder(&CARD)
            .title(format!("{client} searches the directory for {}", targets.join(", ")))
            // The same search again finds nothing new.
            .rated(Impact::INSIDE_LOOK, confidence, (targets.len() as f64, 1.0))
            .service((client, server, port), "LDAP")
            .evidence([
                evidence("Searches of this kind", n, "searches", format!("below {least}")),
                evidence("Different kinds of accounts", targets.len() as f64, "kinds", "0"),
            ])
            .explanation(format!(
                "{client} sent {server} {} for {}. The first filter was {}.",
                quantity::counted(self.seen.n, "search", "searches"),
                targets.join(", "),
                self.filter
            ))
            .filter(format!("{} && ldap.searchRequest_element", finding_builder::pair_filter(client, server)))
            .messages(&self.seen)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn found(searches: &[&[LdapTarget]]) -> Vec<Finding> {
        let line = |targets: &&[LdapTarget]| {
            Line::request(
                AppProto::Ldap,
                1.0,
                inside(1),
                (inside(2), 389),
                std::iter::once((FieldId::LdapFilter, "(a=*)".into()))
                    .chain(targets.iter().map(|target| (FieldId::LdapTarget, (*target).into())))
                    .collect(),
            )
        };
        let lines: Vec<Line> = searches.iter().map(line).collect();
        observe_messages(&ENTRY, &lines, &Settings::default()).findings
    }

    #[test]
    fn several_kinds_of_accounts_weigh_more_than_one() {
        use LdapTarget::{AdminCount, Delegation, ServiceAccounts};
        let one = found(&[&[ServiceAccounts]]);
        assert_eq!(one[0].severity, Severity::Low);
        let many = found(&[&[ServiceAccounts], &[AdminCount], &[Delegation]]);
        assert!(many.len() == 1 && many[0].severity >= Severity::Medium);
        assert!(found(&[]).is_empty() && found(&[&[]]).is_empty());
    }

    #[test]
    fn a_search_for_several_kinds_counts_for_each() {
        let together = found(&[&[LdapTarget::ServiceAccounts, LdapTarget::AdminCount, LdapTarget::Delegation]]);
        assert!(together.len() == 1 && together[0].severity >= Severity::Medium);
    }
}
