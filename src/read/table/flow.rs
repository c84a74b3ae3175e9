//! A row with addresses and a time to a flow.

use super::dialect::{Entry, Unit};
use super::roles::{MOST_COUNT, Row};
use super::state;
use crate::model::Flow;
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::flow::moments::Moments;
use crate::model::flow::{DirectionStats, FlowKey, Known};
use crate::model::format::time;
use crate::model::rows::{CellValue, Role};

/// Units of durations and gaps.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Units {
    /// Of durations.
    pub durations: Unit,
    /// Of gaps between packets.
    pub gaps: Unit,
}

/// Where the ports of both ends stand.
const ENDS: [[Role; 3]; 2] =
    [[Role::SourcePort, Role::UdpSourcePort, Role::Source], [Role::TargetPort, Role::UdpTargetPort, Role::Target]];

/// The flow of a row; none if an address or the time is missing, or if it is not IP. What the row does not say stays unknown.
pub fn build(row: &Row<'_>, entry: &Entry, units: Units, number: u64) -> Option<Flow> {
    let (source, target) = (row.host(Role::Source)?, row.host(Role::Target)?);
    let protocol = protocol(row)?;
    let first_ns = row.moment(Role::Start)?;
    let duration_ns = row.number(Role::Duration).map(|duration| (duration * units.durations.ns()).round() as i64);
    let end_ns = row.moment(Role::End).filter(|end| *end >= first_ns);
    let last_ns = match (duration_ns, end_ns) {
        (Some(duration), _) if duration >= 0 => first_ns.saturating_add(duration).min(time::FURTHEST_NS),
        (_, Some(end)) => end,
        _ => first_ns,
    };
    let ports = ENDS.map(|end| row.port_of(end));
    let (from, to) = ((source, ports[0]), (target, ports[1]));
    let is_low_originator = from <= to;
    let (low, high) = if is_low_originator { (from, to) } else { (to, from) };
    let key = FlowKey { low: low.0, high: high.0, low_port: low.1, high_port: high.1, vlan: 0, protocol };
    let (forward, backward, of_sides) = sides(row, units, protocol, first_ns, last_ns);
    // A tool whose rows have one direction fills the columns of the other with zeros.
    let lacks_answers = entry.is_one_way && backward.packets == 0 && backward.bytes == 0;
    let of_sides = if lacks_answers { of_sides.without(Known::BACKWARD) } else { of_sides };
    let micros = |role| row.number(role).map(|gap| gap * units.gaps.ns() / 1e3);
    let n_gaps = forward.packets.saturating_add(backward.packets).saturating_sub(1);
    let mean = micros(Role::GapMean).unwrap_or((last_ns - first_ns) as f64 / 1e3 / f64::from(n_gaps.max(1)));
    let ends = (micros(Role::GapMin).unwrap_or(mean), micros(Role::GapMax).unwrap_or(mean));
    let gap = Moments::from_parts(n_gaps, mean, micros(Role::GapDeviation).unwrap_or(0.0), ends);
    let is_tcp = protocol == 6;
    let by_port = || matches!(protocol, 6 | 17).then(|| Protocol::from_port(is_tcp, to.1)).flatten();
    let by_name = row.text(Role::Service).and_then(service);
    let has_ports = matches!(protocol, 6 | 17 | 33 | 132 | 136 | Protocol::NOT_KNOWN);
    let known = of_sides
        .with_if(protocol != Protocol::NOT_KNOWN, Known::PROTOCOL)
        .with_if(
            !has_ports
                || row.number(Role::SourcePort).and(row.number(Role::TargetPort)).is_some()
                || ports.iter().all(|port| *port > 0),
            Known::PORTS,
        )
        .with_if(row.number(Role::GapMean).is_some(), Known::GAPS)
        .with_if(duration_ns.is_some_and(|ns| ns >= 0) || end_ns.is_some(), Known::DURATION);
    let directions = if is_low_originator { [forward, backward] } else { [backward, forward] };
    let mut flow = Flow {
        known,
        app: by_name.or_else(by_port),
        is_app_certain: by_name.is_some(),
        first_packet: number,
        gap,
        // Zeek writes type and code of ICMP where the ports stand.
        icmp: (protocol == 1 || protocol == 58).then_some((from.1 as u8, to.1 as u8)),
        ..Flow::new(key, is_low_originator, (first_ns, last_ns), directions)
    };
    (entry.state)(row, &mut flow);
    state::action(row, &mut flow);
    Some(flow)
}

