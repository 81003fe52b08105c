//! Columns that are stored as places in a dictionary, as nearly all texts and costs of bills are.
//! The dictionary is looked at once a row group, and of each row only its place is read: several
//! times faster than handing out value after value, which is all that the library offers without
//! the whole of Arrow.
//!
//! Source: Apache Parquet format, "Data Pages", "Dictionary Encoding" and "RLE / Bit-Packing
//! Hybrid".

use super::columns::NONE;
use bytes::Bytes;
use parquet::basic::Encoding;
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::ColumnChunkMetaData;
use parquet::file::reader::RowGroupReader;

/// Whether every page of values of a column is places in a dictionary, as the file says.
pub(super) fn is_coded(column: &ColumnChunkMetaData) -> bool {
    let only = |encoding| column.page_encoding_stats_mask().is_some_and(|mask| mask.is_only(encoding));
    // Levels in the form of before 2013 are left to the library.
    column.dictionary_page_offset().is_some()
        && (only(Encoding::PLAIN_DICTIONARY) || only(Encoding::RLE_DICTIONARY))
        && !column.encodings().any(is_old)
}

/// The first form of levels, which Parquet itself has given up.
#[expect(deprecated, reason = "old files have it")]
fn is_old(encoding: Encoding) -> bool {
    encoding == Encoding::BIT_PACKED
}

/// A column of places, and the rows of a batch.
pub(super) struct Coded {
    pages: Box<dyn PageReader>,
    /// The highest definition and repetition levels.
    most: [u16; 2],
    /// The page that is being read: its levels and places, and how far each was read.
    page: Levels,
    at: usize,
    place: usize,
    ended: bool,
    /// The levels of the batch.
    pub batch: Levels,
}

/// Levels and the places of those that have a value.
#[derive(Default)]
pub(super) struct Levels {
    pub def: Vec<u16>,
    /// Empty where nothing repeats.
    pub rep: Vec<u16>,
    /// For each level its place in the dictionary, or [`NONE`].
    pub places: Vec<u32>,
}

impl Levels {
    fn clear(&mut self) {
        self.def.clear();
        self.rep.clear();
        self.places.clear();
    }
}

fn broken(what: &str) -> ParquetError {
    ParquetError::General(format!("{what} of a column is damaged"))
}

impl Coded {
    /// The column, and its dictionary as it stands in the file.
    pub fn open(
        group: &dyn RowGroupReader,
        leaf: usize,
        [def, rep]: [i16; 2],
    ) -> Result<(Coded, Bytes, usize), ParquetError> {
        let mut pages = group.get_column_page_reader(leaf)?;
        let Some(Page::DictionaryPage { buf, num_values, .. }) = pages.get_next_page()? else {
            return Err(broken("the dictionary"));
        };
        let most = [u16::try_from(def).unwrap_or(0), u16::try_from(rep).unwrap_or(0)];
        let (page, batch) = (Levels::default(), Levels::default());
        Ok((Coded { pages, most, page, at: 0, place: 0, ended: false, batch }, buf, num_values as usize))
    }

    /// Reads so many rows.
    pub fn read(&mut self, rows: usize) -> Result<(), ParquetError> {
        self.batch.clear();
        let mut left = rows;
        loop {
            if self.at == self.page.def.len() {
                // Without repetition a row ends with its page.
                if (left == 0 && self.most[1] == 0) || !self.next_page()? {
                    break;
                }
            }
            let from = self.at;
            if self.most[1] == 0 {
                let count = left.min(self.page.def.len() - from);
                self.at += count;
                left -= count;
            } else {
                while let Some(level) = self.page.rep.get(self.at) {
                    if *level == 0 {
                        if left == 0 {
                            break;
                        }
                        left -= 1;
                    }
                    self.at += 1;
                }
                let rep = self.page.rep.get(from..self.at).unwrap_or_default();
                self.batch.rep.extend_from_slice(rep);
            }
            let def = self.page.def.get(from..self.at).unwrap_or_default();
            self.batch.def.extend_from_slice(def);
            for level in def {
                self.batch.places.push(if *level == self.most[0] {
                    let place = self.page.places.get(self.place).copied();
                    self.place += 1;
                    place.ok_or_else(|| broken("a page"))?
                } else {
                    NONE
                });
            }
            if left == 0 && self.at < self.page.def.len() {
                break;
            }
        }
        if left == 0 { Ok(()) } else { Err(ParquetError::EOF(format!("a column ends {left} rows early"))) }
    }

