//! The value of a field of an application message: a number, text borrowed from the packet, an address, a time, or a
//! token for one of a few values.

use crate::model::app::kinds::token::{Kind, Token};
use crate::model::net::addr::mac_text;
use std::fmt;
use std::net::IpAddr;

/// The value of a field.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum FieldValue<'a> {
    /// A number, in the unit of its field.
    Number(u64),
    /// Text from the message; invalid UTF-8 is replaced.
    Text(&'a str),
    /// One of a few values: an enum of `model::app::kinds`.
    Token(Token),
    /// An IP address, in the family in which it was sent.
    Addr(IpAddr),
    /// An Ethernet address.
    Mac([u8; 6]),
    /// Seconds since 1970 UTC: certificates are valid until the year 9999, where nanoseconds do not reach.
    Time(i64),
}

impl<K: Kind> From<K> for FieldValue<'_> {
    fn from(kind: K) -> Self {
        FieldValue::Token(kind.into())
    }
}

/// As it is exported; a time as its seconds.
impl fmt::Display for FieldValue<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            FieldValue::Number(number) => number.fmt(f),
            FieldValue::Text(text) => f.write_str(text),
            FieldValue::Token(token) => f.write_str(token.label()),
            FieldValue::Addr(address) => address.fmt(f),
            FieldValue::Mac(address) => f.write_str(&mac_text(*address)),
            FieldValue::Time(seconds) => seconds.fmt(f),
        }
    }
}
