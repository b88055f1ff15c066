//! What answers hold.

use std::sync::Arc;

use heddle_node::{Json, OptionPage};
use heddle_runner::{RunResult, WorkflowFailure};
use schemars::JsonSchema;
use serde::Serialize;

use crate::executions::{End, Execution};
use crate::issue::Issue;
use crate::preview::Preview;

/// A node type in the list.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct NodeSummary {
    /// Full type name.
    #[serde(rename = "type")]
    pub(crate) node_type: String,
    /// Name for people.
    pub(crate) display_name: String,
    /// What it does.
    pub(crate) description: String,
    /// Kinds, such as `transform`.
    pub(crate) group: Vec<String>,
    /// All versions, ascending.
    pub(crate) versions: Vec<f64>,
}

/// A credential that is there. What is in it never comes out.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CredentialSummary {
    /// Its type.
    #[serde(rename = "type")]
    pub(crate) credential_type: String,
    /// Its name; empty where it has none.
    pub(crate) name: String,
}

/// A page of choices.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Choices {
    /// The choices.
    pub(crate) options: Vec<Choice>,
    /// Where the next page starts; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) next_cursor: Option<String>,
}

/// A choice.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Choice {
    /// What the user sees.
    pub(crate) name: String,
    /// What the workflow file stores.
    pub(crate) value: Json,
    /// A line more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) description: Option<String>,
}

impl Choices {
    pub(crate) fn of(page: &Arc<OptionPage>) -> Self {
        let choice = |option: &heddle_node::OptionEntry| Choice {
            name: option.name.clone(),
            value: option.value.clone(),
            description: option.description.clone(),
        };
        Self { options: page.options.iter().map(choice).collect(), next_cursor: page.next_cursor.clone() }
    }
}

/// What a check found.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CheckAnswer {
    /// Whether the node can run.
    pub(crate) ok: bool,
    /// Everything that is wrong.
    #[schemars(with = "Vec<Json>")]
    pub(crate) issues: Vec<Issue>,
}

/// Parameters at an item.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ResolveAnswer {
    /// As a workflow file stores them: without what is hidden and without defaults.
    pub(crate) stored: Json,
    /// With defaults, without what is hidden.
    pub(crate) filled: Json,
    /// What the node receives at the item; absent where an expression fails or a value does not fit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) resolved: Option<Json>,
    /// What each expression gives, by JSON pointer.
    pub(crate) previews: std::collections::BTreeMap<String, PreviewAnswer>,
    /// The properties that are shown, in their order.
    pub(crate) shown: Vec<ShownProperty>,
    /// What does not fit.
    #[schemars(with = "Vec<Json>")]
    pub(crate) issues: Vec<Issue>,
}

/// A property that is shown.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ShownProperty {
    /// JSON pointer of its value.
    pub(crate) pointer: String,
    /// Label.
    pub(crate) display_name: String,
    /// n8n's kind of field.
    #[serde(rename = "type")]
    pub(crate) kind: Json,
    /// May not be empty.
    pub(crate) required: bool,
}

/// What an expression gave.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct PreviewAnswer {
    /// The value; absent where it is undefined or there is an error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) value: Option<Json>,
    /// Why there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<PreviewError>,
    /// Why only a run can tell: what it reads that nothing here has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) in_run: Option<String>,
}

/// Why an expression gave nothing.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub(crate) struct PreviewError {
    /// n8n's words.
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
}

impl PreviewAnswer {
    pub(crate) fn of(preview: Preview) -> Self {
        match preview {
            Preview::Value(value) => Self { value, ..Self::default() },
            Preview::Error { message, help } => {
                Self { error: Some(PreviewError { message, help }), ..Self::default() }
            }
            Preview::InRun(why) => Self { in_run: Some(why), ..Self::default() },
            Preview::OfOtherItems => {
                Self { in_run: Some("it reads other items".to_owned()), ..Self::default() }
            }
        }
    }
}

/// What an expression gives at each item that was asked for.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct EvalAnswer {
    /// In the order of the items.
    pub(crate) results: Vec<PreviewAnswer>,
}

