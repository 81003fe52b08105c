//! The days and moments of bills, in all the ways they are written.

use stackcost_model::time::Date;

/// The day of a moment in UTC: `2026-10-01`, `2026-10-01T00:00:00Z`, `2026-10-01T00:00:00.000Z`,
/// `2026-10-01 00:00:00`, `2026-10-01 00:00:00+00:00`, and `10/1/26` as spreadsheets of the United
/// States write it. `None` for anything else, other time zones among it.
pub(super) fn day(text: &[u8]) -> Option<Date> {
    let text = text.trim_ascii();
    if text.contains(&b'/') {
        return slashed(text);
    }
    let (date, time) = text.split_at_checked(10)?;
    let number = |part: &[u8]| part.iter().try_fold(0_i16, |sum, sign| Some(sum * 10 + digit(*sign)?));
    let (year, month, day) = (number(&date[..4])?, number(&date[5..7])?, number(&date[8..])?);
    if date[4] != b'-' || date[7] != b'-' || !is_utc_time(time) {
        return None;
    }
    Date::new(year, i8::try_from(month).ok()?, i8::try_from(day).ok()?).ok()
}

/// The moment in seconds since 1970, UTC, of the same texts; a day alone is its first second, parts of a
/// second do not count.
pub(super) fn moment(text: &[u8]) -> Option<i64> {
    let text = text.trim_ascii();
    let date = day(text)?;
    let midnight = date.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    let clock = if text.contains(&b'/') { &[][..] } else { text.get(11..19).unwrap_or_default() };
    let two = |at: usize| Some(i64::from(digit(*clock.get(at)?)? * 10 + digit(*clock.get(at + 1)?)?));
    if clock.is_empty() {
        return Some(midnight);
    }
    let (hours, minutes, seconds) = (two(0)?, two(3)?, two(6)?);
    let real = hours < 24 && minutes < 60 && seconds < 60;
    real.then_some(midnight + hours * 3_600 + minutes * 60 + seconds)
}

fn digit(sign: u8) -> Option<i16> {
    sign.is_ascii_digit().then(|| i16::from(sign - b'0'))
}

/// Nothing, or a clock time in UTC.
fn is_utc_time(text: &[u8]) -> bool {
    let [b'T' | b' ', clock @ ..] = text else { return text.is_empty() };
    let Some((clock, rest)) = clock.split_at_checked(8) else { return false };
    let digits = |at: usize| clock[at].is_ascii_digit() && clock[at + 1].is_ascii_digit();
    if !(digits(0) && digits(3) && digits(6) && clock[2] == b':' && clock[5] == b':') {
        return false;
    }
    let fraction = match rest {
        [b'.', digits @ ..] => 1 + digits.iter().take_while(|sign| sign.is_ascii_digit()).count(),
        _ => 0,
    };
    matches!(&rest[fraction..], b"" | b"Z" | b"+00:00" | b"+0000" | b"+00" | b" UTC" | b" +0000 UTC")
}

/// `month/day/year`, the year with two or four digits.
fn slashed(text: &[u8]) -> Option<Date> {
    let text = std::str::from_utf8(text).ok()?;
    let mut parts = text.split('/');
    let (month, day, year) = (parts.next()?, parts.next()?, parts.next()?);
    let plain = |part: &str| !part.is_empty() && part.bytes().all(|sign| sign.is_ascii_digit());
    if parts.next().is_some() || ![month, day, year].into_iter().all(plain) {
        return None;
    }
    let year: i16 = match year.len() {
        2 => 2000 + year.parse::<i16>().ok()?,
        4 => year.parse().ok()?,
        _ => return None,
    };
    Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_way_a_bill_writes_a_day() {
        let first = Date::new(2026, 10, 1).unwrap();
        for text in [
            "2026-10-01",
            "2026-10-01T00:00:00Z",
            "2026-10-01T23:59:59Z",
            "2026-10-01T00:00:00.000Z",
            "2026-10-01 00:00:00",
            "2026-10-01 00:00:00+00:00",
            "2026-10-01 00:00:00.000 UTC",
            "2026-10-01 00:00:00 +0000 UTC",
            "10/1/26",
            "10/01/2026",
            " 2026-10-01 ",
        ] {
            assert_eq!(day(text.as_bytes()), Some(first), "{text}");
        }
    }

    #[test]
    fn moments_of_the_same_texts() {
        let five = 1_790_830_800; // 2026-10-01T05:00:00Z
        for (text, seconds) in [
            ("2026-10-01T05:00:00Z", Some(five)),
            ("2026-10-01 05:00:00.000 UTC", Some(five)),
            ("2026-10-01 05:59:59+00:00", Some(five + 3_599)),
            ("2026-10-01", Some(five - 5 * 3_600)),
            ("10/1/26", Some(five - 5 * 3_600)),
            ("2026-10-01T25:00:00Z", None),
            ("2026-10-01T05:00:00+02:00", None),
            ("", None),
        ] {
            assert_eq!(moment(text.as_bytes()), seconds, "{text}");
        }
    }

    #[test]
    fn what_is_no_day_in_utc_is_refused() {
        for text in [
            "",
            "2026-10",
            "2026-13-01",
            "2026-02-30",
            "2026-10-01T00:00:00+02:00",
            "2026-10-01T0:00:00Z",
            "01.10.2026",
            "13/1/26",
            "1/1/1/26",
            "//",
            "20261001",
            "2026-10-01x",
            "2026-10-+1",
        ] {
            assert_eq!(day(text.as_bytes()), None, "{text}");
        }
    }
}
