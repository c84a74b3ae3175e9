//! Messages of servers to what their services answer: how many answers, how many of them failures by kind and since when,
//! who got them, and of datagrams how long each took. The same for every protocol, in constant memory for each service.

mod course;
mod failure;

pub use course::Stretch;
pub use failure::Failure;

use crate::detect::support::capped_map::{Map, Tally};
use crate::flow::table::FlowUpdate;
use crate::maths::sorting::{Arrange, Gather};
use crate::model::app::field::Message;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::flow::health::Delays;
use crate::model::format::time::SECOND;
use crate::model::{Addr, Flow};
use course::Course;
use std::collections::BTreeMap;

/// Most services kept.
const MOST_SERVICES: usize = 1 << 12;
/// Most clients of a service that are told apart.
const MOST_CLIENTS: usize = 64;
/// Most requests in datagrams that wait for an answer.
const MOST_OPEN: usize = 1 << 14;
/// A datagram is not answered after so long: clients have given up (RFC 2865, RFC 3261 and RFC 4120 repeat within 32 s).
const GIVEN_UP_NS: i64 = 32 * SECOND;

/// A server, its port and the protocol that it speaks there.
pub type Service = (Addr, u16, AppProto);

/// What all services answer.
#[derive(Default)]
pub struct ServiceAnswers {
    services: Tally<Service, Answers, MOST_SERVICES>,
    /// When the request that waits was sent, ns since 1970, by the serial number of the flow.
    open: Map<u32, i64>,
    /// When the requests that wait were last cleared of old ones, ns since 1970.
    cleared_ns: i64,
}

/// What a service answers.
#[derive(Default)]
pub struct Answers {
    /// Answers in all.
    pub n: u64,
    /// Of these, failures of the server, in the order of [`Failure::ALL`].
    pub failures: [u64; Failure::ALL.len()],
    /// From the first datagram of a request to the first of its answer; TCP shows that of every connection by itself.
    pub times: Delays,
    /// Answers and failures by client, of the first clients.
    clients: BTreeMap<Addr, (u64, u64)>,
    /// From the first failure on.
    course: Option<Box<Course>>,
}

impl ServiceAnswers {
    /// True for protocols whose answers say whether the server failed, or that have a datagram for each request.
    #[inline]
    pub fn listens(protocol: AppProto) -> bool {
        failure::is_told(protocol) || is_by_datagram(protocol)
    }

    /// Takes a message that [`ServiceAnswers::listens`] to.
    pub fn observe(&mut self, message: &Message<'_>, flow: &Flow, update: FlowUpdate) {
        let (service, client) = (flow.responder(), flow.originator().0);
        if flow.is_to_group() || update.is_retransmission {
            return;
        }
        let now = message.time_ns;
        let is_timed = flow.is_udp() && flow.recorded.is_none() && is_by_datagram(message.protocol);
        if update.direction == Direction::ToResponder {
            if is_timed {
                self.ask(update.serial, now);
            }
            return;
        }
        let asked_ns = if is_timed { self.open.remove(&update.serial) } else { None };
        let told = failure::of(message);
        if asked_ns.is_none() && told.is_none() {
            return;
        }
        let Some(answers) = self.services.of((service.0, service.1, message.protocol)) else { return };
        if let Some(asked_ns) = asked_ns {
            answers.times.add(u32::try_from((now - asked_ns).max(0) / 1000).unwrap_or(u32::MAX));
        }
        if let Some(failure) = told {
            answers.add(client, failure, now);
        }
    }

    fn ask(&mut self, serial: u32, now: i64) {
        // Once in a while only: each costs a walk through all.
        if self.open.len() >= MOST_OPEN && (now - self.cleared_ns).abs() >= GIVEN_UP_NS {
            self.cleared_ns = now;
            self.open.retain(|_, asked_ns| now - *asked_ns < GIVEN_UP_NS);
        }
        if self.open.len() < MOST_OPEN {
            let asked_ns = self.open.entry(serial).or_insert(now);
            // The one before was never answered.
            if now - *asked_ns >= GIVEN_UP_NS {
                *asked_ns = now;
            }
        }
    }

    /// Services in order, with what they answer.
    pub fn sorted_where(&self, is_wanted: impl FnMut(&Answers) -> bool) -> Vec<(&Service, &Answers)> {
        self.services.sorted_where(is_wanted)
    }

    /// What a service answers; none if it said nothing that tells.
    pub fn of(&self, server: Addr, port: u16, protocol: AppProto) -> Option<&Answers> {
        self.services.get(&(server, port, protocol))
    }

    /// True if no answer was seen.
    pub fn is_empty(&self) -> bool {
        self.services.n_keys() == 0
    }

    /// Answers of services that found no room.
    pub fn n_refused(&self) -> u64 {
        self.services.n_refused
    }
}

