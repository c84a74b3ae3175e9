//! What is known of an upload beside its sums: what else the host and the network send, and which program sent it.

use crate::detect::detector::Context;
use crate::detect::support::odd_server::{self, Oddity};
use crate::flow::fields::FlowField;
use crate::model::Flow;
use crate::model::app::field::{FieldId, FieldValue};
use crate::model::app::protocol::AppProto;
use std::collections::BTreeSet;

/// Mail that is handed in; one letter with an attachment is larger than all else that a quiet host sends.
pub(super) const MAIL_PORTS: [u16; 3] = [25, 465, 587];
/// A server is odd from this weight on (see `odd_server`).
const ODD: f64 = 0.95;
/// Nothing else is expected of a server from this weight on.
const CERTAINLY_ODD: f64 = 2.0;
/// The same for browsers and mail programs, with which people send what they like to whom they like.
const ODD_FOR_PEOPLE: f64 = 3.0;
/// And from this one on if letters are handed in there.
const ODD_FOR_MAIL: f64 = 0.9;
/// What is left of the confidence in uploads to a server that is rather ordinary than odd, in those by HTTP, and in media.
const ORDINARY: f64 = 0.7;
const ORDINARY_WEB: f64 = 0.5;
const MEDIA: f64 = 0.2;

/// Fewest turns inside TLS that say something.
const LEAST_TURNS: usize = 3;

/// What is known of a case beside its sums.
pub(super) struct Around {
    /// Other hosts inside that go to the same address.
    pub(super) n_others: usize,
    /// Hosts inside that go outside at all.
    pub(super) n_inside: usize,
    /// What the host sends to its other addresses outside, median.
    pub(super) usual: f64,
    pub(super) n_usual: usize,
    /// The most that it sends to one of them.
    pub(super) most_usual: f64,
    /// What hosts inside send to a place outside, median of all pairs but this.
    pub(super) common: f64,
    pub(super) n_common: usize,
    /// A browser, or another program that says that it speaks HTTP, did it; unknown where its first message was cut.
    pub(super) web: Option<bool>,
    /// It speaks HTTP, but does not call itself a browser.
    pub(super) is_script: bool,
    pub(super) is_mail: bool,
    /// Mail that goes straight to a server outside, and whether the host delivers mail for others.
    pub(super) is_direct: bool,
    pub(super) is_mail_server: bool,
    pub(super) is_encrypted: bool,
    /// Packets were seen, not rows of a table, which say little of programs and servers.
    pub(super) is_of_packets: bool,
    /// No protocol that anybody knows carries it.
    pub(super) is_own: bool,
    /// Sound or pictures of a call or a camera: it uses STUN or RTP.
    pub(super) is_media: bool,
    pub(super) odd: Oddity,
}

/// What the flows of a case say of the program.
#[derive(Clone, Default)]
pub(super) struct Program<'a> {
    pub(super) web: Option<bool>,
    pub(super) is_script: bool,
    pub(super) is_encrypted: bool,
    pub(super) is_mail: bool,
    pub(super) is_media: bool,
    /// Its content showed which protocol it is.
    is_known: bool,
    /// Turns inside TLS, and those of them that the server did not answer.
    n_turns: usize,
    n_unanswered: usize,
    pub(super) apps: BTreeSet<AppProto>,
    pub(super) names: BTreeSet<&'a str>,
}

/// All browsers call themselves so, since the first (RFC 9110, section 10.1.5, says why); tools and libraries do not, unless
/// they hide.
fn is_browser(agent: &str) -> bool {
    agent.starts_with("Mozilla/") || agent.starts_with("Opera/")
}

impl<'a> Program<'a> {
    /// Takes a flow of the case that carried something.
    pub(super) fn add(&mut self, context: &Context<'a>, flow: &Flow) {
        let facts = context.fields.of(flow, context.names);
        let knows = |kind| facts.iter().any(|fact| fact.kind == kind);
        let agent = |fact: &FlowField<'a>| match (fact.kind, &fact.value) {
            (FieldId::HttpAgent, FieldValue::Text(agent)) => Some(*agent),
            _ => None,
        };
        let agents: Vec<&str> = facts.iter().filter_map(agent).collect();
        let is_script = !agents.is_empty() && !agents.iter().any(|agent| is_browser(agent));
        let web = match flow.app {
            Some(AppProto::Http) if is_script => {
                self.is_script = true;
                Some(false)
            }
            Some(AppProto::Http | AppProto::Quic) => Some(true),
            // Without a fingerprint the first message was not seen whole: what it offers is unknown.
            Some(AppProto::Tls) if knows(FieldId::TlsAlpn) => Some(true),
            Some(AppProto::Tls) => knows(FieldId::Ja4).then_some(false),
            _ => Some(false),
        };
        self.web = self.web.max(web);
        // Of rows of tables, and of connections that began before the capture, it is not known.
        self.is_known |= flow.is_app_certain || flow.recorded.is_some() || !flow.saw_syn;
        if let Some(exchanges) = flow.exchanges().filter(|_| flow.app == Some(AppProto::Tls)) {
            let turns = || exchanges.list.iter().filter(|turn| turn.sent > 0);
            self.n_turns += turns().count();
            self.n_unanswered += turns().filter(|turn| !turn.is_answered()).count();
        }
        self.is_encrypted |= matches!(flow.app, Some(AppProto::Tls | AppProto::Quic | AppProto::Ssh));
        self.is_mail |= flow.app == Some(AppProto::Smtp);
        self.is_media |= matches!(flow.app, Some(AppProto::Stun | AppProto::Rtp | AppProto::Rtcp | AppProto::Dtls));
        self.apps.extend(flow.app);
        self.names.extend(odd_server::programs(context.fields, context.names, flow));
    }
}

