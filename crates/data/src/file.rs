//! Files of items (`docs/engine.md §2`): what is known of them, and their bytes, which lie in memory or in a file store.

use std::fmt;
use std::io::{self, Read};
use std::sync::Arc;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bytes::Bytes;
use serde::ser::{Error as _, SerializeStruct as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::bytes::{FORGIVING_BASE64, base64_digits};

/// So many bytes are read at a time. Divisible by 3, so that base64 has padding at its end alone.
const BLOCK: usize = 48 * 1024;

/// One file of an item.
///
/// In n8n's JSON its bytes are base64 under `data`; nowhere else.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct BinaryData {
    /// The bytes.
    pub content: FileContent,
    /// Media type, such as `image/png`.
    pub mime_type: String,
    /// Kind of preview: text, json, image, audio, video, pdf or html.
    pub file_type: Option<String>,
    /// Name of the file.
    pub file_name: Option<String>,
    /// Folder of the file.
    pub directory: Option<String>,
    /// Extension without its dot.
    pub file_extension: Option<String>,
    /// Size for display, such as `1.2 kB`.
    pub file_size: Option<String>,
    /// Size in bytes, as it is told.
    pub bytes: Option<u64>,
}

/// The bytes of a file.
#[derive(Clone)]
pub enum FileContent {
    /// In memory.
    Bytes(Bytes),
    /// In a file store; they last as long as somebody holds this.
    Stored(Arc<dyn StoredFile>),
    /// What stood under `data` in n8n's JSON and is no base64 as n8n writes it, such as the name of a storage in which the
    /// file lies under `id`. It is given back as it was.
    Foreign {
        /// The text under `data`.
        data: Arc<str>,
        /// The place in the storage: `<mode>:<path>`.
        id: Option<Arc<str>>,
    },
}

/// A file in a file store.
pub trait StoredFile: Send + Sync {
    /// What tells it from all other files: `<mode>:<path>`, as in n8n's JSON.
    fn id(&self) -> &str;

    /// Its size in bytes.
    fn size(&self) -> u64;

    /// Reads bytes from `offset` on into `buffer`, and says how many; none at the end.
    ///
    /// # Errors
    /// When the store cannot be read.
    fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize>;
}

/// Reads a file from its beginning to its end.
#[derive(Debug, Clone)]
pub struct FileReader {
    content: FileContent,
    offset: u64,
}

impl FileContent {
    /// The bytes that base64 stands for. What is not written as n8n writes it is kept as it is.
    pub fn from_base64(text: &str) -> Self {
        match BASE64_STANDARD.decode(text) {
            Ok(bytes) => Self::Bytes(bytes.into()),
            Err(_) => Self::Foreign { data: text.into(), id: None },
        }
    }

    /// How many bytes they are; `None` where they are not at hand.
    pub fn size(&self) -> Option<u64> {
        match self {
            Self::Bytes(bytes) => Some(bytes.len() as u64),
            Self::Stored(file) => Some(file.size()),
            Self::Foreign { .. } => self.read_all().ok().map(|bytes| bytes.len() as u64),
        }
    }

    /// The place in a storage, where they lie in one: `<mode>:<path>`.
    pub fn id(&self) -> Option<&str> {
        match self {
            Self::Bytes(_) => None,
            Self::Stored(file) => Some(file.id()),
            Self::Foreign { id, .. } => id.as_deref(),
        }
    }

    /// A reader of them.
    ///
    /// # Errors
    /// When they are not at hand.
    pub fn open(&self) -> io::Result<FileReader> {
        let content = match self {
            Self::Foreign { .. } => Self::Bytes(self.read_all()?),
            content => content.clone(),
        };
        Ok(FileReader { content, offset: 0 })
    }

    /// All of them, in memory.
    ///
    /// # Errors
    /// When they cannot be read, or are not at hand.
    pub fn read_all(&self) -> io::Result<Bytes> {
        match self {
            Self::Bytes(bytes) => Ok(bytes.clone()),
            Self::Stored(file) => {
                let mut bytes = Vec::with_capacity(usize::try_from(file.size()).unwrap_or_default());
                self.open()?.read_to_end(&mut bytes)?;
                Ok(bytes.into())
            }
            Self::Foreign { id: Some(id), .. } => Err(io::Error::new(
                io::ErrorKind::NotFound,
                format!("it lies in a storage that is not at hand ({id})"),
            )),
            Self::Foreign { data, id: None } => {
                let digits: String = base64_digits(data).collect();
                let bytes = FORGIVING_BASE64.decode(digits).map_err(|_| {
                    io::Error::new(io::ErrorKind::InvalidData, "its data is not written as base64")
                })?;
                Ok(bytes.into())
            }
        }
    }

