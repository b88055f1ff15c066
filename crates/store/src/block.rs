//! Blocks: the records of one run that were written together, packed, with a checksum.

use std::io;

use heddle_runner::log::Record;

/// Blocks shorter than this are not packed: it would save nothing.
const SHORTEST_PACKED: usize = 256;
const PLAIN: u8 = 0;
const PACKED: u8 = 1;

/// The records as a block, and its checksum.
///
/// # Errors
/// When a record cannot be written as JSON.
pub(crate) fn write<'r>(records: impl IntoIterator<Item = &'r Record>) -> io::Result<(Vec<u8>, u32)> {
    let mut text = Vec::new();
    for record in records {
        serde_json::to_writer(&mut text, record)?;
        text.push(b'\n');
    }
    let mut block = Vec::new();
    if text.len() < SHORTEST_PACKED {
        block.push(PLAIN);
        block.extend_from_slice(&text);
    } else {
        block.push(PACKED);
        block.extend_from_slice(&lz4_flex::compress_prepend_size(&text));
    }
    let checksum = crc32fast::hash(&block);
    Ok((block, checksum))
}

/// The records of a block.
///
/// # Errors
/// When it is damaged.
pub(crate) fn read(block: &[u8], checksum: u32, records: &mut Vec<Record>) -> io::Result<()> {
    let damaged = |why: &str| io::Error::new(io::ErrorKind::InvalidData, why.to_owned());
    if crc32fast::hash(block) != checksum {
        return Err(damaged("its checksum is another one"));
    }
    let unpacked;
    let text = match block.split_first() {
        Some((&PLAIN, text)) => text,
        Some((&PACKED, packed)) => {
            unpacked =
                lz4_flex::decompress_size_prepended(packed).map_err(|error| damaged(&error.to_string()))?;
            &unpacked
        }
        _ => return Err(damaged("it is of no known kind")),
    };
    for line in text.split(|byte| *byte == b'\n').filter(|line| !line.is_empty()) {
        records.push(serde_json::from_slice(line).map_err(|error| damaged(&error.to_string()))?);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use heddle_runner::log::UnknownItems;

    use super::*;

    #[test]
    fn a_block_gives_its_records_back_unless_it_is_damaged() {
        for count in [1, 100] {
            let record = |at| Record::Resumed { at, unknown: UnknownItems::Keep };
            let written: Vec<Record> = (0..count).map(record).collect();
            let (block, checksum) = write(&written).expect("it can be written");
            let mut records = Vec::new();
            read(&block, checksum, &mut records).expect("it can be read");
            assert_eq!(records.len(), written.len());
            assert!(matches!(records.last(), Some(Record::Resumed { at, .. }) if *at == count - 1));
            for place in 0..block.len() {
                let mut damaged = block.clone();
                damaged[place] ^= 0x10;
                assert!(
                    read(&damaged, checksum, &mut Vec::new()).is_err(),
                    "byte {place} of {count} records"
                );
            }
        }
    }
}
