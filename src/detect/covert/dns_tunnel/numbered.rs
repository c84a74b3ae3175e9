//! Tells names that differ by a short number only: servers of a game, nodes of a network. Such numbers carry next to nothing.

/// A number of more digits may be data.
const MOST_DIGITS: usize = 4;

/// What all names have in common but their numbers, as far as they have.
#[derive(Clone, Debug, Default)]
pub(super) enum Numbered {
    /// No name yet.
    #[default]
    Nothing,
    /// Each name is this with numbers in it.
    Pattern(Box<str>),
    /// They differ by more.
    Other,
}

fn rest(before: &str) -> impl Iterator<Item = u8> + '_ {
    before.bytes().filter(|byte| !byte.is_ascii_digit())
}

impl Numbered {
    /// Takes what stands before the domain in a name not seen before.
    pub(super) fn add(&mut self, before: &str) {
        let n_digits = before.len() - rest(before).count();
        *self = match std::mem::take(self) {
            Numbered::Nothing if (1..=MOST_DIGITS).contains(&n_digits) => {
                Numbered::Pattern(before.chars().filter(|letter| !letter.is_ascii_digit()).collect())
            }
            Numbered::Pattern(known) if n_digits <= MOST_DIGITS && rest(before).eq(known.bytes()) => {
                Numbered::Pattern(known)
            }
            _ => Numbered::Other,
        };
    }

    /// True if all names differ by a short number.
    pub(super) fn is_all(&self) -> bool {
        matches!(self, Numbered::Pattern(_))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_numbered(names: &[&str]) -> bool {
        let mut numbered = Numbered::default();
        names.iter().for_each(|name| numbered.add(name));
        numbered.is_all()
    }

    #[test]
    fn names_that_differ_by_a_short_number_carry_nothing() {
        assert!(is_numbered(&["lobby1", "lobby22", "lobby9"]) && is_numbered(&["eu-1.node3", "eu-7.node12"]));
        assert!(!is_numbered(&["lobby1", "chat2"]) && !is_numbered(&["1838293939", "2838293939"]));
        assert!(!is_numbered(&[]) && !is_numbered(&["www", "www"]));
    }
}
