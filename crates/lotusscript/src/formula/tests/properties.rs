//! What holds of any text, any list.

use super::host;
use crate::formula::{Formula, International, Limits, Value, check, parse, tokens};
use proptest::prelude::*;

const LIMITS: Limits = Limits {
    steps: 20_000,
    elements: 1_000,
    bytes: 20_000,
    bytes_in_all: 200_000,
    depth: 60,
};

fn literal(texts: &[String]) -> String {
    let quoted: Vec<String> = texts
        .iter()
        .map(|text| format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"")))
        .collect();
    quoted.join(":")
}

fn run(source: &str) -> Value {
    let formula = Formula::parse(source).unwrap();
    formula
        .evaluate(&mut host(), &Limits::default())
        .unwrap()
        .value
}

/// Texts that look like formulas, more or less.
fn formula_like() -> impl Strategy<Value = String> {
    let pieces = prop::sample::select(vec![
        "@If(",
        "@Left(",
        "@Do(",
        "@While(",
        "@Eval(",
        "@Sort(",
        "@Transform(",
        "@Name(",
        "@Text(",
        "@Explode(",
        "@Matches(",
        "@Adjust(",
        "@Date(",
        "@Now",
        "@Today",
        "@Repeat(",
        "@Middle(",
        "@Subset(",
        "@ReplaceSubstring(",
        "@Round(",
        "@Max(",
        "(",
        ")",
        ";",
        ";",
        ";",
        ":",
        "+",
        "*+",
        "-",
        "*",
        "=",
        "*=",
        "!",
        "&",
        "[",
        "]",
        ":=",
        "x",
        "y",
        "subject",
        "colors",
        "1",
        "2",
        "-3",
        ".5",
        "1E9",
        "\"a\"",
        "\"b c\"",
        "\"x\"",
        "\"\"",
        "{d}",
        "[CN]",
        "[12/31/2025]",
        "[10:30]",
        "[CUSTOMSORT]",
        "FIELD ",
        "REM ",
        "SELECT ",
        "\n",
        " ",
        "\"",
        "{",
        "é",
        "@",
        "'",
        "@Error",
        "@Nothing",
        "@Unavailable",
    ]);
    prop::collection::vec(pieces, 0..30).prop_map(|pieces| pieces.concat())
}

