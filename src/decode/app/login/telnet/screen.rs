//! Follows what appears on a terminal's screen and what is typed: prompts, lines, and signs that a login worked or
//! failed.

use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;

/// The end of the current line that is kept: a prompt fits.
const MOST_LINE_BYTES: usize = 80;
/// Longest line of typed text that is kept.
const MOST_TYPED_BYTES: usize = 256;
/// How much of what is shown after a password is looked through.
const MOST_LOOKED_AT: usize = 1024;

/// What a screen asks for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Prompt {
    User,
    Password,
}

/// The last line of a screen.
#[derive(Default)]
pub struct Screen {
    line: Vec<u8>,
    /// A password was typed; so many bytes were shown since.
    since_password: Option<usize>,
}

impl Screen {
    /// Text comes to stand on the screen.
    pub fn show(&mut self, text: &[u8], fields: &mut FieldBuffer) {
        if let Some(n_shown) = self.since_password {
            let looked_at = text.get(..MOST_LOOKED_AT).unwrap_or(text);
            let is_over = self.evaluate(looked_at, n_shown > 0, fields) || n_shown + text.len() > MOST_LOOKED_AT;
            self.since_password = (!is_over).then_some(n_shown + text.len());
        }
        let from = memchr::memrchr2(b'\n', b'\r', text).map(|at| at + 1);
        if from.is_some() {
            self.line.clear();
        }
        self.line.extend_from_slice(text.get(from.unwrap_or(0)..).unwrap_or(&[]));
        let excess = self.line.len().saturating_sub(MOST_LINE_BYTES);
        self.line.drain(..excess);
    }

    /// The prompt that a typed line answers.
    pub fn answer(&mut self) -> Option<Prompt> {
        let prompt = self.prompt();
        self.since_password = (prompt == Some(Prompt::Password)).then_some(0).or(self.since_password);
        self.line.clear();
        prompt
    }

    /// What is asked for; of a user's name, the letters that were typed may stand behind the prompt already.
    fn prompt(&self) -> Option<Prompt> {
        let has = |word: &[u8]| lines::has(&self.line, word);
        // "Last login:" is no prompt.
        if has(b"PASSWORD") || has(b"PASSWD") || has(b"PASSCODE") {
            return Some(Prompt::Password);
        }
        let asks = has(b"LOGIN:") || has(b"USERNAME:") || has(b"USER:") || has(b"USER NAME:") || has(b"LOGIN AS:");
        (asks && !has(b"LAST LOGIN")).then_some(Prompt::User)
    }

    /// Whether what is shown after a password says that the login worked. True if it says so or so not.
    fn evaluate(&mut self, text: &[u8], is_later: bool, fields: &mut FieldBuffer) -> bool {
        const REFUSED: [&[u8]; 6] = [b"INCORRECT", b"FAILED", b"FAILURE", b"DENIED", b"INVALID", b"BAD PASSWORD"];
        const ACCEPTED: [&[u8]; 3] = [b"LAST LOGIN", b"WELCOME", b"LOGIN SUCCESSFUL"];
        let has = |words: &[&[u8]]| words.iter().any(|word| lines::has(text, word));
        // Asked again (and not echoed), it was the wrong one.
        let is_asked_again = is_later && (has(&[b"LOGIN:", b"USERNAME:", b"PASSWORD:"]) && !has(&[b"LAST LOGIN"]));
        let is_refused = has(&REFUSED) || is_asked_again;
        let end = text.trim_ascii_end();
        let is_shell = matches!(end.last(), Some(b'$' | b'#' | b'>' | b'%')) && end.len() < text.len();
        if !is_refused && !is_shell && !has(&ACCEPTED) {
            return false;
        }
        fields.token(FieldId::Login, if is_refused { Outcome::Refused } else { Outcome::Accepted });
        true
    }
}

/// Keys pressed since the last line.
#[derive(Default)]
pub struct Keys {
    line: Vec<u8>,
    is_after_return: bool,
}

impl Keys {
    /// The lines that these keys complete. An end of line is CR LF, CR NUL, or one of them alone.
    pub fn press(&mut self, keys: &[u8]) -> Vec<Vec<u8>> {
        let mut typed = Vec::new();
        for key in keys {
            let is_after_return = std::mem::replace(&mut self.is_after_return, *key == b'\r');
            match key {
                b'\n' | 0 if is_after_return => {}
                b'\r' | b'\n' => typed.push(std::mem::take(&mut self.line)),
                8 | 127 => drop(self.line.pop()),
                // Control-C and Control-U start again.
                3 | 21 => self.line.clear(),
                32.. if self.line.len() < MOST_TYPED_BYTES => self.line.push(*key),
                _ => {}
            }
        }
        typed
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_end_however_terminals_end_them() {
        let mut keys = Keys::default();
        assert_eq!(keys.press(b"a\r\nb\r\0c\rd\ne"), [b"a", b"b", b"c", b"d"]);
        assert_eq!(keys.press(b"f\x08g\r"), [b"eg"]);
    }

    #[test]
    fn what_is_shown_is_bounded() {
        let mut screen = Screen::default();
        screen.show(&[b'x'; 10_000], &mut FieldBuffer::default());
        assert_eq!(screen.line.len(), MOST_LINE_BYTES);
        screen.show(b"\r\nLast login: Mon", &mut FieldBuffer::default());
        assert_eq!(screen.answer(), None);
    }
}
