//! Turns short SSH connections of nearly the same size, whose outcome is not known, into findings of password guessing.
//! Where the sizes of the server's answers show the outcome, `login_brute_force` evaluates them instead.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::login_attempts::{self, Case, Shape, Tries, Words};
use crate::detect::support::severity::Confidence;
use crate::model::Category;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, from_seconds};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "ssh_brute_force",
    name: "SSH password guessing",
    category: Category::BruteForce,
    technique: Some(("T1110.001", "Password Guessing")),
    sees: "One client opens many short SSH connections of nearly the same size to one server: key exchange, a few refused passwords, end.",
    matters: "Guessing goes on until a password fits. An SSH login gives full control of an account.",
    otherwise: "A script or monitoring tool that logs in again and again with a wrong or expired key, or runs many tiny commands.",
    benign_causes: &[
        "A script, backup or monitoring job with a wrong or expired key",
        "An automation tool that runs many tiny commands, each over its own connection",
    ],
    advice: &[
        "Check the server's login log for this time and client",
        "Check whether a login from this client succeeded; if so, treat the account as compromised",
        "Allow keys only, and let the server block clients that fail often",
    ],
    part_of: &[],
    source: "Zeek's SSH policy: 30 failed logins in 30 minutes. Fast series: the Emerging Threats rules for SSH count 5 connections in 30 to 120 s; here 6 in 120 s that also look the same, because failure is inferred from size and not from the encrypted answer. Connections where the sizes of the answers show the outcome are left to the detector of repeated failed logins.",
}
.explained_where_shown();

const GUESSES: Descriptor = Descriptor::count("ssh_brute_force.guesses", "Failed connections for guessing", 30.0)
    .range(2.0, 100_000.0)
    .unit("connections")
    .help("This many connections that look like failed logins within the window. 30 in 30 minutes is the value of Zeek's SSH policy; each connection may hold several guesses.");
const WINDOW: Descriptor = Descriptor::seconds("ssh_brute_force.window", "Window", 1800.0)
    .range(1.0, 86_400.0)
    .help("Failed connections are counted within this time. 1800 s is the value of Zeek's SSH policy.");
