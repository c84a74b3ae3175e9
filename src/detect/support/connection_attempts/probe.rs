//! The kinds of probe of a contact, and its possible outcomes.

/// How a contact was tried.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub enum Probe {
    /// A TCP connection request.
    Syn,
    /// A TCP connection, whose request was not seen because the record has no flags.
    Connection,
    /// TCP with FIN alone, which no proper stack sends first (RFC 9293: all but the first segment carry ACK).
    Fin,
    /// TCP without any flag.
    Null,
    /// TCP with FIN, PSH and URG but no ACK.
    Xmas,
    /// A lone ACK that was answered by a reset.
    Ack,
    /// A lone FIN and ACK that was answered by a reset, as after a connection that never was (Maimon's scan).
    Maimon,
    /// A UDP datagram.
    Udp,
    /// An ICMP echo request.
    Echo,
}

impl Probe {
    /// As a scan of this kind is called; empty where that was not seen.
    pub fn name(self) -> &'static str {
        match self {
            Probe::Syn => "SYN",
            Probe::Connection => "",
            Probe::Fin => "FIN",
            Probe::Null => "NULL",
            Probe::Xmas => "Xmas",
            Probe::Ack => "ACK",
            Probe::Maimon => "Maimon",
            Probe::Udp => "UDP",
            Probe::Echo => "ping",
        }
    }
}

/// What became of it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// Answered.
    Success,
    /// Answered, but the source never completed the handshake: it only wanted to know.
    HalfOpen,
    /// Refused, or silence where an answer is due.
    Failure,
    /// Silence of UDP: may be normal.
    Silence,
    /// A few packets without data in both directions, flags unknown.
    Bare,
}

impl Outcome {
    /// True where the source got what an ordinary client wants.
    pub fn is_success(self) -> bool {
        self == Outcome::Success
    }

    /// True for a try in vain; what came of a bare exchange is not known.
    pub fn is_vain(self) -> bool {
        !matches!(self, Outcome::Success | Outcome::Bare)
    }
}

/// Several ways of trying, as a set of bits.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct Probes(u16);

impl Probes {
    const ALL: [Probe; 9] = [
        Probe::Syn,
        Probe::Connection,
        Probe::Fin,
        Probe::Null,
        Probe::Xmas,
        Probe::Ack,
        Probe::Maimon,
        Probe::Udp,
        Probe::Echo,
    ];

    /// Adds all of the other set.
    pub fn merge(&mut self, other: Probes) {
        self.0 |= other.0;
    }

    /// What is in the set.
    pub fn iter(self) -> impl Iterator<Item = Probe> {
        Probes::ALL.into_iter().filter(move |probe| self.0 & (1 << *probe as u8) != 0)
    }

    /// Those that were seen, for people, in brackets behind a space: ` (SYN, FIN)`; empty if none was.
    pub fn in_brackets(self) -> String {
        let names: Vec<&str> = self.iter().map(Probe::name).filter(|name| !name.is_empty()).collect();
        if names.is_empty() { String::new() } else { format!(" ({})", names.join(", ")) }
    }
}

impl From<Probe> for Probes {
    fn from(probe: Probe) -> Probes {
        Probes(1 << probe as u8)
    }
}
