//! Derives the outcome of a connection from what tables record: counts of flags, flags as letters or a number, the
//! states of Argus, Zeek and Suricata, a firewall's action, or packets and bytes in both directions; otherwise it is
//! unknown.

use super::flags;
use super::roles::Row;
use crate::model::app::protocol::Protocol;
use crate::model::flow::evidence::{MOST_BARE, carries_data};
use crate::model::flow::{Known, Outcome, TcpState};
use crate::model::packet::tcp_flag;
use crate::model::rows::{CellValue, Role};
use crate::model::{DirectionStats, Flow};

/// By counts of flags, where the table has them, and by who sent what.
pub fn by_counts(row: &Row<'_>, flow: &mut Flow) {
    let roles = [Role::Fin, Role::Syn, Role::Rst, Role::Psh, Role::Ack, Role::Urg, Role::Ece, Role::Cwr];
    let counts = roles.map(|role| row.count(role));
    let by_volume = flow.outcome_by_volume();
    flow.recorded = Some(by_volume);
    if flow.is_tcp() && by_volume == Outcome::Unanswered {
        flow.state = TcpState::Requested;
    }
    if !flow.is_tcp() || counts.iter().all(Option::is_none) {
        if flow.is_tcp() && row.value(Role::Flags) != CellValue::Missing {
            by_flags(row, flow);
        } else if flow.outcome_without_flags() == Outcome::Refused {
            (flow.recorded, flow.state) = (Some(Outcome::Refused), TcpState::Refused);
        }
        return note_direction(flow);
    }
    flow.known = flow.known.with(Known::FLAGS.with(Known::FLAG_COUNTS));
    // A column of requests that is not there says nothing of them.
    let has_no_request = counts[1] == Some(0);
    let counts = counts.map(|count| count.map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)));
    forward(flow).flags = counts;
    let [fin, syn, rst, _, ack, ..] = counts;
    flow.saw_syn = syn > 0;
    let outcome = match by_volume {
        // Without a request it is the rest of an older connection; with an answer to it, the answers are not in the row.
        Outcome::Unanswered if has_no_request && (ack > 0 || fin > 0 || rst > 0) => Outcome::Unknown,
        Outcome::Bare if syn > 0 && rst > 0 && fin == 0 => Outcome::Refused,
        Outcome::Bare if syn > 0 && fin > 0 => Outcome::Established,
        Outcome::Bare if has_no_request && counts.iter().any(|n| *n > 0) => Outcome::Unknown,
        other => other,
    };
    flow.recorded = Some(outcome);
    flow.state = match outcome {
        Outcome::Unanswered => TcpState::Requested,
        Outcome::Refused => TcpState::Refused,
        Outcome::Established if rst > 0 => TcpState::Reset,
        Outcome::Established if fin > 0 => TcpState::Closed,
        Outcome::Established => TcpState::Established,
        Outcome::HalfOpen | Outcome::Bare | Outcome::Unknown => TcpState::Unknown,
    };
    note_direction(flow);
}

/// By flags of the whole flow, as letters (`.A..SF`, `UAPRSF`) or as the number of the bits.
pub fn by_flags(row: &Row<'_>, flow: &mut Flow) {
    let flags = match row.text(Role::Flags) {
        Some(text) => flags::bits(text),
        None => row.number(Role::Flags).map(|bits| bits as u32 as u8),
    };
    let by_volume = flow.outcome_by_volume();
    flow.recorded = Some(by_volume);
    let Some(flags) = flags.filter(|_| flow.is_tcp()) else { return note_direction(flow) };
    flow.known = flow.known.with(Known::FLAGS);
    set_flags(flow, true, flags);
    let has = |bit| flags & bit != 0;
    flow.saw_syn = has(tcp_flag::SYN);
    if !flow.known.has(Known::BACKWARD) {
        return;
    }
    // The flags are of both directions together.
    let outcome = match by_volume {
        Outcome::Unanswered if !has(tcp_flag::SYN) || has(tcp_flag::ACK) => Outcome::Unknown,
        Outcome::Bare if has(tcp_flag::SYN) && has(tcp_flag::RST) && !has(tcp_flag::FIN) => Outcome::Refused,
        Outcome::Bare if has(tcp_flag::SYN) && has(tcp_flag::FIN) => Outcome::Established,
        Outcome::Bare if flags != 0 && !has(tcp_flag::SYN) => Outcome::Unknown,
        other => other,
    };
    flow.recorded = Some(outcome);
    flow.state = match (outcome, has(tcp_flag::RST), has(tcp_flag::FIN)) {
        (Outcome::Unanswered, ..) => TcpState::Requested,
        (Outcome::Refused, ..) => TcpState::Refused,
        (Outcome::Established, true, _) => TcpState::Reset,
        (Outcome::Established, _, true) => TcpState::Closed,
        (Outcome::Established, ..) => TcpState::Established,
        _ => TcpState::Unknown,
    };
    note_direction(flow);
}

