//! The id of a workflow file, without reading all of it.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::encoding::decode_text;
use crate::workflow::Workflow;

impl Workflow {
    /// The id that [`Workflow::parse_bytes`] would read from the bytes of a file, found without building anything else;
    /// `None` where the file has none, or holds no workflow.
    pub fn id_in(bytes: &[u8]) -> Option<String> {
        let text = decode_text(bytes).ok()?;
        serde_json::from_str::<Head>(text.strip_prefix('\u{feff}').unwrap_or(&text)).ok()?.workflow_id()
    }
}

/// What of a value tells whether it is a workflow, and which.
#[derive(Default)]
struct Head {
    id: Option<String>,
    has_nodes: bool,
    /// `workflow`, `workflowData` and `data` of an object, each where it is an object or an array.
    wrapped: [Option<Box<Head>>; 3],
    /// The element of an array that has one alone.
    only: Option<Box<Head>>,
    holds_others: bool,
}

impl Head {
    /// The forms of a file are those of [`Workflow::parse`].
    fn workflow_id(self) -> Option<String> {
        if self.has_nodes {
            return self.id.filter(|id| !id.is_empty());
        }
        let [workflow, data, others] = self.wrapped;
        self.only.or(workflow).or(data).or(others)?.workflow_id()
    }
}

impl<'de> Deserialize<'de> for Head {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(HeadVisitor)
    }
}

struct HeadVisitor;

impl<'de> Visitor<'de> for HeadVisitor {
    type Value = Head;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Head, A::Error> {
        let mut head = Head { holds_others: true, ..Head::default() };
        let wrapper = |value: Head| (value.holds_others).then(|| Box::new(value));
        while let Some(key) = object.next_key::<std::borrow::Cow<'de, str>>()? {
            // Of two properties with one key the last one counts.
            match &*key {
                "id" => head.id = object.next_value::<Head>()?.id,
                "nodes" => head.has_nodes = object.next_value::<IsArray>()?.0,
                "workflow" => head.wrapped[0] = wrapper(object.next_value()?),
                "workflowData" => head.wrapped[1] = wrapper(object.next_value()?),
                "data" => head.wrapped[2] = wrapper(object.next_value()?),
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        Ok(head)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Head, A::Error> {
        let only = list.next_element::<Head>()?.map(Box::new);
        let mut is_alone = true;
        while list.next_element::<IgnoredAny>()?.is_some() {
            is_alone = false;
        }
        Ok(Head { only: only.filter(|_| is_alone), holds_others: true, ..Head::default() })
    }

    fn visit_str<E>(self, text: &str) -> Result<Head, E> {
        Ok(Head { id: Some(text.to_owned()), ..Head::default() })
    }

    fn visit_i64<E>(self, number: i64) -> Result<Head, E> {
        Ok(Head { id: Some(number.to_string()), ..Head::default() })
    }

    fn visit_u64<E>(self, number: u64) -> Result<Head, E> {
        Ok(Head { id: Some(number.to_string()), ..Head::default() })
    }

    fn visit_f64<E>(self, number: f64) -> Result<Head, E> {
        Ok(Head { id: Some(heddle_data::Json::from(number).to_string()), ..Head::default() })
    }

    fn visit_bool<E>(self, _: bool) -> Result<Head, E> {
        Ok(Head::default())
    }

    fn visit_unit<E>(self) -> Result<Head, E> {
        Ok(Head::default())
    }
}

/// Whether a value is an array.
struct IsArray(bool);

impl<'de> Deserialize<'de> for IsArray {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(IsArrayVisitor)
    }
}

struct IsArrayVisitor;

impl<'de> Visitor<'de> for IsArrayVisitor {
    type Value = IsArray;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<IsArray, A::Error> {
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Ok(IsArray(true))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<IsArray, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(IsArray(false))
    }

    fn visit_str<E>(self, _: &str) -> Result<IsArray, E> {
        Ok(IsArray(false))
    }

    fn visit_i64<E>(self, _: i64) -> Result<IsArray, E> {
        Ok(IsArray(false))
    }

    fn visit_u64<E>(self, _: u64) -> Result<IsArray, E> {
        Ok(IsArray(false))
    }

    fn visit_f64<E>(self, _: f64) -> Result<IsArray, E> {
        Ok(IsArray(false))
    }

    fn visit_bool<E>(self, _: bool) -> Result<IsArray, E> {
        Ok(IsArray(false))
    }

    fn visit_unit<E>(self) -> Result<IsArray, E> {
        Ok(IsArray(false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_id_is_that_of_the_whole_reading() {
        for text in [
            r#"{"id": "a", "nodes": []}"#,
            r#"{"nodes": [{"id": "n"}], "id": 12}"#,
            r#"{"nodes": [], "id": "a", "id": "b"}"#,
            r#"{"nodes": [], "id": ""}"#,
            r#"{"nodes": [], "id": null}"#,
            r#"{"nodes": {}, "id": "a"}"#,
            r#"{"nodes": []}"#,
            r#"[{"id": "a", "nodes": []}]"#,
            r#"[{"id": "a", "nodes": []}, {"id": "b", "nodes": []}]"#,
            r#"{"id": "outer", "data": {"id": "inner", "nodes": []}}"#,
            r#"{"id": "outer", "workflow": "x", "data": [{"id": "inner", "nodes": []}]}"#,
            "\u{feff}{\"id\": \"a\", \"nodes\": []}",
            r#"{"id": "a\u0062", "nodes": []}"#,
            r#"{"id": "a", "nodes": [}"#,
            "7",
            "",
        ] {
            let read = Workflow::parse("file", text).ok().and_then(|workflow| workflow.id);
            assert_eq!(Workflow::id_in(text.as_bytes()), read, "{text}");
        }
        let wide: Vec<u8> =
            "\u{feff}{\"id\": \"ä\", \"nodes\": []}".encode_utf16().flat_map(u16::to_le_bytes).collect();
        assert_eq!(Workflow::id_in(&wide).as_deref(), Some("ä"));
    }
}
