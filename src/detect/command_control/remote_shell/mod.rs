//! Turns command shells over plain cleartext connections into findings, and connections inside TLS that have their shape.

mod encrypted;

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::flow_selector::{Between, Gathered};
use crate::detect::support::message_evidence::MessageEvidence;
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact, WHOLE};
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::shell::ShellMessage;
use crate::model::app::protocol::AppProto;
use crate::model::format::secret;
use crate::model::format::time::span;
use crate::model::{Addr, Category, Finding, Secrets};
use crate::settings::Descriptor;
use encrypted::Sessions;
use std::collections::BTreeSet;

const CARD: Card = Card {
    id: "remote_shell",
    name: "Remote shell",
    category: Category::LongConnection,
    technique: Some(("T1059", "Command and Scripting Interpreter")),
    sees: "One host sends a command prompt over a cleartext connection and the other sends it commands, or a shell script is transferred over one. Or a connection inside TLS has the shape of that: a server outside speaks into the silence again and again, the host inside answers at once and with more, and the server is odd.",
    matters: "Whoever is at the other end can run commands on the host. If the host opened the connection (a reverse shell), a firewall for incoming connections did not stop it.",
    otherwise: "An old console server, a device under test, an exercise.",
    benign_causes: &["A console server or a device under test", "An exercise, or a test of a tool"],
    advice: &[
        "Disconnect the host and preserve its memory for examination",
        "Read the whole session: which commands ran, which files were read, what was downloaded",
        "Block the other address and look for other hosts that connected to it",
    ],
    part_of: &[],
    source: "The prompts of sh, bash, cmd and PowerShell without a terminal; MITRE ATT&CK T1059. Inside TLS, who speaks when and how odd the server is are added up as a log-likelihood ratio; that such timing tells an interactive session from others: Zhang and Paxson, Detecting backdoors, USENIX Security 2000.",
}
.explained_where_shown();