    /// Takes the next page apart; `false` after the last.
    fn next_page(&mut self) -> Result<bool, ParquetError> {
        let page = if self.ended { None } else { self.pages.get_next_page()? };
        (self.at, self.place) = (0, 0);
        self.page.clear();
        let Some(page) = page else {
            self.ended = true;
            return Ok(false);
        };
        let count = page.num_values() as usize;
        let (rep, def, values) = match &page {
            Page::DataPage { buf, .. } => {
                let mut rest = &buf[..];
                let mut levels = |most: u16| -> Result<&[u8], ParquetError> {
                    if most == 0 {
                        return Ok(&[]);
                    }
                    let (length, tail) = rest.split_first_chunk::<4>().ok_or_else(|| broken("a page"))?;
                    let length = u32::from_le_bytes(*length) as usize;
                    let (levels, tail) = tail.split_at_checked(length).ok_or_else(|| broken("a page"))?;
                    rest = tail;
                    Ok(levels)
                };
                let (rep, def) = (levels(self.most[1])?, levels(self.most[0])?);
                (rep, def, rest)
            }
            Page::DataPageV2 { buf, rep_levels_byte_len, def_levels_byte_len, .. } => {
                let split = buf.split_at_checked(*rep_levels_byte_len as usize);
                let (rep, rest) = split.ok_or_else(|| broken("a page"))?;
                let split = rest.split_at_checked(*def_levels_byte_len as usize);
                let (def, rest) = split.ok_or_else(|| broken("a page"))?;
                (rep, def, rest)
            }
            Page::DictionaryPage { .. } => return Err(broken("the order of the pages")),
        };
        let [most_def, most_rep] = self.most;
        if most_rep > 0 {
            levels(rep, most_rep, count, &mut self.page.rep)?;
        }
        levels(def, most_def, count, &mut self.page.def)?;
        let present = self.page.def.iter().filter(|level| **level == most_def).count();
        if present > 0 {
            let (bits, values) = values.split_first().ok_or_else(|| broken("a page"))?;
            let places = &mut self.page.places;
            places.reserve(present);
            let read = hybrid(values, u32::from(*bits), present, |place, times| {
                places.extend(std::iter::repeat_n(place, times));
            });
            read.ok_or_else(|| broken("a page"))?;
        }
        Ok(true)
    }
}

fn levels(data: &[u8], most: u16, count: usize, into: &mut Vec<u16>) -> Result<(), ParquetError> {
    if most == 0 {
        into.resize(count, 0);
        return Ok(());
    }
    into.reserve(count.min(1 << 20));
    let bits = u16::BITS - most.leading_zeros();
    let read = hybrid(data, bits, count, |level, times| {
        into.extend(std::iter::repeat_n(u16::try_from(level).unwrap_or(u16::MAX), times));
    });
    read.ok_or_else(|| broken("a level"))
}

/// Hands out `count` numbers of so many bits, each with how often it comes: runs of one number, and
/// stretches of packed ones. `None` when the data end before.
fn hybrid(data: &[u8], bits: u32, count: usize, mut put: impl FnMut(u32, usize)) -> Option<()> {
    if bits > 32 {
        return None;
    }
    let width = bits.div_ceil(8) as usize;
    let mask = (1_u64 << bits) - 1;
    let mut data = data;
    let mut left = count;
    while left > 0 {
        let mut header = 0_u64;
        let mut shift = 0;
        loop {
            let (byte, rest) = data.split_first()?;
            data = rest;
            header |= u64::from(byte & 0x7f) << shift;
            shift += 7;
            if byte & 0x80 == 0 {
                break;
            }
            if shift > 35 {
                return None;
            }
        }
        let length = usize::try_from(header >> 1).ok()?;
        if header & 1 == 0 {
            let (number, rest) = data.split_at_checked(width)?;
            data = rest;
            let value = number.iter().rev().fold(0_u32, |sum, byte| sum << 8 | u32::from(*byte));
            let times = length.min(left);
            put(value, times);
            left -= times;
            if length == 0 {
                return None;
            }
            continue;
        }
        // Eight numbers take as many bytes as one has bits. The last group may be cut off.
        let bytes = length.checked_mul(bits as usize)?;
        let (packed, rest) = data.split_at(bytes.min(data.len()));
        data = rest;
        let there = if bits == 0 { left } else { packed.len() * 8 / bits as usize };
        let times = length.checked_mul(8)?.min(left).min(there);
        if times == 0 {
            return None;
        }
        for at in 0..times {
            let bit = at * bits as usize;
            let word = match packed.get(bit / 8..bit / 8 + 8).and_then(|word| word.first_chunk::<8>()) {
                Some(word) => u64::from_le_bytes(*word),
                None => {
                    let tail = packed.get(bit / 8..).unwrap_or_default();
                    tail.iter().rev().fold(0_u64, |sum, byte| sum << 8 | u64::from(*byte))
                }
            };
            put(u32::try_from(word >> (bit % 8) & mask).unwrap_or(u32::MAX), 1);
        }
        left -= times;
    }
    Some(())
}

