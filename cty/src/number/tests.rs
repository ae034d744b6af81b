//! Numbers as go-cty 1.20 and `terraform console` 1.11 show them, and where this crate differs.

use super::{Number, NumberError};

fn n(text: &str) -> Number {
    text.parse().unwrap()
}

#[test]
fn reads_what_terraform_reads() {
    for (text, shown) in [
        ("0", "0"),
        ("-0", "-0"),
        ("-0.00e5", "-0"),
        ("+5", "5"),
        ("007", "7"),
        (".5", "0.5"),
        ("5.", "5"),
        ("1e3", "1000"),
        ("1E-3", "0.001"),
        ("12.50e+1", "125"),
        ("0e999999999999", "0"),
        ("-9223372036854775808", "-9223372036854775808"),
        ("1e30", "1000000000000000000000000000000"),
        ("Inf", "+Inf"),
        ("-inf", "-Inf"),
    ] {
        assert_eq!(n(text).to_string(), shown, "{text}");
    }
    for text in [
        "", " 5", "5 ", "-", "+-1", ".", "e3", "1e", "1e+", "1.2.3", "0x10", "1_000", "1p3", "NaN",
        "Infinity", "١",
    ] {
        assert_eq!(
            text.parse::<Number>(),
            Err(NumberError::NotANumber),
            "{text}"
        );
    }
}

#[test]
fn one_number_has_one_form() {
    let mut same = ["100", "1e2", "100.000", "0.001e5"].map(n).to_vec();
    same.dedup();
    assert_eq!(same.len(), 1);
    assert_ne!(n("0.1"), Number::try_from(0.1).unwrap());
    assert_eq!(n("0.5"), Number::try_from(0.5).unwrap());
    assert_eq!(Number::shortest(0.1).unwrap(), n("0.1"));
}

#[test]
fn text_of_a_few_bytes_makes_no_large_number() {
    let out_of_range = Err(NumberError::OutOfRange);
    for text in [
        "1e1000000000",
        "1e-1000000000",
        "1e99999999999999999999",
        "1e4097",
        "1e-4097",
    ] {
        assert_eq!(text.parse::<Number>(), out_of_range, "{text}");
    }
    assert_eq!("1".repeat(16_385).parse::<Number>(), out_of_range);
    let large = n("1e4096");
    assert_eq!(large.to_string().len(), 4097);
    assert_eq!(large.mul(&large), out_of_range);
    assert_eq!(n("1e-4096").div(&large), out_of_range);
    assert_eq!(n("1e-4096").add(&large).unwrap(), large);
    assert!(n("1e-4096") < large);
}

#[test]
fn long_text_is_refused_quickly() {
    // Ten million digits; parsing them would take minutes.
    let text = format!("0.{}1", "0".repeat(10_000_000));
    assert_eq!(text.parse::<Number>(), Err(NumberError::OutOfRange));
    assert_eq!(
        "9".repeat(10_000_000).parse::<Number>(),
        Err(NumberError::OutOfRange)
    );
}

#[test]
fn computes_like_terraform() {
    let show = |result: Result<Number, NumberError>| match result {
        Ok(n) => n.to_string(),
        Err(error) => error.to_string(),
    };
    let third = n("1").div(&n("3")).unwrap();
    assert_eq!(third.to_string(), format!("0.{}5", "3".repeat(154)));
    assert_eq!(third.mul(&n("3")).unwrap(), n("1"));
    assert_eq!(show(n("2").div(&n("3"))), format!("0.{}7", "6".repeat(153)));
    assert_eq!(show(n("0.1").add(&n("0.2"))), "0.3");
    assert_eq!(
        show(n("1.1").div(&n("3")).and_then(|d| d.mul(&n("3")))),
        "1.1"
    );
    assert_eq!(
        n("1.1").div(&n("3")).unwrap().mul(&n("3")).unwrap(),
        n("1.1")
    );
    assert_eq!(show(n("10").div(&n("4"))), "2.5");
    assert_eq!(show(n("0.3").div(&n("0.1"))), "3");
    assert_eq!(
        show(n("10000000000").mul(&n("10000000000"))),
        "100000000000000000000"
    );
    assert_eq!(
        show(n("9223372036854775807").add(&n("1"))),
        "9223372036854775808"
    );
    assert_eq!(
        show(n("-9223372036854775808").sub(&n("1"))),
        "-9223372036854775809"
    );
    for (a, b, rest) in [
        ("5", "3", "2"),
        ("-5", "3", "-2"),
        ("5", "-3", "2"),
        ("5.5", "2", "1.5"),
        ("5", "0", "5"),
    ] {
        assert_eq!(show(n(a).rem(&n(b))), rest, "{a} % {b}");
    }
}

