//! Zones by the names of the tz database (`Europe/Berlin`, `US/Eastern`) and of their common time (`Eastern Time`), to
//! minutes east of UTC at a moment: with summer time, as the rules have been since 2007.

use crate::model::format::time::days_from_civil;

/// When clocks of a zone are put forward by an hour.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Summer {
    Never,
    /// From the last Sunday of March to that of October, at 01:00 UTC.
    Europe,
    /// From the second Sunday of March to the first of November, at 02:00 by the clock.
    America,
    /// From the first Sunday of October to that of April.
    Australia,
    /// From the last Sunday of September to the first of April.
    NewZealand,
}

/// Minutes east of UTC in winter, the rule, and the places; a place is the last part of the zone's name, in lower case.
const PLACES: &[(i64, Summer, &str)] = &[
    (0, Summer::Never, "utc uct universal zulu greenwich reykjavik abidjan accra dakar"),
    (0, Summer::Europe, "london dublin lisbon belfast jersey guernsey madeira canary faroe gb eire portugal"),
    (60, Summer::Never, "lagos algiers tunis casablanca kinshasa luanda"),
    (
        60,
        Summer::Europe,
        "berlin paris madrid rome amsterdam brussels vienna zurich stockholm oslo copenhagen prague warsaw budapest \
         belgrade zagreb ljubljana bratislava luxembourg monaco malta andorra sarajevo skopje tirane vaduz vatican busingen \
         gibraltar podgorica san_marino poland",
    ),
    (120, Summer::Never, "johannesburg tripoli maputo harare kaliningrad khartoum windhoek"),
    (120, Summer::Europe, "athens helsinki kiev kyiv bucharest sofia riga vilnius tallinn nicosia chisinau mariehamn"),
    (180, Summer::Never, "istanbul turkey moscow minsk baghdad riyadh kuwait qatar nairobi amman damascus aden"),
    (210, Summer::Never, "tehran iran"),
    (240, Summer::Never, "dubai baku tbilisi yerevan samara muscat mauritius"),
    (270, Summer::Never, "kabul"),
    (300, Summer::Never, "karachi tashkent yekaterinburg almaty maldives"),
    (330, Summer::Never, "kolkata calcutta colombo"),
    (345, Summer::Never, "kathmandu katmandu"),
    (360, Summer::Never, "dhaka omsk thimphu"),
    (390, Summer::Never, "yangon rangoon"),
    (420, Summer::Never, "bangkok jakarta ho_chi_minh saigon hanoi novosibirsk phnom_penh"),
    (480, Summer::Never, "shanghai hong_kong hongkong singapore taipei manila kuala_lumpur perth beijing prc macau"),
    (540, Summer::Never, "tokyo seoul japan rok pyongyang"),
    (570, Summer::Never, "darwin"),
    (570, Summer::Australia, "adelaide"),
    (600, Summer::Never, "brisbane vladivostok guam port_moresby"),
    (600, Summer::Australia, "sydney melbourne hobart canberra"),
    (720, Summer::Never, "fiji kamchatka"),
    (720, Summer::NewZealand, "auckland nz"),
    (-180, Summer::Never, "sao_paulo buenos_aires montevideo bahia fortaleza cayenne recife"),
    (-210, Summer::America, "st_johns newfoundland"),
    (-240, Summer::Never, "caracas la_paz manaus puerto_rico santo_domingo barbados"),
    (-240, Summer::America, "halifax moncton bermuda atlantic"),
    (-300, Summer::Never, "bogota lima panama jamaica guayaquil cancun"),
    (-300, Summer::America, "new_york toronto detroit montreal eastern louisville indianapolis havana"),
    (-360, Summer::Never, "mexico_city costa_rica guatemala regina el_salvador managua"),
    (-360, Summer::America, "chicago winnipeg central"),
    (-420, Summer::Never, "phoenix arizona hermosillo"),
    (-420, Summer::America, "denver edmonton boise mountain"),
    (-480, Summer::America, "los_angeles vancouver tijuana pacific"),
    (-540, Summer::America, "anchorage alaska"),
    (-600, Summer::Never, "honolulu hawaii"),
];

/// Names of a country's common time that say nothing of summer.
const COMMON: &[(&str, &str)] = &[
    ("et", "eastern"),
    ("ct", "central"),
    ("mt", "mountain"),
    ("pt", "pacific"),
    ("eastern time", "eastern"),
    ("central time", "central"),
    ("mountain time", "mountain"),
    ("pacific time", "pacific"),
    ("central european time", "berlin"),
];

/// Names begin with one of these parts of the world.
const REGIONS: [&str; 16] = [
    "europe",
    "america",
    "asia",
    "africa",
    "australia",
    "pacific",
    "atlantic",
    "indian",
    "us",
    "canada",
    "etc",
    "brazil",
    "arctic",
    "antarctica",
    "mexico",
    "posix",
];

