//! Sizes for people.

/// Bytes in the largest unit that leaves a number before the point.
pub(crate) fn human(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["KiB", "MiB", "GiB", "TiB"];
    if bytes < 1024 {
        return format!("{bytes} B");
    }
    let exponent = (bytes.ilog2() / 10).min(UNITS.len() as u32);
    let value = bytes as f64 / f64::from(1u32 << 10).powi(exponent as i32);
    format!("{value:.1} {}", UNITS[exponent as usize - 1])
}

/// A change of size, in percent of the old size.
pub(crate) fn change(from: u64, to: u64) -> String {
    if from == 0 {
        return "±0 %".into();
    }
    let percent = (to as f64 - from as f64) / from as f64 * 100.0;
    match format!("{percent:+.0$} %", decimals(percent.abs())) {
        none if none == "+0.0 %" || none == "-0.0 %" => "±0 %".into(),
        some => some,
    }
}

/// How many decimals a percentage has: one, or as many as tell nearly all from all.
fn decimals(percent: f64) -> usize {
    let is_told = |decimals: &usize| {
        let shown: f64 = format!("{percent:.decimals$}").parse().unwrap_or(percent);
        percent >= 100.0 || shown != 100.0
    };
    (1..10).find(is_told).unwrap_or(10)
}

/// A share of the whole, in percent.
pub(crate) fn share(part: u64, whole: u64) -> String {
    if whole == 0 {
        return "0.0 %".into();
    }
    let percent = part as f64 / whole as f64 * 100.0;
    format!("{percent:.0$} %", decimals(percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_have_a_number_before_the_point() {
        for (bytes, text) in [
            (0, "0 B"),
            (1023, "1023 B"),
            (1024, "1.0 KiB"),
            (1536, "1.5 KiB"),
            (5 << 20, "5.0 MiB"),
            (3 << 30, "3.0 GiB"),
        ] {
            assert_eq!(human(bytes), text);
        }
    }

    #[test]
    fn changes_say_their_direction() {
        assert_eq!(change(200, 100), "-50.0 %");
        assert_eq!(change(100, 150), "+50.0 %");
        assert_eq!(change(100_000, 100_001), "±0 %");
        assert_eq!(change(0, 5), "±0 %");
    }

    #[test]
    fn nearly_all_is_not_all() {
        assert_eq!(change(10_000, 4), "-99.96 %");
        assert_eq!(change(10_000_000, 4), "-99.99996 %");
        assert_eq!(change(10_000, 0), "-100.0 %");
        assert_eq!(change(10_000, 20_000), "+100.0 %");
        assert_eq!(change(10_000, 20_001), "+100.0 %");
        assert_eq!(share(9_996, 10_000), "99.96 %");
        assert_eq!(share(10_000, 10_000), "100.0 %");
    }
}
