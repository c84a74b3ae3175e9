//! Turns messages into login attempts and their outcomes, and a sequence of outcomes into a decision whether it is
//! guessing.

use crate::detect::support::finding_builder;
use crate::maths::elementary::ln;
use crate::model::Evidence;
use crate::model::app::field::{FieldId, FieldSet, MessageFields};
use crate::model::app::kinds::login::Outcome;
use std::sync::LazyLock;

/// The kinds of facts that [`is_try`] and [`verdict`] look at.
pub const KINDS: FieldSet =
    FieldSet::of(&[FieldId::User, FieldId::Password, FieldId::HttpAuth, FieldId::Login, FieldId::HttpStatus]);

/// The last login attempt of a client.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub enum Asked {
    /// None so far.
    #[default]
    Nothing,
    /// A login whose result each answer shows.
    Login,
    /// A form of a web page: the answer is a page whether the password was right or not.
    Form,
}

/// The login attempt in a message; `None` if it is none. `is_http` for an HTTP message.
pub fn asked(fields: &MessageFields<'_>, is_http: bool) -> Option<Asked> {
    let is_form = is_http && !fields.has(FieldId::HttpAuth);
    is_try(fields).then_some(if is_form { Asked::Form } else { Asked::Login })
}

/// True for a message of a client that tries to log in.
pub fn is_try(fields: &MessageFields<'_>) -> bool {
    [FieldId::User, FieldId::Password, FieldId::HttpAuth].into_iter().any(|kind| fields.has(kind))
}

/// Whether a server accepted a login; none if the message does not say. With HTTP the answer belongs to a login only if
/// the last request was one.
pub fn verdict(fields: &MessageFields<'_>, asked: Asked) -> Option<bool> {
    if let Some(outcome) = fields.kind::<Outcome>(FieldId::Login) {
        return Some(outcome == Outcome::Accepted);
    }
    match (fields.number(FieldId::HttpStatus)?, asked) {
        (401 | 403, Asked::Login | Asked::Form) => Some(false),
        (200..=399, Asked::Login) => Some(true),
        _ => None,
    }
}

/// Chance that a login with a known password fails: typing errors, old passwords that are kept, keys that are
/// offered first. People mistype far less often, but one failure makes the next more likely.
const ORDINARY_FAILS: f64 = 0.4;
/// Chance that a guess fails.
const GUESS_FAILS: f64 = 0.97;

/// Natural logarithms of the likelihood ratios of guessing to ordinary use.
struct LogRatios {
    failure: f64,
    success: f64,
}

static LOG_RATIOS: LazyLock<LogRatios> = LazyLock::new(|| LogRatios {
    failure: ln(GUESS_FAILS / ORDINARY_FAILS),
    success: ln((1.0 - GUESS_FAILS) / (1.0 - ORDINARY_FAILS)),
});

/// Sequential test of the logins of one client: the sum of the logarithms of the likelihood ratios, never below 0, so that
/// guessing is seen whatever went before. The ratio of Jung, Paxson, Berger, Balakrishnan (IEEE S&P 2004), with the rates of
/// logins, in the cumulative sum of Page (Biometrika 1954). It counts failures and knows no rate: a guess an hour is seen
/// as one a second is. A success takes back three failures.
#[derive(Clone, Copy, Debug, Default)]
pub struct LoginWalk {
    log_ratio: f64,
    most: f64,
}

impl LoginWalk {
    /// Failures in a row that suffice for a likelihood ratio of 99, which is a false alarm in a hundred and a miss in a
    /// hundred.
    pub const FAILURES: f64 = 6.0;

    /// Takes the outcome of the next login.
    pub fn step(&mut self, is_accepted: bool) {
        let LogRatios { failure, success } = &*LOG_RATIOS;
        self.log_ratio = (self.log_ratio + if is_accepted { success } else { failure }).max(0.0);
        self.most = self.most.max(self.log_ratio);
    }

    /// True once the ratio was as high as after this many failures in a row.
    pub fn has_passed(self, n_failures: f64) -> bool {
        // Half a failure for the rounding of sums.
        self.most > (n_failures - 0.5) * LOG_RATIOS.failure
    }

    /// The highest likelihood ratio, as a measured value.
    pub fn likelihood(self) -> Evidence {
        finding_builder::evidence(
            "Guessing against errors of a user, log10 of the likelihood ratio",
            self.most / std::f64::consts::LN_10,
            "",
            "below 2",
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::FieldBuffer;

    fn over(outcomes: &[bool]) -> LoginWalk {
        let mut walk = LoginWalk::default();
        outcomes.iter().for_each(|is_accepted| walk.step(*is_accepted));
        walk
    }

    #[test]
    fn a_page_that_asks_for_a_log_in_refuses_nothing() {
        let mut facts = FieldBuffer::default();
        facts.number(FieldId::HttpStatus, 401);
        let fields = facts.messages().next().unwrap();
        assert_eq!((verdict(&fields, Asked::Nothing), verdict(&fields, Asked::Login)), (None, Some(false)));
        assert!(!is_try(&fields));
    }

    #[test]
    fn a_page_behind_a_form_accepts_nothing() {
        let mut facts = FieldBuffer::default();
        facts.number(FieldId::HttpStatus, 200);
        let fields = facts.messages().next().unwrap();
        assert_eq!((verdict(&fields, Asked::Form), verdict(&fields, Asked::Login)), (None, Some(true)));
    }

    #[test]
    fn six_failures_in_a_row_are_guessing_and_typing_errors_are_not() {
        let passes = |outcomes: &[bool]| over(outcomes).has_passed(LoginWalk::FAILURES);
        assert!(passes(&[false; 6]) && !passes(&[false; 5]));
        // The ratio that Jung et al. ask for: beta/alpha.
        assert!(over(&[false; 6]).log_ratio > ln(99.0) && over(&[false; 5]).log_ratio < ln(99.0));
        assert!(!passes(&[false, false, false, true].repeat(50)));
        assert!(!passes(&[true, false, true, true, false].repeat(50)));
        assert!(passes(&[vec![true; 50], vec![false; 6]].concat()));
    }
}
