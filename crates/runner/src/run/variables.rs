//! What expressions see beside the data of a run.

use std::fmt;

use heddle_expression::{Environment, Scene};
use heddle_node::{Json, Secret};

/// `$vars`, `$env` and `$secrets`: the same for all workflows of a run.
///
/// Prints names, and no values.
#[derive(Clone, Default)]
pub struct Variables {
    /// `$vars`: an object by name. n8n's variables are texts.
    pub vars: Json,
    /// `$env`: an object of the environment variables that expressions may read, with null for one that is not set.
    /// Reading any other is an error.
    pub env: Json,
    /// `$secrets`: an object by the name of the provider, which holds objects of secrets. Only expressions in credentials
    /// see it.
    pub secrets: Secret<Json>,
}

impl Variables {
    /// The scene with these variables, as the expressions of nodes see them.
    pub(crate) fn show<'a>(&'a self, scene: Scene<'a>) -> Scene<'a> {
        Scene { vars: &self.vars, environment: Environment::Allowed(&self.env), ..scene }
    }
}

impl fmt::Debug for Variables {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names = |json: &Json| -> Vec<String> {
            json.as_object().into_iter().flat_map(|object| object.keys().map(str::to_owned)).collect()
        };
        formatter
            .debug_struct("Variables")
            .field("vars", &names(&self.vars))
            .field("env", &names(&self.env))
            .field("secrets", &self.secrets)
            .finish()
    }
}
