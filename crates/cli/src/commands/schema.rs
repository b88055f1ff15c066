//! `heddle schema`: the generated files of `schemas/`.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use heddle_node::Registry;

use crate::failure::{FAILED, Failure};

pub(crate) fn execute(registry: &Registry, out: &Path, check: bool) -> Result<u8, Failure> {
    let mut files =
        heddle_runner::schemas::generate(registry).map_err(|error| Failure::failed(error.to_string()))?;
    let tests = schemars::schema_for!(crate::testing::form::TestForm);
    files.push(("workflow-test.schema.json".to_owned(), format!("{:#}\n", tests.as_value())));
    if check {
        return check_files(out, &files);
    }
    for (name, text) in &files {
        let path = out.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| Failure::file("create", folder, &error))?;
        }
        std::fs::write(&path, text).map_err(|error| Failure::file("write", &path, &error))?;
    }
    for path in strangers(out, &files) {
        std::fs::remove_file(&path).map_err(|error| Failure::file("remove", &path, &error))?;
    }
    super::print(&format!("{} files written to {}\n", files.len(), out.display()))?;
    Ok(0)
}

fn check_files(out: &Path, files: &[(String, String)]) -> Result<u8, Failure> {
    let mut stale = Vec::new();
    for (name, text) in files {
        if std::fs::read_to_string(out.join(name)).ok().as_ref() != Some(text) {
            stale.push(name.clone());
        }
    }
    stale.extend(strangers(out, files).iter().map(|path| path.display().to_string()));
    if stale.is_empty() {
        super::print(&format!("{} is up to date\n", out.display()))?;
        return Ok(0);
    }
    super::print_error(&format!(
        "{} is not up to date: {}\nRun `heddle schema --out {}`.",
        out.display(),
        stale.join(", "),
        out.display()
    ));
    Ok(FAILED)
}

/// Generated files of nodes that are no more.
fn strangers(out: &Path, files: &[(String, String)]) -> Vec<PathBuf> {
    let known: BTreeSet<PathBuf> = files.iter().map(|(name, _)| out.join(name)).collect();
    let mut found = Vec::new();
    let mut folders = vec![out.join("nodes"), out.join("credentials")];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") && !known.contains(&path)
            {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}
