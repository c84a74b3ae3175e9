//! Rates how much a text looks like words: pairs of letters that are usual in words, compared with random ones.

use std::sync::LazyLock;

/// The 170 pairs that make up 77 % of all pairs in words (counted over 18,000 words of documentation); of random letters they
/// make up 25 %, of base32 and base64 about 17 %, of hexadecimal digits 6 %.
const USUAL: &str = "abacadagaialamanaparasatbabebiblbucacechcickclcocrctdadedidodsdueaecedeeefegelemeneperesetevexfefffifofrgegi\
    grhahehihoiaibicidieifigiliminioipirisitivizkelaldlelilllolsltlymamemimompnancndnenfngninonsntocodolomonoooporosotouowpapepi\
    plpoppprptqurarcrdrerirmrorrrsrtrysascseshsisospssstsutatctethtitltotrtstttutyubueulumunupurusutvaveviwaypze";

/// A bit for each second letter, by the first.
static PAIRS: LazyLock<[u32; 26]> = LazyLock::new(|| {
    let mut pairs = [0; 26];
    for [first, second] in USUAL.as_bytes().as_chunks::<2>().0 {
        if let Some(seconds) = pairs.get_mut(usize::from(first - b'a')) {
            *seconds |= 1 << (second - b'a');
        }
    }
    pairs
});

/// Fewest pairs that say as much as it gets.
const ENOUGH: f64 = 60.0;

/// Neighbouring letters and digits of texts, and how many of these pairs are usual in words.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wordiness {
    n_pairs: u64,
    n_usual: u64,
}

impl Wordiness {
    /// Adds a text. Two digits say nothing: words are numbered too.
    pub fn add(&mut self, text: &str) {
        let mut before = b'.';
        for byte in text.bytes().map(|byte| byte.to_ascii_lowercase()) {
            let is_told = before.is_ascii_alphanumeric()
                && byte.is_ascii_alphanumeric()
                && !(before.is_ascii_digit() && byte.is_ascii_digit());
            self.n_pairs += u64::from(is_told);
            self.n_usual += u64::from(is_told && is_usual(before, byte));
            before = byte;
        }
    }

    /// Adds what another has.
    pub fn merge(&mut self, other: Wordiness) {
        self.n_pairs += other.n_pairs;
        self.n_usual += other.n_usual;
    }

    /// Share of the pairs that are usual; a half where there are none.
    pub fn share(self) -> f64 {
        if self.n_pairs == 0 { 0.5 } else { self.n_usual as f64 / self.n_pairs as f64 }
    }

    /// Logarithm of how much likelier the texts are as random ones than as words, from -2 to 3: names of services have a
    /// share of 0.5 to 0.9, random ones of 0.05 to 0.3. Few pairs say less. All texts may come from one program, so more of
    /// them say no more.
    pub fn log_ratio_of_random(self) -> f64 {
        let ratio = (3.0 - 20.0 * (self.share() - 0.25).max(0.0)).max(-2.0);
        ratio * (self.n_pairs as f64 / ENOUGH).min(1.0)
    }
}

fn is_usual(first: u8, second: u8) -> bool {
    let place = |byte: u8| byte.is_ascii_lowercase().then(|| byte - b'a');
    match (place(first), place(second)) {
        (Some(first), Some(second)) => {
            PAIRS.get(usize::from(first)).is_some_and(|seconds| seconds & (1 << second) != 0)
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_told_from_random_letters_and_digits() {
        let of = |texts: &[&str]| {
            let mut wordiness = Wordiness::default();
            texts.iter().for_each(|text| wordiness.add(text));
            wordiness
        };
        let names =
            of(&["safebrowsing.googleapis", "outlook.office365", "fonts.gstatic", "ec2-3-12-3-4.us-east-2.compute"]);
        assert!(names.share() > 0.6 && names.log_ratio_of_random() <= -1.5, "{names:?}");
        for random in ["3f9a0c77be12d4e0a5b16f88c93d27e0", "mzxw6ytboi4dcnbrgq2dqojuhe3tknbv", "qzkxvwpjhgfbnqtrxz"] {
            let random = of(&[random, random, random, random]);
            assert!(random.share() < 0.3 && random.log_ratio_of_random() > 1.0, "{random:?}");
        }
        assert_eq!((of(&["12345", "a-b.c"]).n_pairs, of(&[]).share()), (0, 0.5));
    }
}
