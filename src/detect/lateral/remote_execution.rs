//! Turns calls that create, change or start services, tasks and processes on another Windows host into findings, per
//! pair of hosts.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, count, evidence};
use crate::detect::support::message_evidence::{self, MessageEvidence};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::field::{FieldId, FieldSet, Message};
use crate::model::app::kinds::directory::{ComClass, RpcFunction, WmiClass};
use crate::model::app::kinds::web::WsmanAction;
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Category, Finding};
use crate::settings::Descriptor;
use std::collections::BTreeMap;

const CARD: Card = Card {
    id: "remote_execution",
    name: "Remote execution on Windows",
    category: Category::LateralMovement,
    technique: Some(("T1569.002", "Service Execution")),
    sees: "A host creates or starts a service, a scheduled task, an object or a process on another host over the network, binds a program to an event there, or uses Windows Remote Management.",
    matters: "With a password, an intruder moves from one machine to the next in this way: PsExec, at, schtasks, WMI, DCOM and PowerShell remoting all work like this.",
    otherwise: "Administrators and their tools do the same all day. What matters is who does it, from where, and at what time.",
    benign_causes: &[
        "An administrator, or a tool that deploys programs and updates",
        "A monitor that supervises services",
    ],
    advice: &[
        "Ask whether an administrator worked from there at that time",
        "Check the target's event log for the service or task that was created (events 7045 and 4698)",
        "Check what the source did before: password guessing, a scan?",
    ],
    part_of: &[],
    source: "MITRE ATT&CK T1569.002, T1053.002, T1053.005, T1047, T1021.003, T1021.006, T1546.003; the interfaces MS-SCMR, MS-TSCH, MS-WMI, MS-DCOM and MS-WSMV; COM classes from Nelson, Lateral Movement using the MMC20.Application COM Object, 2017.",
}
.explained_where_shown();

const CALLS: Descriptor = Descriptor::count("remote_execution.calls", "Calls", 1.0)
    .range(1.0, 10_000.0)
    .unit("calls")
    .help("This many such calls from one host to another. One is enough to start a program.");

/// The detector's entry in the register.
pub const ENTRY: Entry = Entry::of::<RemoteExecution>(CARD, &[CALLS], Interest::MESSAGES);

/// Functions that start something, and the technique that each is.
const FUNCTIONS: &[(RpcFunction, (&str, &str))] = &[
    (RpcFunction::CreateServiceW, ("T1569.002", "Service Execution")),
    (RpcFunction::CreateServiceA, ("T1569.002", "Service Execution")),
    (RpcFunction::StartServiceW, ("T1569.002", "Service Execution")),
    (RpcFunction::StartServiceA, ("T1569.002", "Service Execution")),
    (RpcFunction::ChangeServiceConfigW, ("T1569.002", "Service Execution")),
    (RpcFunction::NetrJobAdd, ("T1053.002", "At")),
    (RpcFunction::SchRpcRegisterTask, ("T1053.005", "Scheduled Task")),
    (RpcFunction::SchRpcRun, ("T1053.005", "Scheduled Task")),
    (RpcFunction::ExecMethod, ("T1047", "Windows Management Instrumentation")),
    (RpcFunction::ExecMethodAsync, ("T1047", "Windows Management Instrumentation")),
];
const COM: (&str, &str) = ("T1021.003", "Distributed Component Object Model");
const WINRM: (&str, &str) = ("T1021.006", "Windows Remote Management");
const SUBSCRIPTION: (&str, &str) = ("T1546.003", "Windows Management Instrumentation Event Subscription");
/// Most pairs kept.
const MOST_PAIRS: usize = 1 << 14;

/// What shows that programs run elsewhere, the plainest first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Sign {
    /// A function that starts something, by its place.
    Function(usize),
    /// An object is made of a class that runs programs.
    Class(ComClass),
    /// A program is tied to an event.
    Subscription(WmiClass),
    /// A shell is given a command.
    Command,
    /// A method of an object is called with texts.
    Invoke,
    /// A session of Windows Remote Management.
    Session,
}

