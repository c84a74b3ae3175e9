//! Names of months and zones to their numbers.

/// Beginnings of the months' names in English, German, French, Spanish, Italian, Portuguese and Dutch, in lower case and
/// UTF-8. Of two that begin alike the longer stands first.
const MONTHS: &[(&str, i64)] = &[
    ("jan", 1),
    ("ene", 1),
    ("gen", 1),
    ("jän", 1),
    ("feb", 2),
    ("fév", 2),
    ("fev", 2),
    ("mar", 3),
    ("mär", 3),
    ("mrt", 3),
    ("maa", 3),
    ("apr", 4),
    ("avr", 4),
    ("abr", 4),
    ("may", 5),
    ("mai", 5),
    ("mag", 5),
    ("mei", 5),
    ("juin", 6),
    ("jun", 6),
    ("giu", 6),
    ("juil", 7),
    ("jul", 7),
    ("lug", 7),
    ("aug", 8),
    ("aoû", 8),
    ("aou", 8),
    ("ago", 8),
    ("sep", 9),
    ("set", 9),
    ("oct", 10),
    ("okt", 10),
    ("out", 10),
    ("ott", 10),
    ("nov", 11),
    ("dec", 12),
    ("dez", 12),
    ("déc", 12),
    ("dic", 12),
];

/// Longest name of a month, bytes: `septiembre`, and `septembre` with a mark.
const MOST_MONTH_BYTES: usize = 11;

/// The number of a month by its name.
pub fn month(word: &[u8]) -> Option<i64> {
    if !(3..=MOST_MONTH_BYTES).contains(&word.len()) {
        return None;
    }
    let lower = String::from_utf8_lossy(word).to_lowercase();
    MONTHS.iter().find(|(begin, _)| lower.starts_with(begin)).map(|(_, month)| *month)
}

/// Zones by the abbreviations that tshark, date and mail use, in minutes east of UTC. Of abbreviations that mean several
/// zones the one that RFC 2822 or the tz database's most populous place has is taken.
const ZONES: &[(&str, i64)] = &[
    ("UTC", 0),
    ("GMT", 0),
    ("UT", 0),
    ("Z", 0),
    ("WET", 0),
    ("WEST", 60),
    ("BST", 60),
    ("CET", 60),
    ("MEZ", 60),
    ("CEST", 120),
    ("MESZ", 120),
    ("EET", 120),
    ("EEST", 180),
    ("SAST", 120),
    ("MSK", 180),
    ("TRT", 180),
    ("IDT", 180),
    ("EAT", 180),
    ("CAT", 120),
    ("WAT", 60),
    ("GST", 240),
    ("PKT", 300),
    ("NPT", 345),
    ("ICT", 420),
    ("WIB", 420),
    ("MYT", 480),
    ("PHT", 480),
    ("IST", 330),
    ("HKT", 480),
    ("SGT", 480),
    ("AWST", 480),
    ("JST", 540),
    ("KST", 540),
    ("ACST", 570),
    ("ACDT", 630),
    ("AEST", 600),
    ("AEDT", 660),
    ("NZST", 720),
    ("NZDT", 780),
    ("NDT", -150),
    ("ART", -180),
    ("BRT", -180),
    ("NST", -210),
    ("CLT", -240),
    ("COT", -300),
    ("PET", -300),
    ("ADT", -180),
    ("AST", -240),
    ("EDT", -240),
    ("EST", -300),
    ("CDT", -300),
    ("CST", -360),
    ("MDT", -360),
    ("MST", -420),
    ("PDT", -420),
    ("PST", -480),
    ("AKDT", -480),
    ("AKST", -540),
    ("HST", -600),
];

/// Zones as Windows names them, and Wireshark with it: the words before `Standard Time` or `Daylight Time`.
const WINDOWS_ZONES: &[(&str, i64)] = &[
    ("Coordinated Universal", 0),
    ("GMT", 0),
    ("Greenwich", 0),
    ("W. Europe", 60),
    ("Central Europe", 60),
    ("Central European", 60),
    ("Romance", 60),
    ("E. Europe", 120),
    ("FLE", 120),
    ("GTB", 120),
    ("Israel", 120),
    ("South Africa", 120),
    ("Russian", 180),
    ("Arab", 180),
    ("Turkey", 180),
    ("Arabian", 240),
    ("Pakistan", 300),
    ("India", 330),
    ("SE Asia", 420),
    ("China", 480),
    ("Singapore", 480),
    ("Taipei", 480),
    ("Tokyo", 540),
    ("Korea", 540),
    ("AUS Eastern", 600),
    ("New Zealand", 720),
    ("E. South America", -180),
    ("Atlantic", -240),
    ("Eastern", -300),
    ("Central", -360),
    ("Mountain", -420),
    ("Pacific", -480),
    ("Alaskan", -540),
    ("Hawaiian", -600),
];

/// Minutes east of UTC of a zone by its name; none if it is not known.
pub fn zone(name: &[u8]) -> Option<i64> {
    let name = std::str::from_utf8(name).ok()?.trim();
    let of = |zones: &[(&str, i64)], name: &str| {
        zones.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, minutes)| *minutes)
    };
    let windows =
        |end: &str| Some(name.get(..name.len().checked_sub(end.len())?)?.trim()).filter(|_| name.ends_with(end));
    if let Some(begin) = windows("Standard Time") {
        return of(WINDOWS_ZONES, begin);
    }
    if let Some(begin) = windows("Daylight Time").or_else(|| windows("Summer Time")) {
        return of(WINDOWS_ZONES, begin).map(|minutes| minutes + 60);
    }
    of(ZONES, name).or_else(|| if name == "Coordinated Universal Time" { Some(0) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_and_zones_by_their_names() {
        for (word, number) in
            [("Dec", 12), ("december", 12), ("Dez", 12), ("juil", 7), ("juin", 6), ("März", 3), ("août", 8)]
        {
            assert_eq!(month(word.as_bytes()), Some(number), "{word}");
        }
        assert_eq!([month(b"TCP"), month(b"de"), month(b"Tue"), month(b"marvellously-long")], [None; 4]);
        assert_eq!(
            (zone(b"CEST"), zone(b" W. Europe Standard Time"), zone(b"Pacific Daylight Time")),
            (Some(120), Some(60), Some(-420))
        );
        assert_eq!((zone(b"Nowhere"), zone(b"Coordinated Universal Time")), (None, Some(0)));
    }
}
