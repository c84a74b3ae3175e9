//! A value of a dimension in a few bytes, and its words.

use crate::model::Addr;
use crate::model::Severity;
use crate::model::app::protocol::{AppProto, Protocol};
use crate::model::explore::ValueKind;

/// A value of a dimension. Values that are none come behind all others.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
#[allow(missing_docs)]
pub enum Key {
    /// A place on an ordered scale.
    At(i64),
    Host(Addr),
    /// The smaller address first.
    Pair(Addr, Addr),
    Mac([u8; 6]),
    /// IP protocol and port of the responder.
    Port(u8, u16),
    Number(u64),
    /// Index among the names of the traffic.
    Name(u32),
    /// An application, and whether its content shows it; else only its port suggests it.
    App(AppProto, bool),
    Protocol(Protocol),
    Word(&'static str),
    /// Place among the findings.
    Finding(u32),
    Severity(Severity),
    /// A cell of a table.
    Cell(u64),
    /// There is no value.
    Nothing,
    /// It is not known.
    Unknown,
    /// What a limit leaves out.
    Others,
}

impl Key {
    /// Whether it is a value.
    pub fn kind(self) -> ValueKind {
        match self {
            Key::Nothing => ValueKind::Nothing,
            Key::Unknown => ValueKind::Unknown,
            Key::Others => ValueKind::Others,
            _ => ValueKind::Value,
        }
    }

    /// The name with an index; nothing for index 0, which is that of the empty one.
    pub fn name(index: u32) -> Key {
        if index == 0 { Key::Nothing } else { Key::Name(index) }
    }
}

/// Which end of a flow a value stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default)]
pub enum Side {
    /// The flow as a whole: what its originator sends goes out.
    #[default]
    Both,
    /// Its originator, or the side of it.
    Originator,
    /// Its responder, or the side of it.
    Responder,
}

impl Side {
    /// True if what the originator sends comes in.
    pub fn is_turned(self) -> bool {
        self == Side::Responder
    }
}