impl Answers {
    fn add(&mut self, client: Addr, failure: Option<Failure>, now: i64) {
        self.n += 1;
        if let Some(n) = failure.and_then(|failure| self.failures.get_mut(failure as usize)) {
            *n += 1;
        }
        if self.clients.len() < MOST_CLIENTS || self.clients.contains_key(&client) {
            let (n, n_failed) = self.clients.entry(client).or_default();
            *n += 1;
            *n_failed += u64::from(failure.is_some());
        }
        if failure.is_some() && self.course.is_none() {
            self.course = Some(Box::new(Course::from(now)));
        }
        if let Some(course) = &mut self.course {
            course.add(now, failure.is_some());
        }
    }

    /// Failures of all kinds.
    pub fn n_failed(&self) -> u64 {
        self.failures.iter().sum()
    }

    /// The kinds that there are with how often, the most frequent first.
    pub fn kinds(&self) -> Vec<(Failure, u64)> {
        let mut kinds: Vec<(Failure, u64)> =
            Failure::ALL.iter().copied().zip(self.failures).filter(|(_, n)| *n > 0).collect();
        kinds.arrange_by_key(|(_, n)| std::cmp::Reverse(*n));
        kinds
    }

    /// The time in which the share of failures is furthest above this one, from 0 to 1.
    pub fn worst(&self, share: f64) -> Option<Stretch> {
        self.course.as_ref()?.worst(share)
    }

    /// Clients whose answers are failures by at least this share, from 0 to 1; and all clients that are told apart.
    pub fn affected(&self, share: f64) -> (Vec<Addr>, usize) {
        let failing =
            self.clients.iter().filter(|(_, (n, n_failed))| *n_failed > 0 && *n_failed as f64 >= share * *n as f64);
        (failing.map(|(client, _)| *client).gathered(), self.clients.len())
    }
}

/// Request and answer are a datagram each; DNS has its own, by name.
fn is_by_datagram(protocol: AppProto) -> bool {
    use AppProto::{Kerberos, Ldap, Ntp, Radius, Sip, Snmp};
    matches!(protocol, Kerberos | Ldap | Ntp | Radius | Sip | Snmp)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::support::testing::{Made, inside};
    use crate::model::app::field::{FieldBuffer, FieldId};

    fn said(protocol: AppProto, time_ns: i64, facts: &FieldBuffer) -> Message<'_> {
        Message { protocol, time_ns, packet: 0, fields: facts.messages().next().unwrap() }
    }

    #[test]
    fn answers_are_counted_by_service_with_failures_clients_and_since_when() {
        let mut all = ServiceAnswers::default();
        let of = |serial, direction| FlowUpdate { serial, direction, is_retransmission: false };
        for i in 0..40_u32 {
            let flow = Made::tcp(inside(1 + (i % 4) as u8), inside(9), 80, f64::from(i)).flow();
            let mut facts = FieldBuffer::default();
            facts.number(FieldId::HttpStatus, if i < 20 || i % 4 == 0 { 200 } else { 503 });
            let message = said(AppProto::Http, i64::from(i) * SECOND, &facts);
            all.observe(&message, &flow, of(i, Direction::ToOriginator));
        }
        let services = all.sorted_where(|_| true);
        let (service, answers) = services[0];
        assert_eq!((*service, services.len()), ((inside(9), 80, AppProto::Http), 1));
        assert_eq!((answers.n, answers.n_failed(), answers.kinds()), (40, 15, vec![(Failure::Overload, 15)]));
        let (affected, n_clients) = answers.affected(0.3);
        assert_eq!((affected.len(), n_clients), (3, 4));
        let worst = answers.worst(0.3).unwrap();
        assert_eq!((worst.n, worst.n_failed, worst.start_ns / SECOND, worst.end_ns / SECOND), (19, 15, 21, 39));
    }

    #[test]
    fn each_datagram_is_timed_from_the_first_question_on() {
        let mut all = ServiceAnswers::default();
        let mut flow = Made::tcp(inside(1), inside(9), 1812, 0.0).flow();
        flow.key.protocol = 17;
        let mut facts = FieldBuffer::default();
        facts.number(FieldId::Identifier, 7);
        for (millis, direction) in
            [(0, Direction::ToResponder), (50, Direction::ToResponder), (80, Direction::ToOriginator)]
        {
            let update = FlowUpdate { serial: 3, direction, is_retransmission: false };
            all.observe(&said(AppProto::Radius, millis * 1_000_000, &facts), &flow, update);
        }
        let services = all.sorted_where(|answers| answers.times.n() > 0);
        assert_eq!(services[0].1.times.most(), Some(80_000));
        assert_eq!(services[0].1.n, 0, "it says nothing of failures");
    }
}
