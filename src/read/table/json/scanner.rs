//! JSON byte by byte to what opens and closes, and under which names.

/// Deepest nesting at which rows are looked for. What is open deeper is only counted, so that neither memory nor the
/// comparing of paths grows with the nesting.
pub const MOST_DEPTH: usize = 12;
/// Longest name that is told from others.
pub const MOST_KEY: usize = 64;

/// A step of the path to a value: the name of a member, or any element of a list (none).
pub type Step = Option<Vec<u8>>;

/// What a byte of JSON does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Event {
    /// Nothing of what follows.
    Nothing,
    /// An object or list begins.
    Opens,
    /// One ends.
    Closes,
    /// A text that is a value begins.
    TextBegins,
    /// It ends.
    TextEnds,
}

/// An open object or list.
#[derive(Clone, Debug)]
pub struct Level {
    /// It is a list.
    pub is_list: bool,
    /// How its parent names it.
    pub step: Step,
}

/// Follows JSON byte by byte.
#[derive(Clone, Debug, Default)]
pub struct Scanner {
    /// What is open, outermost first.
    pub open: Vec<Level>,
    /// Levels that are open but too deep to be kept.
    pub n_deeper: usize,
    /// The name of the member whose value comes next.
    key: Vec<u8>,
    is_key_next: bool,
    /// A text has begun and not ended.
    pub is_text: bool,
    is_key: bool,
    is_escaped: bool,
}

impl Scanner {
    /// Takes the next byte.
    pub fn step(&mut self, byte: u8) -> Event {
        if self.is_text {
            match (byte, self.is_escaped) {
                (_, true) => self.is_escaped = false,
                (b'\\', _) => self.is_escaped = true,
                (b'"', _) => {
                    self.is_text = false;
                    return if std::mem::take(&mut self.is_key) { Event::Nothing } else { Event::TextEnds };
                }
                _ => {}
            }
            if self.is_key && self.key.len() < MOST_KEY {
                self.key.push(byte.to_ascii_lowercase());
            }
            return Event::Nothing;
        }
        match byte {
            b'"' => {
                self.is_text = true;
                self.is_key = std::mem::take(&mut self.is_key_next);
                if self.is_key {
                    self.key.clear();
                    return Event::Nothing;
                }
                Event::TextBegins
            }
            b'{' | b'[' => {
                let step = if self.is_in_list() { None } else { Some(std::mem::take(&mut self.key)) };
                if self.open.len() < MOST_DEPTH && self.n_deeper == 0 {
                    self.open.push(Level { is_list: byte == b'[', step });
                } else {
                    self.n_deeper = self.n_deeper.saturating_add(1);
                }
                self.is_key_next = byte == b'{';
                Event::Opens
            }
            b'}' | b']' => {
                self.is_key_next = false;
                if self.n_deeper > 0 {
                    self.n_deeper -= 1;
                    return Event::Closes;
                }
                if self.open.pop().is_some() { Event::Closes } else { Event::Nothing }
            }
            b',' => {
                self.is_key_next = self.n_deeper == 0 && self.open.last().is_some_and(|level| !level.is_list);
                Event::Nothing
            }
            _ => Event::Nothing,
        }
    }

    fn is_in_list(&self) -> bool {
        self.n_deeper > 0 || self.open.last().is_some_and(|level| level.is_list)
    }

    /// The path of what is open but for the last `n_but` levels, without the document itself.
    pub fn path(&self, n_but: usize) -> impl Iterator<Item = &Step> {
        self.open.iter().take(self.open.len().saturating_sub(n_but)).skip(1).map(|level| &level.step)
    }

    /// True if what is open but for the last `n_but` levels is a list at this path.
    pub fn parent_is(&self, path: &[Step], n_but: usize) -> bool {
        let parent = self.open.len().checked_sub(n_but + 1).and_then(|place| self.open.get(place));
        self.n_deeper == 0
            && self.open.len() == path.len() + 1 + n_but
            && parent.is_some_and(|parent| parent.is_list)
            && self.path(n_but).eq(path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_nested_too_deep_costs_no_memory() {
        let deep = "[{\"a\":".repeat(100_000) + &"}]".repeat(100_000);
        let mut scanner = Scanner::default();
        for byte in deep.bytes() {
            scanner.step(byte);
            assert!(scanner.open.len() <= MOST_DEPTH && scanner.key.capacity() <= MOST_KEY);
        }
        assert!(scanner.open.is_empty() && scanner.n_deeper == 0);
    }
}
