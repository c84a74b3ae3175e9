//! DCE/RPC calls (C706, chapter 12; MS-RPCE): which interface is bound and which function called. Over TCP and in named pipes.

mod fragment;
mod guess;
mod interfaces;
mod stub;

pub use fragment::{Fragment, HEAD_BYTES};
pub use guess::pipe;

use crate::decode::app::support::gss;
use crate::model::app::field::{FieldBuffer, FieldId};
use crate::model::app::kinds::directory::RpcFault;
use guess::Called;
use interfaces::Interface;
use std::fmt;

// Types of calls.
const REQUEST: u8 = 0;
const RESPONSE: u8 = 2;
const FAULT: u8 = 3;
const BIND: u8 = 11;
const BIND_NAK: u8 = 13;
const ALTER: u8 = 14;
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

/// What kind of call a fragment is.
pub fn kind(fragment: &Fragment<'_>) -> &'static str {
    TYPES.get(usize::from(fragment.kind)).copied().unwrap_or("")
}

/// Where a fragment is: which pipe of a connection, and which well-known one that is, if it was opened by name.
#[derive(Clone, Copy, Default)]
pub struct Pipe {
    /// Tells the pipes of a connection apart.
    pub file: u64,
    /// Its number in the table of well-known pipes.
    pub known: Option<u8>,
}

/// A context of a connection: its pipe, its number, and the interface that was bound.
struct Bound {
    pipe: u64,
    context: u16,
    interface: Option<Interface>,
    /// While the interface is not known.
    called: Called,
}

/// The interfaces that were bound on a connection.
#[derive(Default)]
pub struct Calls {
    contexts: Vec<Bound>,
    /// Pipe and number of the request that was read last: its other fragments are no calls of their own.
    last: Option<(u64, u32)>,
}

impl Calls {
    /// Reads a fragment as far as it is there.
    pub fn read(&mut self, fragment: &Fragment<'_>, pipe: Pipe, fields: &mut FieldBuffer) {
        match fragment.kind {
            BIND | ALTER => self.bind(fragment, pipe.file, fields),
            REQUEST => self.request(fragment, pipe, fields),
            FAULT => {
                if let Some(status) = fragment.word(24) {
                    fields.format(FieldId::Error, format_args!("{:#010x}", status));
                }
            }
            BIND_NAK => fields.token(FieldId::Error, RpcFault::BindRefused),
            RESPONSE => {}
            _ => auth(fragment, fields),
        }
    }

    fn bind(&mut self, fragment: &Fragment<'_>, pipe: u64, fields: &mut FieldBuffer) {
        let n_contexts = fragment.byte(24).unwrap_or(0);
        let mut at = 28;
        for _ in 0..usize::from(n_contexts).min(MOST_CONTEXTS) {
            let (Some(context), Some(n_transfers)) = (fragment.half(at), fragment.byte(at + 2)) else { break };
            let Some(id) = fragment.uuid(at + 4) else { break };
            let interface = Interface::new(id);
            fields.format(FieldId::Service, interface);
            self.bound(pipe, context).interface = Some(interface);
            at += 24 + 20 * usize::from(n_transfers);
        }
        auth(fragment, fields);
    }

    /// A context, which is new if it was not seen yet.
    fn bound(&mut self, pipe: u64, context: u16) -> &mut Bound {
        let place = self.contexts.iter().position(|bound| (bound.pipe, bound.context) == (pipe, context));
        if place.is_none() && self.contexts.len() >= MOST_CONTEXTS {
            self.contexts.remove(0);
        }
        let bound = place.map(|place| self.contexts.remove(place));
        let new = || Bound { pipe, context, interface: None, called: Called::default() };
        self.contexts.push_mut(bound.unwrap_or_else(new))
    }

    fn request(&mut self, fragment: &Fragment<'_>, pipe: Pipe, fields: &mut FieldBuffer) {
        let (Some(context), Some(number)) = (fragment.half(20), fragment.half(22)) else { return };
        let call = Some((pipe.file, fragment.call()));
        if !fragment.is_first() && self.last == call {
            return;
        }
        self.last = call;
        let bound = self.bound(pipe.file, context);
        bound.called.add(number);
        let interface = bound.interface.or_else(|| guess::interface(fragment, number, pipe.known, bound.called));
        let Some(interface) = interface else { return fields.number(FieldId::Function, u64::from(number)) };
        match interface.function(number) {
            Some(function) => {
                fields.token(FieldId::Function, function);
                stub::read(function, fragment.stub(), fields);
            }
            None => fields.format(FieldId::Function, Numbered(&interface, number)),
        }
    }
}

struct Numbered<'a>(&'a Interface, u16);

impl fmt::Display for Numbered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.0, self.1)
    }
}

/// The login at the end of a fragment.
fn auth(fragment: &Fragment<'_>, fields: &mut FieldBuffer) {
    let proof = fragment.proof();
    if !proof.is_empty() {
        gss::read(proof, fields);
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
        let length = |bytes| Fragment::new(bytes).map(|fragment| fragment.length());
        assert_eq!((length(BIND), length(REQUEST), length(b"\x05\0\x0b")), (Some(72), Some(24), None));
        let (mut calls, mut fields) = (Calls::default(), FieldBuffer::default());
        let mut read = |bytes: &[u8], file: u64| {
            if let Some(fragment) = Fragment::new(bytes) {
                calls.read(&fragment, Pipe { file, known: None }, &mut fields);
            }
        };
        read(BIND, 7);
        read(REQUEST, 7);
        read(REQUEST, 8);
        // The second fragment of the same call.
        let mut second = REQUEST.to_vec();
        second[3] = 2;
        read(&second, 8);
        (0..BIND.len()).for_each(|end| read(&BIND[..end], 7));
        let read: Vec<_> = fields.iter().collect();
        assert!(read.contains(&(FieldId::Service, FieldValue::Text("svcctl"))));
        assert!(read.contains(&(FieldId::Function, RpcFunction::CreateServiceW.into())));
        assert_eq!(read.iter().filter(|(kind, _)| *kind == FieldId::Function).count(), 2);
        assert!(read.contains(&(FieldId::Function, FieldValue::Number(12))));
    }
}
