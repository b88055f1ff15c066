//! The forms in a real browser: `tests/browser`, run against the program.
//!
//! The environment variable `HEDDLE_BROWSER` names Chromium's program, and `HEDDLE_BROWSER_MODULES` a folder in which
//! `npm ci` has installed what drives it; `.ci/run` does both. Elsewhere these tests skip, and say so. `HEDDLE_SCREENSHOTS`
//! names a folder for pictures.

use std::path::PathBuf;
use std::process::Command;
use std::sync::Mutex;

use heddle_tests::serving::Serving;
use heddle_tests::{example, heddle, root};

/// Runs a script of `tests/browser` against what `serve` starts.
fn run(script: &str, serve: impl FnOnce() -> Command) {
    let Some(browser) = std::env::var_os("HEDDLE_BROWSER") else {
        eprintln!("skipped: HEDDLE_BROWSER is not set, so there is no browser to look with");
        return;
    };
    let Some(folder) = std::env::var_os("HEDDLE_BROWSER_MODULES").map(PathBuf::from) else {
        eprintln!("skipped: HEDDLE_BROWSER_MODULES is not set, so nothing drives the browser");
        return;
    };
    // One browser at a time: two on a small machine wait for each other longer than a person would.
    static SCREEN: Mutex<()> = Mutex::new(());
    let _screen = SCREEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // Scripts find modules beside themselves alone.
    for file in std::fs::read_dir(root().join("tests/browser")).expect("the folder is there") {
        let file = file.expect("the folder can be read").path();
        if file.is_file() {
            std::fs::copy(&file, folder.join(file.file_name().expect("it has a name")))
                .expect("it can be copied");
        }
    }
    let serving = Serving::start(serve());
    let status = Command::new("node")
        .arg(script)
        .current_dir(&folder)
        .env("HEDDLE_URL", &serving.url)
        .env("HEDDLE_CHROMIUM", browser)
        .status()
        .expect("node runs");
    assert!(status.success(), "{script} failed");
}

#[test]
fn a_person_fills_in_checks_and_runs_forms() {
    run("forms.mjs", || {
        let mut command = heddle();
        command
            .args(["serve", "--sandbox", "--port", "0", "--plugins"])
            .arg(root().join("tests/browser/package"));
        command
    });
}

#[test]
fn forms_live_in_pages_of_others() {
    run("embedding.mjs", || {
        let mut command = example("forms");
        command.arg("0");
        command
    });
}
