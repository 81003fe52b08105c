//! Private rates, and the discount on all of it.

use super::Error;
use crate::account::{Account, Discount, Priced, PrivateRate, Terms};
use crate::estimate::{Estimate, Line, LineKind};
use crate::exact::Ratio;
use crate::meter::{Region, ServiceCode, UsageType};
use crate::money::Usd;
use crate::price::Source;
use crate::unit::{AnyQuantity, UnitKind};
use alloc::format;
use alloc::string::ToString;
use alloc::sync::Arc;
use alloc::vec::Vec;

/// AWS's name of what a private rate takes off.
const PRIVATE: &str = "PrivateRateDiscount";
/// AWS's name of the discount of an Enterprise Discount Program.
const EDP: &str = "EdpDiscount";

/// Takes off what private rates leave; returns the usage at the rates that the account pays.
pub(super) fn private(priced: &mut Estimate, account: &Account) -> Result<Vec<Line>, Error> {
    let mut used: Vec<&PrivateRate> = Vec::new();
    let mut private = Vec::new();
    let mut usage = priced.lines.clone();
    for line in usage.iter_mut().filter(|line| !line.rate.is_zero()) {
        if let Some(rate) = agreed(line, priced.region, &account.private_rates) {
            used.push(rate);
            let off = of_private_rate(line, rate)?;
            line.rate = line.rate + off.rate;
            line.amount = line.amount + off.amount;
            private.push(off);
        }
    }
    for rate in account.private_rates.iter().filter(|rate| !used.contains(rate)) {
        priced.remarks.push(format!("the private rate of {} is of nothing that the stack pays for", rate.of));
    }
    priced.lines.extend(private);
    Ok(usage)
}

/// Takes off the discount on all that is billed.
pub(super) fn take_off(priced: &mut Estimate, account: &Account) -> Result<(), Error> {
    if let Some(discount) = &account.discount {
        let lines = of_discount(&priced.lines, discount)?;
        priced.lines.extend(lines);
    }
    Ok(())
}

/// The rate that was agreed for a line: of its SKU, or else of its usage type.
fn agreed<'a>(line: &Line, here: Region, rates: &'a [PrivateRate]) -> Option<&'a PrivateRate> {
    let usage_type = UsageType::parse(&line.usage_type).rest;
    let of_sku = |rate: &&PrivateRate| match &rate.of {
        Priced::Sku(sku) => line.source.sku.as_deref() == Some(sku.as_str()),
        Priced::UsageType(..) => false,
    };
    let of_type = |rate: &&PrivateRate| match &rate.of {
        Priced::Sku(_) => false,
        Priced::UsageType(service, region, of) => {
            *service == line.service && *of == usage_type && region.is_none_or(|region| region == here)
        }
    };
    rates.iter().find(of_sku).or_else(|| rates.iter().find(of_type))
}

fn of_private_rate(line: &Line, agreed: &PrivateRate) -> Result<Line, Error> {
    let rate = match agreed.terms {
        Terms::Rate(usd) => Ratio::from(usd),
        Terms::Off(off) => line.rate * (Ratio::ONE - off),
    };
    let because = format!("{rate} USD a unit instead of {}, for {}", line.rate, line.usage_type);
    let less = rate - line.rate;
    let amount = Usd::round(less * line.quantity.value).ok_or_else(|| Error::TooLarge(because.clone()))?;
    Ok(Line {
        kind: LineKind::Discount,
        usage_type: PRIVATE.into(),
        operation: "".into(),
        rate: less,
        amount,
        because,
        source: Source::user(&agreed.from),
        ..line.clone()
    })
}

/// A line for each component and service: what is off of all its lines.
fn of_discount(lines: &[Line], discount: &Discount) -> Result<Vec<Line>, Error> {
    let mut sums: Vec<(&Arc<str>, ServiceCode, Usd)> = Vec::new();
    for line in lines.iter().filter(|line| !discount.except.contains(&line.service)) {
        match sums.iter_mut().find(|(component, service, _)| **component == line.component && *service == line.service)
        {
            Some((_, _, sum)) => *sum = *sum + line.amount,
            None => sums.push((&line.component, line.service, line.amount)),
        }
    }
    let percent = (discount.off * Ratio::whole(100)).to_string();
    let rate = Ratio::ZERO - discount.off;
    let line = |(component, service, sum): (&Arc<str>, ServiceCode, Usd)| {
        let because = format!("{percent} % off of {sum} USD of {service}");
        let amount = Usd::round(rate * sum.to_ratio()).ok_or_else(|| Error::TooLarge(because.clone()))?;
        Ok(Line {
            kind: LineKind::Discount,
            component: Arc::clone(component),
            service,
            usage_type: EDP.into(),
            operation: "".into(),
            quantity: AnyQuantity { value: sum.to_ratio(), unit: UnitKind::Dollar },
            rate,
            amount,
            because,
            source: Source::user(&discount.from),
        })
    };
    sums.into_iter().filter(|(_, _, sum)| *sum != Usd::ZERO).map(line).collect()
}
