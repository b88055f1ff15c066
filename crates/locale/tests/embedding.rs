//! What an embedder does with texts of locales: plain options in, texts and parts out.

#![allow(clippy::expect_used, reason = "these are tests")]

use heddle_data::json;
use heddle_locale::{
    DateFormat, DateOptions, ListFormat, Locale, LocaleErrorKind, NumberFormat, NumberOptions, Options,
    PluralRules, join,
};

fn number(tag: &str) -> String {
    let options = NumberOptions::from_json(&json!({ "minimumFractionDigits": 2 })).expect("options");
    NumberFormat::new(Locale::find(tag).expect("a tag"), &options).expect("a format").format(1234.5)
}

fn date(tag: &str) -> String {
    let options = DateOptions::read(&json!({ "dateStyle": "long", "timeZone": "UTC" })).expect("options");
    DateFormat::new(tag, &options).expect("a format").format(1_741_964_966_535.0)
}

#[test]
fn english_needs_no_other_data() {
    assert_eq!(number("en-US"), "1,234.50");
    assert_eq!(date("en-US"), "March 14, 2025");
    assert_eq!(date("en-GB"), "14 March 2025");
    let locale = Locale::find("en").expect("a tag");
    let list =
        ListFormat::new(locale.clone(), Options::new(&json!({ "type": "disjunction" }), "Intl.ListFormat"))
            .expect("a format");
    let elements = ["a", "b", "c"].map(str::to_owned);
    assert_eq!(join(&list.format_to_parts(&elements).expect("a list")), "a, b, or c");
    let ordinal = NumberOptions::from_json(&json!({ "type": "ordinal" })).expect("options");
    let rules = PluralRules::new(locale, ordinal).expect("rules");
    assert_eq!([1.0, 2.0, 3.0, 4.0].map(|number| rules.select(number)), ["one", "two", "few", "other"]);
}

#[test]
fn other_languages_are_there_unless_their_data_were_left_out() {
    if cfg!(feature = "all-locales") {
        assert_eq!((number("de").as_str(), date("de").as_str()), ("1.234,50", "14. März 2025"));
    } else {
        assert_eq!((number("de"), date("de")), (number("en-US"), date("en-US")));
    }
}

#[test]
fn what_is_wrong_has_the_class_of_its_error() {
    let error = Locale::find("not a tag").expect_err("it is malformed");
    assert_eq!(error.kind, LocaleErrorKind::Range);
    let options = NumberOptions::from_json(&json!({ "style": "currency" })).expect("options");
    let error =
        NumberFormat::new(Locale::find("en").expect("a tag"), &options).expect_err("the currency is missing");
    assert_eq!(error.kind, LocaleErrorKind::Type);
}
