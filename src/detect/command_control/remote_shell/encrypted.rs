//! Turns connections inside TLS in which the server outside gives orders into findings: it speaks into the silence, and the host
//! inside answers at once and with more.

use super::CARD;
use crate::detect::detector::{Conclusion, Context, EndedFlow};
use crate::detect::support::capped_map::Tally;
use crate::detect::support::finding_builder::{self, FindingBuilder, count, evidence};
use crate::detect::support::flow_selector::{Between, visit};
use crate::detect::support::local_networks::is_outward;
use crate::detect::support::log_ratio;
use crate::detect::support::odd_server::{self, Called};
use crate::detect::support::report::Report;
use crate::detect::support::severity::{Confidence, Impact};
use crate::model::app::protocol::AppProto;
use crate::model::{Addr, Finding};
use std::collections::BTreeSet;

/// Most pairs of host and server kept.
const MOST_PAIRS: usize = 1 << 14;
/// Fewer orders that were obeyed say nothing.
const LEAST_OBEYED: u32 = 6;
/// Natural logarithms of how much likelier a shell is to do so than what else is pushed: chat and news are taken in, and at
/// most acknowledged in fewer bytes (nine orders in ten are answered by more, of other messages one in three); a host that
/// asks by itself is no shell's (one turn in ten, against one in two). Set by us.
const OBEYED: f64 = 1.0;
const NOT_OBEYED: f64 = -1.9;
const OWN: f64 = -1.0;
/// More of the same adds nothing.
const MOST_OF_SHAPE: f64 = 5.0;
/// How often a server speaks first that greets a client.
const GREETING: u16 = 1;
/// What shape and server must say together: as for a control server that is polled, 1,500 times.
const EVIDENCE: f64 = 7.3;
const FULL_EVIDENCE: f64 = 6.0;

/// Sessions inside TLS to servers outside.
#[derive(Default)]
pub(super) struct Sessions {
    pairs: Tally<(Addr, Addr, u16), Session, MOST_PAIRS>,
}

#[derive(Default)]
struct Session {
    n_responder_first: u32,
    n_larger_replies: u32,
    n_originator_first: u32,
    /// Index of the server's name, 0 if it has none.
    name: u32,
}

impl Session {
    /// What who speaks when says of a shell.
    fn log_ratio(&self) -> f64 {
        let n_not = self.n_responder_first.saturating_sub(self.n_larger_replies);
        let sum = OBEYED * f64::from(self.n_larger_replies)
            + NOT_OBEYED * f64::from(n_not)
            + OWN * f64::from(self.n_originator_first);
        sum.min(MOST_OF_SHAPE)
    }

    fn is_led(&self) -> bool {
        self.n_larger_replies >= LEAST_OBEYED && self.log_ratio() >= MOST_OF_SHAPE
    }
}

impl Sessions {
    /// Takes a flow.
    pub(super) fn add(&mut self, ended: &EndedFlow<'_>) {
        let flow = ended.flow;
        // Servers of mail and files greet, and clients answer that: one word of the server at the beginning is no order.
        let least = if flow.saw_syn { GREETING + 1 } else { 1 };
        let Some(exchanges) = flow.exchanges().filter(|exchanges| exchanges.n_responder_first >= least) else { return };
        if !flow.is_tcp() || !is_outward(ended.site, flow) {
            return;
        }
        let ((host, _), (server, port)) = (flow.originator(), flow.responder());
        let Some(session) = self.pairs.of((host, server, port)) else { return };
        session.n_responder_first += u32::from(exchanges.n_responder_first);
        session.n_larger_replies += u32::from(exchanges.n_larger_replies);
        session.n_originator_first += u32::from(exchanges.n_originator_first);
        session.name = session.name.max(flow.name);
    }

