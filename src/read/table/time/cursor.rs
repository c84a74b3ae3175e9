//! What is left of a text while it is read from its front.

/// The bytes that were not read yet.
#[derive(Clone, Copy)]
pub struct Cursor<'a>(pub &'a [u8]);

impl<'a> Cursor<'a> {
    /// A run of one to ten digits, as its number and its length.
    pub fn digits(&mut self) -> Option<(i64, usize)> {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n)?;
        if n == 0 || n > 10 {
            return None;
        }
        self.0 = rest;
        Some((digits.iter().fold(0, |all, digit| all * 10 + i64::from(digit - b'0')), n))
    }

    /// The digits behind a decimal mark as a part of one; further ones than nine are left out.
    pub fn fraction(&mut self) -> f64 {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let (digits, rest) = self.0.split_at_checked(n).unwrap_or_default();
        self.0 = rest;
        let nanoseconds =
            (0..9).fold(0_u32, |all, place| all * 10 + digits.get(place).map_or(0, |digit| u32::from(digit - b'0')));
        f64::from(nanoseconds) / 1e9
    }

    /// The next byte, if it is one of these.
    pub fn one_of(&mut self, wanted: &[u8]) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        wanted.contains(first).then(|| {
            self.0 = rest;
            *first
        })
    }

    /// A run of letters; bytes above ASCII count as letters.
    pub fn word(&mut self) -> Option<&'a [u8]> {
        let n = self.0.iter().take_while(|byte| byte.is_ascii_alphabetic() || **byte >= 0x80).count();
        let (word, rest) = self.0.split_at_checked(n).filter(|(word, _)| !word.is_empty())?;
        self.0 = rest;
        Some(word)
    }

    /// Passes this text, whatever its case; false if something else stands here.
    pub fn pass(&mut self, wanted: &[u8]) -> bool {
        match self.0.split_at_checked(wanted.len()) {
            Some((front, rest)) if front.eq_ignore_ascii_case(wanted) => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    /// Passes all of these bytes that stand here, and says how many there were.
    pub fn skip(&mut self, unwanted: &[u8]) -> usize {
        let n = self.0.iter().take_while(|byte| unwanted.contains(byte)).count();
        self.0 = self.0.get(n..).unwrap_or_default();
        n
    }

    /// The next byte, which stays.
    pub fn peek(&self) -> Option<u8> {
        self.0.first().copied()
    }
}
