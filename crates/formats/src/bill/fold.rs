//! Rows of a bill to sums: one fold a thread, joined at the end.

use super::date;
use super::dialect::{Amortized, Cost, Dialect, Key, Layout, Slot, Value};
use super::tags::Memo;
use hashbrown::HashMap;
use stackcost_model::bill::{Amount, Bill, CannotAdd, ChargeKind, Dimension, Entry, Query, Step};
use stackcost_model::time::Date;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// A row, whatever file it is from. A cell that is empty, `NULL` or `None` is an empty text.
pub(super) trait Row {
    /// The cell as text.
    fn text(&self, slot: Slot) -> Cow<'_, [u8]>;

    /// The cell as a decimal; `None` when it is empty, `Err` when it is none.
    fn amount(&self, slot: Slot) -> Result<Option<Amount>, ()> {
        let text = self.text(slot);
        if text.is_empty() { Ok(None) } else { Amount::parse(&text).map(Some).ok_or(()) }
    }

    /// The day of the moment in this cell; `None` when it is none.
    fn date(&self, slot: Slot, days: &mut Days) -> Option<Date> {
        days.day(&self.text(slot))
    }

    /// The moment in this cell, in seconds since 1970; `None` when it is empty, `Err` when it is none.
    fn moment(&self, slot: Slot) -> Result<Option<i64>, ()> {
        moment(&self.text(slot))
    }

    /// The value of a key of the map in this cell, if it has one; `Err` when it is no map.
    fn entry<'a>(&'a self, slot: Slot, keys: &Key, memo: &'a mut Memo) -> Result<Cow<'a, [u8]>, ()>;
}

/// The moment that a text says; `None` for no text, `Err` for another text.
pub(super) fn moment(text: &[u8]) -> Result<Option<i64>, ()> {
    if text.is_empty() { Ok(None) } else { date::moment(text).map(Some).ok_or(()) }
}

/// Where a row stands: its block of the file, its place in the block, the byte it begins at.
pub(super) type Place = (u64, u64, u64);

/// What is wrong with a row.
#[derive(Debug)]
pub(super) struct Bad {
    /// The column, by its name in the file; empty when it is the whole row.
    pub column: String,
    /// In words, what stands there and why it cannot be taken.
    pub why: String,
}

impl Bad {
    pub fn row(why: impl Into<String>) -> Bad {
        Bad { column: String::new(), why: why.into() }
    }
}

/// The sums of one group.
#[derive(Default)]
struct Sums {
    amounts: Vec<Amount>,
    quantity: Amount,
    charges: u64,
    without_list: u64,
}

/// Adds rows up.
pub(super) struct Fold<'a> {
    query: &'a Query,
    layout: &'a Layout,
    /// Places in `sums` by what a group has in common.
    groups: HashMap<Box<[u8]>, usize>,
    sums: Vec<Sums>,
    key: Vec<u8>,
    recent: Recent,
    months: Days,
    days: Days,
    /// First days of months of which a charge for usage has no invoice yet.
    open: BTreeSet<Date>,
    /// The kinds of the line item types seen so far; there are a dozen.
    kinds: Vec<(Box<[u8]>, ChargeKind)>,
    /// The currencies of charges, and where each stands first.
    currencies: Vec<(Box<[u8]>, Place)>,
    /// The costs of the row at hand.
    costs: Vec<Option<Amount>>,
    memo: Memo,
    rows: u64,
}

/// Days by their text: nearly all rows have the one before.
#[derive(Default)]
pub(super) struct Days {
    known: HashMap<Box<[u8]>, Date>,
    last: (Vec<u8>, Option<Date>),
    last_epoch: Option<(i64, Date)>,
}

impl Days {
    /// How many texts are kept; a bill has a few thousand hours.
    const MOST: usize = 10_000;

    /// The day that a text says.
    pub fn day(&mut self, text: &[u8]) -> Option<Date> {
        if self.last.1.is_some() && self.last.0 == text {
            return self.last.1;
        }
        let day = match self.known.get(text) {
            Some(day) => *day,
            None => {
                let day = date::day(text)?;
                if self.known.len() >= Self::MOST {
                    self.known.clear();
                }
                self.known.insert(text.into(), day);
                day
            }
        };
        self.last.0.clear();
        self.last.0.extend_from_slice(text);
        self.last.1 = Some(day);
        Some(day)
    }

