//! `heddle test`: runs the tests of workflows.

use std::collections::BTreeSet;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant, SystemTime};

use heddle_node::{Json, Registry};
use heddle_workflow::Workflow;

use crate::arguments::TestArguments;
use crate::diagnostics;
use crate::failure::{FAILED, Failure, USAGE};
use crate::testing::file::{SUFFIX, TestFile};
use crate::testing::layout::lay_out;
use crate::testing::report::{self, Counts, Junit, Paint};
use crate::testing::run::{Session, Verdict};

/// How often `--watch` looks whether a file has changed.
const LOOK: Duration = Duration::from_millis(300);
/// Folders that hold no tests of anybody's workflows.
const LEFT_OUT: [&str; 2] = ["node_modules", "target"];

pub(crate) fn execute(registry: &Registry, arguments: &TestArguments) -> Result<u8, Failure> {
    let paths = match arguments.paths.as_slice() {
        [] => vec![PathBuf::from(".")],
        paths => paths.to_vec(),
    };
    if arguments.record {
        for path in &paths {
            begin_test(path)?;
        }
    }
    let runtime = super::runtime()?;
    if !arguments.watch {
        let files = find(&paths)?;
        if files.is_empty() {
            return Err(Failure::usage("there are no tests here").with_help(format!(
                "The names of test files end in {SUFFIX}. `heddle test --record WORKFLOW` writes a first one."
            )));
        }
        return Ok(runtime.block_on(run_all(registry, arguments, &files))?.status);
    }
    loop {
        let files = find(&paths)?;
        let ran = runtime.block_on(run_all(registry, arguments, &files))?;
        super::print_error("waiting for changes; Ctrl-C ends");
        let before = state(&ran.files);
        let known: BTreeSet<PathBuf> = files.iter().cloned().collect();
        while state(&ran.files) == before && find(&paths)?.into_iter().collect::<BTreeSet<_>>() == known {
            std::thread::sleep(LOOK);
        }
        super::print("\n")?;
    }
}

/// What a pass over all tests gave.
struct Ran {
    status: u8,
    /// All files that it has read.
    files: Vec<PathBuf>,
}

async fn run_all(registry: &Registry, arguments: &TestArguments, files: &[PathBuf]) -> Result<Ran, Failure> {
    let begun = Instant::now();
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let paint = Paint(std::io::stdout().is_terminal() && !no_color);
    let mut session = Session::new(registry.clone());
    let mut counts = Counts::default();
    let mut junit = Junit::default();
    for path in files {
        let name = super::name_of(path);
        let mut file = match read(path) {
            Ok(file) => file,
            Err(rendered) => {
                counts.wrong += 1;
                junit.add_unreadable(&name, &rendered);
                super::print_rendered(&rendered);
                continue;
            }
        };
        let is_wanted = |name: &str| arguments.name.as_ref().is_none_or(|part| name.contains(part.as_str()));
        let mut tested = Vec::new();
        let mut text = String::new();
        let mut problems = String::new();
        let mut recorded = Vec::new();
        for test in file.tests.clone().into_iter().filter(|test| is_wanted(&test.name)) {
            let mut result = session.run(&file, &test).await;
            let records = arguments.record && result.recorded.is_some();
            if records && let Some(expectation) = result.recorded.take() {
                recorded.push((test.pointer.clone(), expectation));
                result.verdict = Verdict::Passed;
            }
            counts.add(&result.verdict);
            let is_shown =
                !arguments.quiet || !matches!(result.verdict, Verdict::Passed | Verdict::Skipped(_));
            if is_shown {
                text.push_str(&report::show(&file, &test, &result, records, paint));
            }
            problems.extend(report::problems(&file, &result));
            tested.push((test, result));
        }
        junit.add(&file, &tested);
        if !text.is_empty() {
            super::print_painted(&format!("{name}\n{text}"))?;
        }
        if !problems.is_empty() {
            super::print_rendered(&problems);
        }
        write_recorded(&mut file, recorded)?;
    }
    super::print(&format!("{}\n", counts.line(begun.elapsed())))?;
    if let Some(path) = &arguments.junit {
        std::fs::write(path, junit.text()).map_err(|error| Failure::file("write", path, &error))?;
    }
    if counts.passed + counts.failed + counts.skipped + counts.wrong == 0 && arguments.name.is_some() {
        return Err(Failure::usage("no test has such a name"));
    }
    let status = match counts {
        Counts { wrong: 1.., .. } => USAGE,
        Counts { failed: 1.., .. } => FAILED,
        _ => 0,
    };
    let files = files.iter().cloned().chain(session.read).collect();
    Ok(Ran { status, files })
}

