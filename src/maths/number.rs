//! A text to the number that it writes, by one reader for all parts: a second one, the standard library's, brings another table of
//! powers of ten, 10 kB that do not get smaller when they are packed.

/// The number that all of a text writes, as the standard library reads it: `.5`, `5.`, `+1e3`, `inf` and `NaN` are numbers too.
pub fn number(text: &str) -> Option<f64> {
    fast_float2::parse(text).ok()
}

/// The same of bytes.
pub fn number_of(bytes: &[u8]) -> Option<f64> {
    fast_float2::parse(bytes).ok()
}

/// The number that bytes begin with, and how many bytes it takes.
#[inline]
pub fn leading(bytes: &[u8]) -> Option<(f64, usize)> {
    fast_float2::parse_partial(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const ODD: &str = "|.|+|-|e|1e|e5|.e1|+.5|-.5|5.|-5.|+1|-0|0x1|1_0|1,5| 1|1 |inf|-inf|+inf|INF|Infinity|infinit|nan|NaN|-nan|1e400|\
                       1e-400|4.9e-324|1.7976931348623157e308|9007199254740993|0.1e+1|1E5|१";

    #[test]
    fn odd_texts_are_read_as_the_standard_library_reads_them() {
        for text in ODD.split('|') {
            let theirs = text.parse::<f64>().ok();
            assert_eq!(number(text).map(f64::to_bits), theirs.map(f64::to_bits), "{text:?}");
            assert_eq!(number_of(text.as_bytes()).map(f64::to_bits), theirs.map(f64::to_bits), "{text:?}");
        }
        assert_eq!(leading(b"1.5;"), Some((1.5, 3)));
    }

    proptest! {
        #[test]
        fn so_are_all_others(text in "[-+]?[0-9]{0,20}\\.?[0-9]{0,20}(e[-+]?[0-9]{1,3})?", any in any::<f64>()) {
            prop_assert_eq!(number(&text).map(f64::to_bits), text.parse::<f64>().ok().map(f64::to_bits));
            prop_assert_eq!(number(&any.to_string()).map(f64::to_bits), any.to_string().parse::<f64>().ok().map(f64::to_bits));
        }
    }
}