    /// The day so many days after the first of 1970.
    pub fn epoch(&mut self, days: i64) -> Option<Date> {
        if let Some((known, day)) = self.last_epoch
            && known == days
        {
            return Some(day);
        }
        let day = Date::constant(1970, 1, 1).checked_add(jiff::Span::new().try_days(days).ok()?).ok()?;
        self.last_epoch = Some((days, day));
        Some(day)
    }
}

impl<'a> Fold<'a> {
    pub fn new(query: &'a Query, layout: &'a Layout) -> Fold<'a> {
        Fold {
            query,
            layout,
            groups: HashMap::new(),
            sums: Vec::new(),
            key: Vec::new(),
            recent: Recent::new(layout),
            months: Days::default(),
            days: Days::default(),
            open: BTreeSet::new(),
            kinds: Vec::new(),
            currencies: Vec::new(),
            costs: Vec::new(),
            memo: Memo::default(),
            rows: 0,
        }
    }

    /// Adds a row; one that is bad adds nothing.
    pub fn row(&mut self, row: &impl Row, place: Place) -> Result<(), Bad> {
        let layout = self.layout;
        self.rows += 1;
        let month = match layout.month.or(layout.day) {
            Some(slot) => self.date(row, slot, true)?,
            None => return Err(Bad::row("has no date")),
        };
        let month = month.first_of_month();
        let period = match (self.query.step, layout.day.or(layout.month)) {
            (Step::Day, Some(slot)) => self.date(row, slot, false)?,
            _ => month,
        };
        if self.query.span.is_some_and(|span| !span.contains(period)) {
            return Ok(());
        }
        for (condition, value) in self.query.filter.iter().zip(&layout.filter) {
            let found = value_of(row, value, layout, &mut self.memo)?;
            if condition.values.iter().any(|wanted| wanted.as_bytes() == &*found) == condition.negated {
                return Ok(());
            }
        }
        let type_text = row.text(layout.kind);
        let kind = self.kind_of(row, &type_text)?;
        self.costs.clear();
        for cost in &layout.costs {
            self.costs.push(cost_of(row, cost, &type_text, kind).map_err(|bad| bad.of(row, layout))?);
        }
        let (quantity, unit) = match layout.quantity {
            Some((slot, unit)) if kind == ChargeKind::Usage => {
                let quantity = row.amount(slot).map_err(|()| BadCost::Cell(slot).of(row, layout))?;
                (quantity.unwrap_or_default(), unit.map(|slot| row.text(slot)).unwrap_or_default())
            }
            _ => (Amount::ZERO, Cow::default()),
        };
        let at = self.group(row, packed(period), kind, &unit)?;
        let sums = &mut self.sums[at];
        let too_large = || Bad::row("makes a sum too large to count");
        for (sum, cost) in sums.amounts.iter_mut().zip(&self.costs) {
            match cost {
                Some(amount) => *sum = sum.checked_add(*amount).ok_or_else(too_large)?,
                None => sums.without_list += 1,
            }
        }
        sums.quantity = sums.quantity.checked_add(quantity).ok_or_else(too_large)?;
        sums.charges += 1;
        if kind == ChargeKind::Usage && layout.invoice.is_some_and(|slot| row.text(slot).is_empty()) {
            self.open.insert(month);
        }
        self.note_currency(row, place);
        Ok(())
    }

    /// The place of the sums that a row belongs to.
    fn group(&mut self, row: &impl Row, period: u32, kind: ChargeKind, unit: &[u8]) -> Result<usize, Bad> {
        let Fold { layout, memo, key, recent, groups, sums, .. } = self;
        key.clear();
        key.extend_from_slice(&period.to_le_bytes());
        key.push(kind as u8);
        recent.begin(period, kind, unit);
        push(key, unit);
        if recent.on {
            for value in &layout.groups {
                recent.add(&value_of(row, value, layout, memo)?);
            }
            if let Some(at) = recent.known() {
                return Ok(at);
            }
        }
        for value in &layout.groups {
            push(key, &value_of(row, value, layout, memo)?);
        }
        let at = match groups.get(&key[..]) {
            Some(at) => *at,
            None => {
                groups.insert(key[..].into(), sums.len());
                sums.push(Sums {
                    amounts: vec![Amount::ZERO; layout.costs.len()],
                    quantity: Amount::ZERO,
                    charges: 0,
                    without_list: 0,
                });
                sums.len() - 1
            }
        };
        recent.keep(at);
        Ok(at)
    }

    /// The cells of earlier rows may be gone from here on; see [`Recent`].
    pub fn next_batch(&mut self) {
        self.recent.batch += 1;
    }

    fn date(&mut self, row: &impl Row, slot: Slot, month: bool) -> Result<Date, Bad> {
        let days = if month { &mut self.months } else { &mut self.days };
        // Dates with slashes could be the other way round: then a month does not begin on its first.
        let doubtful =
            |day: &Date| month && self.layout.month.is_some() && day.day() != 1 && row.text(slot).contains(&b'/');
        match row.date(slot, days).filter(|day| !doubtful(day)) {
            Some(day) => Ok(day),
            None => Err(bad_cell(row, self.layout, slot, "is no date in UTC, such as 2026-10-01T00:00:00Z")),
        }
    }

    fn kind_of(&mut self, row: &impl Row, text: &[u8]) -> Result<ChargeKind, Bad> {
        if self.layout.dialect == Dialect::Focus {
            let class = self.layout.class.map(|slot| row.text(slot)).unwrap_or_default();
            return Ok(ChargeKind::from_focus(&String::from_utf8_lossy(text), &String::from_utf8_lossy(&class)));
        }
        if let Some((_, kind)) = self.kinds.iter().find(|(known, _)| **known == *text) {
            return Ok(*kind);
        }
        if text.is_empty() {
            return Err(bad_cell(row, self.layout, self.layout.kind, "does not say what the charge is for"));
        }
        let kind = ChargeKind::from_line_item_type(&String::from_utf8_lossy(text));
        if self.kinds.len() < MOST_KINDS {
            self.kinds.push((text.into(), kind));
        }
        Ok(kind)
    }

    /// A charge that does not say its currency is in that of the others.
    fn note_currency(&mut self, row: &impl Row, place: Place) {
        let Some(slot) = self.layout.currency else { return };
        let currency = row.text(slot);
        let known = self.currencies.iter().any(|(known, _)| **known == *currency);
        if !known && !currency.is_empty() && self.currencies.len() < MOST_CURRENCIES {
            self.currencies.push(((*currency).into(), place));
        }
    }

    /// What was summed.
    pub fn finish(mut self) -> Result<Part, CannotAdd> {
        // The currency is known when the folds of all threads are joined.
        let mut bill = Bill::new(self.query.clone(), "");
        bill.estimated = self.open;
        for (key, at) in self.groups {
            bill.entries.extend(self.sums.get_mut(at).map(|sums| unpack(&key, std::mem::take(sums))));
        }
        bill.settle()?;
        let currencies = self.currencies.into_iter().map(|(name, place)| (place, name)).collect();
        Ok(Part { bill, rows: self.rows, keys: self.memo.seen, found: self.memo.found, currencies })
    }
}

