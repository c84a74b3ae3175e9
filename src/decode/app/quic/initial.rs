//! A client's Initial packet to the pieces of its hello (RFC 9001, section 5; RFC 9000, section 19).

use super::keys::Keys;
use super::varint;
use crate::decode::app::shared::fields::Fields;
use crate::decode::app::shared::hello::{self, Carrier, ClientHello};
use crate::model::fact::{FactKind, Facts};

/// Most pieces of a hello in one datagram; clients cut it into some ten.
const MOST_PIECES: usize = 64;
/// Most bytes of a hello that are put together.
const MOST_HELLO_BYTES: usize = 1 << 14;
/// The sample that unmasks the header begins so far behind the packet number's begin.
const SAMPLE_AT: usize = 4;
const CLIENT_HELLO: u8 = 1;

/// Pieces of a hello, with the place where each belongs.
#[derive(Debug, Default)]
pub(super) struct Pieces {
    list: Vec<(usize, Vec<u8>)>,
}

impl Pieces {
    /// Adds those of a packet: `header` is what stands before the packet number, `rest` what follows.
    pub(super) fn add(&mut self, keys: &Keys, header: &[u8], rest: &[u8]) -> Option<()> {
        let sample = rest.get(SAMPLE_AT..)?.first_chunk()?;
        let [mask, number_mask @ ..] = keys.mask(*sample);
        let first = header.first()? ^ mask & 0x0f;
        let (number, payload) = rest.split_at_checked(usize::from(first & 3) + 1)?;
        let number = number.iter().zip(number_mask).fold(0, |n, (byte, mask)| n << 8 | u32::from(byte ^ mask));
        let mut payload = payload.to_vec();
        keys.unlock(number, &mut payload, |start| matches!(start.first(), Some(0..=3 | 6 | 0x1c)))
            .then(|| self.frames(&payload))?
    }

    fn frames(&mut self, payload: &[u8]) -> Option<()> {
        let mut cursor = payload;
        loop {
            match cursor.u8()? {
                // Padding, ping.
                0 | 1 => {}
                kind @ (2 | 3) => acknowledgement(&mut cursor, kind == 3)?,
                6 => {
                    let at = usize::try_from(varint(&mut cursor)?).ok()?;
                    let n = usize::try_from(varint(&mut cursor)?).ok()?;
                    let data = cursor.take(n.min(cursor.len()))?;
                    if self.list.len() >= MOST_PIECES || at > MOST_HELLO_BYTES {
                        return None;
                    }
                    self.list.push((at, data.to_vec()));
                }
                _ => return None,
            }
        }
    }

    /// Adds the facts of the hello; false if there is none. One that goes on in another datagram gives its name at least.
    pub(super) fn tell(mut self, facts: &mut Facts) -> bool {
        self.list.sort_by_key(|(at, _)| *at);
        let mut runs: Vec<(usize, Vec<u8>)> = Vec::new();
        for (at, data) in self.list {
            match runs.last_mut() {
                // Pieces may come twice.
                Some((start, run)) if *start + run.len() >= at => {
                    let n_known = (*start + run.len() - at).min(data.len());
                    run.extend_from_slice(data.get(n_known..).unwrap_or(&[]));
                }
                _ => runs.push((at, data)),
            }
        }
        if let Some((0, run)) = runs.first()
            && let Some(hello) = whole(run)
        {
            hello.tell(Carrier::Quic, facts);
            return true;
        }
        let name = runs.iter().find_map(|(_, run)| hello::find_server_name(run));
        if let Some(name) = name {
            facts.text(FactKind::Message, "part of client hello");
            facts.bytes(FactKind::TlsSni, name);
        }
        name.is_some()
    }
}

/// The hello, if all of it is there.
fn whole(run: &[u8]) -> Option<ClientHello<'_>> {
    let mut cursor = run;
    (cursor.u8()? == CLIENT_HELLO).then_some(())?;
    ClientHello::read(cursor.field24()?)
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
