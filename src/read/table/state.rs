//! What tables say of TCP: counts of flags, flags as letters or a number, and the states of Argus, Zeek and Suricata.

use super::roles::Row;
use crate::model::Flow;
use crate::model::flow::TcpState;
use crate::model::packet::tcp_flag;
use crate::model::rows::Role;

/// Most packets of one side in an attempt that was refused: requests sent again, and the answers to them.
const MOST_REFUSED: u32 = 3;
/// CIC-IDS2017 counts the padding of an Ethernet frame as payload: six bytes a packet (Engelen et al., 2021).
const PADDING: u64 = 6;

/// By counts of flags, where the table has them, and by who sent what.
pub fn by_counts(row: &Row<'_>, flow: &mut Flow) {
    if !flow.is_tcp() {
        return;
    }
    let roles = [Role::Fin, Role::Syn, Role::Rst, Role::Psh, Role::Ack, Role::Urg, Role::Ece, Role::Cwr];
    let counts = roles.map(|role| row.count(role).map_or(0, |n| u32::try_from(n).unwrap_or(u32::MAX)));
    forward(flow).flags = counts;
    let [fin, _, rst, ..] = counts;
    let sent = flow.forward().payload_bytes();
    let returned = flow.backward().payload_bytes();
    let (n_sent, n_returned) = (flow.forward().packets, flow.backward().packets);
    let is_bare = sent <= PADDING * u64::from(n_sent) && returned <= PADDING * u64::from(n_returned);
    flow.saw_syn = true;
    flow.state = if n_returned == 0 {
        TcpState::Requested
    } else if is_bare && n_sent <= MOST_REFUSED && n_returned <= MOST_REFUSED && fin == 0 {
        TcpState::Refused
    } else if rst > 0 {
        TcpState::Reset
    } else if fin > 0 {
        TcpState::Closed
    } else {
        TcpState::Established
    };
}

/// By flags of the whole flow, as letters (`.A..SF`, `UAPRSF`) or as the number of the bits; one direction.
pub fn by_flags(row: &Row<'_>, flow: &mut Flow) {
    if !flow.is_tcp() {
        return;
    }
    let flags = match row.text(Role::Flags) {
        Some(text) => letters(text),
        None => row.number(Role::Flags).map_or(0, |bits| bits as u32 as u8),
    };
    set_flags(flow, true, flags);
    let has = |bit| flags & bit != 0;
    flow.saw_syn = has(tcp_flag::SYN);
    flow.state = match (has(tcp_flag::SYN), has(tcp_flag::ACK), has(tcp_flag::RST), has(tcp_flag::FIN)) {
        (false, _, true, _) if flow.backward().packets == 0 => TcpState::Unknown,
        (true, false, _, _) if flow.backward().packets == 0 => TcpState::Requested,
        // A request that was given up or refused: no data went either way.
        (true, _, true, false) if flow.packets() <= u64::from(MOST_REFUSED) => TcpState::Refused,
        (_, _, true, _) => TcpState::Reset,
        (_, _, _, true) => TcpState::Closed,
        (_, true, ..) => TcpState::Established,
        _ => TcpState::Unknown,
    };
}

/// Argus: flags of both sides as `FSPA_FSRPA`, or a state as `S0`, `CON`, `REQ`, `RST`, `FIN`.
pub fn argus(row: &Row<'_>, flow: &mut Flow) {
    let state = row.text(Role::State).unwrap_or_default();
    if state.starts_with(b"UR") {
        flow.is_unreachable = true;
    }
    if !flow.is_tcp() {
        return;
    }
    let has_answer = flow.backward().packets > 0;
    flow.saw_syn = true;
    flow.state = match state {
        b"REQ" | b"S0" | b"INT" => TcpState::Requested,
        b"RST" if flow.backward().payload_bytes() == 0 && flow.packets() <= 2 * u64::from(MOST_REFUSED) => {
            TcpState::Refused
        }
        b"RST" => TcpState::Reset,
        b"FIN" | b"CLO" => TcpState::Closed,
        b"CON" | b"ACC" | b"EST" => TcpState::Established,
        flags if flags.contains(&b'_') => {
            let mut sides = flags.split(|byte| *byte == b'_').map(letters);
            let (sent, returned) = (sides.next().unwrap_or(0), sides.next().unwrap_or(0));
            set_flags(flow, true, sent);
            set_flags(flow, false, returned);
            flow.saw_syn = sent & tcp_flag::SYN != 0;
            match (sent & tcp_flag::SYN != 0, returned) {
                (true, 0) => TcpState::Requested,
                (_, answer) if answer & tcp_flag::RST != 0 && answer & tcp_flag::SYN == 0 && flow.saw_syn => {
                    TcpState::Refused
                }
                _ if (sent | returned) & tcp_flag::RST != 0 => TcpState::Reset,
                _ if sent & returned & tcp_flag::FIN != 0 => TcpState::Closed,
                _ => TcpState::Established,
            }
        }
        _ if has_answer => TcpState::Established,
        _ => TcpState::Requested,
    };
}