/// Minutes east of UTC of a zone by its name, at a moment by the zone's own clock: the year, and seconds since 1970. Without a
/// year it is that of winter. None for a name that is not known.
pub(super) fn minutes(name: &[u8], moment: Option<(i64, i64)>) -> Option<i64> {
    let name = std::str::from_utf8(name).ok()?.trim().to_ascii_lowercase().replace(' ', "_");
    let common = COMMON.iter().find(|(known, _)| known.replace(' ', "_") == name).map(|(_, place)| *place);
    let place = match (common, name.split_once('/')) {
        (Some(place), _) => place,
        (None, Some((region, _))) if REGIONS.contains(&region) => name.rsplit('/').next()?,
        (None, Some(_)) => return None,
        // A few zones have no region.
        (None, None) if matches!(name.as_str(), "japan" | "prc" | "rok" | "singapore" | "turkey" | "iran" | "gb") => {
            &name
        }
        (None, None) => return None,
    };
    let is_it = |(_, _, places): &&(i64, Summer, &str)| places.split(' ').any(|known| known == place);
    let (winter, summer, _) = PLACES.iter().find(is_it)?;
    let is_summer = moment.is_some_and(|(year, seconds)| summer.is_on(year, seconds, *winter));
    Some(winter + if is_summer { 60 } else { 0 })
}

/// The `n`th Sunday of a month (from 0), or the last one of a month of 31 or 30 days, in seconds since 1970.
fn sunday(year: i64, month: i64, n: Option<i64>) -> i64 {
    let first = days_from_civil(year, month, 1);
    // 1970-01-01 was a Thursday.
    let first_sunday = first + (3 - first).rem_euclid(7);
    let days = match n {
        Some(n) => first_sunday + 7 * n,
        None => {
            let last = days_from_civil(year, month, if month == 9 { 30 } else { 31 });
            last - (last - 3).rem_euclid(7)
        }
    };
    days * 86_400
}

impl Summer {
    /// True in summer, at a moment by the zone's clock, s since 1970. Of an hour that comes twice the first is meant.
    fn is_on(self, year: i64, seconds: i64, winter: i64) -> bool {
        const HOUR: i64 = 3600;
        match self {
            Summer::Never => false,
            Summer::Europe => {
                let in_winter = seconds - winter * 60;
                let [start, end] = [3, 10].map(|month| sunday(year, month, None) + HOUR);
                (start..end).contains(&in_winter) || (start..end).contains(&(in_winter - HOUR))
            }
            Summer::America => {
                (sunday(year, 3, Some(1)) + 2 * HOUR..sunday(year, 11, Some(0)) + 2 * HOUR).contains(&seconds)
            }
            Summer::Australia | Summer::NewZealand => {
                let start = if self == Summer::Australia { sunday(year, 10, Some(0)) } else { sunday(year, 9, None) };
                seconds >= start + 2 * HOUR || seconds < sunday(year, 4, Some(0)) + 3 * HOUR
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_places_mean_summer_time_in_summer() {
        let at = |name: &str, year: i64, month: i64, day: i64, hour: i64| {
            minutes(name.as_bytes(), Some((year, days_from_civil(year, month, day) * 86_400 + hour * 3600)))
        };
        assert_eq!([at("Europe/Berlin", 2024, 1, 15, 12), at("Europe/Berlin", 2024, 7, 15, 12)], [Some(60), Some(120)]);
        assert_eq!([at("Europe/Berlin", 2024, 3, 31, 1), at("Europe/Berlin", 2024, 3, 31, 3)], [Some(60), Some(120)]);
        assert_eq!([at("Europe/Berlin", 2024, 10, 27, 1), at("Europe/Berlin", 2024, 10, 27, 3)], [Some(120), Some(60)]);
        assert_eq!(
            [at("US/Eastern", 2024, 3, 10, 1), at("America/New_York", 2024, 3, 10, 3)],
            [Some(-300), Some(-240)]
        );
        assert_eq!([at("ET", 2024, 12, 1, 9), at("Pacific Time", 2024, 8, 1, 9)], [Some(-300), Some(-420)]);
        assert_eq!(
            [at("Australia/Sydney", 2024, 1, 1, 0), at("Australia/Sydney", 2024, 6, 1, 0)],
            [Some(660), Some(600)]
        );
        assert_eq!([at("Asia/Tokyo", 2024, 6, 1, 0), at("Asia/Kolkata", 2024, 6, 1, 0)], [Some(540), Some(330)]);
        assert_eq!(
            [minutes(b"Europe/Berlin", None), minutes(b"TCP/berlin", None), minutes(b"berlin", None)],
            [Some(60), None, None]
        );
    }
}
