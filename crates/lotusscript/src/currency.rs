//! Amounts of money, exactly: ten-thousandths in 64 bits, from -922,337,203,685,477.5807 to 922,337,203,685,477.5807.

/// What the digits of a number are, with a decimal point and an exponent if need be, and without a sign; half a ten-thousandth goes to the even one. `None` of what is
/// no number or too large.
pub(crate) fn parse_currency(text: &str) -> Option<i64> {
    let (mantissa, exponent) = match text.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i16>().ok()?),
        None => (text, 0),
    };
    let (whole, rest) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = || whole.bytes().chain(rest.bytes());
    if digits().next().is_none() || !digits().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    // So many of the digits are ten-thousandths or more; what stands behind them decides how the last is rounded.
    let kept = i64::try_from(whole.len()).ok()? + i64::from(exponent) + 4;
    let mut parts = 0_i64;
    for digit in digits().take(usize::try_from(kept).unwrap_or(0)) {
        parts = parts
            .checked_mul(10)?
            .checked_add(i64::from(digit - b'0'))?;
    }
    let lacking = kept - i64::try_from(digits().count()).ok()?;
    if parts != 0 && lacking > 0 {
        parts = parts.checked_mul(10_i64.checked_pow(u32::try_from(lacking).ok()?)?)?;
    }
    if kept < 0 {
        return Some(0);
    }
    let mut behind = digits().skip(usize::try_from(kept).ok()?);
    let first = behind.next().unwrap_or(b'0');
    let is_more = behind.any(|digit| digit != b'0');
    let is_up = match first.cmp(&b'5') {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Equal => is_more || parts % 2 != 0,
        std::cmp::Ordering::Less => false,
    };
    parts.checked_add(i64::from(is_up))
}

#[cfg(test)]
mod tests {
    use super::parse_currency;

    #[test]
    fn digits_are_money_to_the_ten_thousandth() {
        let cases = [
            ("922337203685477.5807", Some(i64::MAX)),
            ("922337203685477.5808", None),
            ("922337203685477.58075", None),
            ("9223372036854775807", None),
            ("123456789012345.6789", Some(1_234_567_890_123_456_789)),
            ("214748364800000.0001", Some(2_147_483_648_000_000_001)),
            ("1.00005", Some(10_000)),
            ("1.00015", Some(10_002)),
            ("1.000050001", Some(10_001)),
            (".5", Some(5000)),
            ("5.", Some(50_000)),
            ("1.5e3", Some(15_000_000)),
            ("15E-5", Some(2)),
            ("9e-9", Some(0)),
            ("0e99", Some(0)),
            ("1e30", None),
            ("", None),
            (".", None),
            ("1e", None),
            ("1,5", None),
        ];
        for (text, expected) in cases {
            assert_eq!(parse_currency(text), expected, "{text}");
        }
    }
}
