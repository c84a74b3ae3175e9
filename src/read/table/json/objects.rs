//! Bytes of JSON to where objects begin and end, by counting braces.

/// How far the search for an object of a list has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Objects {
    depth: u32,
    is_text: bool,
    is_escaped: bool,
}

impl Objects {
    /// The first byte of an object and the byte behind its end, searching on from where the last search ended. The
    /// start is none if the object began in earlier bytes.
    pub fn next(&mut self, bytes: &[u8]) -> (Option<usize>, Option<usize>) {
        let mut start = None;
        for (place, byte) in bytes.iter().enumerate() {
            if self.is_text {
                match (byte, self.is_escaped) {
                    (_, true) => self.is_escaped = false,
                    (b'\\', _) => self.is_escaped = true,
                    (b'"', _) => self.is_text = false,
                    _ => {}
                }
                continue;
            }
            match byte {
                b'"' => self.is_text = self.depth > 0,
                b'{' => {
                    start = if self.depth == 0 { Some(place) } else { start };
                    self.depth = self.depth.saturating_add(1);
                }
                b'}' if self.depth > 0 => {
                    self.depth -= 1;
                    if self.depth == 0 {
                        return (start, Some(place + 1));
                    }
                }
                _ => {}
            }
        }
        (start, None)
    }

    /// True if an object has begun and not ended.
    pub fn is_inside(&self) -> bool {
        self.depth > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_of_a_list_are_found_across_slices() {
        let text = br#"[ {"a":"}\"{"} , {"b":{"c":1}}]"#;
        let mut objects = Objects::default();
        assert_eq!(objects.next(text), (Some(2), Some(14)));
        for cut in 18..30 {
            let mut objects = Objects::default();
            let (first, second) = (objects.next(&text[14..cut]), objects.next(&text[cut..]));
            assert_eq!((first.0, second.1.map(|end| end + cut)), (Some(3), Some(30)), "{cut}");
        }
    }
}