/// Groups by where the cells of a row stand in memory. Rows of a Parquet file share the texts of
/// a dictionary, so that equal cells of a batch are mostly the same cell, and comparing places is
/// far cheaper than comparing texts. All cells of a batch are there at once: as long as it is not
/// changed for the next, one place and length is one text.
struct Recent {
    /// Whether cells stay where they are for a batch, and are not too many.
    on: bool,
    batch: usize,
    count: usize,
    /// Period and kind, then the place and length of each cell of this row; the rest is nothing.
    cells: Cells,
    known: Vec<Seen>,
}

type Cells = [(usize, usize); 6];

/// A group that a row of some batch belonged to.
#[derive(Clone, Default)]
struct Seen {
    batch: usize,
    group: usize,
    cells: Cells,
}

impl Recent {
    /// How many groups are remembered: two to the power of this.
    const BITS: u32 = 11;

    fn new(layout: &Layout) -> Recent {
        // Period, unit, and the groups.
        let on = layout.steady && layout.groups.len() + 2 <= Cells::default().len();
        let room = if on { 1 << Self::BITS } else { 0 };
        Recent { on, batch: 1, count: 0, cells: Cells::default(), known: vec![Seen::default(); room] }
    }

    fn begin(&mut self, period: u32, kind: ChargeKind, unit: &[u8]) {
        self.cells[0] = (period as usize, kind as usize);
        self.count = 1;
        self.add(unit);
    }