/// Argus: flags of both sides as `FSPA_FSRPA`, or a state as `S0`, `CON`, `REQ`, `RST`, `FIN`.
pub fn argus(row: &Row<'_>, flow: &mut Flow) {
    let state = row.text(Role::State).unwrap_or_default();
    let by_volume = flow.outcome_by_volume();
    flow.known = flow.known.with(Known::DIRECTION);
    if state.starts_with(b"UR") {
        flow.is_unreachable = true;
        flow.recorded = Some(Outcome::Refused);
        return;
    }
    flow.recorded = Some(by_volume);
    if !flow.is_tcp() {
        return;
    }
    let is_bare = !carries_data(flow.forward(), flow.known) && !carries_data(flow.backward(), flow.known);
    let is_short = is_bare && flow.forward().packets <= MOST_BARE && flow.backward().packets <= MOST_BARE;
    let had_data = if is_short { by_volume } else { Outcome::Established };
    let (outcome, state) = match state {
        b"REQ" | b"S0" if by_volume == Outcome::Unanswered => (by_volume, TcpState::Requested),
        b"RST" if is_short && flow.backward().packets > 0 => (Outcome::Refused, TcpState::Refused),
        b"RST" => (had_data, TcpState::Reset),
        b"FIN" | b"CLO" => (Outcome::Established, TcpState::Closed),
        b"CON" | b"ACC" | b"EST" => (Outcome::Established, TcpState::Established),
        flags if flags.contains(&b'_') => {
            let mut sides = flags.split(|byte| *byte == b'_').map(flags::letters);
            let (sent, returned) = (sides.next().unwrap_or(0), sides.next().unwrap_or(0));
            set_flags(flow, true, sent);
            set_flags(flow, false, returned);
            flow.known = flow.known.with(Known::FLAGS);
            let outcome = flow.outcome_by_flags();
            flow.saw_syn = sent & tcp_flag::SYN != 0;
            (outcome, flow.state_by_flags(outcome))
        }
        _ => (by_volume, TcpState::Unknown),
    };
    flow.saw_syn |= matches!(state, TcpState::Requested | TcpState::Refused);
    (flow.recorded, flow.state) = (Some(outcome), state);
}