const BURST: Descriptor = Descriptor::count("ssh_brute_force.burst", "Failed connections for a fast series", 6.0)
    .range(3.0, 100_000.0)
    .unit("connections")
    .help("This many connections that look the same within 120 s are too fast for a person. The Emerging Threats rules for SSH count 5.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<SshBruteForce>(CARD, &[GUESSES, WINDOW, BURST], Interest::TCP_FLOWS.union(Interest::MESSAGES))
        .content_with_flows();

/// A banner (21 to 255 bytes, RFC 4253) and a key exchange need at least about 700 bytes of each side; a monitor that
/// only reads the banner stays below. Six refused passwords (OpenSSH's MaxAuthTries) stay below 5,000. OpenSSH cuts a
/// login off after 120 s (LoginGraceTime).
const SHAPE: Shape = Shape { client: (700, 5_000), server: (700, 5_000), most_ns: 120 * SECOND };
/// Ports of SSH, and those that it is moved to.
const PORTS: [u16; 4] = [22, 2022, 2222, 22222];
/// Span of a fast series, ns.
const BURST_NS: i64 = 120 * SECOND;
/// Most connections kept of which it is known how the login ended.
const MOST_KNOWN: usize = 1 << 16;

#[derive(Default)]
struct SshBruteForce {
    tries: Tries,
    /// Connections of which it is known how the login ended.
    known: Tally<u32, (), MOST_KNOWN>,
}

impl Detector for SshBruteForce {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        FieldSet::of(if protocol == AppProto::Ssh { &[FieldId::Login] } else { &[] })
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        if event.message.protocol == AppProto::Ssh
            && event.message.fields.has(FieldId::Login)
            && let Some(update) = event.update
        {
            self.known.of(update.serial);
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        if self.known.get(&ended.serial).is_some() {
            return;
        }
        if flow.is_tcp() && (flow.app == Some(AppProto::Ssh) || PORTS.contains(&flow.responder().1)) {
            self.tries.add(flow, &SHAPE);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let guesses = context.settings.get(&GUESSES);
        let window_ns = from_seconds(context.settings.get(&WINDOW));
        let burst = context.settings.get(&BURST);
        let cases = self
            .tries
            .series(burst.min(guesses) as usize)
            .into_iter()
            .filter_map(|series| {
                let in_window = series.most_within(window_ns) as f64;
                let in_burst = series.most_within(BURST_NS) as f64;
                if in_window >= guesses {
                    Some(Case { series, threshold: guesses, confidence: Confidence::VERY_LIKELY })
                } else if in_burst >= burst {
                    // Opened side by side, it is a tool for sure.
                    let confidence = if series.n_parallel >= 3 { Confidence::VERY_LIKELY } else { Confidence::LIKELY };
                    Some(Case { series, threshold: burst, confidence })
                } else {
                    None
                }
            })
            .collect();
        let words = Words {
            card: &CARD,
            protocol: "SSH",
            usual: "0 to 2; a login lasts longer and varies",
            usual_bytes: "more, and varying, for a session that works",
            burst_ns: BURST_NS,
            usual_burst: format!("below {burst}"),
            meaning: "That is the size of a key exchange and a few failed logins; a successful session moves more and \
                      varies in size. SSH is encrypted, so the failures themselves cannot be seen.",
        };
        login_attempts::report(context, &SHAPE, cases, self.tries.n_refused(), &words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, finish, finish_with, inside};
    use crate::model::Flow;
    use crate::model::flow::Outcome;
    use crate::settings::Settings;

    fn connections(n: u32, gap: f64, bytes: impl Fn(u32) -> [u64; 2]) -> Vec<Made> {
        (0..n).map(|i| Made { bytes: bytes(i), ..Made::tcp(inside(9), inside(1), 22, f64::from(i) * gap) }).collect()
    }

    #[test]
    fn many_connections_of_the_size_of_a_failed_login_are_guessing() {
        let found = finish(&ENTRY, &connections(40, 5.0, |_| [1600, 2200]), &[], &Settings::default()).findings;
        assert_eq!(found.len(), 1);
        assert_eq!(
            found[0].title,
            "192.168.1.9 guesses SSH passwords on 192.168.1.1: 40 connections like refused logins"
        );
    }

    #[test]
    fn a_table_that_knows_few_outcomes_says_so_in_the_finding_or_as_the_reason_for_none() {
        let flow = |i: u32, outcome| Flow {
            recorded: Some(outcome),
            ..Made { bytes: [1600, 2200], ..Made::tcp(inside(9), inside(1), 22, f64::from(i) * 5.0) }.flow()
        };
        let known = (0..40).map(|i| flow(i, Outcome::Established));
        let unknown = || (40..200).map(|i| flow(i, Outcome::Unknown));
        let all: Vec<Flow> = known.chain(unknown()).collect();
        let found = finish_with(&ENTRY, &all, &[], &Settings::default()).findings;
        let words = "The outcome is known for 40 of 200 TCP connections of 192.168.1.9; the others were not evaluated.";
        assert!(found[0].explanation.ends_with(words), "{}", found[0].explanation);
        let none = finish_with(&ENTRY, &unknown().collect::<Vec<Flow>>(), &[], &Settings::default());
        assert!(none.not_enough_data.is_some_and(|why| why.contains("known for 0 of 160")));
    }

    #[test]
    fn a_burst_of_guesses_among_days_of_logins_is_found_and_means_itself() {
        let day = 86_400.0;
        let guesses = connections(40, 5.0, |_| [1600, 2200]);
        let logins = (1_u32..90).map(|i| Made {
            bytes: [1700 + u64::from(i % 7 * 300), 2300 + u64::from(i % 5 * 400)],
            ..Made::tcp(inside(9), inside(1), 22, f64::from(i) * day / 10.0)
        });
        let all: Vec<Made> = guesses.into_iter().chain(logins).collect();
        let found = finish(&ENTRY, &all, &[], &Settings::default()).findings;
        let titles: Vec<&str> = found.iter().map(|finding| finding.title.as_str()).collect();
        assert_eq!(titles, ["192.168.1.9 guesses SSH passwords on 192.168.1.1: 40 connections like refused logins"]);
    }

    #[test]
    fn sessions_that_work_and_monitors_are_not() {
        let sessions = connections(40, 5.0, |i| [1600 + u64::from(i) * 900, 2200 + u64::from(i) * 4000]);
        assert!(finish(&ENTRY, &sessions, &[], &Settings::default()).findings.is_empty());
        let monitor = connections(400, 1.0, |_| [21, 40]);
        assert!(finish(&ENTRY, &monitor, &[], &Settings::default()).findings.is_empty());
        let person = connections(5, 20.0, |_| [1600, 2200]);
        assert!(finish(&ENTRY, &person, &[], &Settings::default()).findings.is_empty());
    }
}
