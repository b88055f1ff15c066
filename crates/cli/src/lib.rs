//! The `heddle` command as a library: runs workflows, checks them, and gives every node's form.
//!
//! A program with nodes of its own has all commands by calling [`main`] from its own; `examples/greet.rs` is one.

mod arguments;
mod asking;
mod commands;
mod diagnostics;
mod failure;
mod input;
mod logging;
mod observer;
mod only;
mod plain_text;
mod plugins;
mod progress;
mod report;
mod signals;
mod static_data;
mod terminal;
mod testing;
mod variables;
mod verdicts;

use std::borrow::Cow;
use std::process::ExitCode;

use clap::Parser as _;
use heddle_node::printable_line;

// The linker keeps the nodes of crates that are named.
use heddle_nodes as _;

use crate::arguments::{Arguments, Command, CredentialCommand, New};
use crate::failure::{Failure, USAGE};

/// Items are many small values that live and die together, which this allocator serves faster, and in less memory, than
/// the system's. A program that brings its own turns the feature off.
#[cfg(feature = "allocator")]
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Runs the command that the process's arguments name, with Heddle's nodes and those of every other crate that the program
/// names, and gives the status to exit with.
pub fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return explain(&error),
    };
    match execute(arguments) {
        Ok(status) => ExitCode::from(status),
        Err(failure) => {
            if !failure.message.is_empty() {
                commands::print_error(&failure.to_string());
            }
            ExitCode::from(failure.status)
        }
    }
}

/// Prints what is wrong with the arguments, or the help that they ask for.
fn explain(error: &clap::Error) -> ExitCode {
    let is_obeyed =
        |argument: std::ffi::OsString| matches!(printable_line(&argument.to_string_lossy()), Cow::Owned(_));
    if std::env::args_os().any(is_obeyed) {
        // An argument, such as the name of a file, holds what a terminal would obey.
        commands::print_lines(&error.render().to_string());
    } else {
        let _ = error.print();
    }
    ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(USAGE))
}

fn execute(arguments: Arguments) -> Result<u8, Failure> {
    let mut registry = heddle_node::Registry::linked().map_err(|error| Failure::failed(error.to_string()))?;
    plugins::add(&mut registry, &arguments.plugins, &arguments.command);
    match arguments.command {
        Command::Run(arguments) => commands::run::execute(registry, &arguments),
        Command::Resume(arguments) => commands::resume::execute(&registry, &arguments),
        Command::Retry(arguments) => commands::retry::execute(&registry, &arguments),
        Command::Runs { command, list } => commands::runs::execute(&registry, command.as_ref(), &list),
        Command::Check(arguments) => commands::check::execute(&registry, &arguments),
        Command::Test(arguments) => commands::test::execute(&registry, &arguments),
        Command::Mock { workflow } => commands::mock::execute(registry, &workflow),
        Command::Completions { shell } => commands::completions::execute(shell),
        Command::New { what: New::Node { name, heddle } } => {
            commands::new_node::execute(&name, heddle.as_deref())
        }
        Command::Nodes => commands::nodes::list(&registry),
        Command::Describe(arguments) => commands::describe::execute(&registry, &arguments),
        Command::Options { node_type, method, credentials, network, parameters, search } => {
            let request = commands::options::Request { node_type, method, parameters, search };
            commands::options::execute(registry, &credentials, &network, &request)
        }
        Command::Credentials {
            command: CredentialCommand::Test { credential_type, credentials, network, url },
        } => commands::credentials::test(registry, &credentials, &network, &credential_type, url.as_deref()),
        Command::Eval { expression, input, cases, fixtures, now, variables } => {
            let request = match (cases, fixtures) {
                (Some(cases), Some(fixtures)) => commands::eval::Request::Cases { cases, fixtures },
                _ => {
                    let expression = expression.unwrap_or_default();
                    commands::eval::Request::Expression { expression, input, variables }
                }
            };
            commands::eval::execute(&request, now.as_deref())
        }
        Command::Plugins { command } => commands::plugins::execute(&arguments.plugins, &command),
        Command::Serve(arguments) => commands::serve::execute(registry, &arguments),
        Command::Schema { out, check } => commands::schema::execute(&registry, &out, check),
        Command::Sandbox { port, credential } => commands::sandbox::execute(&registry, port, &credential),
    }
}
