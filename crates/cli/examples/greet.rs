//! A node of about thirty lines, in a program that has all commands of `heddle`:
//! `cargo run --example greet -- describe example.greet` prints its form.

use heddle_node::{Effect, ItemContext, ItemNode, ItemOutput, NodeError, NodeHeader, async_trait};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The parameters: the value that the node receives, and the form.
#[derive(Deserialize, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
struct Parameters {
    /// Who is greeted.
    #[schemars(title = "Name", extend("x-required" = true))]
    #[serde(default)]
    name: String,
    /// Greet loudly.
    #[schemars(title = "Loud")]
    #[serde(default)]
    loud: bool,
}

#[derive(Default)]
struct Greet;

#[async_trait]
impl ItemNode for Greet {
    type Parameters = Parameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "example.greet",
        versions: &[1.0],
        display_name: "Greet",
        description: "Adds a greeting to every item.",
        ..NodeHeader::DEFAULT
    };

    /// It only computes. A node that says nothing counts as one that sends.
    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute_item(
        &self,
        parameters: &Parameters,
        context: &ItemContext<'_>,
    ) -> Result<ItemOutput, NodeError> {
        let mut greeting = format!("Hello, {}!", parameters.name);
        if parameters.loud {
            greeting = greeting.to_uppercase();
        }
        let mut json = context.item.json.clone();
        json.insert("greeting", greeting);
        Ok(json.into())
    }
}

heddle_node::register_item_node!(Greet);

fn main() -> std::process::ExitCode {
    heddle_cli::main()
}
