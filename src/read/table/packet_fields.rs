//! The columns of a table of packets that name ports, flags and numbers each on its own, to what they say of the transport.

use super::roles::Row;
use crate::model::packet::tcp_flag;
use crate::model::rows::Role;

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

/// The transport that a row's columns name; none if they name none. 0 stands for no port.
pub fn transport(row: &Row<'_>) -> Option<Fields> {
    let ports = |from, to| Some((row.port(from), row.port(to))).filter(|ports| *ports != (0, 0));
    let number = row.number(Role::Protocol).filter(|number| (1.0..256.0).contains(number)).map(|number| number as u8);
    let of_tcp = ports(Role::SourcePort, Role::TargetPort);
    match (of_tcp, ports(Role::UdpSourcePort, Role::UdpTargetPort)) {
        (None, Some((from, to))) => Some(Fields::Udp(from, to)),
        (Some((from, to)), _) if number == Some(17) => Some(Fields::Udp(from, to)),
        (Some(ports), _) => Some(Fields::Tcp(segment(row, ports))),
        // ICMP is told by the text beside it.
        (None, None) => number.filter(|number| !matches!(number, 1 | 6 | 17 | 58)).map(Fields::Other),
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
    let is_named = named.iter().any(|(role, _)| row.places.has(*role));
    let of_names = named.iter().fold(0, |flags, (role, bit)| if is_set(*role) { flags | bit } else { flags });
    row.number(Role::Flags).map(|bits| bits as u32 as u8).or(is_named.then_some(of_names))
}

#[cfg(test)]
mod tests {
    use super::super::roles::Places;
    use super::*;
    use crate::model::rows::CellValue;

    fn of(cells: &[(Role, f64)]) -> Option<Fields> {
        let mut places = Places::default();
        cells.iter().enumerate().for_each(|(place, (role, _))| places.add(*role, place, 0));
        let values: Vec<CellValue> = cells.iter().map(|(_, number)| CellValue::Number(*number)).collect();
        transport(&Row { bytes: b"", values: &values, places: &places })
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
}
