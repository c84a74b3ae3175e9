//! Named pipes of an SMB connection: which shares are of them, and what is called in them.

use crate::decode::app::support::dcerpc;
use crate::decode::app::support::dcerpc::Calls;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Security;

/// Most shares of pipes that are remembered.
const MOST_TREES: usize = 32;

/// What is remembered of a connection.
#[derive(Default)]
pub struct Pipes {
    /// Numbers of the shares that are of named pipes.
    trees: Vec<u32>,
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

    /// A remote call in a pipe, if the data is one.
    pub fn call(&mut self, data: &[u8], file: u64, fields: &mut FieldBuffer) {
        if dcerpc::length(data).is_some() {
            self.calls.read(data, file, fields);
        }
    }
}

/// Adds whether messages must be signed.
pub fn tell_signing(is_required: bool, fields: &mut FieldBuffer) {
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
}
