//! What the lines of AWS's bills are in FOCUS.

use stackcost_model::bill::ChargeKind;

/// A charge, as far as FOCUS treats it differently.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Charge {
    /// Used, and not covered by a commitment.
    Usage,
    /// Used, and covered.
    Covered(Commitment),
    /// Takes the on-demand cost of covered usage back.
    Negation,
    /// The part of a commitment's fee that covered nothing.
    Unused(Commitment),
    /// Bought: a commitment, or something else.
    Fee {
        of: Option<Commitment>,
        recurring: bool,
    },
    /// A negotiated discount as a line of its own.
    Discount,
    Tax,
    Credit,
    /// A refund; the bill does not say of what, so it is an adjustment. So is what is unknown.
    Adjustment,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Commitment {
    SavingsPlan,
    Reservation,
}

impl Commitment {
    pub const fn word(self) -> &'static str {
        match self {
            Commitment::SavingsPlan => "Savings Plan",
            Commitment::Reservation => "Reserved Instance",
        }
    }
}

impl Charge {
    /// The charge with this line item type or record type, kind and purchase type.
    pub fn of(charge_type: &str, kind: ChargeKind, purchase: &str) -> Charge {
        let letters: String = charge_type.chars().filter(char::is_ascii_alphanumeric).collect();
        let fee = |of, recurring| Charge::Fee { of: Some(of), recurring };
        match letters.to_ascii_lowercase().as_str() {
            "savingsplancoveredusage" => return Charge::Covered(Commitment::SavingsPlan),
            "discountedusage" => return Charge::Covered(Commitment::Reservation),
            "savingsplannegation" => return Charge::Negation,
            "savingsplanupfrontfee" => return fee(Commitment::SavingsPlan, false),
            "savingsplanrecurringfee" => return fee(Commitment::SavingsPlan, true),
            "upfrontreservationfee" => return fee(Commitment::Reservation, false),
            "rifee" | "recurringreservationfee" => return fee(Commitment::Reservation, true),
            _ => {}
        }
        match kind {
            ChargeKind::Usage if purchase.contains("Savings Plan") => Charge::Covered(Commitment::SavingsPlan),
            ChargeKind::Usage if purchase.contains("Reserved") => Charge::Covered(Commitment::Reservation),
            ChargeKind::Usage => Charge::Usage,
            ChargeKind::Fee => Charge::Fee { of: None, recurring: letters.eq_ignore_ascii_case("recurring") },
            ChargeKind::Tax => Charge::Tax,
            ChargeKind::Discount => Charge::Discount,
            ChargeKind::Credit => Charge::Credit,
            ChargeKind::Refund | ChargeKind::Other => Charge::Adjustment,
        }
    }

    /// `ChargeCategory`.
    pub const fn category(self) -> &'static str {
        match self {
            Charge::Usage | Charge::Covered(_) | Charge::Negation | Charge::Unused(_) | Charge::Discount => "Usage",
            Charge::Fee { .. } => "Purchase",
            Charge::Tax => "Tax",
            Charge::Credit => "Credit",
            Charge::Adjustment => "Adjustment",
        }
    }

    /// `ChargeFrequency`.
    pub const fn frequency(self) -> &'static str {
        match self {
            Charge::Fee { recurring: true, .. } | Charge::Unused(_) => "Recurring",
            Charge::Fee { .. } | Charge::Tax | Charge::Credit | Charge::Adjustment => "One-Time",
            _ => "Usage-Based",
        }
    }

    /// `PricingCategory`; none for what has no price.
    pub fn pricing(self, purchase: &str) -> Option<&'static str> {
        match self {
            Charge::Covered(_) | Charge::Negation | Charge::Unused(_) => Some("Committed"),
            Charge::Usage => Some(match purchase {
                "Committed" => "Committed",
                "Other" => "Other",
                _ if purchase.contains("Spot") || purchase == "Dynamic" => "Dynamic",
                _ => "Standard",
            }),
            Charge::Fee { .. } | Charge::Discount => Some("Standard"),
            Charge::Tax | Charge::Credit | Charge::Adjustment => None,
        }
    }

    /// Whether it is usage or a purchase: what has a price, a quantity and a SKU.
    pub const fn is_priced(self) -> bool {
        !matches!(self, Charge::Tax | Charge::Credit | Charge::Adjustment)
    }

    /// The commitment it is of, and whether it was used.
    pub const fn commitment(self) -> Option<(Commitment, Option<&'static str>)> {
        match self {
            Charge::Covered(of) => Some((of, Some("Used"))),
            Charge::Negation => Some((Commitment::SavingsPlan, Some("Used"))),
            Charge::Unused(of) => Some((of, Some("Unused"))),
            Charge::Fee { of: Some(of), .. } => Some((of, None)),
            _ => None,
        }
    }
}

/// A unit as FOCUS writes it, where AWS's is a short form of the same.
pub(super) fn unit(aws: &str) -> String {
    let (what, per) = aws.rsplit_once('-').map_or(("", aws), |(what, per)| (what, per));
    let per = match per {
        "Hrs" | "Hr" | "hrs" | "hours" | "Hours" | "hour" | "Hour" => "Hours",
        "Mo" | "month" | "Month" | "months" => "Months",
        "second" | "seconds" | "Second" => "Seconds",
        _ => return aws.to_string(),
    };
    if what.is_empty() { per.to_string() } else { format!("{what}-{per}") }
}

/// The type of a resource by its identifier: service and kind of an ARN.
pub(super) fn resource_type(id: &str) -> Option<String> {
    let mut parts = id.strip_prefix("arn:")?.splitn(5, ':').skip(1);
    let service = parts.next()?;
    let resource = parts.nth(2)?;
    match resource.split_once(['/', ':']) {
        Some((kind, _)) if !kind.is_empty() => Some(format!("{service}:{kind}")),
        _ => Some(service.to_string()),
    }
}
