//! Reads the transport of a packet from a table whose columns name ports, flags and numbers one by one.

use super::roles::Row;
use crate::model::packet::tcp_flag;
use crate::model::rows::{CellValue, Role};

/// What is written of a TCP segment.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Segment {
    /// Source and target port.
    pub ports: (u16, u16),
    /// Flags; none where they are not written.
    pub flags: Option<u8>,
    /// Sequence number.
    pub sequence: Option<u32>,
    /// Acknowledgment number.
    pub acknowledgment: Option<u32>,
    /// Bytes of payload.
    pub length: Option<u32>,
    /// Window.
    pub window: Option<u16>,
}

/// What the columns of a row say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fields {
    /// A TCP segment.
    Tcp(Segment),
    /// Source and target port of a UDP datagram.
    Udp(u16, u16),
    /// Another protocol of IP, which has no ports.
    Other(u8),
}

/// The transport that a row's columns name; none if they name none. 0 stands for no port. `by_name` is the protocol of IP that
/// is usual for the one that the row names in words, given the ports.
pub fn transport(row: &Row<'_>, by_name: impl FnOnce((u16, u16)) -> Option<u8>) -> Option<Fields> {
    let ports = |from, to| Some((row.port(from), row.port(to))).filter(|ports| *ports != (0, 0));
    let number = row.number(Role::Protocol).filter(|number| (1.0..256.0).contains(number)).map(|number| number as u8);
    let of_tcp = ports(Role::SourcePort, Role::TargetPort);
    let of_udp = ports(Role::UdpSourcePort, Role::UdpTargetPort);
    // Where UDP has columns of its own, or the row has a sequence number, ports are those of TCP whatever they carry.
    let is_tcp =
        of_tcp.is_some() && (row.places.has(Role::UdpSourcePort) || row.value(Role::Sequence) != CellValue::Missing);
    let number = number.or(is_tcp.then_some(6)).or_else(|| by_name(of_tcp.unwrap_or_default()));
    match (of_tcp, of_udp, number) {
        // ICMP is told by the text beside it; ports are those of what it quotes.
        (_, _, Some(1 | 58)) => None,
        (None, Some((from, to)), _) | (Some((from, to)), _, Some(17)) => Some(Fields::Udp(from, to)),
        (Some(ports), _, None | Some(6)) => Some(Fields::Tcp(segment(row, ports))),
        (_, _, None | Some(6 | 17)) => None,
        (_, _, Some(other)) => Some(Fields::Other(other)),
    }
}

fn segment(row: &Row<'_>, ports: (u16, u16)) -> Segment {
    let count = |role| row.count(role).map(|count| count as u32);
    Segment {
        ports,
        flags: flags(row),
        sequence: count(Role::Sequence),
        acknowledgment: count(Role::Acknowledgment),
        length: count(Role::SegmentBytes),
        window: None,
    }
}

/// Flags as the number of their bits, or each in a column of its own.
fn flags(row: &Row<'_>) -> Option<u8> {
    let named = [
        (Role::Fin, tcp_flag::FIN),
        (Role::Syn, tcp_flag::SYN),
        (Role::Rst, tcp_flag::RST),
        (Role::Psh, tcp_flag::PSH),
        (Role::Ack, tcp_flag::ACK),
    ];
    let is_set = |role| {
        row.number(role).is_some_and(|number| number > 0.0)
            || matches!(row.text(role), Some(b"True" | b"Set" | b"true"))
    };
    let is_named = named.iter().any(|(role, _)| row.value(*role) != CellValue::Missing);
    let of_names = named.iter().fold(0, |flags, (role, bit)| if is_set(*role) { flags | bit } else { flags });
    row.number(Role::Flags).map(|bits| bits as u32 as u8).or(is_named.then_some(of_names))
}

#[cfg(test)]
mod tests {
    use super::super::roles::Places;
    use super::*;

    fn of(cells: &[(Role, f64)]) -> Option<Fields> {
        named(cells, None)
    }

    fn named(cells: &[(Role, f64)], by_name: Option<u8>) -> Option<Fields> {
        let mut places = Places::default();
        cells.iter().enumerate().for_each(|(place, (role, _))| places.add(*role, place, 0));
        let values: Vec<CellValue> = cells.iter().map(|(_, number)| CellValue::Number(*number)).collect();
        transport(&Row { bytes: b"", values: &values, places: &places }, |_| by_name)
    }

    #[test]
    fn columns_name_the_transport() {
        use Role::*;
        let tcp = [(SourcePort, 5000.0), (TargetPort, 80.0), (Syn, 1.0), (Ack, 0.0)];
        assert!(matches!(of(&tcp), Some(Fields::Tcp(Segment { ports: (5000, 80), flags: Some(2), .. }))));
        let udp = [(SourcePort, 0.0), (TargetPort, 0.0), (UdpSourcePort, 5000.0), (UdpTargetPort, 53.0)];
        assert_eq!(of(&udp), Some(Fields::Udp(5000, 53)));
        assert_eq!(of(&[(Protocol, 47.0), (SourcePort, 0.0)]), Some(Fields::Other(47)));
        assert_eq!(of(&[(Protocol, 1.0)]), None);
    }

    #[test]
    fn a_name_tells_whose_ports_they_are_where_no_column_does() {
        use Role::*;
        let ports = [(SourcePort, 5000.0), (TargetPort, 53.0)];
        assert_eq!(named(&ports, Some(17)), Some(Fields::Udp(5000, 53)));
        assert!(matches!(named(&ports, Some(6)), Some(Fields::Tcp(_))));
        assert_eq!([named(&ports, Some(1)), named(&[], Some(17))], [None; 2]);
        assert_eq!(named(&[], Some(89)), Some(Fields::Other(89)));
        assert_eq!(named(&[(UdpSourcePort, 5000.0), (UdpTargetPort, 53.0)], Some(1)), None, "a refusal quotes them");
        for more in [(Protocol, 6.0), (UdpSourcePort, 0.0), (Sequence, 1.0)] {
            assert!(matches!(named(&[&ports[..], &[more]].concat(), Some(17)), Some(Fields::Tcp(_))), "{more:?}");
        }
    }
}