/// What may stand at the cursor.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Completions {
    /// How many characters before the cursor a completion replaces.
    pub(crate) replaces: usize,
    /// The completions, the likeliest first.
    pub(crate) completions: Vec<Completion>,
}

/// Something that may stand at the cursor.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Completion {
    /// The text.
    pub(crate) text: String,
    /// What it is: `field`, `variable` or `function`.
    pub(crate) kind: &'static str,
    /// A line more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) detail: Option<String>,
}

/// An execution: how far it is, or how it ended.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct ExecutionAnswer {
    /// Its id.
    pub(crate) execution_id: String,
    /// `running`, or n8n's word for how it ended: `success`, `error`, `canceled` or `waiting`.
    pub(crate) status: String,
    /// The node type.
    pub(crate) node_type: String,
    /// Whether nothing could leave.
    pub(crate) dry_run: bool,
    /// How far it is.
    #[schemars(with = "Json")]
    pub(crate) progress: crate::tally::Tally,
    /// How the items ended that have: `{item, verdict?, error?, help?, parameter?}`.
    #[schemars(with = "Vec<Json>")]
    pub(crate) items: Vec<crate::executions::ItemEnd>,
    /// What came out, by output: lists of objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) output: Option<Vec<Vec<Json>>>,
    /// Why it failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) error: Option<FailureAnswer>,
    /// What kept it from beginning; absent where nothing did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(with = "Option<Vec<Json>>")]
    pub(crate) issues: Vec<Issue>,
}

/// An event of a stream, as its lines say.
#[derive(Debug, JsonSchema)]
#[expect(dead_code, reason = "it is described, and written by the stream itself")]
pub(crate) struct StreamedEvent {
    /// Its number, for `Last-Event-ID`.
    pub(crate) id: String,
    /// What happened, such as `itemDone`; `ended` is the last.
    pub(crate) event: String,
    /// All about it, as JSON.
    pub(crate) data: String,
}

/// Why a run failed.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub(crate) struct FailureAnswer {
    /// One sentence.
    pub(crate) message: String,
    /// What to do about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) help: Option<String>,
    /// The item, from 0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) item: Option<usize>,
    /// JSON pointer of the parameter at fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) pointer: Option<String>,
}

impl ExecutionAnswer {
    pub(crate) fn of(execution: &Execution) -> Self {
        let end = execution.end();
        let mut answer = Self {
            execution_id: execution.id.to_string(),
            status: end.as_ref().map_or("running", |end| end.status()).to_owned(),
            node_type: execution.asked.node_type.clone(),
            dry_run: execution.asked.dry_run,
            progress: execution.tally(),
            items: execution.items(),
            output: None,
            error: None,
            issues: Vec::new(),
        };
        match end.as_deref() {
            None => {}
            Some(End::Ended(result)) => {
                answer.output = outputs(result);
                answer.error = result.error.as_ref().map(FailureAnswer::of);
            }
            Some(End::Unfinished(earlier)) => {
                answer.error = Some(FailureAnswer {
                    message: earlier.message.clone(),
                    help: Some(earlier.help.clone()),
                    item: None,
                    pointer: None,
                });
            }
            Some(End::Refused(problems)) => answer.issues = problems.iter().cloned().map(Issue::of).collect(),
            Some(End::Failed(message)) => {
                answer.error =
                    Some(FailureAnswer { message: message.clone(), help: None, item: None, pointer: None });
            }
        }
        answer
    }
}

/// What the node put out, by output.
pub(crate) fn outputs(result: &RunResult) -> Option<Vec<Vec<Json>>> {
    let node = result.run_data.iter().next().map(|(name, _)| name.to_owned())?;
    let outputs = result.last_outputs(&node)?;
    Some(outputs.iter().map(|items| items.iter().map(|item| item.json.clone()).collect()).collect())
}

impl FailureAnswer {
    fn of(failure: &WorkflowFailure) -> Self {
        Self {
            message: failure.message.clone(),
            help: failure.description.clone(),
            item: failure.item_index,
            pointer: failure.parameter.as_deref().map(heddle_node::parameters::pointer_of),
        }
    }
}