impl Sign {
    /// The sign in a message, if there is one.
    fn of(message: &Message<'_>) -> Option<Sign> {
        let fields = &message.fields;
        if message.protocol == AppProto::Http {
            let is_command = fields.is(FieldId::Function, WsmanAction::Command);
            let is_asked = fields.text(FieldId::HttpMethod) == Some("POST")
                && WsmanAction::is_target(fields.text(FieldId::HttpPath)?);
            return if is_command { Some(Sign::Command) } else { is_asked.then_some(Sign::Session) };
        }
        let function = fields.kind::<RpcFunction>(FieldId::Function)?;
        match function {
            RpcFunction::RemoteCreateInstance | RpcFunction::RemoteGetClassObject | RpcFunction::RemoteActivation => {
                let class = fields.kind(FieldId::Class)?;
                // These two are how WMI and tasks are reached at all; what is done there is judged by itself.
                let is_plain = matches!(class, ComClass::WbemLevel1Login | ComClass::TaskScheduler);
                (!is_plain).then_some(Sign::Class(class))
            }
            RpcFunction::PutInstance | RpcFunction::PutInstanceAsync => {
                let class = fields.kind(FieldId::Class)?;
                (class != WmiClass::Win32Process).then_some(Sign::Subscription(class))
            }
            RpcFunction::Invoke => fields.has(FieldId::Argument).then_some(Sign::Invoke),
            _ => FUNCTIONS.iter().position(|(name, _)| *name == function).map(Sign::Function),
        }
    }

    /// The sign in an answer whose request is missing.
    fn of_answer(message: &Message<'_>) -> Option<Sign> {
        let function = message.fields.kind::<RpcFunction>(FieldId::AnsweredFunction)?;
        FUNCTIONS.iter().position(|(name, _)| *name == function).map(Sign::Function)
    }

    fn technique(self) -> Option<(&'static str, &'static str)> {
        match self {
            Sign::Function(place) => FUNCTIONS.get(place).map(|(_, technique)| *technique),
            Sign::Class(_) | Sign::Invoke => Some(COM),
            Sign::Subscription(_) => Some(SUBSCRIPTION),
            Sign::Command | Sign::Session => Some(WINRM),
        }
    }

    fn label(self) -> &'static str {
        match self {
            Sign::Function(place) => FUNCTIONS.get(place).map_or("", |(function, _)| function.label()),
            Sign::Class(class) => class.label(),
            Sign::Subscription(class) => class.label(),
            Sign::Command => "commands of a remote shell",
            Sign::Invoke => "methods of an object",
            Sign::Session => "Windows Remote Management",
        }
    }

    /// True for what administration does as a matter of course, and what runs cannot be seen.
    fn is_vague(self) -> bool {
        matches!(self, Sign::Invoke | Sign::Session)
    }
}

#[derive(Default)]
struct RemoteExecution {
    pairs: Tally<(Addr, Addr, u16), Pair, MOST_PAIRS>,
}

#[derive(Default)]
struct Pair {
    signs: BTreeMap<Sign, u64>,
    protocol: &'static str,
    /// Calls of which only the answer was captured.
    n_answers: u64,
    seen: MessageEvidence,
}

impl Detector for RemoteExecution {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        match protocol {
            AppProto::Http => FieldSet::of(&[FieldId::Function, FieldId::HttpPath]),
            AppProto::Smb | AppProto::MsRpc => FieldSet::of(&[FieldId::Function, FieldId::AnsweredFunction]),
            _ => FieldSet::NONE,
        }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let called = Sign::of(event.message);
        let Some(sign) = called.or_else(|| Sign::of_answer(event.message)) else { return };
        let Some((sender, receiver)) = event.sender_and_receiver() else { return };
        // Only a client sends a request, which is what names a function. Where it was not captured, the answer may tell it.
        let ((from, _), (to, port)) = if called.is_some() { (sender, receiver) } else { (receiver, sender) };
        let Some(pair) = self.pairs.of((from, to, port)) else { return };
        *pair.signs.entry(sign).or_default() += 1;
        pair.protocol = if event.message.protocol == AppProto::Http { "HTTP" } else { "MS RPC" };
        pair.n_answers += u64::from(called.is_none());
        pair.seen.add(event);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&CALLS);
        Report::of_table(&self.pairs, |pair| pair.seen.n as f64 >= least)
            .largest_first(|(_, pair)| (!pair.is_vague(), pair.seen.n))
            .each(|(key, pair)| pair.finding(**key, least))
    }
}

impl Pair {
    fn is_vague(&self) -> bool {
        self.signs.keys().all(|sign| sign.is_vague())
    }

    /// Calls that show what runs, where there are any: sessions and their like say how long somebody worked.
    fn n_calls(&self) -> u64 {
        let is_vague = self.is_vague();
        self.signs.iter().filter(|(sign, _)| is_vague || !sign.is_vague()).map(|(_, n)| n).sum()
    }

