//! DCE/RPC calls (C706, chapter 12; MS-RPCE): which interface is bound and which function called. Over TCP and in named pipes.

mod interfaces;

use crate::decode::app::support::bytes;
use crate::decode::app::support::bytes::le16;
use crate::decode::app::support::bytes::le32;
use crate::decode::app::support::gss;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::directory::RpcFault;
use interfaces::Interface;
use std::fmt;

/// Bytes that every call begins with.
pub const HEAD_BYTES: usize = 16;

// Types of calls.
const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
const BIND: u8 = 11;
const BIND_NAK: u8 = 13;
const ALTER: u8 = 14;
const LAST_TYPE: u8 = 19;
/// Bit of the data representation: numbers have their low bytes first.
const LOW_BYTES_FIRST: u8 = 0x10;
/// Most contexts of a connection that are remembered, and interfaces of a bind that become facts.
const MOST_CONTEXTS: usize = 32;
/// Names by type of the call.
const TYPES: [&str; 20] = [
    "request",
    "ping",
    "response",
    "fault",
    "working",
    "nocall",
    "reject",
    "ack",
    "cl_cancel",
    "fack",
    "cancel_ack",
    "bind",
    "bind_ack",
    "bind_nak",
    "alter_context",
    "alter_context_resp",
    "auth3",
    "shutdown",
    "cancel",
    "orphaned",
];

/// Length of the fragment that begins here; none if there is none.
pub fn length(bytes: &[u8]) -> Option<usize> {
    let [5, 0 | 1, 0..=LAST_TYPE, _, LOW_BYTES_FIRST, _, 0, 0, ..] = bytes else { return None };
    let length = usize::from(le16(bytes, 8)?);
    let auth = usize::from(le16(bytes, 10)?);
    (bytes.len() >= HEAD_BYTES && length >= HEAD_BYTES + auth).then_some(length)
}

/// What kind of call a fragment is.
pub fn kind(fragment: &[u8]) -> &'static str {
    fragment.get(2).and_then(|kind| TYPES.get(usize::from(*kind))).copied().unwrap_or("")
}

/// The interfaces that were bound on a connection, by pipe and number of the context.
#[derive(Default)]
pub struct Calls {
    contexts: Vec<(u64, u16, Interface)>,
}

impl Calls {
    /// Reads the fragment that begins here as far as it is there; `pipe` tells the pipes of a connection apart.
    pub fn read(&mut self, fragment: &[u8], pipe: u64, fields: &mut FieldBuffer) {
        let Some(kind) = fragment.get(2).copied() else { return };
        match kind {
            BIND | ALTER => self.bind(fragment, pipe, fields),
            REQUEST => self.request(fragment, pipe, fields),
            FAULT => {
                if let Some(status) = le32(fragment, 24) {
                    fields.format(FieldId::Error, format_args!("{:#010x}", status));
                }
            }
            BIND_NAK => fields.token(FieldId::Error, RpcFault::BindRefused),
            RESPONSE => {}
            _ => auth(fragment, fields),
        }
    }

    fn bind(&mut self, fragment: &[u8], pipe: u64, fields: &mut FieldBuffer) {
        let n_contexts = fragment.get(24).copied().unwrap_or(0);
        let mut at = 28;
        for _ in 0..usize::from(n_contexts).min(MOST_CONTEXTS) {
            let (Some(context), Some(n_transfers)) = (le16(fragment, at), fragment.get(at + 2)) else { break };
            let Some(id) = bytes::from(fragment, at + 4).first_chunk::<16>() else { break };
            let interface = Interface::new(*id);
            fields.format(FieldId::Service, interface);
            if self.contexts.len() >= MOST_CONTEXTS {
                self.contexts.remove(0);
            }
            self.contexts.retain(|known| (known.0, known.1) != (pipe, context));
            self.contexts.push((pipe, context, interface));
            at += 24 + 20 * usize::from(*n_transfers);
        }
        auth(fragment, fields);
    }

    fn request(&self, fragment: &[u8], pipe: u64, fields: &mut FieldBuffer) {
        let (Some(context), Some(number)) = (le16(fragment, 20), le16(fragment, 22)) else { return };
        let known = self.contexts.iter().find(|known| (known.0, known.1) == (pipe, context));
        match known {
            Some((_, _, interface)) => match interface.function(number) {
                Some(function) => fields.token(FieldId::Function, function),
                None => fields.format(FieldId::Function, Numbered(interface, number)),
            },
            None => fields.number(FieldId::Function, u64::from(number)),
        }
    }
}

struct Numbered<'a>(&'a Interface, u16);

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

/// The log-in at the end of a fragment (MS-RPCE, section 2.2.2.11).
fn auth(fragment: &[u8], fields: &mut FieldBuffer) {
    let (Some(length), Some(auth)) = (le16(fragment, 8), le16(fragment, 10)) else { return };
    if auth > 0 && length > auth {
        gss::read(bytes::part(fragment, usize::from(length - auth), usize::from(auth)), fields);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::field::FieldValue;
    use crate::model::app::kinds::directory::RpcFunction;

    /// A bind to svcctl, then its function 12.
    const BIND: &[u8] = b"\x05\0\x0b\x03\x10\0\0\0\x48\0\0\0\x01\0\0\0\xb8\x10\xb8\x10\0\0\0\0\x01\0\0\0\0\0\x01\0\
        \x81\xbb\x7a\x36\x44\x98\xf1\x35\xad\x32\x98\xf0\x38\0\x10\x03\x02\0\0\0\
        \x04\x5d\x88\x8a\xeb\x1c\xc9\x11\x9f\xe8\x08\0\x2b\x10\x48\x60\x02\0\0\0";
    const REQUEST: &[u8] = b"\x05\0\0\x03\x10\0\0\0\x18\0\0\0\x02\0\0\0\0\0\0\0\0\0\x0c\0";

    #[test]
    fn the_interface_and_the_function_are_named_and_no_prefix_panics() {
        assert_eq!((length(BIND), length(REQUEST), length(b"\x05\0\x0b")), (Some(72), Some(24), None));
        let (mut calls, mut fields) = (Calls::default(), FieldBuffer::default());
        calls.read(BIND, 7, &mut fields);
        calls.read(REQUEST, 7, &mut fields);
        calls.read(REQUEST, 8, &mut fields);
        let said: Vec<_> = fields.iter().collect();
        assert!(said.contains(&(FieldId::Service, FieldValue::Text("svcctl"))));
        assert!(said.contains(&(FieldId::Function, RpcFunction::CreateServiceW.into())));
        assert!(said.contains(&(FieldId::Function, FieldValue::Number(12))));
        for end in 0..BIND.len() {
            calls.read(&BIND[..end], 7, &mut fields);
        }
    }
}
