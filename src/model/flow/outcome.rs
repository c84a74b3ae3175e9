//! The outcome of a first contact, like Zeek's conn_state.

/// What became of a first contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The other side answered, and both went on.
    Established,
    /// Answered, but the originator did not complete the handshake.
    HalfOpen,
    /// Refused: by a reset, an ICMP message, or a firewall log.
    Refused,
    /// No answer came, where it would have been recorded.
    Unanswered,
    /// A few packets without data in both directions, flags unknown: refused, half-open, or the rest of an older
    /// connection.
    Bare,
    /// Unknown: joined in the middle, or the record lacks the necessary values.
    Unknown,
}
