//! Values of the model as words of a plan file.

use crate::meter::Region;
use crate::money::Usd;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
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

pub(super) mod regions {
    use super::{Deserialize, Deserializer, Error, Region, Serialize, Serializer, String, Vec};

    pub fn serialize<S: Serializer>(regions: &[Region], serializer: S) -> Result<S::Ok, S::Error> {
        regions.iter().map(|region| region.code()).collect::<Vec<_>>().serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Region>, D::Error> {
        let codes: Vec<String> = Vec::deserialize(deserializer)?;
        let read = |code: String| code.parse().map_err(|_| D::Error::custom("there is no region of this code"));
        codes.into_iter().map(read).collect()
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