    fn add(&mut self, cell: &[u8]) {
        // An empty text can stand anywhere.
        let place = if cell.is_empty() { (0, 0) } else { (cell.as_ptr() as usize, cell.len()) };
        if let Some(next) = self.cells.get_mut(self.count) {
            *next = place;
            self.count += 1;
        }
    }

    fn slot(&self) -> usize {
        // The mixing of rustc's own hash of small keys.
        let mix = |sum: u64, part: usize| (sum.rotate_left(5) ^ part as u64).wrapping_mul(0x517c_c1b7_2722_0a95);
        let sum = self.cells.iter().fold(0, |sum, (place, length)| mix(sum, place ^ length.rotate_right(16)));
        (sum >> (u64::BITS - Self::BITS)) as usize
    }

    fn known(&self) -> Option<usize> {
        let seen = self.known.get(self.slot())?;
        (seen.batch == self.batch && seen.cells == self.cells).then_some(seen.group)
    }

    fn keep(&mut self, group: usize) {
        let slot = self.slot();
        if let Some(seen) = self.known.get_mut(slot) {
            *seen = Seen { batch: self.batch, group, cells: self.cells };
        }
    }
}

/// How many line item types are remembered.
const MOST_KINDS: usize = 32;

/// How many currencies are told apart; two are one too many already.
const MOST_CURRENCIES: usize = 16;

/// What one fold found.
#[derive(Debug)]
pub(super) struct Part {
    pub bill: Bill,
    pub rows: u64,
    /// Keys of tags and cost categories that rows had.
    pub keys: BTreeSet<String>,
    /// The wanted ones that some row had.
    pub found: BTreeSet<Dimension>,
    /// The currencies of charges, by where each stands first.
    pub currencies: BTreeMap<Place, Box<[u8]>>,
}

impl Part {
    /// Nothing.
    pub fn new(query: &Query) -> Part {
        let bill = Bill::new(query.clone(), "");
        Part { bill, rows: 0, keys: BTreeSet::new(), found: BTreeSet::new(), currencies: BTreeMap::new() }
    }

    /// Joins what another thread, or file, found.
    pub fn join(&mut self, other: Part) -> Result<(), CannotAdd> {
        self.bill.add(other.bill)?;
        self.rows += other.rows;
        self.keys.extend(other.keys);
        self.found.extend(other.found);
        self.currencies.extend(other.currencies);
        Ok(())
    }

    /// Gives the bill its currency; `Err` is the first charge in another than those before it.
    pub fn settle_currency(&mut self, layout: &Layout) -> Result<(), (Place, Bad)> {
        let text = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
        let mut places = self.currencies.iter();
        let Some((_, first)) = places.next() else { return Ok(()) };
        if let Some((place, other)) = places.find(|(_, other)| *other != first) {
            let slot = layout.currency.unwrap_or_default();
            let column = layout.columns.get(slot).map(|column| column.name.clone()).unwrap_or_default();
            let (first, other) = (text(first), text(other));
            let why = format!("\"{other}\" is another currency than {first}, and amounts of two cannot be added");
            return Err((*place, Bad { column, why }));
        }
        self.bill.currency = text(first);
        Ok(())
    }
}

/// Year, month and day in one number that sorts as they do.
fn packed(day: Date) -> u32 {
    let part = |value: i8| u32::try_from(value).unwrap_or(0);
    u32::try_from(day.year()).unwrap_or(0) << 9 | part(day.month()) << 5 | part(day.day())
}

fn push(key: &mut Vec<u8>, text: &[u8]) {
    key.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX).to_le_bytes());
    key.extend_from_slice(text);
}