/// Zeek's conn_state, whose meanings its documentation lists, and its history of flags.
pub fn zeek(row: &Row<'_>, flow: &mut Flow) {
    flow.known = flow.known.with(Known::DIRECTION);
    let state = row.text(Role::State).unwrap_or_default();
    let by_volume = flow.outcome_by_volume();
    let answered = if by_volume == Outcome::Established { by_volume } else { Outcome::Unknown };
    if !flow.is_tcp() {
        flow.recorded = Some(match state {
            b"SF" => Outcome::Established,
            b"S0" => Outcome::Unanswered,
            _ => by_volume,
        });
        return;
    }
    // Upper case letters of the history are the originator's: s, h, f, r for SYN, SYN-ACK, FIN, RST; d for data.
    let history = row.text(Role::History).unwrap_or_default();
    for (letter, bit) in [
        (b's', tcp_flag::SYN),
        (b'f', tcp_flag::FIN),
        (b'r', tcp_flag::RST),
        (b'd', tcp_flag::PSH),
        (b'a', tcp_flag::ACK),
        (b'h', tcp_flag::SYN | tcp_flag::ACK),
    ] {
        for (is_forward, letter) in [(true, letter.to_ascii_uppercase()), (false, letter)] {
            if history.contains(&letter) {
                set_flags(flow, is_forward, bit);
            }
        }
    }
    flow.known = flow.known.with_if(!history.is_empty(), Known::FLAGS);
    let went_on = history.contains(&b'A') || history.contains(&b'D') || flow.forward().payload_bytes() > 0;
    let (outcome, tcp_state) = match state {
        // Data and acknowledgments of answers that were not recorded.
        b"S0" if history.contains(&b'A') && history.contains(&b'D') => (Outcome::Unknown, TcpState::Unknown),
        b"S0" | b"RSTOS0" | b"SH" => (Outcome::Unanswered, TcpState::Requested),
        b"REJ" => (Outcome::Refused, TcpState::Refused),
        b"S1" | b"S2" | b"S3" => (Outcome::Established, TcpState::Established),
        b"SF" => (Outcome::Established, TcpState::Closed),
        b"RSTR" => (Outcome::Established, TcpState::Reset),
        b"RSTO" if went_on || by_volume == Outcome::Established => (Outcome::Established, TcpState::Reset),
        b"RSTO" if !history.is_empty() => (Outcome::HalfOpen, TcpState::Reset),
        b"RSTO" => (Outcome::Bare, TcpState::Reset),
        // Joined in the middle, or only the responder was seen.
        b"OTH" | b"SHR" | b"RSTRH" => (answered, TcpState::Unknown),
        _ => (by_volume, TcpState::Unknown),
    };
    (flow.recorded, flow.state) = (Some(outcome), tcp_state);
    flow.saw_syn = !matches!(state, b"OTH" | b"SHR" | b"RSTRH" | b"") || history.contains(&b'S');
}

/// The states of Zeek's conn.log.
const ZEEK_STATES: [&[u8]; 13] =
    [b"S0", b"S1", b"S2", b"S3", b"SF", b"REJ", b"RSTO", b"RSTR", b"RSTOS0", b"RSTRH", b"SH", b"SHR", b"OTH"];

/// True if a text is a state of a connection in Zeek's words.
pub fn is_of_zeek(state: &[u8]) -> bool {
    ZEEK_STATES.contains(&state)
}

/// True if it can be nothing else: sensors of SiLK are called S0, S1 and so on.
pub fn is_surely_of_zeek(state: &[u8]) -> bool {
    is_of_zeek(state) && !matches!(state, [b'S', b'0'..=b'3'] | b"OTH")
}

/// A table of no known tool: states in the words of Zeek mean what they mean there, else counts tell.
pub fn by_words(row: &Row<'_>, flow: &mut Flow) {
    match row.text(Role::State) {
        Some(state) if is_of_zeek(state) => zeek(row, flow),
        _ => by_counts(row, flow),
    }
}

/// Suricata: `new`, `established`, `closed`, and the flags of both sides as hexadecimal text.
pub fn suricata(row: &Row<'_>, flow: &mut Flow) {
    flow.known = flow.known.with(Known::DIRECTION);
    let state = row.text(Role::State).unwrap_or_default();
    let by_volume = flow.outcome_by_volume();
    // Other events come while their flow goes on: what has not been answered yet may be.
    let is_whole = row.text(Role::EventType).is_none_or(|event| event == b"flow");
    let by_volume = if is_whole || by_volume == Outcome::Established { by_volume } else { Outcome::Unknown };
    let text = row.text(Role::Flags).and_then(|text| std::str::from_utf8(text).ok());
    let bits = text.and_then(|text| u8::from_str_radix(text.trim_start_matches("0x"), 16).ok());
    let flags = bits.or(row.number(Role::Flags).map(|bits| bits as u32 as u8)).filter(|_| flow.is_tcp());
    if let Some(flags) = flags {
        set_flags(flow, true, flags);
        flow.known = flow.known.with(Known::FLAGS);
    }
    let has = |bit| flags.is_some_and(|flags| flags & bit != 0);
    flow.saw_syn = has(tcp_flag::SYN);
    let outcome = match (state, by_volume) {
        _ if !flow.is_tcp() => by_volume,
        (b"established", _) => Outcome::Established,
        (_, Outcome::Unanswered) if flags.is_some() && !has(tcp_flag::SYN) => Outcome::Unknown,
        (_, Outcome::Bare) if has(tcp_flag::SYN) && has(tcp_flag::RST) && !has(tcp_flag::FIN) => Outcome::Refused,
        (_, other) => other,
    };
    flow.recorded = Some(outcome);
    flow.state = match (state, outcome) {
        _ if !flow.is_tcp() => TcpState::Unknown,
        (_, Outcome::Unanswered) => TcpState::Requested,
        (_, Outcome::Refused) => TcpState::Refused,
        (b"closed", Outcome::Established) => TcpState::Closed,
        (b"established", _) => TcpState::Established,
        _ => TcpState::Unknown,
    };
}

