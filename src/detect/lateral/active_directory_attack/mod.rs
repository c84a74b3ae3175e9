//! Turns calls of Windows functions that take over, copy or list the accounts of a domain into findings, per client and
//! server.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, Identity, count, evidence, yes_no};
use crate::detect::support::message_evidence::{self, MessageEvidence};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, WHOLE};
use crate::maths::sorting::Arrange;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::directory::{KerberosMessage, LdapMessage, RpcFunction};
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "active_directory_attack",
    name: "Active Directory attack",
    category: Category::LateralMovement,
    technique: Some(("T1087.002", "Domain Account")),
    sees: "A host calls functions of a domain controller that copy its secrets, register another controller (DCShadow), try to log in without a password again and again (Zerologon), make it authenticate elsewhere, change its printers or accounts, clear its event log, or list its users and groups.",
    matters: "Control of the domain means control of every machine in it. Tools such as Mimikatz, Impacket and BloodHound use these calls.",
    otherwise: "Other domain controllers copy the same secrets, administrators list and create accounts, computers join the domain, printers are installed.",
    benign_causes: &[
        "An administrator or a known tool",
        "Another domain controller, or a computer that joins the domain",
    ],
    advice: &[
        "Find out who was logged in on the calling host at that time",
        "Check the controller's security log for the same minute",
        "If nobody did this on purpose, change the passwords of the domain's administrators, and of krbtgt twice",
    ],
    part_of: &[],
    source: "MS-NRPC and CVE-2020-1472 (Zerologon: 256 tries on average), MS-DRSR (DCSync), MS-EFSR and MS-RPRN (forced authentication), CVE-2021-34527 (printer drivers), MS-LSAD (secrets), MS-EVEN and MS-EVEN6 (event log), MS-SAMR.",
}
.explained_where_shown();

const LOGONS: Descriptor = Descriptor::count("active_directory_attack.logons", "Netlogon logins from one host", 8.0)
    .range(3.0, 100_000.0)
    .unit("logins")
    .help("A computer logs in to its domain controller once when it starts, and again now and then. Zerologon needs 256 tries on average, and gives up after 2,000.");
const QUESTIONS: Descriptor =
    Descriptor::count("active_directory_attack.questions", "Queries for users and groups", 3.0)
        .range(1.0, 100_000.0)
        .unit("calls")
        .help(
            "This many calls that list users, groups, memberships or sessions, with at least two different functions.",
        );

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<ActiveDirectoryAttack>(CARD, &[LOGONS, QUESTIONS], Interest::MESSAGES);

/// What a group of functions does.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
enum Deed {
    Logon,
    Copy,
    Shadow,
    Secrets,
    Force,
    Driver,
    Change,
    ClearLog,
    List,
}

impl Deed {
    /// What a function of note does.
    fn of(function: RpcFunction) -> Option<Deed> {
        use RpcFunction::*;
        Some(match function {
            NetrServerAuthenticate2 | NetrServerAuthenticate3 => Deed::Logon,
            IdlDRSGetNCChanges => Deed::Copy,
            IdlDRSReplicaAdd => Deed::Shadow,
            LsarRetrievePrivateData | LsarQuerySecret => Deed::Secrets,
            EfsRpcOpenFileRaw | EfsRpcEncryptFileSrv | RpcRemoteFindFirstPrinterChangeNotificationEx => Deed::Force,
            RpcAddPrinterDriver | RpcAddPrinterDriverEx | RpcAsyncAddPrinterDriver => Deed::Driver,
            SamrCreateUserInDomain | SamrCreateUser2InDomain | SamrUnicodeChangePasswordUser2 => Deed::Change,
            ElfrClearELFW | ElfrClearELFA | EvtRpcClearLog => Deed::ClearLog,
            SamrEnumerateUsersInDomain
            | SamrEnumerateGroupsInDomain
            | SamrEnumerateAliasesInDomain
            | SamrLookupNamesInDomain
            | SamrGetGroupsForUser
            | SamrQueryInformationUser
            | SamrQueryInformationUser2
            | SamrQueryDisplayInformation
            | SamrQueryDisplayInformation2
            | SamrQueryDisplayInformation3
            | SamrGetMembersInGroup
            | SamrGetMembersInAlias
            | LsarEnumerateAccounts
            | NetrSessionEnum
            | NetrWkstaUserEnum => Deed::List,
            _ => return None,
        })
    }