proptest! {
    #[test]
    fn tokens_are_the_text_to_the_byte(source in prop_oneof![any::<String>(), formula_like()]) {
        let whole: String = tokens(&source).map(|token| token.span.of(&source)).collect();
        prop_assert_eq!(whole, source);
    }

    #[test]
    fn any_text_is_read_checked_and_run(source in prop_oneof![any::<String>(), formula_like()]) {
        let parsed = parse(&source, &International::default());
        for error in &parsed.errors {
            prop_assert!(error.line > 0 && error.column > 0);
            prop_assert!(source.get(error.span.start as usize..error.span.end as usize).is_some());
        }
        for finding in check::check_parsed(&parsed, &check::Options::default()) {
            prop_assert!(!finding.message.is_empty() && !finding.why.is_empty() && !finding.remedy.is_empty());
        }
        for (id, node) in parsed.formula.nodes() {
            prop_assert!(source.get(node.span.start as usize..node.span.end as usize).is_some());
            prop_assert!(parsed.formula.children_of(id).iter().all(|child| *child < id));
        }
        // With parts that were not understood it ends there.
        let _ = parsed.formula.evaluate(&mut host(), &LIMITS);
    }

    #[test]
    fn implode_undoes_explode(texts in prop::collection::vec("[a-z\\\\\" ]{1,8}", 1..10)) {
        let list = literal(&texts);
        prop_assert_eq!(run(&format!("@Explode(@Implode({list}; \"~\"); \"~\")")), Value::texts(texts.clone()));
        prop_assert_eq!(run(&format!("@Implode(@Explode(@Implode({list}; \"~\"); \"~\"; @True); \"~\")")), Value::text(texts.join("~")));
    }

    #[test]
    fn lists_have_the_length_of_the_longer_or_of_the_product(left in 1_usize..12, right in 1_usize..12) {
        let list = |length: usize| vec!["1"; length].join(":");
        let (one, other) = (list(left), list(right));
        for (operator, length) in [("+", left.max(right)), ("*", left.max(right)), ("*+", left * right), ("**", left * right), ("*-", left * right), ("*/", left * right), (":", left + right)] {
            prop_assert_eq!(run(&format!("{one} {operator} {other}")).len(), length, "{}", operator);
        }
        for operator in ["=", "*=", "<>", "*<>", "<", "*<", ">=", "*>="] {
            prop_assert_eq!(run(&format!("{one} {operator} {other}")).len(), 1);
        }
    }

    #[test]
    fn permuted_operators_meet_each_with_each(left in prop::collection::vec(-50_i32..50, 1..8), right in prop::collection::vec(-50_i32..50, 1..8)) {
        let list = |numbers: &[i32]| numbers.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(":");
        let (one, other) = (list(&left), list(&right));
        let sums: Vec<f64> = left.iter().flat_map(|one| right.iter().map(move |other| f64::from(one + other))).collect();
        prop_assert_eq!(run(&format!("{one} *+ {other}")), Value::numbers(sums));
        let is_common = left.iter().any(|one| right.contains(one));
        prop_assert_eq!(run(&format!("{one} *= {other}")), Value::truth(is_common));
    }

    #[test]
    fn sorting_orders_and_keeps(numbers in prop::collection::vec(-1000_i32..1000, 1..40)) {
        let list = numbers.iter().map(|one| format!("({one})")).collect::<Vec<_>>().join(":");
        let mut sorted: Vec<f64> = numbers.iter().copied().map(f64::from).collect();
        sorted.sort_by(f64::total_cmp);
        prop_assert_eq!(run(&format!("@Sort({list})")), Value::numbers(sorted.clone()));
        prop_assert_eq!(run(&format!("@Sort({list}; [CUSTOMSORT]; $A > $B)")), Value::numbers(sorted.clone()));
        sorted.reverse();
        prop_assert_eq!(run(&format!("@Sort({list}; [DESCENDING])")), Value::numbers(sorted));
    }

    #[test]
    fn texts_of_numbers_are_read_back(number in -1e14_f64..1e14) {
        let mut host = host();
        host.document.insert("n".into(), Value::number(number));
        let formula = Formula::parse("@TextToNumber(@Text(n))").unwrap();
        let back = formula.evaluate(&mut host, &LIMITS).unwrap().value;
        let back = back.as_numbers().unwrap()[0];
        prop_assert!((back - number).abs() <= number.abs() * 1e-14 + 1e-14, "{} {}", number, back);
    }

    #[test]
    fn left_and_right_make_the_whole(text in "\\PC{0,20}", count in 0_i32..25) {
        let mut host = host();
        host.document.insert("t".into(), Value::text(text.clone()));
        let source = format!("@Left(t; {count}) + @RightBack(t; {count})");
        let whole = Formula::parse(&source).unwrap().evaluate(&mut host, &LIMITS).unwrap().value;
        prop_assert_eq!(whole, Value::text(text));
    }

    #[test]
    fn days_there_and_back(days in -100_000_i32..100_000) {
        let source = format!("@Adjust(@Adjust([06/15/2025]; 0; 0; ({days}); 0; 0; 0); 0; 0; -({days}); 0; 0; 0) = [06/15/2025]");
        prop_assert_eq!(run(&source), Value::truth(true));
        let seconds = format!("@Adjust([06/15/2025]; 0; 0; ({days}); 0; 0; 0) - [06/15/2025]");
        prop_assert_eq!(run(&seconds), Value::number(f64::from(days) * 86_400.0));
    }
}
