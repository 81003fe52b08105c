//! One row of a batch, as the fold looks at it.

use super::super::dialect::{Key, Slot};
use super::super::fold::{Days, Row, moment};
use super::super::tags::Memo;
use super::columns::{Column, Meaning, Values, said};
use parquet::data_type::ByteArray;
use stackcost_model::bill::Amount;
use stackcost_model::time::Date;
use std::borrow::Cow;

/// One row of a batch.
pub(super) struct BatchRow<'a> {
    pub(super) columns: &'a [Column],
    pub(super) row: usize,
}

impl BatchRow<'_> {
    /// The values of a plain column, what they mean, and which is this row's.
    fn plain(&self, slot: Slot) -> Option<(&Values, Meaning, usize)> {
        match self.columns.get(slot)? {
            Column::Plain(plain) => Some((&plain.values, plain.meaning, plain.levels.of(self.row)?)),
            Column::Map(_) | Column::Constant(_) | Column::Coded(_) => None,
        }
    }

    /// The moment or day of this row, as seconds since 1970; `None` when it is neither.
    fn epoch(&self, slot: Slot) -> Option<i64> {
        if let Some(Column::Constant(constant)) = self.columns.get(slot) {
            return constant.moment;
        }
        let (values, meaning, at) = self.plain(slot)?;
        match (values, meaning) {
            (Values::Int64(typed), Meaning::Moment(parts)) => Some(typed.values.get(at)?.div_euclid(parts)),
            (Values::Int96(typed), Meaning::Moment(_)) => Some(typed.values.get(at)?.to_seconds()),
            (Values::Int32(typed), Meaning::Day) => typed.values.get(at).map(|day| i64::from(*day) * 86_400),
            _ => None,
        }
    }
}

impl Row for BatchRow<'_> {
    fn text(&self, slot: Slot) -> Cow<'_, [u8]> {
        if let Some(Column::Constant(constant)) = self.columns.get(slot) {
            return Cow::Borrowed(&constant.text);
        }
        if let Some(Column::Coded(coded)) = self.columns.get(slot) {
            return coded.text(self.row);
        }
        let Some((values, meaning, at)) = self.plain(slot) else { return Cow::Borrowed(b"") };
        if let (Values::Bytes(typed), Meaning::Text) = (values, meaning) {
            return Cow::Borrowed(said(typed.values.get(at).map(ByteArray::data).unwrap_or_default()));
        }
        Cow::Owned(other_text(values, meaning, at).unwrap_or_default().into_bytes())
    }

    fn amount(&self, slot: Slot) -> Result<Option<Amount>, ()> {
        if let Some(Column::Coded(coded)) = self.columns.get(slot) {
            return coded.amount(self.row);
        }
        let Some((values, meaning, at)) = self.plain(slot) else {
            let text = self.text(slot);
            return if text.is_empty() { Ok(None) } else { Amount::parse(&text).map(Some).ok_or(()) };
        };
        match (values, meaning) {
            (Values::Double(typed), _) => {
                let value = *typed.values.get(at).ok_or(())?;
                match self.columns.get(slot) {
                    Some(Column::Plain(plain)) => plain.doubles.amount(value.to_bits()).map(Some).ok_or(()),
                    _ => Err(()),
                }
            }
            (_, Meaning::Decimal(places)) => {
                let units = decimal(values, at).ok_or(())?;
                Amount::from_units(units, places).map(Some).ok_or(())
            }
            _ => {
                let text = self.text(slot);
                if text.is_empty() { Ok(None) } else { Amount::parse(&text).map(Some).ok_or(()) }
            }
        }
    }

    fn date(&self, slot: Slot, days: &mut Days) -> Option<Date> {
        match self.epoch(slot) {
            Some(seconds) => days.epoch(seconds.div_euclid(86_400)),
            None => days.day(&self.text(slot)),
        }
    }

    fn moment(&self, slot: Slot) -> Result<Option<i64>, ()> {
        match self.epoch(slot) {
            Some(seconds) => Ok(Some(seconds)),
            None => moment(&self.text(slot)),
        }
    }

    fn entry<'a>(&'a self, slot: Slot, key: &Key, memo: &'a mut Memo) -> Result<Cow<'a, [u8]>, ()> {
        match self.columns.get(slot) {
            Some(Column::Map(map)) => Ok(Cow::Borrowed(memo.pick(key, map.pairs(self.row)))),
            _ => match self.text(slot) {
                Cow::Borrowed(raw) => memo.entry(raw, key, || raw.to_vec()),
                Cow::Owned(_) => Err(()),
            },
        }
    }
}

/// Values that are no text, as text.
pub(super) fn other_text(values: &Values, meaning: Meaning, at: usize) -> Option<String> {
    Some(match (values, meaning) {
        (Values::Boolean(typed), _) => typed.values.get(at)?.to_string(),
        (Values::Float(typed), _) => ryu::Buffer::new().format(*typed.values.get(at)?).to_string(),
        (Values::Double(typed), _) => ryu::Buffer::new().format(*typed.values.get(at)?).to_string(),
        (_, Meaning::Decimal(places)) => Amount::from_units(decimal(values, at)?, places)?.to_string(),
        (Values::Int32(typed), _) => typed.values.get(at)?.to_string(),
        (Values::Int64(typed), _) => typed.values.get(at)?.to_string(),
        _ => return None,
    })
}

/// The whole units of a decimal, big-endian where it is bytes.
pub(super) fn decimal(values: &Values, at: usize) -> Option<i128> {
    let bytes = match values {
        Values::Int32(typed) => return typed.values.get(at).map(|units| i128::from(*units)),
        Values::Int64(typed) => return typed.values.get(at).map(|units| i128::from(*units)),
        Values::Bytes(typed) => typed.values.get(at)?.data(),
        Values::Fixed(typed) => typed.values.get(at)?.data(),
        _ => return None,
    };
    let first = *bytes.first()?;
    if bytes.len() > 16 {
        return None;
    }
    let mut whole = [if first & 0x80 == 0 { 0 } else { 0xff }; 16];
    whole[16 - bytes.len()..].copy_from_slice(bytes);
    Some(i128::from_be_bytes(whole))
}
