//! Texts of a column, each kept once, to codes in the order of appearance.

use super::cell::OTHER;
use super::plain;
use foldhash::fast::RandomState;
use hashbrown::HashTable;
use serde::{Deserialize, Serialize};
use std::hash::BuildHasher;

/// Most distinct texts kept in a column.
pub const MOST: usize = 1 << 17;
/// Most bytes of texts kept of a column.
const MOST_BYTES: usize = 16 << 20;

/// Bytes that a text takes beside its own: end, code and hash.
const BESIDE: usize = 13;

/// Interned texts as the file has them: bytes, not always UTF-8. Carried elsewhere it takes no new ones.
#[derive(Default, Serialize, Deserialize)]
pub struct Texts {
    #[serde(with = "plain")]
    bytes: Vec<u8>,
    #[serde(with = "plain")]
    ends: Vec<u32>,
    #[serde(skip)]
    codes: HashTable<u32>,
    #[serde(skip)]
    hasher: RandomState,
    /// The code given last: texts often repeat.
    latest: u32,
    /// True if a text was not kept.
    pub is_full: bool,
}

impl Texts {
    /// The code of a text; [`OTHER`] once there are too many. New texts take their bytes from `room`.
    #[inline]
    pub fn code(&mut self, text: &[u8], room: &mut usize) -> u32 {
        if self.get(self.latest) == Some(text) {
            return self.latest;
        }
        let hash = self.hasher.hash_one(text);
        let Texts { bytes, ends, codes, hasher, .. } = self;
        if let Some(code) = codes.find(hash, |code| get(bytes, ends, *code) == Some(text)) {
            self.latest = *code;
            return *code;
        }
        let needed = text.len() + BESIDE;
        if ends.len() >= MOST || bytes.len() + text.len() > MOST_BYTES || needed > *room {
            self.is_full = true;
            return OTHER;
        }
        *room -= needed;
        let code = ends.len() as u32;
        bytes.extend_from_slice(text);
        ends.push(bytes.len() as u32);
        codes.insert_unique(hash, code, |other| hasher.hash_one(get(bytes, ends, *other).unwrap_or_default()));
        self.latest = code;
        code
    }

    /// The text of a code.
    pub fn get(&self, code: u32) -> Option<&[u8]> {
        get(&self.bytes, &self.ends, code)
    }

    /// Distinct texts kept.
    pub fn len(&self) -> usize {
        self.ends.len()
    }
}

fn get<'a>(bytes: &'a [u8], ends: &[u32], code: u32) -> Option<&'a [u8]> {
    let end = *ends.get(code as usize)?;
    let start = code.checked_sub(1).map_or(Some(0), |before| ends.get(before as usize).copied())?;
    bytes.get(start as usize..end as usize)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_keeps_its_code() {
        let mut texts = Texts::default();
        let codes: Vec<u32> =
            [&b"a"[..], b"", b"a", b"bc", b"", b"\xff"].iter().map(|t| texts.code(t, &mut 1000)).collect();
        assert_eq!(codes, [0, 1, 0, 2, 1, 3]);
        assert_eq!((texts.get(2), texts.get(4), texts.len()), (Some(&b"bc"[..]), None, 4));
    }

    #[test]
    fn too_many_are_not_told_apart() {
        let (mut texts, mut room) = (Texts::default(), usize::MAX);
        for i in 0..MOST + 10 {
            texts.code(i.to_string().as_bytes(), &mut room);
        }
        assert!(texts.is_full && texts.code(b"new", &mut room) == OTHER && texts.code(b"5", &mut room) == 5);
        assert_eq!(Texts::default().code(b"new", &mut 3), OTHER);
    }
}
