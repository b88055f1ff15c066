//! A program of your own with a page that holds one node's form: `cargo run --example forms`.

use std::error::Error;
use std::io::Write as _;
use std::process::ExitCode;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use heddle_node::Registry;
use heddle_nodes as _; // the linker keeps the nodes of crates that are named
use heddle_runner::{CredentialStore, Host};
use heddle_server::Settings;

const PAGE: &str = r#"<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Send a chatbot</title>
<script type="module" src="/forms/assets/element.js"></script>
<link rel="stylesheet" href="/page.css">
<main>
  <h1>Send a chatbot</h1>
  <heddle-form node="n8n-nodes-wts.wtsChat" endpoint="/forms"></heddle-form>
  <h2>What was filled in</h2>
  <pre id="told"></pre>
</main>
<script type="module" src="/page.js"></script>
"#;

const STYLE: &str = "body { font-family: system-ui, sans-serif; margin: 1rem auto; max-width: 70rem; padding: 0 1rem } \
                     heddle-form { --h-tint: #7a1f5c; --h-on-tint: #fff; --h-wash: #f8ebf3; color-scheme: light }";

const SCRIPT: &str = "document.querySelector('heddle-form').addEventListener('heddle-change', (event) => { \
                      document.getElementById('told').textContent = JSON.stringify(event.detail.parameters, null, 2); });";

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    match run().await {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(std::io::stderr(), "error: {error}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> Result<(), Box<dyn Error>> {
    let registry = Registry::linked()?;
    let start_sandbox = registry.credential("wtsApi").and_then(|found| found.sandbox).ok_or("no sandbox")?;
    let sandbox = start_sandbox(0).await?;
    let mut credentials = CredentialStore::default();
    credentials.insert("wtsApi", sandbox.credential())?;

    let host = Host::new(registry).with_credentials(credentials);
    let settings = Settings { base_path: "/forms".to_owned(), ..Settings::default() };
    let app = Router::new()
        .route("/", get(|| async { Html(PAGE) }))
        .route("/page.css", get(|| async { ([("content-type", "text/css")], STYLE) }))
        .route("/page.js", get(|| async { ([("content-type", "text/javascript")], SCRIPT) }))
        .merge(heddle_server::router_with(host, settings));

    let port = std::env::args().nth(1).unwrap_or_else(|| "8480".to_owned()).parse::<u16>()?;
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", port)).await?;
    writeln!(std::io::stdout(), "http://{}", listener.local_addr()?)?;
    axum::serve(listener, app).await?;
    Ok(())
}
