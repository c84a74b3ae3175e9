//! Makes the errors of filters: a sentence, and the part of the text that it is about.

use super::token::Token;
use crate::model::listing::FilterError;
use winnow::error::ParserError;
use winnow::stream::TokenSlice;

/// Tokens as the parser takes them.
pub(super) type Tokens<'t, 's> = TokenSlice<'t, Token<'s>>;

/// An error about some bytes of the text.
pub(super) fn error(at: usize, length: usize, text: impl Into<String>) -> FilterError {
    FilterError { at: at as u32, length: length as u32, text: text.into() }
}

/// An error about a token.
pub(super) fn at_token(token: &Token<'_>, text: impl Into<String>) -> FilterError {
    error(token.at, token.text.len(), text)
}

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
