//! Descriptions of node types, credential types and their forms, in n8n's words (`docs/parameters.md §1–6`, `docs/parameters.md §16`).
//!
//! Every description that n8n's packages publish can be read, and is written back equal: same keys, values and order. What
//! the types here do not know stays in their [`Rest`].

mod conditions;
mod credential;
mod locator;
mod model;
mod node;
mod presentation;
mod property;
mod routing;
mod type_options;
mod webhook;

pub use conditions::DisplayOptions;
pub use credential::{
    AuthenticateParts, AuthenticateRule, CredentialDescription, CredentialHttpRequestNode,
    CredentialRequestTest, CredentialTestAnswer, CredentialTestRule, Description,
};
pub use locator::{ExtractValue, LocatorMode, LocatorPattern, LocatorTypeOptions, LocatorValidation};
pub(crate) use model::Value;
pub use model::{Part, Rest};
pub use node::{
    CredentialUse, NodeDefaults, NodeDescription, Port, PortDetails, PortFilter, PortList, RequiredInputs,
    TestedBy, Versions,
};
pub use presentation::{
    BuilderHint, BuilderPort, BuilderPorts, Codex, CodexLink, CodexResources, ExtraContent, HelpText, Hint,
    RelatedNode, StateTexts, ToolReplacements, ToolUse, TriggerPanel, TriggerPanelTexts,
};
pub use property::{
    NodeProperty, PropertyBuilderHint, PropertyChoice, PropertyGroup, PropertyOption, PropertyType,
};
pub use routing::{
    OutputRule, Pagination, PaginationProperties, ReceiveAction, ReceiveProperties, ReceiveStep,
    RequestOperations, RequestSettings, Routing, SendRule,
};
pub use type_options::{
    AssignmentTypeOptions, CalloutAction, FieldWords, FilterTypeOptions, FixedCollectionOptions, LoadOptions,
    ResourceMapperOptions, Themed, TypeOptions,
};
pub use webhook::Webhook;
