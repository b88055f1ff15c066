//! XML: items from XML, and XML from items.

mod parameters;
pub(crate) mod read;
pub(crate) mod write;

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    Effect, Item, ItemContext, ItemNode, ItemOutput, Json, NodeError, NodeExample, NodeHeader, async_trait,
    json,
};

pub use parameters::{Mode, XmlOptions, XmlParameters};

use crate::field_path;
use write::WriteRules;

/// Reads and writes XML.
#[derive(Debug, Clone, Copy, Default)]
pub struct Xml;

#[async_trait]
impl ItemNode for Xml {
    type Parameters = XmlParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.xml",
        versions: &[1.0],
        display_name: "XML",
        description: "Makes items of XML, and XML of items",
        subtitle: Some("={{$parameter[\"mode\"]===\"jsonToxml\" ? \"JSON to XML\" : \"XML to JSON\"}}"),
        icon: Some("node:xml"),
        category: Some("Data Transformation"),
        documentation_url: Some("https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.xml/"),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    const WAITS: bool = false;

    async fn execute_item(
        &self,
        parameters: &XmlParameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let item = &context.item.json;
        let name = parameters.data_property_name.as_str();
        let options = &parameters.options;
        if parameters.mode == Mode::JsonToXml {
            let rules = WriteRules {
                attrkey: options.attrkey(),
                charkey: options.charkey(),
                root_name: options.root_name.as_deref().unwrap_or("root"),
                cdata: options.cdata,
                headless: options.headless,
                pretty: true,
            };
            let xml = write::write(item, &rules).map_err(NodeError::operation)?;
            let mut json = Json::object();
            field_path::set_own(&mut json, name, Json::from(xml));
            return Ok(json.into());
        }
        let Some(xml) = item.get(name) else {
            return Err(NodeError::parameter(
                "dataPropertyName",
                format!("Item has no JSON property called \"{name}\""),
            ));
        };
        let Some(xml) = xml.as_str() else {
            let message = format!("The field \"{name}\" holds no XML but {}", xml.type_name());
            return Err(NodeError::parameter("dataPropertyName", message));
        };
        let json = read::read(xml, &options.read_rules()).map_err(|problem| {
            NodeError::operation(format!("The field \"{name}\" is no valid XML: {problem}"))
        })?;
        Ok(Item::new(json).into())
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        let example = |title, parameters, items: Vec<Json>, bad_item| NodeExample {
            title,
            type_version: 1.0,
            parameters,
            items,
            bad_item,
            ..NodeExample::default()
        };
        crate::examples::recorded(
            &Self::HEADER,
            vec![
                example(
                    "An item from XML",
                    json!({ "options": {} }),
                    vec![
                        json!({ "data": "<order id=\"7\"><name>Ada</name><part>a</part><part>b</part></order>" }),
                    ],
                    Some(json!({ "data": "<order><name>Ada</order>" })),
                ),
                example(
                    "XML from an item",
                    json!({ "mode": "jsonToxml", "options": { "rootName": "person" } }),
                    vec![json!({ "$": { "id": 7 }, "name": "Ada", "tags": ["a", "b"] })],
                    Some(json!({ "first name": "Ada", "age": 36 })),
                ),
            ],
        )
    }
}
