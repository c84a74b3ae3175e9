//! Follows one flow: its payload, read from the file again, in order and by direction, with secrets masked.

use super::listing::QueryContext;
use super::slices::{known_of, raw, spans};
use crate::decode::fragments::Fragments;
use crate::decode::inspect;
use crate::flow::reassembly::{Consumed, StreamData, StreamSide};
use crate::model::Secrets;
use crate::model::flow::Direction;
use crate::model::packet::tcp_flag;
use crate::model::stream::{FollowedStream, StreamTurn};
use crate::stats::packet_index::{IndexedPacket, PacketFlow};

/// Bytes of a stream that are read, at most.
const MOST_BYTES: u64 = 4 << 20;
/// Packets of a flow that are read, at most.
const MOST_PACKETS: usize = 1 << 16;
/// Bytes in an answer, at most.
const MOST_SHOWN: usize = 40_000;
/// Turns in an answer, at most.
const MOST_TURNS: usize = 200;
/// Shortest secret that is looked for: shorter ones would mask half the text.
const LEAST_SECRET: usize = 3;
/// Heads whose values are secrets, in small letters (RFC 9110, section 11.6.2; RFC 6265).
const SECRET_HEADS: [&[u8]; 4] = [b"authorization:", b"proxy-authorization:", b"cookie:", b"set-cookie:"];
/// Commands whose arguments are secrets, in small letters.
const SECRET_COMMANDS: [&[u8]; 1] = [b"pass "];

/// The stream of a flow from so many bytes on; none if there is no such flow.
pub(super) fn follow(context: &mut QueryContext<'_>, serial: u32, from: u64) -> Option<FollowedStream> {
    let pipeline = context.pipeline;
    let flow = pipeline.flows().get(serial)?;
    let index = pipeline.index();
    let is_own = |belongs: PacketFlow| matches!(belongs, PacketFlow::Flow(of, _) if of == serial);
    let places = (0_u64..).zip(index.belongs()).filter(|(_, belongs)| is_own(*belongs)).map(|(place, _)| place);
    let known: Vec<(u64, IndexedPacket)> =
        places.take(MOST_PACKETS + 1).filter_map(|place| Some((place, index.get(place)?))).collect();
    let mut turns = Turns { is_cut: known.len() > MOST_PACKETS, ..Turns::default() };
    let mut sides: [StreamSide; 2] = Default::default();
    let mut fragments = Fragments::default();
    spans(context.source, &known, |place, packet, bytes| {
        let (Some(bytes), PacketFlow::Flow(_, direction)) = (bytes, packet.belongs) else { return };
        let beside = known_of(pipeline, packet, Secrets::Shown);
        let facts = inspect::facts(&raw(&packet.location, bytes), place, beside, false, &mut fragments);
        let data = facts.whole.as_ref().map_or(bytes, |(_, whole)| whole.as_slice());
        let range = &facts.packet.payload;
        let payload = data.get(range.start as usize..range.end as usize).unwrap_or_default();
        let is_answer = direction == Direction::ToOriginator;
        turns.now = (is_answer, packet.location.time_ns, place);
        let Some(tcp) = facts.packet.tcp() else {
            // Each datagram is a message of its own.
            return turns.add(payload, true);
        };
        let [client, server] = &mut sides;
        let (own, other) = if is_answer { (server, client) } else { (client, server) };
        if tcp.flags & tcp_flag::ACK != 0 {
            other.acknowledge(tcp.acknowledgment);
        }
        let is_begin = tcp.flags & tcp_flag::SYN != 0;
        if is_begin || tcp.payload_bytes > 0 {
            // The bit that opens a connection has a number of its own.
            let sequence = tcp.sequence.wrapping_add(u32::from(is_begin));
            own.push(sequence, payload, tcp.payload_bytes, &mut |data| turns.take(data));
        }
    });
    for (side, is_answer) in sides.iter_mut().zip([false, true]) {
        turns.now.0 = is_answer;
        side.end(&mut |data| turns.take(data));
    }
    let is_masked = !context.analysis.shows_secrets;
    if is_masked {
        let kept = pipeline.flow_fields().chain(flow).filter(|field| field.kind.shape().is_secret() && field.is_text);
        let secrets: Vec<&[u8]> = kept.map(|field| pipeline.names().text(field.value as u32).as_bytes()).collect();
        turns.all.iter_mut().for_each(|turn| mask(&mut turn.bytes, &secrets));
    }
    let ((client, client_port), (server, server_port)) = (flow.originator(), flow.responder());
    Some(FollowedStream {
        client: end(&client.to_string(), client_port),
        server: end(&server.to_string(), server_port),
        from,
        n_bytes: turns.n_bytes,
        is_cut: turns.is_cut,
        is_masked,
        turns: window(turns.all, from),
    })
}

fn end(host: &str, port: u16) -> String {
    match (port, host.contains(':')) {
        (0, _) => host.to_owned(),
        (_, false) => format!("{host}:{port}"),
        (_, true) => format!("[{host}]:{port}"),
    }
}

/// What was sent so far.
#[derive(Default)]
struct Turns {
    all: Vec<StreamTurn>,
    /// Whose packet is read, its time and its place.
    now: (bool, i64, u64),
    /// The next bytes come after a gap.
    is_after_gap: bool,
    n_bytes: [u64; 2],
    is_cut: bool,
}

impl Turns {
    fn take(&mut self, data: StreamData<'_>) -> Consumed {
        match data {
            StreamData::Bytes(bytes) => {
                self.add(bytes, false);
                Consumed::Took(bytes.len())
            }
            StreamData::Lost => {
                self.is_after_gap = true;
                Consumed::Took(0)
            }
        }
    }