/// Reads a test file; or what is wrong with it, as it is shown.
fn read(path: &Path) -> Result<TestFile, String> {
    let name = super::name_of(path);
    let text = crate::input::read_text(path).map_err(|failure| failure.to_string())?;
    TestFile::parse(path, text)
        .map_err(|unreadable| diagnostics::render(&name, unreadable.text.as_deref(), &unreadable.problems))
}

/// Writes what tests expect from now on.
fn write_recorded(file: &mut TestFile, recorded: Vec<(String, Json)>) -> Result<(), Failure> {
    if recorded.is_empty() {
        return Ok(());
    }
    for (pointer, expectation) in recorded {
        if let Some(test) = file.json.pointer_mut(&pointer) {
            test.insert("expect", expectation);
        }
    }
    std::fs::write(&file.path, lay_out(&file.json))
        .map_err(|error| Failure::file("write", &file.path, &error))
}

/// Writes a first test beside a workflow file that has none; other files are left alone.
fn begin_test(path: &Path) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let Some(stem) = name.strip_suffix(".json").filter(|_| path.is_file() && !name.ends_with(SUFFIX)) else {
        return Ok(());
    };
    let test = path.with_file_name(format!("{stem}{SUFFIX}"));
    let Ok(workflow) = Workflow::read(path) else { return Ok(()) };
    if test.exists() || workflow.nodes.is_empty() {
        return Ok(());
    }
    let mut json = Json::object();
    json.insert("workflow", name.as_str());
    json.insert("name", "what it did when this was written");
    if workflow.pin_data.as_object().is_some_and(|pins| !pins.is_empty()) {
        json.insert("pins", Json::from(true));
    }
    std::fs::write(&test, lay_out(&json)).map_err(|error| Failure::file("write", &test, &error))
}

/// The test files of these files and folders.
fn find(paths: &[PathBuf]) -> Result<Vec<PathBuf>, Failure> {
    let mut found = Vec::new();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() {
            // What lies here needs no word that says so.
            let here = path == Path::new(".");
            let mut below = Vec::new();
            find_below(path, &mut below)?;
            let shortened = |path: PathBuf| path.strip_prefix(".").map_or(path.clone(), Path::to_owned);
            found.extend(below.into_iter().map(|path| if here { shortened(path) } else { path }));
        } else if !path.exists() {
            return Err(Failure::usage(format!("there is no {}", super::name_of(path))));
        } else if let Some(stem) = name.strip_suffix(".json").filter(|_| !name.ends_with(SUFFIX)) {
            // A workflow stands for its tests.
            let test = path.with_file_name(format!("{stem}{SUFFIX}"));
            found.push(if test.exists() { test } else { path.clone() });
        } else {
            found.push(path.clone());
        }
    }
    let mut seen = BTreeSet::new();
    found.retain(|path| seen.insert(path.clone()));
    Ok(found)
}

fn find_below(folder: &Path, found: &mut Vec<PathBuf>) -> Result<(), Failure> {
    let entries = std::fs::read_dir(folder).map_err(|error| Failure::file("read", folder, &error))?;
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        if path.is_dir() {
            // A link may lead back to where it lies.
            if !name.starts_with('.') && !LEFT_OUT.contains(&name.as_str()) && !path.is_symlink() {
                find_below(&path, found)?;
            }
        } else if name.ends_with(SUFFIX) {
            found.push(path);
        }
    }
    Ok(())
}

/// When each file was last written.
fn state(files: &[PathBuf]) -> Vec<Option<(SystemTime, u64)>> {
    let of = |path: &PathBuf| {
        let data = std::fs::metadata(path).ok()?;
        Some((data.modified().ok()?, data.len()))
    };
    files.iter().map(of).collect()
}