/// The texts of a dictionary: each has its length in front.
pub(super) fn texts(buf: &Bytes, count: usize) -> Result<Vec<Bytes>, ParquetError> {
    let mut texts = Vec::with_capacity(count.min(buf.len() / 4));
    let mut at = 0;
    for _ in 0..count {
        let length = buf.get(at..).and_then(|rest| rest.first_chunk::<4>()).ok_or_else(|| broken("the dictionary"))?;
        let from = at + 4;
        let to = from + u32::from_le_bytes(*length) as usize;
        if to > buf.len() {
            return Err(broken("the dictionary"));
        }
        texts.push(buf.slice(from..to));
        at = to;
    }
    Ok(texts)
}

/// The bits of the doubles of a dictionary.
pub(super) fn doubles(buf: &Bytes, count: usize) -> Result<Vec<u64>, ParquetError> {
    let doubles: Vec<u64> = buf.as_chunks::<8>().0.iter().take(count).map(|bits| u64::from_le_bytes(*bits)).collect();
    if doubles.len() == count { Ok(doubles) } else { Err(broken("the dictionary")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn numbers(data: &[u8], bits: u32, count: usize) -> Option<Vec<u32>> {
        let mut out = Vec::new();
        hybrid(data, bits, count, |value, times| out.extend(std::iter::repeat_n(value, times)))?;
        Some(out)
    }

    #[test]
    fn the_examples_of_the_format() {
        // 0 to 7 in three bits, packed: the example of Parquet's own description.
        assert_eq!(numbers(&[0b11, 0b1000_1000, 0b1100_0110, 0b1111_1010], 3, 8), Some((0..8).collect()));
        // A run of ten fours.
        assert_eq!(numbers(&[20, 4], 3, 10), Some(vec![4; 10]));
        assert_eq!(numbers(&[20, 4], 3, 4), Some(vec![4; 4]));
        // No bits are all the same number.
        assert_eq!(numbers(&[0b11], 0, 8), Some(vec![0; 8]));
        for (data, bits, count) in
            [(&[20_u8][..], 3, 10), (&[], 3, 1), (&[0, 4], 3, 1), (&[20, 4], 3, 11), (&[3], 33, 1)]
        {
            assert_eq!(numbers(data, bits, count), None, "{data:?}");
        }
    }

    /// Written in the simplest way the format allows: one stretch of packed numbers.
    fn packed(values: &[u32], bits: u32) -> Vec<u8> {
        let groups = values.len().div_ceil(8);
        let mut out = vec![u8::try_from(groups << 1 | 1).expect("few groups")];
        let mut all = vec![0_u8; groups * bits as usize];
        for (at, value) in values.iter().enumerate() {
            for bit in 0..bits {
                if value >> bit & 1 == 1 {
                    let place = at * bits as usize + bit as usize;
                    all[place / 8] |= 1 << (place % 8);
                }
            }
        }
        out.extend(all);
        out
    }

    proptest! {
        #[test]
        fn packed_numbers_come_back(bits in 1_u32..=32, values in proptest::collection::vec(any::<u32>(), 1..400)) {
            let mask = u32::try_from((1_u64 << bits) - 1).expect("32 bits");
            let values: Vec<u32> = values.into_iter().map(|value| value & mask).collect();
            prop_assert_eq!(numbers(&packed(&values, bits), bits, values.len()), Some(values));
        }

        #[test]
        fn any_bytes_are_read_or_refused(data: Vec<u8>, bits in 0_u32..40, count in 0_usize..2_000) {
            if let Some(read) = numbers(&data, bits, count) {
                prop_assert_eq!(read.len(), count);
            }
            let _ = texts(&Bytes::from(data.clone()), count);
            let _ = doubles(&Bytes::from(data), count);
        }
    }
}
