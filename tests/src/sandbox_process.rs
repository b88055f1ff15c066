//! The sandbox in a process of its own, for benchmarks: whatever it costs is not measured.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// Ends the server's process with the benchmark, however that ends.
pub struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
    }
}

/// Starts the program anew with `--serve`, upon which it must [`serve`], and gives the sandbox's URL.
///
/// # Panics
/// When it does not start.
pub fn start() -> (Server, String) {
    let mut server = Command::new(std::env::current_exe().expect("the program has a path"))
        .arg("--serve")
        .stdout(Stdio::piped())
        .spawn()
        .expect("the server starts");
    let mut url = String::new();
    let output = server.stdout.take().expect("it is piped");
    BufReader::new(output).read_line(&mut url).expect("the server prints its URL");
    (Server(server), url.trim().to_owned())
}

/// Serves a sandbox without limits that remembers nothing, until the process ends.
///
/// # Panics
/// When no port is free.
pub fn serve() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(async {
        let options = wts_sandbox::SandboxOptions {
            ledger: wts_sandbox::Keep::Nothing,
            requests: wts_sandbox::Keep::Nothing,
            ..wts_sandbox::SandboxOptions::unlimited()
        };
        let sandbox = wts_sandbox::Sandbox::start(options).await.expect("a free port");
        println!("{}", sandbox.url());
        std::future::pending::<()>().await;
    });
}
