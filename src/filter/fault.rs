//! How the parser fails: on one of several ways, or for good.

use super::token::Token;
use crate::model::listing::FilterError;
use winnow::error::ParserError;
use winnow::stream::TokenSlice;

/// Tokens as the parser takes them.
pub(super) type Tokens<'t, 's> = TokenSlice<'t, Token<'s>>;

/// A failure on the way through the tokens.
#[derive(Debug)]
pub(super) enum Fault {
    /// Another way may succeed.
    Back,
    /// The text is wrong.
    Wrong(FilterError),
}

impl From<FilterError> for Fault {
    fn from(error: FilterError) -> Fault {
        Fault::Wrong(error)
    }
}

impl<'t, 's: 't> ParserError<Tokens<'t, 's>> for Fault {
    type Inner = Fault;

    fn from_input(_: &Tokens<'t, 's>) -> Fault {
        Fault::Back
    }

    // The one of winnow ends the program in debug builds.
    fn assert(_: &Tokens<'t, 's>, _: &'static str) -> Fault {
        Fault::Back
    }

    fn is_backtrack(&self) -> bool {
        matches!(self, Fault::Back)
    }

    fn into_inner(self) -> Result<Fault, Fault> {
        Ok(self)
    }
}
