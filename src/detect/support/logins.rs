//! Messages to what they mean for a login: a try, or what the server makes of it.

use crate::model::app::field::{FieldId, FieldSet, MessageFields};
use crate::model::app::kinds::login::Outcome;

/// The kinds of facts that [`is_try`] and [`verdict`] look at.
pub const KINDS: FieldSet =
    FieldSet::of(&[FieldId::User, FieldId::Password, FieldId::HttpAuth, FieldId::Login, FieldId::HttpStatus]);

/// True for a message of a client that tries to log in.
pub fn is_try(said: &MessageFields<'_>) -> bool {
    [FieldId::User, FieldId::Password, FieldId::HttpAuth].into_iter().any(|kind| said.has(kind))
}

/// Whether a server accepted a login; none if the message does not say. With HTTP the answer belongs to a login only if
/// the last request was an attempt.
pub fn verdict(said: &MessageFields<'_>, is_trying: bool) -> Option<bool> {
    if let Some(outcome) = said.kind::<Outcome>(FieldId::Login) {
        return Some(outcome == Outcome::Accepted);
    }
    match said.number(FieldId::HttpStatus)? {
        401 | 403 if is_trying => Some(false),
        200..=399 if is_trying => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldBuffer;

    #[test]
    fn a_page_that_asks_for_a_log_in_refuses_nothing() {
        let mut facts = FieldBuffer::default();
        facts.number(FieldId::HttpStatus, 401);
        let said = facts.messages().next().unwrap();
        assert_eq!((verdict(&said, false), verdict(&said, true)), (None, Some(false)));
        assert!(!is_try(&said));
    }
}