impl Program<'_> {
    /// What is sent is of no protocol by its content, or it goes on and on inside TLS without an answer: whatever files are
    /// handed over by answers them (HTTP, FTP, mail), what only obeys its own program need not.
    pub(super) fn is_own(&self) -> bool {
        let is_silent = self.n_turns >= LEAST_TURNS && 5 * self.n_unanswered >= 4 * self.n_turns;
        !self.is_known || self.is_encrypted && is_silent
    }
}

impl Around {
    /// How much it counts, from 0 to 1, that the program was no browser.
    pub(super) fn not_web(&self) -> f64 {
        f64::from(self.web != Some(true))
    }

    /// A server of which nothing else is expected: a letter, or a page's form, goes to others.
    pub(super) fn is_certainly_odd(&self) -> bool {
        let least = match self.web {
            _ if self.is_mail && self.is_mail_server => return false,
            _ if self.is_direct => ODD_FOR_MAIL,
            Some(true) => ODD_FOR_PEOPLE,
            _ if self.is_mail => ODD_FOR_PEOPLE,
            _ => CERTAINLY_ODD,
        };
        self.is_of_packets && self.odd.weight >= least
    }

    /// How much it counts, from 0 to 1, that the server is odd.
    pub(super) fn oddness(&self) -> f64 {
        (self.odd.weight / CERTAINLY_ODD).clamp(0.0, 1.0)
    }

    /// What is left of the confidence, by how odd the server is: little for what a browser or the like sends to an ordinary
    /// server. Where it is unknown which program it was, the server alone has to tell.
    pub(super) fn share(&self) -> f64 {
        match self.web {
            _ if self.is_media => MEDIA,
            None => (self.odd.weight / ODD).clamp(ORDINARY_WEB, 1.0),
            // People send large letters.
            Some(_) if self.is_mail && self.odd.weight < ODD_FOR_MAIL => ORDINARY_WEB,
            Some(_) if self.odd.weight >= 0.0 => 1.0,
            Some(true) => ORDINARY_WEB,
            Some(false) => ORDINARY,
        }
    }

    /// What is known of the program, in words with a space before.
    pub(super) fn program_words(&self) -> &'static str {
        match self.web {
            _ if self.is_media => {
                " It uses STUN or RTP, or one port of UDP for several servers, as calls and cameras do to send sound and pictures."
            }
            Some(true) => " The program speaks HTTP, as browsers do.",
            Some(false) if self.is_script => " The program speaks HTTP, but does not call itself a browser.",
            Some(false) => " The program was not a browser: the connection does not announce HTTP.",
            None => " Which program it was is unknown: its first message was not captured whole.",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn where_the_program_is_unknown_the_server_has_to_be_odd() {
        let share = |web, weight, is_mail| {
            let odd = Oddity { weight, ..Oddity::default() };
            let around = Around {
                n_others: 0,
                n_inside: 3,
                usual: 0.0,
                n_usual: 0,
                most_usual: 0.0,
                common: 0.0,
                n_common: 0,
                web,
                is_script: false,
                is_mail,
                is_direct: false,
                is_mail_server: false,
                is_encrypted: true,
                is_of_packets: true,
                is_own: false,
                is_media: false,
                odd,
            };
            around.share()
        };
        assert_eq!(
            (share(None, 2.0, false), share(Some(false), 0.1, false), share(Some(true), 0.1, false)),
            (1.0, 1.0, 1.0)
        );
        assert!(share(None, 0.5, false) < 0.6 && share(Some(true), -0.1, false) < 0.6);
        assert!(share(Some(false), 0.4, true) < 0.6 && share(Some(false), 1.0, true) > 0.9, "letters");
    }
}
