//! What code names decides whether its node may call out.

/// Makes a node of two that differ in their effect: `$pure` for code in the parameter `$parameter` that names no way to call
/// out, which is held to it, and `$calling` for all other code. The node is a struct with both as `pure` and `calling`.
macro_rules! code_node {
    ($node:ident, $parameter:literal, $pure:expr, $calling:expr) => {
        impl Default for $node {
            fn default() -> Self {
                Self {
                    pure: heddle_node::node::batch_node($pure),
                    calling: heddle_node::node::batch_node($calling),
                }
            }
        }

        impl heddle_node::Node for $node {
            fn header(&self) -> &heddle_node::NodeHeader {
                self.calling.header()
            }

            fn describe(
                &self,
            ) -> Result<std::sync::Arc<heddle_node::NodeDescription>, heddle_node::schema::SchemaError> {
                self.calling.describe()
            }

            fn parameter_schema(
                &self,
                form: heddle_node::schema::SchemaForm,
            ) -> Result<serde_json::Value, heddle_node::schema::SchemaError> {
                self.calling.parameter_schema(form)
            }

            fn upgrade(&self, version: f64, parameters: heddle_node::Json) -> heddle_node::Json {
                self.calling.upgrade(version, parameters)
            }

            fn check_stored(
                &self,
                stored: &heddle_node::StoredParameters<'_>,
            ) -> Vec<heddle_node::StoredProblem> {
                self.calling.check_stored(stored)
            }

            fn examples(&self) -> Vec<heddle_node::NodeExample> {
                self.calling.examples()
            }

            fn effect_is_settable(&self) -> bool {
                true
            }

            fn calls_out(&self, stored: &heddle_node::Json) -> bool {
                // Nobody knows what code does that cannot be run here.
                self.tier_for(stored).effect_of_type() != Some(heddle_node::Effect::Pure)
                    || crate::code::source::is_python(stored)
            }

            fn tier(&self) -> heddle_node::Tier<'_> {
                self.calling.tier()
            }

            fn tier_for(&self, parameters: &heddle_node::Json) -> heddle_node::Tier<'_> {
                match parameters.get($parameter).and_then(heddle_node::Json::as_str) {
                    Some(code) if crate::code::source::may_call(code) => self.calling.tier(),
                    _ => self.pure.tier(),
                }
            }
        }
    };
}

pub(super) use code_node;
