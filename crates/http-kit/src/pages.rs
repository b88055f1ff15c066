//! Lists that come page by page.

use heddle_node::{ErrorKind, Json, NodeError};

use crate::api::{Api, Call};

/// One page of a list.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Page {
    /// Its entries.
    pub entries: Vec<Json>,
    /// Whether the service speaks of another one behind it.
    pub has_more: bool,
}

impl Page {
    /// The entries of an answer: the list under `key`, or the answer itself. `None` where neither is a list.
    pub fn of(answer: &Json, key: &str, has_more: bool) -> Option<Self> {
        let entries = answer.as_array().or_else(|| answer.get(key).and_then(Json::as_array))?;
        Some(Self { entries: entries.to_vec(), has_more })
    }
}

impl<'a> Api<'a> {
    /// The entries of all pages, from page 1 on: `call` gives the call of a page, `read` what its answer holds. At most
    /// `most` pages are read, also of a service that always speaks of one more, and none behind an empty one.
    ///
    /// # Errors
    /// When a page does not come, or is no list.
    pub async fn read_pages<'c>(
        &'c self,
        most: usize,
        call: impl Fn(usize) -> Call<'c>,
        read: impl Fn(&Json) -> Option<Page>,
    ) -> Result<Vec<Json>, NodeError> {
        let mut entries = Vec::new();
        for number in 1..=most {
            let answer = call(number).read().await?;
            let page = read(&answer).ok_or_else(|| self.not_a_list())?;
            let is_last = !page.has_more || page.entries.is_empty();
            entries.extend(page.entries);
            if is_last {
                break;
            }
        }
        Ok(entries)
    }

    fn not_a_list(&self) -> NodeError {
        NodeError::new(ErrorKind::Api, "The answer is not a list").with_description(self.elsewhere())
    }
}