/// Zeek's conn_state, whose meanings its documentation lists.
pub fn zeek(row: &Row<'_>, flow: &mut Flow) {
    if !flow.is_tcp() {
        return;
    }
    let state = row.text(Role::State).unwrap_or_default();
    flow.state = match state {
        b"S0" | b"RSTOS0" | b"SH" => TcpState::Requested,
        b"REJ" => TcpState::Refused,
        b"S1" | b"S2" | b"S3" => TcpState::Established,
        b"SF" => TcpState::Closed,
        b"RSTO" | b"RSTR" => TcpState::Reset,
        _ => TcpState::Unknown,
    };
    flow.saw_syn = !matches!(state, b"OTH" | b"SHR" | b"RSTRH" | b"");
    // Upper case letters of the history are the originator's: s, h, f, r for SYN, SYN-ACK, FIN, RST; d for data.
    let history = row.text(Role::History).unwrap_or_default();
    for (letter, bit) in [(b's', tcp_flag::SYN), (b'f', tcp_flag::FIN), (b'r', tcp_flag::RST), (b'd', tcp_flag::PSH)] {
        if history.contains(&letter.to_ascii_uppercase()) {
            set_flags(flow, true, bit);
        }
        if history.contains(&letter) {
            set_flags(flow, false, bit);
        }
    }
    if history.contains(&b'A') {
        set_flags(flow, true, tcp_flag::ACK);
    }
}

/// Suricata: `new`, `established`, `closed`, and the flags of both sides as hexadecimal text.
pub fn suricata(row: &Row<'_>, flow: &mut Flow) {
    if !flow.is_tcp() {
        return;
    }
    let text = row.text(Role::Flags).and_then(|text| std::str::from_utf8(text).ok());
    let bits = text.and_then(|text| u8::from_str_radix(text.trim_start_matches("0x"), 16).ok());
    let flags = bits.or(row.number(Role::Flags).map(|bits| bits as u32 as u8)).unwrap_or(tcp_flag::SYN);
    set_flags(flow, true, flags);
    let has_answer = flow.backward().packets > 0;
    flow.saw_syn = flags & tcp_flag::SYN != 0;
    flow.state = match row.text(Role::State).unwrap_or_default() {
        _ if !has_answer => TcpState::Requested,
        b"new" if flags & tcp_flag::RST != 0 => TcpState::Refused,
        b"closed" if flags & tcp_flag::RST != 0 && flow.backward().packets <= MOST_REFUSED && flow.packets() <= 4 => {
            TcpState::Refused
        }
        b"closed" => TcpState::Closed,
        b"established" => TcpState::Established,
        _ => TcpState::Answered,
    };
}

/// Flags as letters, in any order; dots and digits say nothing.
fn letters(text: &[u8]) -> u8 {
    text.iter().fold(0, |flags, letter| {
        flags
            | match letter.to_ascii_uppercase() {
                b'F' => tcp_flag::FIN,
                b'S' => tcp_flag::SYN,
                b'R' => tcp_flag::RST,
                b'P' => tcp_flag::PSH,
                b'A' => tcp_flag::ACK,
                b'U' => tcp_flag::URG,
                b'E' => tcp_flag::ECE,
                b'C' | b'W' => tcp_flag::CWR,
                _ => 0,
            }
    })
}

fn forward(flow: &mut Flow) -> &mut crate::model::DirectionStats {
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