#[test]
fn infinities() {
    let (zero, one) = (n("0"), n("1"));
    let (plus, minus) = (Number::INFINITY, Number::NEG_INFINITY);
    assert_eq!(one.div(&zero), Ok(plus.clone()));
    assert_eq!(one.neg().div(&zero), Ok(minus.clone()));
    assert_eq!(one.div(&minus), Ok(zero.clone()));
    assert_eq!(plus.add(&one), Ok(plus.clone()));
    assert_eq!(one.sub(&plus), Ok(minus.clone()));
    assert_eq!(minus.mul(&minus), Ok(plus.clone()));
    assert!(minus < n("-1e4096") && n("1e4096") < plus);
    for (result, message) in [
        (
            zero.div(&zero),
            "can't divide zero by zero or infinity by infinity",
        ),
        (
            plus.div(&minus),
            "can't divide zero by zero or infinity by infinity",
        ),
        (plus.add(&minus), "can't compute sum of opposing infinities"),
        (plus.sub(&plus), "can't subtract infinity from itself"),
        (plus.mul(&zero), "can't multiply zero by infinity"),
        (zero.rem(&plus), "can't use modulo with zero and infinity"),
    ] {
        assert_eq!(result.unwrap_err().to_string(), message);
    }
}

#[test]
fn whole_numbers() {
    assert_eq!(n("-1.5").floor(), n("-2"));
    assert_eq!(n("-1.5").ceil(), n("-1"));
    assert_eq!(n("-1.5").trunc(), n("-1"));
    assert_eq!(n("1.5").trunc(), n("1"));
    assert_eq!(n("18446744073709551615").to_u64(), Some(u64::MAX));
    assert_eq!(n("18446744073709551616").to_u64(), None);
    assert_eq!(n("-1").to_u64(), None);
    assert_eq!(n("9223372036854775808").to_i64(), None);
    assert_eq!(n("9223372036854775808").neg().to_i64(), Some(i64::MIN));
    assert_eq!(Number::from(i64::MIN).neg(), n("9223372036854775808"));
    assert_eq!(n("1.5").to_i64(), None);
}

#[test]
fn floats() {
    assert_eq!(n("0.1").to_f64_exact(), None);
    assert_eq!(n("0.1").to_f64(), 0.1);
    assert_eq!(n("1.5").to_f64_exact(), Some(1.5));
    assert_eq!(n("9007199254740993").to_f64_exact(), None);
    assert_eq!(n("1e400").to_f64(), f64::INFINITY);
    assert_eq!(n("1e400").to_f64_exact(), None);
    assert_eq!(Number::try_from(f64::NAN), Err(NumberError::NotANumber));
    let least = Number::try_from(f64::from_bits(1)).unwrap();
    assert_eq!(least.to_f64_exact(), Some(f64::from_bits(1)));
    assert_eq!(least.to_exact_string().len(), 1076);
}

/// Text of more digits than a 512-bit float tells apart, and what Go's `big.Float.Text` makes of
/// it.
#[test]
fn long_numbers_are_shown_as_terraform_shows_them() {
    for (exact, shown) in [
        (
            "4149515568880992958512407863691161151012446232242436899995657329690652811412908146399707048947103794288197886611300789182395151075411775307886874834113963687061181803401509523685376",
            "4149515568880992958512407863691161151012446232242436899995657329690652811412908146399707048947103794288197886611300789182395151075411775307886874834113963700000000000000000000000000",
        ),
        (
            "4149515568880992958512407863691161151012446232242436899995657329690652811412908146399707048947103794288197886611300789182395151075411775307886874834113963687061181803401509523685377",
            "4149515568880992958512407863691161151012446232242436899995657329690652811412908146399707048947103794288197886611300789182395151075411775307886874834113963700000000000000000000000000",
        ),
        (
            "515377520732011331036461129765621272702107522001.123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789123456789",
            "515377520732011331036461129765621272702107522001.1234567891234567891234567891234567891234567891234567891234567891234567891234567891234567891234567891234568",
        ),
        (
            "13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084097",
            "13407807929942597099574024998205846127479365820592393377723561443721764030073546976801874298166903427690031858186486050853753882811946569946433649006084096",
        ),
        (
            "26815615859885194199148049996411692254958731641184786755447122887443528060147093953603748596333806855380063716372972101707507765623893139892867298012168191",
            "26815615859885194199148049996411692254958731641184786755447122887443528060147093953603748596333806855380063716372972101707507765623893139892867298012168190",
        ),
        (
            "9999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999999",
            "10000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000",
        ),
        (
            "-0.00000000000000000000987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321",
            "-0.00000000000000000000987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654321987654322",
        ),
    ] {
        assert_eq!(n(exact).to_string(), shown);
        assert_eq!(n(exact).to_exact_string(), exact);
    }
}

/// Go's `%.10g`, by which Terraform orders numbers inside elements of sets.
#[test]
fn short_text() {
    for (text, short) in [
        ("0", "0"),
        ("1234567890", "1234567890"),
        ("12345678905", "1.23456789e+10"),
        ("123456789055", "1.234567891e+11"),
        ("0.0001", "0.0001"),
        ("0.00001234", "1.234e-05"),
        ("-1e100", "-1e+100"),
        ("1.00000000049", "1"),
    ] {
        assert_eq!(n(text).to_short_string(), short, "{text}");
    }
}
