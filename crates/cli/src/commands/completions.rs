//! `heddle completions`: what a shell completes.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::arguments::Arguments;
use crate::failure::Failure;

pub(crate) fn execute(shell: Shell) -> Result<u8, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Arguments::command(), program(), &mut script);
    super::print(&String::from_utf8_lossy(&script))?;
    Ok(0)
}

/// The name that the program was called by, which is what the shell completes: a program with nodes of its own has its own.
fn program() -> String {
    let path = std::env::args_os().next().unwrap_or_default();
    let name = std::path::Path::new(&path).file_stem().map(|name| name.to_string_lossy().into_owned());
    name.unwrap_or_else(|| "heddle".to_owned())
}
