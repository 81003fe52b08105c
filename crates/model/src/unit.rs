//! The units AWS bills in, as types and as data.
//!
//! | expression | gives |
//! |---|---|
//! | `Quantity<U> + Quantity<U>` | `Quantity<U>` |
//! | `Rate<U> × Quantity<U>` ([`Rate::charge`]) | [`Usd`] |
//! | `Quantity<U> + Quantity<V>` | does not compile |
//! | `Rate<U> × Quantity<V>` | does not compile |
//! | [`AnyRate`] × [`AnyQuantity`] of another unit | `Err(`[`UnitMismatch`]`)` |

use crate::exact::Ratio;
use crate::money::Usd;
use core::fmt;
use core::marker::PhantomData;
use core::ops::Add;
use rust_decimal::Decimal;

/// A unit that AWS bills in.
pub trait Unit: Copy {
    /// The same unit as data.
    const KIND: UnitKind;
}

macro_rules! units {
    ($($(#[$doc:meta])* $name:ident = $label:literal;)*) => {
        $(
            $(#[$doc])*
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum $name {}
            impl Unit for $name { const KIND: UnitKind = UnitKind::$name; }
        )*

        /// A billed unit as data.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum UnitKind { $($(#[$doc])* $name,)* }

        impl UnitKind {
            /// Every unit.
            pub const ALL: &'static [UnitKind] = &[$(UnitKind::$name,)*];

            /// As the price book and the reports write it.
            #[must_use]
            pub const fn label(self) -> &'static str {
                match self { $(UnitKind::$name => $label,)* }
            }
        }
    };
}

units! {
    /// One vCPU for one hour.
    VcpuHour = "vCPU-Hours";
    /// One GB (2³⁰ bytes) of memory or disk for one hour.
    GbHour = "GB-Hours";
    /// One of the billed thing for one hour.
    Hour = "Hrs";
    /// One GB stored for one month.
    GbMonth = "GB-Mo";
    /// One GB moved, scanned or taken in.
    Gb = "GB";
    /// One provisioned I/O operation a second, for one month.
    IopsMonth = "IOPS-Mo";
    /// One provisioned MiB a second, for one month.
    MbpsMonth = "MBPS-Mo";
    /// One I/O request.
    Io = "IOs";
    /// One load balancer capacity unit for one hour.
    LcuHour = "LCU-Hrs";
    /// One Aurora capacity unit for one hour.
    AcuHour = "ACU-Hr";
    /// One ElastiCache processing unit.
    Ecpu = "ElastiCacheProcessingUnit";
    /// One API request.
    Request = "Requests";
    /// One message delivered.
    Notification = "Notifications";
    /// One metric for one month.
    MetricMonth = "Metrics";
    /// One alarm metric for one month.
    AlarmMonth = "Alarms";
    /// One dashboard for one month.
    DashboardMonth = "Dashboards";
    /// One secret for one month.
    SecretMonth = "Secrets";
    /// One key for one month.
    KeyMonth = "Keys";
    /// One dollar that is billed: what discounts and credits are of.
    Dollar = "USD";
}

impl UnitKind {
    /// A shorter name for narrow tables, where the label is long.
    #[must_use]
    pub const fn short(self) -> &'static str {
        match self {
            UnitKind::Ecpu => "ECPU",
            other => other.label(),
        }
    }

    /// The unit with this label, as [`UnitKind::label`] writes it.
    #[must_use]
    pub fn from_label(label: &str) -> Option<UnitKind> {
        Self::ALL.iter().copied().find(|unit| unit.label() == label)
    }
}

impl fmt::Display for UnitKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.label())
    }
}

/// How much was used, exactly, in units of `U`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Quantity<U> {
    value: Ratio,
    unit: PhantomData<U>,
}

impl<U: Unit> Quantity<U> {
    /// This many units.
    #[must_use]
    pub const fn new(value: Ratio) -> Self {
        Quantity { value, unit: PhantomData }
    }

    /// The number of units.
    #[must_use]
    pub const fn value(self) -> Ratio {
        self.value
    }

    /// Forgets the static unit and keeps it as data.
    #[must_use]
    pub const fn erase(self) -> AnyQuantity {
        AnyQuantity { value: self.value, unit: U::KIND }
    }
}

impl<U: Unit> Add for Quantity<U> {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        Quantity::new(self.value + other.value)
    }
}

/// A quantity whose unit is known when the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyQuantity {
    /// The number of units.
    pub value: Ratio,
    /// What is counted.
    pub unit: UnitKind,
}

impl fmt::Display for AnyQuantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.value, self.unit)
    }
}

/// Dollars for one `U`.
///
/// ```
/// use stackcost_model::{exact::Ratio, unit::{Quantity, Rate, VcpuHour}};
/// let rate = Rate::<VcpuHour>::parse("0.04048").unwrap();
/// let used = Quantity::new(Ratio::whole(365));
/// assert_eq!(rate.charge(used).unwrap().to_string(), "14.7752");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rate<U> {
    usd: Decimal,
    unit: PhantomData<U>,
}

impl<U: Unit> Rate<U> {
    /// Reads a rate as the price list writes it. `None` for what is not a plain decimal, is
    /// negative, or would have to be rounded to 28 digits.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let usd = Decimal::from_str_exact(text).ok()?;
        (!usd.is_sign_negative()).then_some(Rate { usd, unit: PhantomData })
    }

    /// What `used` costs: one multiplication, one rounding (to [`Usd::PLACES`]).
    ///
    /// Returns `None` when the amount is too large to count.
    #[must_use]
    pub fn charge(self, used: Quantity<U>) -> Option<Usd> {
        Usd::round(Ratio::from(self.usd) * used.value)
    }

    /// Forgets the static unit and keeps it as data.
    #[must_use]
    pub const fn erase(self) -> AnyRate {
        AnyRate { usd: self.usd, unit: U::KIND }
    }
}

/// A rate whose unit is known when the program runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AnyRate {
    /// Dollars for one unit.
    pub usd: Decimal,
    /// What one unit is.
    pub unit: UnitKind,
}

impl AnyRate {
    /// As [`Rate::charge`], with the units compared when the program runs.
    ///
    /// # Errors
    /// [`UnitMismatch`] when rate and quantity count different things. `Ok(None)` means that the
    /// amount is too large to count.
    pub fn charge(self, used: AnyQuantity) -> Result<Option<Usd>, UnitMismatch> {
        if self.unit != used.unit {
            return Err(UnitMismatch { rate: self.unit, usage: used.unit });
        }
        Ok(Usd::round(Ratio::from(self.usd) * used.value))
    }
}

/// A rate for one unit was asked to price a quantity of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the rate is per {rate}, the usage is counted in {usage}")]
pub struct UnitMismatch {
    /// What the price book has.
    pub rate: UnitKind,
    /// What the usage has.
    pub usage: UnitKind,
}