    /// The word that ids of findings are made of; it never changes.
    fn word(self) -> &'static str {
        match self {
            Deed::Logon => "Logon",
            Deed::Copy => "Copy",
            Deed::Shadow => "Shadow",
            Deed::Secrets => "Secrets",
            Deed::Force => "Force",
            Deed::Driver => "Driver",
            Deed::Change => "Change",
            Deed::ClearLog => "ClearLog",
            Deed::List => "List",
        }
    }
}

/// Services that only a domain controller answers.
const CONTROLLERS: [AppProto; 2] = [AppProto::Kerberos, AppProto::Ldap];
/// Most triples of caller, server and deed kept; most controllers known.
const MOST_CASES: usize = 1 << 14;

#[derive(Default)]
struct ActiveDirectoryAttack {
    cases: Tally<(Addr, Addr, Deed), Calls, MOST_CASES>,
    controllers: Tally<Addr, (), MOST_CASES>,
}

#[derive(Default)]
struct Calls {
    port: u16,
    functions: BTreeSet<RpcFunction>,
    /// Calls of which only the answer was captured.
    n_answers: u64,
    seen: MessageEvidence,
}

impl Detector for ActiveDirectoryAttack {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        match protocol {
            AppProto::MsRpc | AppProto::Smb => FieldSet::of(&[FieldId::Function, FieldId::AnsweredFunction]),
            _ if CONTROLLERS.contains(&protocol) => FieldSet::ALL,
            _ => FieldSet::NONE,
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let Some(((from, from_port), (to, port))) = event.sender_and_receiver() else { return };
        if CONTROLLERS.contains(&event.message.protocol) {
            if is_answer(event) {
                self.controllers.of(from);
            }
            return;
        }
        if !matches!(event.message.protocol, AppProto::MsRpc | AppProto::Smb) {
            return;
        }
        // Only a client sends a request, which is what names a function. Where it was not captured, the answer may tell it.
        let called = event.message.fields.kind::<RpcFunction>(FieldId::Function);
        let answered = || event.message.fields.kind::<RpcFunction>(FieldId::AnsweredFunction);
        let Some(function) = called.or_else(answered) else { return };
        let Some(deed) = Deed::of(function) else { return };
        let (from, to, port) = if called.is_some() { (from, to, port) } else { (to, from, from_port) };
        let Some(calls) = self.cases.of((from, to, deed)) else { return };
        calls.port = port;
        calls.n_answers += u64::from(called.is_none());
        calls.functions.insert(function);
        calls.seen.add(event);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let logons = context.settings.get(&LOGONS);
        let questions = context.settings.get(&QUESTIONS);
        let mut cases: Vec<(Case, &Calls)> = Vec::new();
        for ((from, to, deed), calls) in self.cases.sorted() {
            let threshold = match deed {
                Deed::Logon => logons,
                Deed::List => questions,
                _ => 1.0,
            };
            let is_wide = *deed != Deed::List || calls.functions.len() >= 2;
            if calls.seen.n as f64 >= threshold && is_wide {
                let is_controller = self.controllers.get(from).is_some();
                cases.push((Case { from: *from, to: *to, deed: *deed, threshold, is_controller }, calls));
            }
        }
        cases.arrange_by_key(|(case, calls)| (case.deed, std::cmp::Reverse(calls.seen.n), case.from, case.to));
        Report::of(cases).not_evaluated(self.cases.n_refused).each(|(case, calls)| case.finding(calls))
    }
}

struct Case {
    from: Addr,
    to: Addr,
    deed: Deed,
    threshold: f64,
    is_controller: bool,
}

