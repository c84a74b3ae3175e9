//! Turns short FTP control connections of nearly the same size into findings of password guessing, one per client and
//! server.

use crate::detect::card::Card;
use crate::detect::detector::{AppEvent, Conclusion, Context, Detector, EndedFlow, Entry, Interest};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::login_attempts::{self, Case, Shape, Tries, Words};
use crate::detect::support::severity::Confidence;
use crate::model::app::field::{FieldId, FieldSet};
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::format::time::{SECOND, from_seconds};
use crate::model::{Addr, Category};
use crate::settings::Descriptor;

const CARD: Card = Card {
    id: "ftp_brute_force",
    name: "FTP password guessing",
    category: Category::BruteForce,
    technique: Some(("T1110.001", "Password Guessing")),
    sees: "One client opens many FTP control connections to one server that hold little more than a name, a password and a refusal.",
    matters: "Guessing goes on until a password fits. FTP logins often work for other services too, and FTP sends them in cleartext.",
    otherwise: "A script or device that logs in again and again with an old password.",
    benign_causes: &[
        "A script, camera or printer that logs in again and again with an old password",
        "A monitoring tool that only checks whether the server answers",
    ],
    advice: &[
        "FTP is not encrypted: open one of the flows and read names, passwords and answers (530 refused, 230 accepted)",
        "Check the server's log for a successful login from this client",
        "Let the server block clients that fail often, and replace FTP with an encrypted protocol",
    ],
    part_of: &[],
    source: "Zeek's FTP policy: 20 failed logins in 15 minutes. Where the server's answers can be read, logins that it accepted are left out. Else failure is inferred from size: a successful login continues with commands and data.",
}
.explained_where_shown();

const GUESSES: Descriptor = Descriptor::count("ftp_brute_force.guesses", "Failed connections for guessing", 20.0)
    .range(2.0, 100_000.0)
    .unit("connections")
    .help("This many connections that look like failed logins within the window. 20 in 15 minutes is the value of Zeek's FTP policy; each connection may hold several guesses.");
const WINDOW: Descriptor = Descriptor::seconds("ftp_brute_force.window", "Window", 900.0)
    .range(1.0, 86_400.0)
    .help("Failed connections are counted within this time. 900 s is the value of Zeek's FTP policy.");

/// The detector's entry in the register.
pub const ENTRY: Entry =
    Entry::of::<FtpBruteForce>(CARD, &[GUESSES, WINDOW], Interest::TCP_FLOWS.union(Interest::MESSAGES))
        .content_with_flows();

/// USER and PASS, several times, without the commands that follow a login that works (SYST, TYPE, PASV, LIST: about 60
/// bytes there and 300 back); greeting and refusals of common servers are 60 to 400 bytes.
const SHAPE: Shape = Shape { client: (12, 400), server: (40, 800), most_ns: 120 * SECOND };

/// Most connections kept whose login was accepted.
const MOST_ACCEPTED: usize = 1 << 16;

#[derive(Default)]
struct FtpBruteForce {
    tries: Tries,
    /// Client, its port and server of connections that are open and whose login was accepted.
    accepted: Tally<(Addr, u16, Addr), (), MOST_ACCEPTED>,
}

impl Detector for FtpBruteForce {
    fn fields_of_interest(&self, protocol: AppProto) -> FieldSet {
        if protocol == AppProto::Ftp { FieldSet::of(&[FieldId::Login]) } else { FieldSet::NONE }
    }

    fn observe_message(&mut self, event: &AppEvent<'_>) {
        let is_accepted = event.message.fields.kind::<Outcome>(FieldId::Login) == Some(Outcome::Accepted);
        if let Some(flow) = event.flow.filter(|_| is_accepted) {
            let (client, server) = (flow.originator(), flow.responder());
            self.accepted.of((client.0, client.1, server.0));
        }
    }

    fn observe_flow(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        let (client, server) = (flow.originator(), flow.responder());
        if self.accepted.get(&(client.0, client.1, server.0)).is_some() {
            return;
        }
        if flow.is_tcp() && (flow.app == Some(AppProto::Ftp) || flow.responder().1 == 21) {
            self.tries.add(flow, &SHAPE);
        }
    }

    fn finish(&mut self, context: &Context<'_>) -> Conclusion {
        let guesses = context.settings.get(&GUESSES);
        let window_ns = from_seconds(context.settings.get(&WINDOW));
        let cases = self
            .tries
            .series(guesses as usize)
            .into_iter()
            .filter(|series| series.most_within(window_ns) as f64 >= guesses)
            .map(|series| {
                let confidence =
                    if series.n_parallel >= 3 { Confidence::ALMOST_CERTAIN } else { Confidence::VERY_LIKELY };
                Case { series, threshold: guesses, confidence }
            })
            .collect();
        let words = Words {
            card: &CARD,
            protocol: "FTP",
            usual: "0 to 2",
            usual_bytes: "more, for a session that works",
            burst_ns: window_ns,
            usual_burst: format!("below {guesses} (Zeek's FTP policy)"),
            meaning: "That is enough for names, passwords and refusals, but not for commands after a login.",
        };
        login_attempts::report(context, &SHAPE, cases, self.tries.n_refused(), &words)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::connection_attempts::Contacts;
    use crate::detect::support::testing::{Made, finish, finish_at, inside};
    use crate::flow::names::Names;
    use crate::model::Site;
    use crate::settings::Settings;

    #[test]
    fn twenty_refused_logins_are_guessing_and_transfers_are_not() {
        let tries: Vec<Made> = (0..25)
            .map(|i| Made { bytes: [90 + i % 9, 188_u64], ..Made::tcp(inside(9), inside(1), 21, i as f64 * 3.0) })
            .collect();
        assert_eq!(finish(&ENTRY, &tries, &[], &Settings::default()).findings.len(), 1);
        let transfers: Vec<Made> = (0..25)
            .map(|i| Made { bytes: [500, 1500 + i * 40], ..Made::tcp(inside(9), inside(1), 21, i as f64 * 3.0) })
            .collect();
        assert!(finish(&ENTRY, &transfers, &[], &Settings::default()).findings.is_empty());
    }

    #[test]
    fn a_login_that_the_server_accepted_is_no_guess() {
        let camera = |i: u32| Made { bytes: [60, 113], ..Made::tcp(inside(9), inside(1), 21, f64::from(i) * 3.0) };
        let found = |n_accepted: u16| {
            let mut detector = FtpBruteForce::default();
            for i in 0..25_u16 {
                let flow = Made { from: (inside(9), 40_000 + i), ..camera(i.into()) }.flow();
                if i < n_accepted {
                    detector.accepted.of((inside(9), 40_000 + i, inside(1)));
                }
                detector.observe_flow(&EndedFlow { serial: 0, flow: &flow, name: "", site: &Site::private() });
            }
            let (names, contacts) = (Names::default(), Contacts::default());
            finish_at(&mut detector, &names, &contacts, [0, 75 * SECOND].into_iter(), &Settings::default())
                .findings
                .len()
        };
        assert_eq!((found(0), found(3), found(25)), (1, 1, 0));
    }

    #[test]
    fn the_window_counts() {
        let slow: Vec<Made> = (0..25)
            .map(|i| Made { bytes: [90, 188], ..Made::tcp(inside(9), inside(1), 21, i as f64 * 300.0) })
            .collect();
        assert!(finish(&ENTRY, &slow, &[], &Settings::default()).findings.is_empty());
    }
}