    /// They as base64, or what stood in its place.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn to_base64(&self) -> io::Result<String> {
        match self {
            Self::Bytes(bytes) => Ok(BASE64_STANDARD.encode(bytes)),
            Self::Foreign { data, .. } => Ok(data.to_string()),
            Self::Stored(file) => {
                let mut text =
                    String::with_capacity(usize::try_from(file.size() / 3 * 4 + 4).unwrap_or_default());
                let mut block = vec![0; BLOCK];
                let mut reader = self.open()?;
                loop {
                    let length = fill(&mut reader, &mut block)?;
                    BASE64_STANDARD.encode_string(&block[..length], &mut text);
                    if length < BLOCK {
                        return Ok(text);
                    }
                }
            }
        }
    }
}

/// Reads until the block is full or the file ends.
fn fill(reader: &mut FileReader, block: &mut [u8]) -> io::Result<usize> {
    let mut length = 0;
    while length < block.len() {
        match reader.read(&mut block[length..])? {
            0 => break,
            count => length += count,
        }
    }
    Ok(length)
}

impl FileReader {
    /// The next bytes, at most so many; none at the end.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn next_block(&mut self, most: usize) -> io::Result<Bytes> {
        if let FileContent::Bytes(bytes) = &self.content {
            let start = usize::try_from(self.offset).unwrap_or(bytes.len()).min(bytes.len());
            let end = bytes.len().min(start + most);
            self.offset = end as u64;
            return Ok(bytes.slice(start..end));
        }
        let mut block = vec![0; most];
        let length = self.read(&mut block)?;
        block.truncate(length);
        Ok(block.into())
    }
}

impl Read for FileReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = match &self.content {
            FileContent::Bytes(bytes) => {
                let rest =
                    bytes.get(usize::try_from(self.offset).unwrap_or(usize::MAX)..).unwrap_or_default();
                let length = rest.len().min(buffer.len());
                buffer[..length].copy_from_slice(&rest[..length]);
                length
            }
            FileContent::Stored(file) => file.read_at(buffer, self.offset)?,
            FileContent::Foreign { .. } => 0,
        };
        self.offset += length as u64;
        Ok(length)
    }
}

impl Default for FileContent {
    fn default() -> Self {
        Self::Bytes(Bytes::new())
    }
}

impl From<Bytes> for FileContent {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for FileContent {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl PartialEq for FileContent {
    fn eq(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Bytes(bytes), Self::Bytes(others)) => bytes == others,
            (Self::Stored(file), Self::Stored(other)) => Arc::ptr_eq(file, other) || file.id() == other.id(),
            (Self::Foreign { data, id }, Self::Foreign { data: other, id: other_id }) => {
                (data, id) == (other, other_id)
            }
            _ => false,
        }
    }
}

impl Eq for FileContent {}

/// Shows how many bytes they are, and where they lie.
impl fmt::Debug for FileContent {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(formatter, "{} bytes", bytes.len()),
            Self::Stored(file) => write!(formatter, "{} bytes at {}", file.size(), file.id()),
            Self::Foreign { data, id: None } => write!(formatter, "{} characters", data.len()),
            Self::Foreign { id: Some(id), .. } => write!(formatter, "at {id}"),
        }
    }
}

/// A file in n8n's JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    data: String,
    mime_type: String,
    file_type: Option<String>,
    file_name: Option<String>,
    directory: Option<String>,
    file_extension: Option<String>,
    file_size: Option<String>,
    bytes: Option<u64>,
    id: Option<String>,
}

impl<'de> Deserialize<'de> for BinaryData {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        let content = match written.id {
            Some(id) => FileContent::Foreign { data: written.data.into(), id: Some(id.into()) },
            None => FileContent::from_base64(&written.data),
        };
        Ok(Self {
            content,
            mime_type: written.mime_type,
            file_type: written.file_type,
            file_name: written.file_name,
            directory: written.directory,
            file_extension: written.file_extension,
            file_size: written.file_size,
            bytes: written.bytes,
        })
    }
}

