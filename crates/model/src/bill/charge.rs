//! What a charge is for, whatever the bill calls it.

use core::fmt;

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = $word:literal;)*) => {
        /// The kinds of charges a report keeps apart.
        ///
        /// Cost and Usage Reports name them in `line_item_line_item_type`, Cost Explorer in the
        /// dimension `RECORD_TYPE`, FOCUS in `ChargeCategory` and `ChargeClass`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum ChargeKind { $($(#[$doc])* $name,)* }

        impl ChargeKind {
            /// Every kind, in the order of reports.
            pub const ALL: &'static [ChargeKind] = &[$(ChargeKind::$name,)*];

            /// As reports write it.
            #[must_use]
            pub const fn word(self) -> &'static str {
                match self { $(ChargeKind::$name => $word,)* }
            }
        }
    };
}

kinds! {
    /// What was used: on demand, on Spot, or covered by a commitment.
    Usage = "usage";
    /// What was bought: subscriptions, upfront and recurring fees of commitments.
    Fee = "fees";
    /// Taxes.
    Tax = "tax";
    /// What no table here knows; shown as it is.
    Other = "other";
    /// Negotiated and bundled discounts, which come as lines of their own.
    Discount = "discounts";
    /// Credits.
    Credit = "credits";
    /// Refunds, and corrections of earlier months.
    Refund = "refunds";
}

impl ChargeKind {
    /// The kind of AWS's line item type or record type. Letters and their case count, spaces and
    /// marks do not: Cost Explorer writes `Savings Plan Covered Usage` where a report writes
    /// `SavingsPlanCoveredUsage`.
    ///
    /// Source: AWS Data Exports guide, `line_item_line_item_type`; Cost Explorer, charge types.
    ///
    /// ```
    /// use stackcost_model::bill::ChargeKind;
    /// assert_eq!(ChargeKind::from_line_item_type("RIFee"), ChargeKind::Fee);
    /// assert_eq!(ChargeKind::from_line_item_type("Enterprise Discount Program Discount"), ChargeKind::Discount);
    /// assert_eq!(ChargeKind::from_line_item_type("Anything new"), ChargeKind::Other);
    /// ```
    #[must_use]
    pub fn from_line_item_type(text: &str) -> ChargeKind {
        let is = |word: &str| {
            let letters = text.bytes().filter(u8::is_ascii_alphanumeric).map(|sign| sign.to_ascii_lowercase());
            letters.eq(word.bytes())
        };
        let any = |words: &[&str]| words.iter().any(|word| is(word));
        if any(&["usage", "discountedusage", "savingsplancoveredusage", "savingsplannegation", "spotusage"]) {
            ChargeKind::Usage
        } else if any(&[
            "fee",
            "rifee",
            "recurring",
            "recurringreservationfee",
            "upfront",
            "upfrontreservationfee",
            "savingsplanupfrontfee",
            "savingsplanrecurringfee",
            "supportfee",
            "purchase",
        ]) {
            ChargeKind::Fee
        } else if is("tax") {
            ChargeKind::Tax
        } else if is("credit") {
            ChargeKind::Credit
        } else if is("refund") {
            ChargeKind::Refund
        } else if any(&[
            "discount",
            "edpdiscount",
            "enterprisediscountprogramdiscount",
            "bundleddiscount",
            "privateratediscount",
            "privateratecarddiscount",
            "ridiscount",
            "distributordiscount",
            "solutionproviderprogramdiscount",
            "sppdiscount",
        ]) {
            ChargeKind::Discount
        } else {
            ChargeKind::Other
        }
    }

    /// The kind of FOCUS's `ChargeCategory` with its `ChargeClass`. A correction is a refund here
    /// (it belongs to another month), and so is an adjustment.
    ///
    /// Source: FOCUS 1.0 to 1.4, columns ChargeCategory and ChargeClass.
    #[must_use]
    pub fn from_focus(category: &str, class: &str) -> ChargeKind {
        match (category, class) {
            (_, "Correction") | ("Adjustment", _) => ChargeKind::Refund,
            ("Usage", _) => ChargeKind::Usage,
            ("Purchase", _) => ChargeKind::Fee,
            ("Tax", _) => ChargeKind::Tax,
            ("Credit", _) => ChargeKind::Credit,
            _ => ChargeKind::Other,
        }
    }

    /// Whether it takes something off what was charged: gross is everything but these.
    #[must_use]
    pub const fn is_reduction(self) -> bool {
        matches!(self, ChargeKind::Discount | ChargeKind::Credit | ChargeKind::Refund)
    }
}

impl fmt::Display for ChargeKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}
