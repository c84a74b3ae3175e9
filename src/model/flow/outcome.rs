//! What became of a first contact.

/// What became of a first contact.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Outcome {
    /// The other side answered, and both went on.
    Established,
    /// Answered, but the originator did not complete the handshake.
    HalfOpen,
    /// Turned away: by a reset, an ICMP message, or a firewall that says so.
    Refused,
    /// No answer came, where it would have been recorded.
    Unanswered,
    /// A few packets without data went both ways. Which flags they had is not known: refused, half open, or the rest of an
    /// older connection.
    Bare,
    /// Cannot be said: joined in the middle, or the record does not have what would tell.
    Unknown,
}