/// The bytes go along as base64, wherever they lie.
impl Serialize for BinaryData {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let texts = [
            ("fileType", &self.file_type),
            ("fileName", &self.file_name),
            ("directory", &self.directory),
            ("fileExtension", &self.file_extension),
            ("fileSize", &self.file_size),
        ];
        let id = match &self.content {
            FileContent::Foreign { id, .. } => id.as_deref(),
            FileContent::Bytes(_) | FileContent::Stored(_) => None,
        };
        let count = 2
            + texts.iter().filter(|(_, text)| text.is_some()).count()
            + usize::from(self.bytes.is_some())
            + usize::from(id.is_some());
        let mut object = serializer.serialize_struct("BinaryData", count)?;
        let data = self.content.to_base64();
        let data = data.map_err(|error| S::Error::custom(format!("a file cannot be read: {error}")))?;
        object.serialize_field("data", &data)?;
        object.serialize_field("mimeType", &self.mime_type)?;
        for (name, text) in texts {
            match text {
                Some(text) => object.serialize_field(name, text)?,
                None => object.skip_field(name)?,
            }
        }
        if let Some(bytes) = self.bytes {
            object.serialize_field("bytes", &bytes)?;
        }
        if let Some(id) = id {
            object.serialize_field("id", id)?;
        }
        object.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Json, from_json, to_json};

    struct Numbers(u64);

    impl StoredFile for Numbers {
        fn id(&self) -> &str {
            "memory:numbers"
        }

        fn size(&self) -> u64 {
            self.0
        }

        // As stores may: fewer than there is room for.
        fn read_at(&self, buffer: &mut [u8], offset: u64) -> io::Result<usize> {
            let length = (self.0 - offset).min(buffer.len() as u64).min(1000) as usize;
            (0..length).for_each(|index| buffer[index] = (offset + index as u64) as u8);
            Ok(length)
        }
    }

    #[test]
    fn what_n8n_writes_comes_back_as_it_was() {
        for text in [
            r#"{"data":"aGVsbG8=","mimeType":"text/plain","fileName":"a.txt","bytes":5}"#,
            r#"{"data":"filesystem-v2","mimeType":"image/png","id":"filesystem-v2:workflows/1/x"}"#,
            r#"{"data":"aGVsbG8","mimeType":"text/plain"}"#,
            r#"{"data":"no base64!","mimeType":"text/plain","fileType":"text","directory":"d","fileExtension":"e","fileSize":"1 B"}"#,
            r#"{"data":"","mimeType":""}"#,
        ] {
            let file: BinaryData = from_json(&Json::parse(text).expect("JSON")).expect("a file");
            assert_eq!(to_json(&file).expect("JSON").to_string(), text);
        }
        let read = |data: &str| FileContent::from_base64(data).read_all().map(|bytes| bytes.to_vec());
        assert_eq!(read("aGVsbG8=").expect("it is read"), b"hello");
        assert_eq!(read("aGVs\nbG8").expect("it is read"), b"hello");
        assert!(read("no base64!").is_err());
    }

    #[test]
    fn a_stored_file_is_written_as_one_in_memory() {
        for size in [0, 1, 999, BLOCK as u64 - 1, BLOCK as u64, 3 * BLOCK as u64 + 2] {
            let stored = FileContent::Stored(Arc::new(Numbers(size)));
            let bytes = stored.read_all().expect("it is read");
            assert_eq!(bytes.len() as u64, size);
            assert_eq!(
                stored.to_base64().expect("text"),
                FileContent::Bytes(bytes).to_base64().expect("text")
            );
        }
    }

    #[test]
    fn a_reader_gives_blocks() {
        for content in [FileContent::Stored(Arc::new(Numbers(2500))), vec![7; 2500].into()] {
            let mut reader = content.open().expect("it is at hand");
            let mut sizes = Vec::new();
            loop {
                let block = reader.next_block(1000).expect("it is read");
                sizes.push(block.len());
                if block.is_empty() {
                    break;
                }
            }
            assert_eq!(sizes, [1000, 1000, 500, 0]);
        }
    }
}