    fn add(&mut self, bytes: &[u8], is_alone: bool) {
        let (is_answer, time_ns, packet) = self.now;
        let room = MOST_BYTES.saturating_sub(self.n_bytes.iter().sum()) as usize;
        self.is_cut |= bytes.len() > room;
        let bytes = bytes.get(..bytes.len().min(room)).unwrap_or_default();
        if bytes.is_empty() {
            return;
        }
        let is_after_gap = std::mem::take(&mut self.is_after_gap);
        if let Some(n) = self.n_bytes.get_mut(usize::from(is_answer)) {
            *n += bytes.len() as u64;
        }
        match self.all.last_mut().filter(|last| last.is_answer == is_answer && !is_alone && !is_after_gap) {
            Some(last) => last.bytes.extend_from_slice(bytes),
            None => self.all.push(StreamTurn { is_answer, time_ns, packet, is_after_gap, bytes: bytes.to_vec() }),
        }
    }
}

/// The turns from so many bytes on, as much as one answer holds.
fn window(all: Vec<StreamTurn>, from: u64) -> Vec<StreamTurn> {
    let (mut skip, mut room, mut shown) = (from, MOST_SHOWN, Vec::new());
    for mut turn in all {
        let n = turn.bytes.len() as u64;
        if skip >= n {
            skip -= n;
            continue;
        }
        turn.bytes.drain(..skip as usize);
        skip = 0;
        turn.bytes.truncate(room);
        room -= turn.bytes.len();
        shown.push(turn);
        if room == 0 || shown.len() >= MOST_TURNS {
            break;
        }
    }
    shown
}

/// Writes `*` for secrets that are known, for the values of heads that hold some, and for arguments of commands that do.
fn mask(bytes: &mut [u8], secrets: &[&[u8]]) {
    for secret in secrets.iter().filter(|secret| secret.len() >= LEAST_SECRET) {
        let mut at = 0;
        while let Some(found) =
            bytes.get(at..).and_then(|rest| rest.windows(secret.len()).position(|own| own == *secret))
        {
            let end = at + found + secret.len();
            bytes.get_mut(at + found..end).unwrap_or_default().fill(b'*');
            at = end;
        }
    }
    for line in bytes.split_mut(|byte| *byte == b'\n') {
        let begins = |head: &&&[u8]| line.get(..head.len()).is_some_and(|own| own.eq_ignore_ascii_case(head));
        let head = SECRET_HEADS.iter().chain(&SECRET_COMMANDS).find(begins).map(|head| head.len());
        if let Some(value) = head.and_then(|head| line.get_mut(head..)) {
            value.iter_mut().filter(|byte| byte.is_ascii_graphic()).for_each(|byte| *byte = b'*');
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn turn(is_answer: bool, text: &str) -> StreamTurn {
        StreamTurn { is_answer, bytes: text.as_bytes().to_vec(), ..StreamTurn::default() }
    }

    #[test]
    fn what_one_side_sends_is_one_turn_but_for_gaps_and_datagrams() {
        let mut turns = Turns::default();
        turns.take(StreamData::Bytes(b"GET "));
        turns.take(StreamData::Bytes(b"/"));
        turns.take(StreamData::Lost);
        turns.take(StreamData::Bytes(b"x"));
        turns.now = (true, 7, 3);
        turns.add(b"one", true);
        turns.add(b"two", true);
        let texts: Vec<_> = turns
            .all
            .iter()
            .map(|turn| (String::from_utf8_lossy(&turn.bytes), turn.is_answer, turn.is_after_gap))
            .collect();
        assert_eq!(
            texts,
            [
                ("GET /".into(), false, false),
                ("x".into(), false, true),
                ("one".into(), true, false),
                ("two".into(), true, false)
            ]
        );
        assert_eq!((turns.n_bytes, turns.all[2].time_ns, turns.all[2].packet), ([6, 6], 7, 3));
    }

    #[test]
    fn windows_follow_each_other_without_a_byte_between() {
        let long = "x".repeat(MOST_SHOWN);
        let all = vec![turn(false, "abc"), turn(true, &long), turn(false, "end")];
        let whole: Vec<u8> = all.iter().flat_map(|turn| turn.bytes.clone()).collect();
        let (mut from, mut seen) = (0, Vec::new());
        loop {
            let shown = window(all.clone(), from);
            if shown.is_empty() {
                break;
            }
            let bytes: Vec<u8> = shown.into_iter().flat_map(|turn| turn.bytes).collect();
            from += bytes.len() as u64;
            seen.extend(bytes);
        }
        assert!(seen == whole);
    }

    #[test]
    fn secrets_are_masked_and_the_rest_is_not() {
        let mask = |text: &str, secrets: &[&[u8]]| {
            let mut bytes = text.as_bytes().to_vec();
            super::mask(&mut bytes, secrets);
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(mask("login=hunter2&x=hunter2!", &[b"hunter2"]), "login=*******&x=*******!");
        assert_eq!(mask("USER anna\r\nPASS geheim\r\nQUIT\r\n", &[]), "USER anna\r\nPASS ******\r\nQUIT\r\n");
        assert_eq!(
            mask("Host: a\r\nAUTHORIZATION: Basic YQ==\r\n\r\n", &[]),
            "Host: a\r\nAUTHORIZATION: ***** ****\r\n\r\n"
        );
        assert_eq!(mask("passed by", &[b"by"]), "passed by");
    }
}