const COMMANDS: Descriptor = Descriptor::count("remote_shell.commands", "Commands", 1.0)
    .range(1.0, 1000.0)
    .unit("commands")
    .help("This many commands were given. One is enough if a prompt was answered.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<RemoteShell>(CARD, &[COMMANDS], Interest::MESSAGES.union(Interest::TCP_FLOWS)).asking_site();

/// Most connections kept.
const MOST_PAIRS: usize = 1 << 14;
/// Different commands shown.
const MOST_COMMANDS: usize = 12;

#[derive(Default)]
struct RemoteShell {
    pairs: Tally<(Addr, Addr, u16), Session, MOST_PAIRS>,
    sessions: Sessions,
}

#[derive(Default)]
struct Session {
    is_reverse: bool,
    /// A prompt was answered with a command; otherwise a whole script was sent.
    has_prompt: bool,
    commands: BTreeSet<String>,
    seen: MessageEvidence,
}

impl Detector for RemoteShell {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Shell { FieldSet::ALL } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol != AppProto::Shell {
            return;
        }
        let Some(flow) = event.flow else { return };
        let ((from, _), (to, port)) = (flow.originator(), flow.responder());
        let Some(session) = self.pairs.of((from, to, port)) else { return };
        session.seen.add(event);
        session.is_reverse |= event.message.fields.is(FieldId::Message, ShellMessage::ReverseShell);
        session.has_prompt |= !event.message.fields.is(FieldId::Message, ShellMessage::Script);
        if let Some(command) = event.message.fields.text(FieldId::Command)
            && session.commands.len() < MOST_COMMANDS
        {
            session.commands.insert(command.to_owned());
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        self.sessions.add(ended);
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let least = context.settings.get(&COMMANDS);
        let secrets = Secrets::shown_if(context.settings.shows_secrets());
        Report::of_table(&self.pairs, |session| session.seen.n as f64 >= least)
            .largest_first(|(_key, session)| session.seen.n)
            .each_with_flows(
                context,
                |((from, to, port), _)| Between::service(*from, *to, *port),
                |_, _| true,
                |(key, session), flows| session.finding(**key, &flows, least, secrets).flows(flows).build(),
            )
            .and(self.sessions.finish(context))
    }
}

impl Session {
    fn finding(
        &self,
        (from, to, port): (Addr, Addr, u16),
        flows: &Gathered,
        least: f64,
        secrets: Secrets,
    ) -> FindingBuilder {
        let n = self.seen.n as f64;
        // A script says what somebody may run, not that he does.
        // A prompt that was answered with a command is the deed itself, once or often, to outside or inside.
        let confidence = if self.has_prompt { Confidence::ALMOST_CERTAIN } else { Confidence::LIKELY };
        let (host, commander) = if self.is_reverse { (from, to) } else { (to, from) };
        let duration_ns = flows.end_ns - flows.start_ns;
        let commands: Vec<_> = self.commands.iter().map(|one| secret::shown(FieldId::Command, one, secrets)).collect();
        let builder = Finding::builder(&CARD).rated(Impact::INTERCEPTION, confidence, (n, least));
        // Who gives one command can give any: it is not weighed by how many there were.
        let builder = if self.has_prompt { builder.weighed(Impact::INTERCEPTION, confidence, WHOLE) } else { builder };
        builder
            .title(match self.has_prompt {
                true => format!("{commander} gives commands to a shell on {host}"),
                false => format!("{from} and {to} transfer a shell script over a cleartext connection"),
            })
            .service((from, to, port), "TCP")
            .evidence([
                evidence("Commands", n, "commands", "0"),
                evidence("Time connected", duration_ns as f64 / 1e9, "s", ""),
            ])
            .explanation(match self.has_prompt {
                true => format!(
                    "{from} connected to {to}, port {port}. {host} sent a command prompt, and {commander} gave {} \
                         within {}: {}.{}",
                    count(self.seen.n as usize, "command"),
                    span(duration_ns),
                    commands.join(", "),
                    if self.is_reverse {
                        " The controlled host opened the connection itself, as malware does."
                    } else {
                        ""
                    }
                ),
                false => format!(
                    "{from} connected to {to}, port {port}, and a shell script was transferred without any protocol \
                         around it. It begins with {}. Tools load their next stage onto a machine this way.",
                    commands.join(", ")
                ),
            })
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(from, to)))
            .messages(&self.seen)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Line, inside, observe_messages, outside};
    use crate::model::Severity;
    use crate::settings::Settings;

    #[test]
    fn commands_from_outside_are_reported_with_what_they_are() {
        let typed = |command: &'static str| {
            Line::request(
                AppProto::Shell,
                1.0,
                inside(1),
                (outside(1), 4444),
                vec![(FieldId::Message, ShellMessage::ReverseShell.into()), (FieldId::Command, command.into())],
            )
            .answered()
        };
        let shell = || typed("id");
        let found = observe_messages(&ENTRY, &[shell()], &Settings::default()).findings;
        assert!(found[0].severity >= Severity::High && found[0].explanation.contains("id"));
        let masked = observe_messages(&ENTRY, &[typed("PGPASSWORD=S3cret psql")], &Settings::default()).findings;
        assert!(masked[0].explanation.contains("psql") && !masked[0].explanation.contains("S3cret"));
        let script = || {
            Line::request(
                AppProto::Shell,
                2.0,
                inside(1),
                (outside(1), 4444),
                vec![(FieldId::Message, ShellMessage::Script.into()), (FieldId::Command, "#!/bin/sh".into())],
            )
        };
        let (alone, both) = ([script()], [shell(), script()]);
        assert!(observe_messages(&ENTRY, &alone, &Settings::default()).findings[0].title.contains("script"));
        let both = observe_messages(&ENTRY, &both, &Settings::default()).findings;
        assert!(both.len() == 1 && both[0].title.contains("gives commands"), "a script hides no shell");
        let web =
            Line::request(AppProto::Http, 1.0, inside(1), (outside(1), 80), vec![(FieldId::HttpMethod, "GET".into())]);
        assert!(observe_messages(&ENTRY, &[web], &Settings::default()).findings.is_empty());
    }
}