impl Deed {
    /// Technique, impact, confidence, and what it does, in words.
    fn evaluated(self) -> ((&'static str, &'static str), Impact, Confidence, &'static str) {
        match self {
            Deed::Logon => (
                ("T1210", "Exploitation of Remote Services"),
                Impact::INTERCEPTION,
                Confidence::VERY_LIKELY,
                "tries to log in as a machine without its password",
            ),
            Deed::Copy => {
                (("T1003.006", "DCSync"), Impact::INTERCEPTION, Confidence::VERY_LIKELY, "copies the domain's secrets")
            }
            Deed::Shadow => (
                ("T1207", "Rogue Domain Controller"),
                Impact::INTERCEPTION,
                Confidence::VERY_LIKELY,
                "registers another domain controller to copy from (DCShadow)",
            ),
            Deed::Secrets => (
                ("T1003.004", "LSA Secrets"),
                Impact::INTERCEPTION,
                Confidence::VERY_LIKELY,
                "reads secrets stored by the system",
            ),
            Deed::ClearLog => (
                ("T1070.001", "Clear Windows Event Logs"),
                Impact::ACCESS_TRY,
                Confidence::LIKELY,
                "clears the event log",
            ),
            Deed::Force => (
                ("T1187", "Forced Authentication"),
                Impact::ACCESS_TRY,
                Confidence::VERY_LIKELY,
                "makes the server authenticate elsewhere",
            ),
            Deed::Driver => (
                ("T1210", "Exploitation of Remote Services"),
                Impact::CONTROL,
                Confidence::LIKELY,
                "installs a printer driver, which is code, on the server",
            ),
            Deed::Change => {
                (("T1136.002", "Domain Account"), Impact::CONTROL, Confidence::LIKELY, "creates or changes accounts")
            }
            Deed::List => (
                ("T1087.002", "Domain Account"),
                Impact::INSIDE_LOOK,
                Confidence::VERY_LIKELY,
                "lists users and groups",
            ),
        }
    }
}

impl Deed {
    /// True if one call is the whole damage.
    fn is_whole_damage(self) -> bool {
        matches!(self, Deed::Copy | Deed::Shadow | Deed::Secrets | Deed::Driver)
    }
}

/// True for what only a domain controller sends.
fn is_answer(event: &AppEvent<'_>) -> bool {
    let fields = &event.message.fields;
    let is_ticket = matches!(
        fields.kind(FieldId::Message),
        Some(KerberosMessage::AsRep | KerberosMessage::TgsRep | KerberosMessage::KrbError)
    );
    is_ticket
        || matches!(
            fields.kind(FieldId::Message),
            Some(LdapMessage::BindAnswer | LdapMessage::SearchEntry | LdapMessage::SearchDone)
        )
}

impl Case {
    fn finding(&self, calls: &Calls) -> Finding {
        let Case { from, to, deed, threshold, is_controller } = self;
        let n = calls.seen.n as f64;
        let (technique, impact, sure, words) = deed.evaluated();
        // Controllers copy from each other and know each other's accounts.
        let is_inferred = calls.n_answers == calls.seen.n;
        let confidence = match (*is_controller, is_inferred) {
            (true, _) => Confidence::UNLIKELY,
            (false, true) => {
                if sure > Confidence::LIKELY {
                    Confidence::LIKELY
                } else {
                    sure
                }
            }
            (false, false) => sure,
        };
        let inferred = message_evidence::only_answers(calls.n_answers, calls.seen.n);
        let names: Vec<&str> = calls.functions.iter().map(|function| function.label()).collect();
        let builder = Finding::builder(&CARD).technique(technique).title(format!("{from} {words}: {to}")).rated(
            impact,
            confidence,
            (n, *threshold),
        );
        let builder = if deed.is_whole_damage() { builder.weighed(impact, confidence, WHOLE) } else { builder };
        builder
            .service((*from, *to, calls.port), "MS RPC")
            .evidence([
                evidence("Calls", n, "calls", format!("below {threshold}")),
                evidence("Different functions", names.len() as f64, "functions", ""),
                yes_no("The caller is a domain controller", *is_controller, "1"),
            ])
            .explanation(format!(
                "{from} called {} on {to}: {}. In other words, it {words}.{inferred}",
                names.join(", "),
                count(calls.seen.n as usize, "call")
            ))
            .filter(format!("{} && tcp.port == {}", finding_builder::pair_filter(*from, *to), calls.port))
            .messages(&calls.seen)
            .identity(Identity::Word(format!("{}|{to}", deed.word())))
            .build()
    }
}

#[cfg(test)]
mod tests;