/// Takes a key apart again.
fn unpack(key: &[u8], sums: Sums) -> Entry {
    let (day, rest) = key.split_at(4);
    let day = u32::from_le_bytes(day.try_into().unwrap_or_default());
    let part = |value: u32| i8::try_from(value).unwrap_or(1);
    let year = i16::try_from(day >> 9).unwrap_or(0);
    let period = Date::new(year, part(day >> 5 & 15), part(day & 31)).unwrap_or_default();
    let kind = ChargeKind::ALL.iter().copied().find(|kind| *kind as u8 == rest[0]).unwrap_or(ChargeKind::Other);
    let mut texts = Vec::new();
    let mut rest = &rest[1..];
    while let Some((length, tail)) = rest.split_at_checked(4) {
        let length = u32::from_le_bytes(length.try_into().unwrap_or_default());
        let (text, tail) = tail.split_at(usize::try_from(length).unwrap_or(0).min(tail.len()));
        texts.push(String::from_utf8_lossy(text).into_owned());
        rest = tail;
    }
    let unit = if texts.is_empty() { String::new() } else { texts.remove(0) };
    let Sums { amounts, quantity, charges, without_list } = sums;
    Entry { period, keys: texts, kind, unit, amounts, quantity, charges, without_list }
}

fn bad_cell(row: &impl Row, layout: &Layout, slot: Slot, why: &str) -> Bad {
    let column = layout.columns.get(slot).map(|column| column.name.clone()).unwrap_or_default();
    let text = row.text(slot);
    let shown: String = String::from_utf8_lossy(&text).chars().take(60).collect();
    Bad { column, why: format!("\"{shown}\" {why}") }
}

fn value_of<'a>(row: &'a impl Row, value: &Value, layout: &Layout, memo: &'a mut Memo) -> Result<Cow<'a, [u8]>, Bad> {
    Ok(match value {
        Value::Cell(slot) => row.text(*slot),
        Value::Either(first, second) => {
            let text = row.text(*first);
            if text.is_empty() { row.text(*second) } else { text }
        }
        Value::Entry(slot, key) => {
            row.entry(*slot, key, memo).map_err(|()| bad_cell(row, layout, *slot, "is no map of names to values"))?
        }
        Value::Moment(slot) => match row.moment(*slot) {
            Ok(None) => Cow::Borrowed(b""),
            Ok(Some(seconds)) => Cow::Borrowed(memo.moment(seconds)),
            Err(()) => return Err(bad_cell(row, layout, *slot, "is no time in UTC, such as 2026-10-01T05:00:00Z")),
        },
        Value::Purchase { usage_type } => Cow::Borrowed(purchase(row, *usage_type, layout)),
        Value::Absent => Cow::Borrowed(b""),
    })
}

/// How usage was bought, in the words of Cost Explorer.
fn purchase(row: &impl Row, usage_type: Option<Slot>, layout: &Layout) -> &'static [u8] {
    match &*row.text(layout.kind) {
        b"SavingsPlanCoveredUsage" | b"SavingsPlanNegation" => b"Savings Plans",
        b"DiscountedUsage" => b"Reserved",
        b"Usage" => {
            let spot = usage_type.is_some_and(|slot| memchr::memmem::find(&row.text(slot), b"SpotUsage").is_some());
            if spot { b"Spot" } else { b"On Demand" }
        }
        _ => b"",
    }
}

