//! Turns the QUIC Initial packets of a connection, datagram by datagram, into the TLS client hello and server hello.
//! Keeps the connection id of the client's first packet, from which the keys of both sides are derived, and reassembles
//! a hello that needs several packets; memory is bounded.

use super::Kind;
use super::LEAST_ID_BYTES;
use super::MOST_ID_BYTES;
use super::Packet;
use super::SERVER_PORT;
use super::initial::Side;
use super::initial::unlock;
use super::keys::Keys;
use super::keys::Role;
use super::packets;
use crate::model::Addr;
use crate::model::app::field::FieldBuffer;
use foldhash::fast::RandomState;
use hashbrown::HashMap;
use std::collections::VecDeque;

/// Most handshakes kept; the oldest is removed for a new one. Each keeps at most 32 KiB.
const MOST: usize = 512;

/// An address and a port.
type End = (Addr, u16);

/// The handshakes in progress, by the addresses and ports of both sides.
#[derive(Debug, Default)]
pub struct Handshakes {
    open: HashMap<(End, End), Handshake, RandomState>,
    order: VecDeque<(End, End)>,
}

#[derive(Debug)]
struct Handshake {
    client: End,
    /// Destination connection id of the client's first packet: all keys are derived from it (RFC 9001, section 5.2).
    connection: Vec<u8>,
    /// The client's hello, then the server's.
    sides: [Side; 2],
}

impl Handshakes {
    /// Takes a datagram; adds to `fields` those of the hellos that it completes.
    pub fn on_datagram(&mut self, payload: &[u8], source: End, target: End, fields: &mut FieldBuffer) {
        let key = (source.min(target), source.max(target));
        for packet in packets(payload).filter(|packet| packet.kind == Kind::Initial) {
            let Some(handshake) = self.open.get_mut(&key) else {
                if let Some(begun) = Handshake::begin(&packet, source) {
                    self.insert(key, begun);
                }
                continue;
            };
            handshake.take(&packet, source);
        }
        let Some(handshake) = self.open.get_mut(&key) else { return };
        handshake.sides.iter_mut().for_each(|side| side.add_fields(fields));
    }

    fn insert(&mut self, key: (End, End), handshake: Handshake) {
        if self.order.len() >= MOST
            && let Some(oldest) = self.order.pop_front()
        {
            self.open.remove(&oldest);
        }
        self.order.push_back(key);
        self.open.insert(key, handshake);
    }
}

impl Handshake {
    /// Starts with a client's first packet, the only one whose keys follow from its own connection id; `None` for any
    /// other.
    fn begin(packet: &Packet<'_>, source: End) -> Option<Handshake> {
        let may_be_first = (LEAST_ID_BYTES..=MOST_ID_BYTES).contains(&packet.connection.len());
        if !may_be_first || source.1 == SERVER_PORT {
            return None;
        }
        let keys = Keys::new(packet.version, packet.connection, Role::Client)?;
        let mut sides = [Side::default(), Side::default()];
        let [client, _] = &mut sides;
        client.add(&unlock(&keys, packet)?);
        Some(Handshake { client: source, connection: packet.connection.to_vec(), sides })
    }

    fn take(&mut self, packet: &Packet<'_>, source: End) {
        let [client, server] = &mut self.sides;
        let (side, role) = if source == self.client { (client, Role::Client) } else { (server, Role::Server) };
        if !side.is_over
            && let Some(keys) = Keys::new(packet.version, &self.connection, role)
            && let Some(frames) = unlock(&keys, packet)
        {
            return side.add(&frames);
        }
        // The keys change after a Retry (RFC 9001, section 5.2) and with a new connection between the same ports.
        if role == Role::Client
            && packet.connection != self.connection
            && let Some(begun) = Handshake::begin(packet, source)
        {
            *self = begun;
        }
    }
}
