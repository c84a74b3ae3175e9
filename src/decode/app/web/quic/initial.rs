//! Decrypts Initial packets (RFC 9001, section 5), collects the CRYPTO frames of a hello (RFC 9000, section 19) and
//! reads the hello once it is complete.

use super::Packet;
use super::keys::Keys;
use super::varint;
use crate::decode::app::support::hello;
use crate::decode::app::support::hello::Carrier;
use crate::decode::app::support::hello::ClientHello;
use crate::decode::app::support::hello::ServerHello;
use crate::decode::app::support::take_bytes::TakeBytes;
use crate::maths::sorting::Arrange;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;

/// Most pieces of a hello; clients cut it into some ten.
const MOST_PIECES: usize = 64;
/// Most bytes of a hello that are put together.
const MOST_HELLO_BYTES: usize = 1 << 14;
/// The sample that unmasks the header begins so far behind the packet number's begin.
const SAMPLE_AT: usize = 4;
/// Bits of the first byte that are always 0 (RFC 9000, section 17.2).
const RESERVED: u8 = 0x0c;

// Types of handshake messages (RFC 8446, section 4).
const CLIENT_HELLO: u8 = 1;
const SERVER_HELLO: u8 = 2;

/// The frames of an Initial packet; none if these are not its keys.
pub(super) fn unlock(keys: &Keys, packet: &Packet<'_>) -> Option<Vec<u8>> {
    let sample = packet.protected.get(SAMPLE_AT..)?.first_chunk()?;
    let [mask, number_mask @ ..] = keys.mask(*sample);
    let first = packet.header.first()? ^ mask & 0x0f;
    if first & RESERVED != 0 {
        return None;
    }
    let (number, payload) = packet.protected.split_at_checked(usize::from(first & 3) + 1)?;
    let number = number.iter().zip(number_mask).fold(0, |n, (byte, mask)| n << 8 | u32::from(byte ^ mask));
    let mut payload = payload.to_vec();
    keys.unlock(number, &mut payload, |start| matches!(start.first(), Some(0..=3 | 6 | 0x1c))).then_some(payload)
}

/// The hello of one side, as far as it was received.
#[derive(Debug, Default)]
pub(super) struct Side {
    /// Pieces, with the place where each belongs.
    list: Vec<(usize, Vec<u8>)>,
    n_bytes: usize,
    /// Pieces were added that have not been read yet.
    is_new: bool,
    is_named: bool,
    /// The hello was read, or it was too long.
    pub(super) is_over: bool,
}

impl Side {
    /// Adds the pieces among these frames.
    pub(super) fn add(&mut self, frames: &[u8]) {
        let mut cursor = frames;
        while !self.is_over && self.frame(&mut cursor).is_some() {}
    }

    fn frame(&mut self, cursor: &mut &[u8]) -> Option<()> {
        match cursor.u8()? {
            // Padding, ping.
            0 | 1 => {}
            kind @ (2 | 3) => acknowledgement(cursor, kind == 3)?,
            6 => {
                let at = usize::try_from(varint(cursor)?).ok()?;
                let n = usize::try_from(varint(cursor)?).ok()?;
                let data = cursor.take(n.min(cursor.len()))?;
                // Packets that get no answer are sent again.
                let is_known = self.list.iter().any(|(known, piece)| *known == at && piece.len() >= data.len());
                if !is_known {
                    self.n_bytes += data.len();
                    self.is_over = self.list.len() >= MOST_PIECES || at.max(self.n_bytes) > MOST_HELLO_BYTES;
                    self.list.push((at, data.to_vec()));
                    self.is_new = true;
                }
            }
            _ => return None,
        }
        Some(())
    }

    /// Adds the fields of the hello, once. One that continues in another datagram gives at least its server name.
    pub(super) fn add_fields(&mut self, fields: &mut FieldBuffer) {
        if !std::mem::take(&mut self.is_new) {
            return;
        }
        self.list.arrange_by_key(|(at, _)| *at);
        let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
        for (at, data) in &self.list {
            match runs.last_mut() {
                Some((start, run)) if *start + run.len() >= *at => {
                    let n_known = (*start + run.len() - at).min(data.len());
                    run.extend_from_slice(data.get(n_known..).unwrap_or(&[]));
                }
                _ => runs.push((*at, data.clone())),
            }
        }
        if let Some((0, run)) = runs.first()
            && add_whole(run, fields).is_some()
        {
            *self = Side { is_over: true, ..Side::default() };
            return;
        }
        let name = runs.iter().find_map(|(_, run)| hello::find_server_name(run)).filter(|_| !self.is_named);
        if let Some(name) = name {
            fields.begin();
            fields.text(FieldId::Message, "part of client hello");
            fields.bytes(FieldId::TlsSni, name);
            self.is_named = true;
        }
    }
}

/// Adds the fields of a hello if it is complete.
fn add_whole(run: &[u8], fields: &mut FieldBuffer) -> Option<()> {
    let mut cursor = run;
    let kind = cursor.u8()?;
    let body = cursor.field24()?;
    match kind {
        CLIENT_HELLO => {
            let hello = ClientHello::read(body)?;
            fields.begin();
            hello.add_fields(Carrier::Quic, fields);
        }
        SERVER_HELLO => {
            let hello = ServerHello::read(body)?;
            fields.begin();
            hello.add_fields(fields);
        }
        _ => return None,
    }
    Some(())
}

fn acknowledgement(cursor: &mut &[u8], has_ecn: bool) -> Option<()> {
    varint(cursor)?;
    varint(cursor)?;
    let n_ranges = varint(cursor)?;
    varint(cursor)?;
    for _ in 0..n_ranges {
        varint(cursor)?;
        varint(cursor)?;
    }
    for _ in 0..if has_ecn { 3 } else { 0 } {
        varint(cursor)?;
    }
    Some(())
}
