//! Values of the model as words of a plan file.

use crate::meter::Region;
use crate::money::Usd;
use alloc::string::{String, ToString};
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

pub(super) mod region {
    use super::{Deserialize, Deserializer, Error, Region, Serializer, String};

    pub fn serialize<S: Serializer>(region: &Region, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(region.code())
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Region, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(|_| D::Error::custom("there is no region of this code"))
    }
}

/// All digits, as text.
pub(super) mod usd {
    use super::{Deserialize, Deserializer, Error, Serialize, Serializer, String, ToString, Usd};

    pub fn serialize<S: Serializer>(amount: &Option<Usd>, serializer: S) -> Result<S::Ok, S::Error> {
        amount.map(|amount| amount.to_string()).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Usd>, D::Error> {
        let text: Option<String> = Option::deserialize(deserializer)?;
        let read = |text: String| Usd::parse(&text).ok_or_else(|| D::Error::custom("an amount of dollars is expected"));
        text.map(read).transpose()
    }
}