    fn finding(&self, (from, to, port): (Addr, Addr, u16), least: f64) -> Finding {
        let n = self.n_calls();
        let names: Vec<&str> = self.signs.keys().map(|sign| sign.label()).collect();
        let first = self.signs.keys().next().copied();
        let (title, what) = match first {
            Some(Sign::Session) => (
                format!("{from} uses Windows Remote Management on {to}"),
                "This is PowerShell remoting; the commands are encrypted.",
            ),
            Some(Sign::Invoke) => (
                format!("{from} calls methods of objects on {to} over the network"),
                "Some of these objects can start other programs.",
            ),
            Some(Sign::Subscription(_)) => (
                format!("{from} registers programs to start on {to} when an event occurs"),
                "An event filter and consumer stay on the host and start a program again and again.",
            ),
            _ => (
                format!("{from} starts programs on {to} over the network"),
                "These calls create, change or start services, tasks or processes there.",
            ),
        };
        let builder = Finding::builder(&CARD).title(title).technique(first.and_then(Sign::technique));
        let builder = match self.is_vague() {
            // Their number says how long somebody worked, not what was done.
            true => builder.weighed(Impact::CONTROL, Confidence::EVEN, 0.0).score(0.3),
            false => builder.rated(Impact::CONTROL, Confidence::LIKELY, (n as f64, least)),
        };
        builder
            .service((from, to, port), self.protocol)
            .evidence([
                evidence("Calls that create or start something", n as f64, "calls", "0 between workstations"),
                evidence("Different functions", names.len() as f64, "functions", "0"),
            ])
            .explanation(format!(
                "{from} used {} on {to}: {}. {what}{}",
                names.join(", "),
                count(n as usize, "call"),
                message_evidence::only_answers(self.n_answers, self.seen.n)
            ))
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(from, to)))
            .messages(&self.seen)
            .build()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, TestValue, inside, observe_messages};
    use crate::model::Severity;
    use crate::settings::Settings;

    fn found(protocol: AppProto, port: u16, facts: &[(FieldId, TestValue)]) -> Vec<Finding> {
        let line = Line::request(protocol, 1.0, inside(1), (inside(2), port), facts.to_vec());
        observe_messages(&ENTRY, &[line], &Settings::default()).findings
    }

    #[test]
    fn making_a_service_is_reported_and_looking_at_one_is_not() {
        let call = |function: RpcFunction| found(AppProto::Smb, 445, &[(FieldId::Function, function.into())]);
        assert_eq!(call(RpcFunction::NetrJobAdd)[0].technique.as_deref(), Some("T1053.002"));
        assert!(call(RpcFunction::OpenServiceW).is_empty());
    }

    #[test]
    fn an_object_is_told_by_its_class_and_a_subscription_by_its_consumer() {
        let call = |function: RpcFunction, class: TestValue| {
            let facts = [(FieldId::Function, function.into()), (FieldId::Class, class)];
            found(AppProto::MsRpc, 135, &facts)
        };
        let made = call(RpcFunction::RemoteCreateInstance, ComClass::Mmc20Application.into());
        assert_eq!((made[0].technique.as_deref(), made[0].severity), (Some("T1021.003"), Severity::Medium));
        assert!(call(RpcFunction::RemoteCreateInstance, ComClass::WbemLevel1Login.into()).is_empty());
        let tied = call(RpcFunction::PutInstance, WmiClass::CommandLineEventConsumer.into());
        assert_eq!(tied[0].technique.as_deref(), Some("T1546.003"));
    }

    #[test]
    fn requests_of_a_session_do_not_weigh_as_commands() {
        let line =
            |facts: Vec<(FieldId, TestValue)>| Line::request(AppProto::Http, 1.0, inside(1), (inside(2), 5985), facts);
        let asked = || line(vec![(FieldId::HttpMethod, "POST".into()), (FieldId::HttpPath, "/wsman".into())]);
        let command = || line(vec![(FieldId::Function, WsmanAction::Command.into())]);
        let found = |lines: &[Line]| observe_messages(&ENTRY, lines, &Settings::default()).findings.remove(0);
        let alone = found(&[command()]);
        let among: Vec<Line> = std::iter::repeat_with(asked).take(200).chain([command()]).collect();
        let among = found(&among);
        assert_eq!((among.severity, among.score), (alone.severity, alone.score));
        assert!(among.explanation.contains("1 call."), "{}", among.explanation);
    }

    #[test]
    fn remote_management_is_low_however_long_and_collected_events_are_nothing() {
        let post = |path: &str| {
            found(AppProto::Http, 5985, &[(FieldId::HttpMethod, "POST".into()), (FieldId::HttpPath, path.into())])
        };
        assert_eq!(post("/wsman?PSVersion=5.1")[0].severity, Severity::Low);
        assert!(post("/wsman/SubscriptionManager/WEC").is_empty() && post("/login").is_empty());
    }
}
