//! Who speaks after whom in a TCP connection to how long each answer took.
//!
//! What the originator says is a request; the first packet back is the answer. But a server of TLS 1.3 sends session tickets as soon
//! as the handshake ends (RFC 8446, section 4.6.1), while the request that came with the client's last message still waits: they
//! are no answer to it, and are left out so that a slow server does not seem quick.

use crate::model::flow::health::Turns;
use crate::model::format::time::SECOND;

/// The client's last message of a TLS handshake and its first request are its second turn; the first is its Client Hello.
const AFTER_HANDSHAKE: u8 = 2;
/// Session tickets take at most so many bytes together: servers send one or two (OpenSSL two of up to 290 bytes each).
const MOST_TICKETS: u32 = 620;
/// Tickets are sent at once, one after the other; what comes after a pause is the answer, however little came before.
const PAUSE_NS: i64 = SECOND / 10;

/// Takes data of the originator.
pub(super) fn ask(turns: &mut Turns, now: i64) {
    turns.n = turns.n.saturating_add(u8::from(!turns.is_waiting));
    (turns.is_waiting, turns.asked_ns, turns.answer_bytes) = (true, now, 0);
}

/// Takes data of the responder, so many bytes: how long an answer took that it begins, ns; none if it begins none.
pub(super) fn answer(turns: &mut Turns, (bytes, is_tls): (u32, bool), now: i64) -> Option<i64> {
    let before = turns.answer_bytes;
    let silence_ns = now - turns.answered_ns;
    (turns.answer_bytes, turns.answered_ns) = (before.saturating_add(bytes), now);
    if std::mem::take(&mut turns.is_waiting) {
        return Some(now - turns.asked_ns);
    }
    let may_be_tickets = is_tls && turns.n == AFTER_HANDSHAKE && (1..=MOST_TICKETS).contains(&before);
    if !may_be_tickets || silence_ns < PAUSE_NS && turns.answer_bytes <= MOST_TICKETS {
        return None;
    }
    // What follows belongs to this answer.
    turns.answer_bytes = MOST_TICKETS + 1;
    Some(now - turns.asked_ns)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the answers took, ms; packets are who sent them (client: true), bytes, ms.
    fn took(is_tls: bool, packets: &[(bool, u32, i64)]) -> Vec<i64> {
        let mut turns = Turns::default();
        let mut took = Vec::new();
        for (is_client, bytes, millis) in packets.iter().copied() {
            let now = millis * 1_000_000;
            match is_client {
                true => ask(&mut turns, now),
                false => took.extend(answer(&mut turns, (bytes, is_tls), now).map(|ns| ns / 1_000_000)),
            }
        }
        took
    }

    #[test]
    fn session_tickets_are_no_answer_to_the_request_beside_them() {
        let hello = [(true, 517, 0), (false, 1300, 5), (true, 80, 10), (true, 150, 11)];
        let with = |rest: &[(bool, u32, i64)]| hello.iter().chain(rest).copied().collect::<Vec<_>>();
        let slow = with(&[(false, 255, 12), (false, 255, 12), (false, 180, 911), (false, 1400, 1911)]);
        assert_eq!(
            took(true, &slow),
            [5, 1, 900],
            "the pause tells the answer from tickets, and what follows belongs to it"
        );
        let quick = with(&[(false, 510, 12), (false, 1400, 13), (false, 1400, 900)]);
        assert_eq!(took(true, &quick), [5, 1, 2], "more than tickets");
        assert_eq!(took(false, &slow), [5, 1], "no TLS");
        let later = with(&[(false, 510, 12), (true, 150, 400), (false, 200, 700), (false, 200, 1500)]);
        assert_eq!(took(true, &later), [5, 1, 300], "the request came after the tickets");
    }

    #[test]
    fn the_last_packet_of_a_request_counts_and_the_first_of_its_answer() {
        assert_eq!(took(false, &[(true, 1400, 0), (true, 100, 3), (false, 1, 8), (false, 900, 400)]), [5]);
        assert!(took(true, &[(false, 60, 0), (false, 60, 300)]).is_empty(), "nobody asked");
    }
}