/// The IP protocol number; [`Protocol::NOT_KNOWN`] where the row does not tell it, none for what is not IP.
fn protocol(row: &Row<'_>) -> Option<u8> {
    let has_flags = || {
        let counts = [Role::Syn, Role::Fin, Role::Ack].iter().any(|role| row.count(*role).is_some_and(|n| n > 0));
        counts || row.text(Role::Flags).is_some_and(|text| text.contains(&b'S'))
    };
    match row.value(Role::Protocol) {
        CellValue::Number(number) if (0.0..256.0).contains(&number) => Some(number as u8),
        CellValue::Text(..) => by_name(row.text(Role::Protocol)?),
        // Only TCP has such flags.
        _ if has_flags() => Some(6),
        // Where datagrams have columns of ports of their own, the others are those of TCP.
        _ if row.places.has(Role::UdpSourcePort) && row.port(Role::UdpTargetPort) > 0 => Some(17),
        _ if row.places.has(Role::UdpSourcePort) && row.port(Role::TargetPort) > 0 => Some(6),
        _ => Some(Protocol::NOT_KNOWN),
    }
}

/// IP protocols by their names.
const BY_NAME: &[(&[u8], u8)] = &[
    (b"tcp", 6),
    (b"t", 6),
    (b"udp", 17),
    (b"u", 17),
    (b"icmp", 1),
    (b"icmp6", 58),
    (b"ipv6-icmp", 58),
    (b"icmpv6", 58),
    (b"igmp", 2),
    (b"gre", 47),
    (b"esp", 50),
    (b"ah", 51),
    (b"sctp", 132),
    (b"ospf", 89),
    (b"pim", 103),
    (b"ipip", 4),
    (b"ipnip", 4),
    (b"ipv6", 41),
    (b"udplite", 136),
];

/// Names of what is not IP.
const NOT_IP: &[&[u8]] =
    &[b"arp", b"rarp", b"llc", b"stp", b"lldp", b"cdp", b"ipx", b"ether", b"ethernet", b"loop", b"eapol", b"man"];

/// An IP protocol by its name; none for the names of what is not IP.
pub fn by_name(name: &[u8]) -> Option<u8> {
    if let Some(number) = number_of(name).or_else(|| number_and_name(name)) {
        return Some(number);
    }
    // With the service behind it: `tcp/https`.
    if let Some(at) = name.iter().position(|byte| *byte == b'/').filter(|at| *at > 0) {
        return by_name(name.get(..at)?);
    }
    let is_other = NOT_IP.iter().any(|known| known.eq_ignore_ascii_case(name));
    (!is_other).then_some(Protocol::NOT_KNOWN)
}

/// The number of a protocol that is called just so.
fn number_of(name: &[u8]) -> Option<u8> {
    BY_NAME.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, number)| *number)
}

/// A protocol written as number and name, as a number in another form, or as systems define it: `6 (tcp)`, `TCP(6)`, `17/UDP`,
/// `0x06`, `IPPROTO_TCP`.
fn number_and_name(name: &[u8]) -> Option<u8> {
    let is_prefixed = |front: &[u8]| name.get(..front.len()).is_some_and(|own| own.eq_ignore_ascii_case(front));
    if is_prefixed(b"0x") {
        return u8::from_str_radix(std::str::from_utf8(name.get(2..)?).ok()?, 16).ok();
    }
    if is_prefixed(b"ipproto_") {
        return number_of(name.get(8..)?);
    }
    // A number is one of the parts: the service behind a name is none.
    let is_part = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-';
    let mut parts = name.split(|byte| !is_part(byte)).filter(|part| !part.is_empty());
    let (first, second) = (parts.next()?, parts.next()?);
    let number = |part: &[u8]| std::str::from_utf8(part).ok()?.parse::<u8>().ok();
    match (number(first), number(second), parts.next()) {
        (Some(n), _, None) if number_of(second) == Some(n) => Some(n),
        (None, Some(n), None) if number_of(first) == Some(n) => Some(n),
        _ => None,
    }
}

/// Applications that tables call otherwise than they are called here.
const SERVICES: &[(&str, &str)] = &[
    ("ssl", "TLS"),
    ("https", "TLS"),
    ("ftp-data", "FTP data"),
    ("ftp_data", "FTP data"),
    ("krb_tcp", "Kerberos"),
    ("krb", "Kerberos"),
];

