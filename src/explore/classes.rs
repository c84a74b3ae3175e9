//! Numbers to classes whose borders are 1, 2 and 5 times a power of ten, in whole numbers throughout.

/// The class of a number: 0 for 0, 1 for 1, 2 for 2 to 4, 3 for 5 to 9, 4 for 10 to 19 and so on.
pub fn class(value: u64) -> i64 {
    let mut place = 0;
    while place < LAST && value >= border(place + 1) {
        place += 1;
    }
    place
}

/// The class that ends with the largest number.
const LAST: i64 = 58;

/// The smallest number of a class.
pub fn border(place: i64) -> u64 {
    let Some(step) = place.checked_sub(1).filter(|step| *step >= 0) else { return 0 };
    let digit = [1, 2, 5].get((step % 3) as usize).copied().unwrap_or(1);
    10_u64.checked_pow((step / 3) as u32).and_then(|power| power.checked_mul(digit)).unwrap_or(u64::MAX)
}

/// A class in words: its smallest number and the smallest of the next one, written by `text`.
pub fn words(place: i64, text: impl Fn(u64) -> String) -> String {
    if place <= 0 {
        return text(0);
    }
    format!("{} to {}", text(border(place)), text(border(place + 1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_number_lies_within_the_borders_of_its_class() {
        let numbers = [0, 1, 2, 4, 5, 9, 10, 19, 20, 999, 1000, 1_000_000_007, u64::MAX / 3, u64::MAX];
        for number in numbers {
            let place = class(number);
            assert!(border(place) <= number, "{number}");
            assert!(place == LAST || number < border(place + 1), "{number}");
        }
        assert_eq!([0, 1, 2, 5, 10, 19, 20].map(class), [0, 1, 2, 3, 4, 4, 5]);
        assert_eq!(words(4, |n| n.to_string()), "10 to 20");
    }
}
