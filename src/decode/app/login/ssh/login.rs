//! The sizes of what an SSH server says once the connection is encrypted to whether it lets the client in.
//!
//! Three of its messages have a fixed size (RFC 4253, section 10; RFC 4252, section 5.1): that it lets the client ask
//! (`SSH_MSG_SERVICE_ACCEPT`, 17 bytes), that a try failed (`SSH_MSG_USERAUTH_FAILURE`: the same list of methods each time) and
//! that one worked (`SSH_MSG_USERAUTH_SUCCESS`, 1 byte). Whatever the cipher, padding to blocks of 8 or 16 makes the last
//! 16 bytes shorter than the first. Zeek tells logins by sizes in the same way (`ssh_auth_successful`).

/// How much shorter a packet with 1 byte of payload is than one with 17, for all ciphers and MACs.
const SHORTER_BYTES: usize = 16;
/// A packet with 17 bytes of payload: 24 or 32 bytes with padding, 4 of length, a MAC of up to 64.
const ACCEPT_BYTES: std::ops::RangeInclusive<usize> = 28..=104;
/// More answers than this are no login: servers give up after a few tries (OpenSSH's MaxAuthTries is 6).
const MOST_ANSWERS: u32 = 128;

/// What an answer of a server means.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Answer {
    /// Nothing that can be told from its size.
    Unclear,
    /// A try to log in failed.
    Refused,
    /// The client is logged in.
    Accepted,
    /// Nothing more can be told of this connection.
    Over,
}

/// A login in progress.
#[derive(Debug, Default)]
pub(super) struct Login {
    /// The client said something, and no answer has come.
    is_asked: bool,
    n_answers: u32,
    /// Bytes of the packet that lets the client ask.
    accept_bytes: usize,
    /// Bytes of the first answer to a try, and how many had the same size.
    refused_bytes: usize,
    n_refused: u32,
}

impl Login {
    /// The client sent an encrypted segment.
    pub(super) fn ask(&mut self) {
        self.is_asked = true;
    }

    /// The server sent an encrypted segment of so many bytes.
    pub(super) fn answer(&mut self, n_bytes: usize) -> Answer {
        if !std::mem::take(&mut self.is_asked) {
            return Answer::Unclear;
        }
        self.n_answers += 1;
        match self.n_answers {
            1 if ACCEPT_BYTES.contains(&n_bytes) => {
                self.accept_bytes = n_bytes;
                Answer::Unclear
            }
            1 | MOST_ANSWERS.. => Answer::Over,
            _ if n_bytes + SHORTER_BYTES == self.accept_bytes => Answer::Accepted,
            2 => {
                (self.refused_bytes, self.n_refused) = (n_bytes, 1);
                Answer::Refused
            }
            _ if n_bytes == self.refused_bytes => {
                self.n_refused += 1;
                // Most clients ask first which methods there are, in a try that has to fail (RFC 4252, section 5.2): of two
                // failures one is a password.
                if self.n_refused > 2 { Answer::Refused } else { Answer::Unclear }
            }
            _ => Answer::Unclear,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Each answer follows a request.
    fn outcomes(sizes: &[usize]) -> Vec<Answer> {
        let mut login = Login::default();
        let answers = sizes.iter().map(|n| {
            login.ask();
            login.answer(*n)
        });
        answers.filter(|answer| *answer != Answer::Unclear).collect()
    }

    #[test]
    fn passwords_that_fail_are_counted_without_the_question_for_methods() {
        // ChaCha20 with Poly1305: OpenSSH's client with six passwords; a library that tries one at once.
        assert_eq!(outcomes(&[44, 76, 76, 76, 76, 76, 76, 76]), [Answer::Refused; 6]);
        assert_eq!(outcomes(&[44, 76]), [Answer::Refused]);
    }

    #[test]
    fn who_gets_in_is_told_for_every_cipher() {
        // By key with ChaCha20: methods, the key is known, its signature. AES with 32 and with 64 bytes of MAC.
        assert_eq!(outcomes(&[44, 76, 100, 28]), [Answer::Refused, Answer::Accepted]);
        assert_eq!(outcomes(&[64, 96, 48]), [Answer::Refused, Answer::Accepted]);
        assert_eq!(outcomes(&[100, 84]), [Answer::Accepted]);
    }

    #[test]
    fn what_is_no_answer_says_nothing() {
        let mut login = Login::default();
        assert_eq!([login.answer(532), login.answer(28)], [Answer::Unclear; 2]);
        login.ask();
        assert_eq!(login.answer(1448), Answer::Over);
    }
}