/// Words for what a firewall does with those whom it turns away.
const REFUSALS: [&[u8]; 13] = [
    b"reject",
    b"rejected",
    b"deny",
    b"denied",
    b"drop",
    b"dropped",
    b"block",
    b"blocked",
    b"d",
    b"refused",
    b"discard",
    b"discarded",
    b"connectionfailed",
];

/// True for a word that says that a firewall turned somebody away.
pub fn refuses(word: &[u8]) -> bool {
    word.len() > 1 && REFUSALS.iter().any(|refusal| refusal.eq_ignore_ascii_case(word))
}

/// Who was turned away got nothing.
pub fn refuse(flow: &mut Flow) {
    // What comes from a service to a client's port is an answer, which came too late or was not let out.
    let is_answer = is_service(flow, flow.originator().1) && !is_service(flow, flow.responder().1);
    flow.recorded = Some(if is_answer { Outcome::Unknown } else { Outcome::Refused });
    flow.known = if is_answer { flow.known.without(Known::DIRECTION) } else { flow.known.with(Known::DIRECTION) };
    if flow.is_tcp() {
        flow.state = if is_answer { TcpState::Unknown } else { TcpState::Refused };
    }
}

/// True for a word that says what a firewall did.
pub fn is_action(word: &[u8]) -> bool {
    const PASSES: [&[u8]; 8] =
        [b"accept", b"accepted", b"allow", b"allowed", b"permit", b"permitted", b"pass", b"passed"];
    word.len() > 1 && REFUSALS.iter().chain(&PASSES).any(|known| known.eq_ignore_ascii_case(word))
}

/// What a firewall did: who was turned away got nothing, whatever was counted.
pub fn action(row: &Row<'_>, flow: &mut Flow) {
    let Some(action) = row.text(Role::Action).or_else(|| row.text(Role::State)) else {
        // A rule that only writes of packets does not say what became of them.
        let is_log = row.places.has(Role::Action) && flow.forward().packets == 1;
        flow.known = flow.known.with_if(is_log, Known::NO_VERDICT);
        return;
    };
    // A firewall that looks into connections lets them begin before it ends them.
    let is_named = REFUSALS.iter().any(|refusal| refusal.eq_ignore_ascii_case(action));
    let is_refusal = is_named && flow.recorded != Some(Outcome::Established);
    if !is_refusal {
        let is_passed = !is_named && row.text(Role::Action).is_some();
        flow.known = flow.known.with_if(is_passed, Known::ONLY_BEGUN);
        return;
    }
    refuse(flow);
}

/// A row names the originator first, as far as can be seen: nothing comes from the port of a service to that of a client
/// first, unless its request was seen. A row of one direction says nothing of that.
fn note_direction(flow: &mut Flow) {
    if !flow.known.has(Known::BACKWARD) {
        return;
    }
    let is_answer = is_service(flow, flow.originator().1) && !is_service(flow, flow.responder().1);
    flow.known = flow.known.with_if(!is_answer || flow.saw_syn, Known::DIRECTION);
}

fn is_service(flow: &Flow, port: u16) -> bool {
    // Zero stands where the table has no port.
    port > 0 && matches!(flow.key.protocol, 6 | 17) && Protocol::is_service(flow.is_tcp(), port)
}

fn forward(flow: &mut Flow) -> &mut DirectionStats {
    let [low, high] = &mut flow.directions;
    if flow.is_low_originator { low } else { high }
}

/// Counts each flag once for a side; nothing tells how often it was there.
fn set_flags(flow: &mut Flow, is_forward: bool, flags: u8) {
    let [low, high] = &mut flow.directions;
    let side = if flow.is_low_originator == is_forward { low } else { high };
    for (bit, count) in side.flags.iter_mut().enumerate() {
        *count = (*count).max(u32::from(flags >> bit & 1));
    }
}