/// An application by the name that a table gives it: `http`, `TLS.YouTube`, `ssl`.
fn service(name: &[u8]) -> Option<AppProto> {
    let name = std::str::from_utf8(name).ok()?;
    let name = name.split(['.', ',', '/']).next().unwrap_or(name);
    let known = SERVICES.iter().find(|(other, _)| other.eq_ignore_ascii_case(name));
    let name = known.map_or(name, |(_, ours)| ours);
    AppProto::ALL.iter().copied().find(|named| named.name().eq_ignore_ascii_case(name))
}

/// Figures of both directions, and which of them were measured.
fn sides(
    row: &Row<'_>,
    units: Units,
    protocol: u8,
    first_ns: i64,
    last_ns: i64,
) -> (DirectionStats, DirectionStats, Known) {
    use Role::*;
    let total_packets = row.count(Packets);
    let total_bytes = row.count(Bytes);
    let fwd_bytes = row.count(FwdBytes).or_else(|| {
        let is_of_side = [BwdBytes, FwdPayload, BwdPayload].into_iter().any(|role| row.count(role).is_some());
        by_packets(total_bytes?, row.count(FwdPackets)?, row.count(BwdPackets)?).filter(|_| !is_of_side)
    });
    let bwd_bytes = row.count(BwdBytes).or_else(|| Some(total_bytes?.saturating_sub(fwd_bytes?)));
    let fwd_packets = row.count(FwdPackets).or_else(|| split(total_packets?, fwd_bytes, total_bytes));
    let bwd_packets = row.count(BwdPackets).or_else(|| {
        let is_split = row.count(FwdPackets).or(fwd_bytes).is_some();
        Some(total_packets?.saturating_sub(fwd_packets?)).filter(|_| is_split)
    });
    let (fwd_payload, bwd_payload) = (row.count(FwdPayload), row.count(BwdPayload));
    let forward = Side {
        packets: fwd_packets,
        bytes: fwd_bytes.or(if bwd_bytes.is_none() { total_bytes } else { None }),
        payload: fwd_payload,
        data: row.count(FwdDataPackets),
        header: row.count(FwdHeader),
        lengths: [FwdLengthMean, FwdLengthDeviation, FwdLengthMin, FwdLengthMax],
        gaps: [FwdGapMean, FwdGapDeviation, FwdGapMin, FwdGapMax],
        window: row.number(FwdWindow),
    };
    let backward = Side {
        packets: bwd_packets,
        bytes: bwd_bytes,
        payload: bwd_payload,
        data: None,
        header: row.count(BwdHeader),
        lengths: [BwdLengthMean, BwdLengthDeviation, BwdLengthMin, BwdLengthMax],
        gaps: [BwdGapMean, BwdGapDeviation, BwdGapMin, BwdGapMax],
        window: row.number(BwdWindow),
    };
    let has_payload = fwd_payload.or(bwd_payload).is_some() || row.number(FwdLengthMean).is_some();
    let has_backward = bwd_packets.or(bwd_bytes).or(bwd_payload).is_some();
    let has_forward = row.count(FwdPackets).or(fwd_bytes).or(fwd_payload).is_some();
    let has_bytes = total_bytes.or(forward.bytes).or(bwd_bytes).is_some() || (has_payload && fwd_packets.is_some());
    let known = Known::NOTHING
        .with_if(fwd_packets.is_some(), Known::PACKETS)
        .with_if(has_bytes, Known::BYTES)
        .with_if(has_payload, Known::PAYLOAD)
        .with_if(row.number(FwdLengthMax).is_some(), Known::SIZES)
        .with_if(row.count(FwdHeader).is_some(), Known::HEADERS)
        .with_if(row.number(FwdWindow).is_some(), Known::WINDOWS)
        .with_if(row.count(FwdDataPackets).is_some(), Known::DATA_PACKETS)
        .with_if(has_forward, Known::FORWARD)
        .with_if(has_backward, Known::BACKWARD);
    let made = |side: Side| side.direction(row, units, protocol, (first_ns, last_ns));
    (made(forward), made(backward), known)
}

