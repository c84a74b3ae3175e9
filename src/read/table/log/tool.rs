//! The tools that write logs, by which their columns are called.

/// Who writes logs, and so what their columns are called.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Tool {
    /// Zeek, a log of its own for each kind, or all in one stream.
    Zeek,
    /// Suricata, all events in one stream.
    Eve,
    /// The Elastic Common Schema: Packetbeat, or Filebeat's modules for the other two.
    Ecs,
}
