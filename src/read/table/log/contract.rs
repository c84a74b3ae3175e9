//! The contract of a kind of log: how it is recognised, and which column becomes which field of which message.

use super::cells::Cells;
pub use super::cells::FieldForm;
use super::message::Messages;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::token::Token;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// A kind of log: a line in the register.
pub struct Log {
    /// Zeek's path of it, also the file's stem there: `ssl`.
    pub id: &'static str,
    /// Other words for it: Suricata's type of event, datasets of Elastic, older names.
    pub aliases: &'static [&'static str],
    /// Sets of Zeek's columns; a table with all of any set is such a log, where nothing else tells.
    pub marks: &'static [&'static [&'static str]],
    /// What its rows are.
    pub rows: Rows,
    /// The application that its connections carry, if it is always the same.
    pub protocol: Option<AppProto>,
    /// IP protocol of its connections where no column names it; 0 if it may be any.
    pub transport: u8,
    /// The messages of a row.
    pub messages: &'static [MessagePart],
    /// Columns that [`Log::more`] looks at.
    pub columns: &'static [Names],
    /// The column in which rows of another log are named that belong to the connection.
    pub refers: Names,
    /// Of a log of no connection: the column by which others name its rows, whose messages belong to theirs.
    pub named_by: Names,
    /// What takes more than a column: adds fields and messages to those that were read.
    pub more: Option<fn(&Cells<'_>, &mut Messages)>,
}

/// What the rows of a log are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Rows {
    /// Connections with counts of packets and bytes.
    Flows,
    /// Connections of one direction with counts.
    HalfFlows,
    /// What connections carried; nobody counted their packets.
    Messages,
    /// Something else, such as certificates, files or figures of the tool itself.
    Other,
}

/// Defaults for what a kind of log does not set: rows of messages without columns.
pub const COMMON: Log = Log {
    id: "",
    aliases: &[],
    marks: &[],
    rows: Rows::Messages,
    protocol: None,
    transport: 0,
    messages: &[],
    columns: &[],
    refers: names("", "", ""),
    named_by: names("", "", ""),
    more: None,
};

/// A message that a row tells of.
pub struct MessagePart {
    /// Who sends it.
    pub direction: Direction,
    /// What kind of message it is.
    pub message: Option<fn() -> Token>,
    /// Further fields of the message, which alone do not show that it was sent.
    pub given: &'static [Field],
    /// Fields of which any shows that it was sent.
    pub fields: &'static [Field],
}

/// A column that becomes a field.
pub struct Field {
    /// What it is about.
    pub id: FieldId,
    /// What it is made of.
    pub form: FieldForm,
    /// What the column is called.
    pub names: Names,
}

/// What a column is called by each tool; several names are separated by `|`; `_` and `.` are the same.
#[derive(Clone, Copy)]
pub struct Names {
    /// In Zeek's log of this kind.
    pub zeek: &'static str,
    /// In Suricata's EVE.
    pub eve: &'static str,
    /// In the Elastic Common Schema and Packetbeat.
    pub ecs: &'static str,
}

/// A message of the client.
pub const fn request(message: Option<fn() -> Token>, fields: &'static [Field]) -> MessagePart {
    MessagePart { direction: Direction::ToResponder, message, given: &[], fields }
}

/// A message of the server.
pub const fn answer(message: Option<fn() -> Token>, fields: &'static [Field]) -> MessagePart {
    MessagePart { direction: Direction::ToOriginator, message, given: &[], fields }
}

/// A field by the names of its column in Zeek's log, in EVE and in the Elastic Common Schema.
pub const fn field(id: FieldId, form: FieldForm, zeek: &'static str, eve: &'static str, ecs: &'static str) -> Field {
    Field { id, form, names: names(zeek, eve, ecs) }
}

/// A column by its names.
pub const fn names(zeek: &'static str, eve: &'static str, ecs: &'static str) -> Names {
    Names { zeek, eve, ecs }
}