/// How many of the packets go forward, by the share of bytes; each side that has bytes has a packet.
fn split(packets: u64, fwd_bytes: Option<u64>, bytes: Option<u64>) -> Option<u64> {
    let (Some(forward), Some(bytes)) = (fwd_bytes, bytes) else { return Some(packets) };
    if packets < 2 || bytes == 0 || forward >= bytes {
        return Some(packets);
    }
    let share = (packets as f64 * forward as f64 / bytes as f64).round() as u64;
    Some(share.clamp(u64::from(forward > 0), packets - 1))
}

/// How many of the bytes go forward, by the share of packets, where the packets of each side are known and bytes only together.
fn by_packets(bytes: u64, forward: u64, backward: u64) -> Option<u64> {
    let packets = forward.checked_add(backward).filter(|packets| *packets > 0)?;
    Some((bytes as f64 * forward as f64 / packets as f64).round() as u64)
}

struct Side {
    packets: Option<u64>,
    bytes: Option<u64>,
    payload: Option<u64>,
    data: Option<u64>,
    header: Option<u64>,
    lengths: [Role; 4],
    gaps: [Role; 4],
    window: Option<f64>,
}

/// Most packets of one direction that are believed, so that those of both can be added.
const MOST_PACKETS: u32 = u32::MAX / 2;

/// Ethernet and IPv4 header, which flow tables mostly leave out of payload and count in bytes.
const LOWER_HEADERS: u64 = 34;

impl Side {
    fn direction(self, row: &Row<'_>, units: Units, protocol: u8, (first_ns, last_ns): (i64, i64)) -> DirectionStats {
        let packets = self.packets.unwrap_or(0);
        let n = u32::try_from(packets).unwrap_or(MOST_PACKETS).min(MOST_PACKETS);
        let header_each: u64 = match protocol {
            6 => 20,
            17 | 1 | 58 => 8,
            _ => 0,
        };
        let header_bytes = self.header.unwrap_or(header_each * packets);
        let lower = LOWER_HEADERS * packets;
        let payload = self.payload.or_else(|| {
            let of_mean = row.number(self.lengths[0]);
            let of_mean = of_mean.map(|mean| ((mean * packets as f64).round() as u64).min(MOST_COUNT));
            of_mean.or_else(|| Some(self.bytes?.saturating_sub(header_bytes + lower)))
        });
        let payload = payload.unwrap_or(0);
        let bytes = self.bytes.unwrap_or(payload + header_bytes + lower);
        let [mean, deviation, min, max] = self.lengths.map(|role| row.number(role));
        // Payload of packets that nobody counted was in one at least.
        let n_sizes = if n == 0 && payload > 0 { 1 } else { n };
        let of_payload = payload as f64 / packets.max(1) as f64;
        let ends = (min.unwrap_or(of_payload), max.unwrap_or(mean.unwrap_or(of_payload)));
        let micros = |role: Role| row.number(role).map(|gap| gap * units.gaps.ns() / 1e3);
        let [gap_mean, gap_deviation, gap_min, gap_max] = self.gaps.map(micros);
        let n_gaps = n.saturating_sub(1);
        let gap = gap_mean.unwrap_or((last_ns - first_ns) as f64 / 1e3 / f64::from(n_gaps.max(1)));
        let data =
            self.data.map_or(if payload > 0 { n_sizes } else { 0 }, |data| u32::try_from(data).unwrap_or(u32::MAX));
        DirectionStats {
            packets: n,
            data_packets: data.min(n_sizes),
            bytes,
            header_bytes,
            first_ns,
            last_ns,
            payload: Moments::from_parts(n_sizes, of_payload, deviation.unwrap_or(0.0), ends),
            gap: Moments::from_parts(
                n_gaps,
                gap,
                gap_deviation.unwrap_or(0.0),
                (gap_min.unwrap_or(gap), gap_max.unwrap_or(gap)),
            ),
            initial_window: self.window.filter(|w| protocol == 6 && (0.0..=65_535.0).contains(w)).map(|w| w as u16),
            header_min: header_each as u8,
            ..DirectionStats::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_are_split_by_bytes_and_a_lone_one_goes_forward() {
        let split = |packets, forward, bytes| split(packets, Some(forward), Some(bytes));
        assert_eq!(split(10, 300, 1000), Some(3));
        assert_eq!([split(10, 1, 1000), split(10, 999, 1000)], [Some(1), Some(9)], "each side that has bytes has one");
        assert_eq!([split(0, 5, 9), split(1, 5, 9), split(2, 5, 9)], [Some(0), Some(1), Some(1)]);
    }
}
