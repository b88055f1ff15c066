//! The `heddle` command with the nodes of Heddle.

fn main() -> std::process::ExitCode {
    heddle_cli::main()
}
