//! The named pipes of an SMB connection: which shares hold them, and which functions are called through them.

use crate::decode::app::support::dcerpc::{self, Calls, Fragment, Pipe};
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Security;

/// Most shares of pipes that are remembered.
const MOST_TREES: usize = 32;
/// Most pipes that are remembered by their names, and most that are being opened.
const MOST_PIPES: usize = 16;
/// Most messages that are remembered because they ask to read.
const MOST_READING: usize = 16;

/// What is remembered of a connection.
#[derive(Default)]
pub struct Pipes {
    /// Numbers of the shares that are of named pipes.
    trees: Vec<u32>,
    /// Well-known pipes that were asked for, by the number of the message.
    asked: Vec<(u64, u8)>,
    /// Well-known pipes that are open, by the number of the file.
    open: Vec<(u64, u8)>,
    /// Files that are read, by the number of the message that asks.
    reading: Vec<(u64, u64)>,
    calls: Calls,
}

impl Pipes {
    /// A share was connected; its number may have been another's before.
    pub fn connect(&mut self, tree: u32, is_of_pipes: bool) {
        self.trees.retain(|other| *other != tree);
        if is_of_pipes && self.trees.len() < MOST_TREES {
            self.trees.push(tree);
        }
    }

    /// What a name in this share is: a pipe is a service.
    pub fn kind(&self, tree: u32) -> FieldId {
        if self.trees.contains(&tree) { FieldId::Service } else { FieldId::File }
    }

    /// A file is to be opened; its name may be that of a well-known pipe.
    pub fn ask(&mut self, message: u64, name: &str) {
        if let Some(known) = dcerpc::pipe(name) {
            remember(&mut self.asked, message, known);
        }
    }

    /// A file was opened, as the message asked.
    pub fn opened(&mut self, message: u64, file: u64) {
        if let Some(place) = self.asked.iter().position(|(asked, _)| *asked == message) {
            let (_, known) = self.asked.remove(place);
            remember(&mut self.open, file, known);
        }
    }

    /// A message asks to read a file.
    pub fn read(&mut self, message: u64, file: u64) {
        if self.reading.len() >= MOST_READING {
            self.reading.remove(0);
        }
        self.reading.push((message, file));
    }

    /// The file that a message asked to read; none if that was not captured.
    pub fn read_by(&self, message: u64) -> Option<u64> {
        self.reading.iter().find(|(asked, _)| *asked == message).map(|(_, file)| *file)
    }

    /// What was read from a file, which may be the answer to a remote call.
    pub fn answer(&mut self, data: &[u8], file: Option<u64>, fields: &mut FieldBuffer) {
        self.call(data, file.unwrap_or(0), fields);
        if let (Some(file), Some(fragment)) = (file, Fragment::new(data)) {
            self.calls.answer(&fragment, Pipe { file, known: self.known(file) }, fields);
        }
    }

    /// The number of a file's well-known pipe.
    fn known(&self, file: u64) -> Option<u8> {
        self.open.iter().find(|(open, _)| *open == file).map(|(_, known)| *known)
    }

    /// A remote call in a pipe, if the data is one.
    pub fn call(&mut self, data: &[u8], file: u64, fields: &mut FieldBuffer) {
        if let Some(fragment) = Fragment::new(data) {
            self.calls.read(&fragment, Pipe { file, known: self.known(file) }, fields);
        }
    }
}

/// Keeps what a number is, in place of what it was before; the oldest make room.
fn remember(list: &mut Vec<(u64, u8)>, number: u64, known: u8) {
    list.retain(|(other, _)| *other != number);
    if list.len() >= MOST_PIPES {
        list.remove(0);
    }
    list.push((number, known));
}

/// Adds whether messages must be signed.
pub fn add_signing(is_required: bool, fields: &mut FieldBuffer) {
    fields.token(FieldId::Security, if is_required { Security::SigningRequired } else { Security::SigningNotRequired });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_of_the_share_that_has_it_last_and_not_too_many_are_kept() {
        let mut pipes = Pipes::default();
        pipes.connect(7, true);
        assert_eq!((pipes.kind(7), pipes.kind(8)), (FieldId::Service, FieldId::File));
        pipes.connect(7, false);
        assert_eq!(pipes.kind(7), FieldId::File);
        (0..100).for_each(|tree| pipes.connect(tree, true));
        assert_eq!(pipes.trees.len(), MOST_TREES);
    }

    #[test]
    fn a_call_whose_bind_was_lost_is_of_the_pipe_that_was_opened() {
        use crate::model::app::kinds::directory::RpcFunction;
        let request = b"\x05\0\0\x03\x10\0\0\0\x18\0\0\0\x02\0\0\0\0\0\0\0\0\0\x0c\0";
        let (mut pipes, mut fields) = (Pipes::default(), FieldBuffer::default());
        pipes.ask(5, "svcctl");
        pipes.opened(5, 77);
        pipes.call(request, 77, &mut fields);
        assert!(fields.iter().any(|field| field == (FieldId::Function, RpcFunction::CreateServiceW.into())));
        fields.clear();
        pipes.call(request, 78, &mut fields);
        assert!(fields.iter().all(|field| field != (FieldId::Function, RpcFunction::CreateServiceW.into())));
    }
}