/// Why a row has no cost.
enum BadCost {
    /// This cell is empty, or no decimal.
    Cell(Slot),
    /// The file lacks the column (by its CUR 2.0 name) that this kind of line needs.
    Lacks(&'static str),
}

impl BadCost {
    fn of(&self, row: &impl Row, layout: &Layout) -> Bad {
        match self {
            BadCost::Cell(slot) => {
                let text = row.text(*slot);
                let number = text.iter().all(|sign| matches!(sign, b'0'..=b'9' | b'+' | b'-' | b'.' | b'e' | b'E'));
                let why = match number {
                    true if text.is_empty() => "is no cost, and each charge has one",
                    true => "is beyond what is counted exactly: 20 digits before the point, 36 after it",
                    false => "is no decimal, such as 1234.5 or 1.81E-8",
                };
                bad_cell(row, layout, *slot, why)
            }
            BadCost::Lacks(column) => {
                bad_cell(row, layout, layout.kind, &format!("needs a column that is not here: {column}"))
            }
        }
    }
}

/// The cost of a row in a metric. `Ok(None)`: the bill does not say what usage costs at list rates.
fn cost_of(row: &impl Row, cost: &Cost, line_type: &[u8], kind: ChargeKind) -> Result<Option<Amount>, BadCost> {
    let amount = |slot: Slot| row.amount(slot).map_err(|()| BadCost::Cell(slot));
    let needed = |slot: Slot| amount(slot)?.ok_or(BadCost::Cell(slot));
    match cost {
        Cost::Cell(slot) => needed(*slot).map(Some),
        Cost::Net(net, unblended) => match net {
            Some(net) => amount(*net)?.map_or_else(|| needed(*unblended), Ok).map(Some),
            None => needed(*unblended).map(Some),
        },
        Cost::Amortized(columns) => amortized(row, columns, line_type).map(Some),
        Cost::List { list, unblended, reservation } => {
            let listed = list.map_or(Ok(None), amount)?;
            let of_reservation = || reservation.is_some_and(|slot| !row.text(slot).is_empty());
            match (listed, kind) {
                (Some(amount), _) => Ok(Some(amount)),
                // What a commitment takes back or costs is no usage at list rates.
                (None, ChargeKind::Usage) if line_type == b"SavingsPlanNegation" => Ok(Some(Amount::ZERO)),
                (None, ChargeKind::Usage) => Ok(None),
                (None, ChargeKind::Fee) if line_type == b"Fee" && of_reservation() => Ok(Some(Amount::ZERO)),
                (None, ChargeKind::Fee) if line_type != b"Fee" && line_type != b"Purchase" => Ok(Some(Amount::ZERO)),
                (None, ChargeKind::Fee | ChargeKind::Tax | ChargeKind::Other) => needed(*unblended).map(Some),
                (None, ChargeKind::Discount | ChargeKind::Credit | ChargeKind::Refund) => Ok(Some(Amount::ZERO)),
            }
        }
    }
}

/// Amortised cost by line item type, as AWS's Well-Architected cost queries and the FOCUS
/// converter define it: covered usage at what the commitment makes it cost, fees at what of the
/// commitment was not used, everything else as charged.
fn amortized(row: &impl Row, columns: &Amortized, line_type: &[u8]) -> Result<Amount, BadCost> {
    // The net figure, or the plain one; empty where a line has none.
    let of = |[net, plain]: [Option<Slot>; 2]| -> Result<Option<Amount>, BadCost> {
        for slot in [net, plain].into_iter().flatten() {
            if let Some(amount) = row.amount(slot).map_err(|()| BadCost::Cell(slot))? {
                return Ok(Some(amount));
            }
        }
        Ok(None)
    };
    let unblended = || of(columns.unblended)?.ok_or(BadCost::Cell(columns.unblended[1].unwrap_or(0)));
    // What a line of this type cannot be without.
    let needed = |pair: [Option<Slot>; 2], name: &'static str| match pair {
        [None, None] => Err(BadCost::Lacks(name)),
        pair => of(pair),
    };
    let or_zero = |amount: Option<Amount>| amount.unwrap_or(Amount::ZERO);
    match line_type {
        b"SavingsPlanCoveredUsage" => {
            needed(columns.plan_effective, "savings_plan_savings_plan_effective_cost")?.map_or_else(unblended, Ok)
        }
        b"SavingsPlanRecurringFee" => {
            let total = or_zero(needed([None, columns.plan_total], "savings_plan_total_commitment_to_date")?);
            let used = or_zero(needed([None, columns.plan_used], "savings_plan_used_commitment")?);
            total.checked_sub(used).ok_or(BadCost::Cell(columns.plan_total.unwrap_or(0)))
        }
        b"SavingsPlanNegation" | b"SavingsPlanUpfrontFee" => Ok(Amount::ZERO),
        b"DiscountedUsage" => {
            needed(columns.reserved_effective, "reservation_effective_cost")?.map_or_else(unblended, Ok)
        }
        b"RIFee" => {
            let upfront =
                needed(columns.unused_upfront, "reservation_unused_amortized_upfront_fee_for_billing_period")?;
            let recurring = needed(columns.unused_recurring, "reservation_unused_recurring_fee")?;
            let sum = or_zero(upfront).checked_add(or_zero(recurring));
            sum.ok_or(BadCost::Cell(columns.unused_upfront[1].unwrap_or(0)))
        }
        b"Fee" if columns.reservation.is_some_and(|slot| !row.text(slot).is_empty()) => Ok(Amount::ZERO),
        _ => unblended(),
    }
}
