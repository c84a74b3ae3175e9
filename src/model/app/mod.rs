//! What applications say: the protocols by name, and the typed fields of their messages.

pub mod field;
pub mod field_id;
pub mod field_value;
pub mod kinds;
pub mod protocol;
