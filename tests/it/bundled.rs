//! The bundled data, read once for all tests.

use stackcost_formats::classes::Classes;
use stackcost_formats::price_book::Bundle;
use stackcost_model::price::PriceBook;
use std::sync::OnceLock;

/// The instance classes.
pub fn classes() -> &'static Classes {
    static CLASSES: OnceLock<Classes> = OnceLock::new();
    CLASSES.get_or_init(|| Classes::parse(stackcost_prices::CLASSES).expect("the class list"))
}

/// The rates of us-east-1.
pub fn book() -> &'static PriceBook {
    static BOOK: OnceLock<PriceBook> = OnceLock::new();
    BOOK.get_or_init(|| {
        let bundle = Bundle {
            version: stackcost_prices::VERSION,
            sources: stackcost_prices::SOURCES,
            allowances: stackcost_prices::ALLOWANCES,
            sign_up: stackcost_prices::SIGN_UP,
        };
        bundle
            .read(stackcost_prices::files(), |_, region| region.is_none_or(|region| region.code() == "us-east-1"))
            .expect("the bundled book")
    })
}