    /// The findings.
    pub(super) fn finish(&self, context: &Context<'_>) -> Conclusion {
        let led = self.pairs.sorted_where(Session::is_led);
        if led.is_empty() {
            return Conclusion { n_not_evaluated: self.pairs.n_refused, ..Conclusion::default() };
        }
        let between: Vec<Between> =
            led.iter().map(|((host, server, port), _)| Between::service(*host, *server, *port)).collect();
        let mut programs = vec![BTreeSet::new(); led.len()];
        visit(context, &between, |place, _, flow| {
            if let Some(programs) = programs.get_mut(place) {
                programs.extend(odd_server::programs(context.fields, context.names, flow));
            }
        });
        let outside = context.outside_servers();
        let apps = BTreeSet::from([AppProto::Tls]);
        let odd = |((source, server, port), session): &(&(Addr, Addr, u16), &Session), programs: &BTreeSet<&str>| {
            let (servers, ports) = (BTreeSet::from([*server]), BTreeSet::from([*port]));
            let name = context.names.text(session.name);
            outside
                .oddity(&Called { source: *source, servers: &servers, ports: &ports, apps: &apps, programs, name })
                .weight
        };
        let cases = led.into_iter().zip(&programs).map(|(case, programs)| (odd(&case, programs), case));
        let cases = cases.filter(|(odd, (_, session))| odd + session.log_ratio() >= EVIDENCE);
        Report::of(cases).not_evaluated(self.pairs.n_refused).each_with_flows(
            context,
            |(_, ((host, server, port), _))| Between::service(*host, *server, *port),
            |_, flow| flow.exchanges().is_some(),
            |(odd, (ends, session)), flows| session.finding(**ends, *odd).flows(flows).build(),
        )
    }
}

impl Session {
    fn finding(&self, (host, server, port): (Addr, Addr, u16), odd: f64) -> FindingBuilder {
        let sum = self.log_ratio() + odd;
        let n = self.n_larger_replies as usize;
        let confidence = log_ratio::sure(sum, (EVIDENCE, FULL_EVIDENCE), Confidence::VERY_LIKELY);
        Finding::builder(&CARD)
            .technique(("T1573", "Encrypted Channel"))
            .title(format!("{server} seems to control a shell on {host} inside TLS: {}", count(n, "time")))
            .supposed()
            .rated(Impact::CONTROL, confidence, (f64::from(self.n_larger_replies), f64::from(LEAST_OBEYED)))
            .service((host, server, port), AppProto::Tls.name())
            .evidence([
                evidence("Times that the server spoke into a silence", f64::from(self.n_responder_first), "times", "0, where pages are read"),
                evidence("Answered at once, and with more", f64::from(self.n_larger_replies), "times", "a few, for chat and news"),
                evidence("Times that the host spoke first", f64::from(self.n_originator_first), "times", "all, for pages and polls"),
                log_ratio::evidence("Who speaks when", self.log_ratio(), "below 0"),
                log_ratio::evidence("How odd the server is", odd, "below 0"),
                log_ratio::evidence("Shell against another connection", sum, format!("below {EVIDENCE}")),
            ])
            .explanation(format!(
                "{host} opened a connection inside TLS to {server}, port {port}, and then waited: {} the server spoke first, \
                 and {} the host answered within a second with more than it was told. So commands and their output pass. \
                 Programs ask by themselves, and what is pushed to them they only take.",
                count(self.n_responder_first as usize, "time"),
                count(n, "time"),
            ))
            .benign_causes(&[
                "Remote support, or an agent that an administrator of yours installed",
                "A monitoring service that asks its agent over a connection which the agent keeps open",
            ])
            .filter(format!("{} && tcp.port == {port}", finding_builder::pair_filter(host, server)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside, outside};
    use crate::model::Site;

    #[test]
    fn orders_are_a_shell_and_news_and_polls_are_none() {
        let session = |n_responder_first, n_larger_replies, n_originator_first| {
            Session { n_responder_first, n_larger_replies, n_originator_first, name: 0 }.is_led()
        };
        assert!(session(12, 11, 1) && session(6, 6, 1));
        assert!(!session(5, 5, 0) && !session(20, 3, 0) && !session(8, 8, 9) && !session(0, 0, 40));
    }

    #[test]
    fn a_greeting_is_no_order_and_several_orders_are() {
        let n_orders = |n_responder_first: u16, saw_syn: bool| {
            let mut flow = Made::tcp(inside(1), outside(1), 995, 0.0).flow();
            flow.saw_syn = saw_syn;
            let extra = flow.extra.get_or_insert_default();
            extra.exchanges.get_or_insert_default().n_responder_first = n_responder_first;
            let mut sessions = Sessions::default();
            sessions.add(&EndedFlow { serial: 0, flow: &flow, name: "", site: &Site::private() });
            let kept = sessions.pairs.get(&(inside(1), outside(1), 995));
            kept.map_or(0, |session| session.n_responder_first)
        };
        assert_eq!(n_orders(1, true), 0);
        assert_eq!(n_orders(1, false), 1, "the beginning was not seen");
        assert_eq!(n_orders(2, true), 2);
    }
}
