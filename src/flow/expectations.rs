//! Learns from messages which flows they announce, and their protocol: FTP data connections, TFTP transfers.

use crate::model::app::field::FieldId;
use crate::model::app::field::Message;
use crate::model::app::kinds::infra::TftpMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;
use crate::model::{Addr, Flow};

/// Most announcements kept; the oldest is dropped. An announced flow begins at once or never.
const MOST: usize = 64;

/// Announced flows that have not begun.
#[derive(Debug, Default)]
pub struct Expectations {
    list: Vec<Expectation>,
    /// Place of the oldest, once the list is full.
    oldest: usize,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Expectation {
    host: Addr,
    port: u16,
    protocol: AppProto,
}

impl Expectations {
    /// True if nothing is awaited.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Remembers what a message of a flow announces.
    pub fn note(&mut self, message: &Message<'_>, flow: &Flow, direction: Direction) {
        let Some(expectation) = expectation(message, flow, direction) else { return };
        if self.list.contains(&expectation) {
            return;
        }
        if self.list.len() < MOST {
            self.list.push(expectation);
        } else if let Some(slot) = self.list.get_mut(self.oldest) {
            *slot = expectation;
            self.oldest = (self.oldest + 1) % MOST;
        }
    }

    /// The protocol of a flow that begins, if it was announced; that is forgotten then.
    pub fn take(&mut self, flow: &Flow) -> Option<AppProto> {
        let ends = [flow.responder(), flow.originator()];
        let is_meant =
            |one: &Expectation| transport(one.protocol) == flow.key.protocol && ends.contains(&(one.host, one.port));
        let place = self.list.iter().position(is_meant)?;
        self.oldest = 0;
        Some(self.list.swap_remove(place).protocol)
    }
}

fn transport(protocol: AppProto) -> u8 {
    if protocol == AppProto::Tftp { 17 } else { 6 }
}

fn expectation(message: &Message<'_>, flow: &Flow, direction: Direction) -> Option<Expectation> {
    let fields = &message.fields;
    let sender = if direction == Direction::ToResponder { flow.originator() } else { flow.responder() };
    match message.protocol {
        // The server answers from a new port to that of the request (RFC 1350, section 4).
        AppProto::Tftp => {
            let is_request = matches!(fields.kind(FieldId::Message), Some(TftpMessage::Read | TftpMessage::Write));
            is_request.then_some(Expectation { host: sender.0, port: sender.1, protocol: AppProto::Tftp })
        }
        AppProto::Ftp => {
            let port = u16::try_from(fields.number(FieldId::Port)?).ok().filter(|port| *port > 0)?;
            // Behind a NAT a server's own address is not what others see: the one that it is spoken to at counts.
            let named = fields.addr(FieldId::Address).filter(|_| direction == Direction::ToResponder);
            let host = named.unwrap_or(sender.0);
            Some(Expectation { host, port, protocol: AppProto::FtpData })
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::tcp;
    use crate::model::FieldBuffer;

    fn flow(client: (&str, u16), server: (&str, u16), protocol: u8) -> Flow {
        let host = |text: &str| Addr::of(text.parse().unwrap());
        let mut flow = tcp(&[(0, true, 0, 2)]);
        flow.is_low_originator = true;
        flow.key.protocol = protocol;
        (flow.key.low, flow.key.low_port) = (host(client.0), client.1);
        (flow.key.high, flow.key.high_port) = (host(server.0), server.1);
        flow
    }

    fn note(
        expectations: &mut Expectations,
        protocol: AppProto,
        flow: &Flow,
        direction: Direction,
        add: impl FnOnce(&mut FieldBuffer),
    ) {
        let mut fields = FieldBuffer::default();
        add(&mut fields);
        let fields = fields.messages().next().unwrap();
        expectations.note(&Message { protocol, time_ns: 0, packet: 0, fields }, flow, direction);
    }

    #[test]
    fn a_data_connection_is_known_once_wherever_its_server_says_it_stands() {
        let control = flow(("10.0.0.1", 40_000), ("192.0.2.1", 21), 6);
        let mut expectations = Expectations::default();
        note(&mut expectations, AppProto::Ftp, &control, Direction::ToOriginator, |fields| {
            fields.addr(FieldId::Address, [172, 16, 0, 1]);
            fields.number(FieldId::Port, 4000);
        });
        assert_eq!(expectations.take(&flow(("10.0.0.1", 40_001), ("192.0.2.1", 4000), 17)), None);
        let data = flow(("10.0.0.1", 40_001), ("192.0.2.1", 4000), 6);
        assert_eq!((expectations.take(&data), expectations.take(&data)), (Some(AppProto::FtpData), None));
    }

    #[test]
    fn a_client_may_wait_elsewhere_and_a_transfer_answers_the_port_of_its_request() {
        let control = flow(("10.0.0.1", 40_000), ("192.0.2.1", 21), 6);
        let mut expectations = Expectations::default();
        note(&mut expectations, AppProto::Ftp, &control, Direction::ToResponder, |fields| {
            fields.addr(FieldId::Address, [10, 0, 0, 9]);
            fields.number(FieldId::Port, 5000);
        });
        let request = flow(("10.0.0.1", 40_002), ("192.0.2.1", 69), 17);
        let read = |fields: &mut FieldBuffer| fields.token(FieldId::Message, TftpMessage::Read);
        note(&mut expectations, AppProto::Tftp, &request, Direction::ToResponder, read);
        let transfer = flow(("192.0.2.1", 3000), ("10.0.0.1", 40_002), 17);
        assert_eq!(expectations.take(&transfer), Some(AppProto::Tftp));
        assert_eq!(expectations.take(&flow(("192.0.2.1", 20), ("10.0.0.9", 5000), 6)), Some(AppProto::FtpData));
        assert!(expectations.is_empty());
    }

    #[test]
    fn the_oldest_of_too_many_is_forgotten() {
        let mut expectations = Expectations::default();
        let request = |port| flow(("10.0.0.1", port), ("192.0.2.1", 69), 17);
        for port in 1..=MOST as u16 + 1 {
            note(&mut expectations, AppProto::Tftp, &request(port), Direction::ToResponder, |fields| {
                fields.token(FieldId::Message, TftpMessage::Write);
            });
        }
        assert_eq!(expectations.take(&request(1)), None);
        assert_eq!(expectations.take(&request(2)), Some(AppProto::Tftp));
        assert_eq!(expectations.take(&request(MOST as u16 + 1)), Some(AppProto::Tftp));
    }
}
