//! Where called workflows and error workflows are found.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use heddle_node::NodeError;
use heddle_workflow::Workflow;

use crate::suggest::suggest;

/// Finds workflows that a running workflow names.
#[async_trait]
pub trait WorkflowLookup: Send + Sync {
    /// The workflow that a file names by `id`; `None` when there is none.
    ///
    /// # Errors
    /// When it cannot be read; the error says why.
    async fn by_id(&self, id: &str) -> Result<Option<Arc<Workflow>>, NodeError>;

    /// The workflow of the file at `path`; `None` when there is no such file. Hosts that read no files need not have it.
    ///
    /// # Errors
    /// When it cannot be read; the error says why.
    async fn by_path(&self, _path: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        Err(NodeError::operation("This host reads no workflow files"))
    }

    /// What to say to a user whose workflow was not found.
    fn help(&self, _id: &str) -> String {
        "Check the id of the workflow.".to_owned()
    }
}

/// The workflow files of one folder, found by their ids or file names.
///
/// The folder is read at the first look-up, and each file once.
pub struct WorkflowFolder {
    folder: PathBuf,
    index: Mutex<Option<Index>>,
}

#[derive(Default)]
struct Index {
    by_id: BTreeMap<String, Found>,
    by_name: BTreeMap<String, Found>,
}

#[derive(Clone)]
struct Found {
    path: PathBuf,
    workflow: Result<Arc<Workflow>, String>,
}

impl WorkflowFolder {
    /// The workflows of a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), index: Mutex::default() }
    }

    fn with_index<T>(&self, read: impl FnOnce(&Index) -> T) -> Result<T, NodeError> {
        let mut index = self.index.lock().unwrap_or_else(PoisonError::into_inner);
        if index.is_none() {
            *index = Some(Index::of(&self.folder).map_err(|error| {
                NodeError::operation(format!("The folder {} cannot be read: {error}", self.folder.display()))
            })?);
        }
        Ok(read(index.get_or_insert_default()))
    }
}

#[async_trait]
impl WorkflowLookup for WorkflowFolder {
    async fn by_id(&self, id: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        let found =
            self.with_index(|index| index.by_id.get(id).or_else(|| index.by_name.get(id)).cloned())?;
        found.map(Found::into_workflow).transpose()
    }

    async fn by_path(&self, path: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        let path = self.folder.join(path);
        if path.is_file() { Found::read(path).into_workflow().map(Some) } else { Ok(None) }
    }

    fn help(&self, id: &str) -> String {
        let names = self
            .with_index(|index| index.by_name.keys().chain(index.by_id.keys()).cloned().collect::<Vec<_>>());
        let names = names.unwrap_or_default();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let place = format!("Workflows are looked for in {}, by id or file name. ", self.folder.display());
        if names.is_empty() { place + "It holds none." } else { place + &suggest("It holds", &names, id) }
    }
}

impl Index {
    fn of(folder: &Path) -> std::io::Result<Self> {
        let mut paths = Vec::new();
        for entry in std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "json") {
                paths.push(path);
            }
        }
        paths.sort();
        let mut index = Self::default();
        for path in paths {
            let found = Found::read(path);
            let id = found.workflow.as_ref().ok().and_then(|workflow| workflow.id.clone());
            if let Some(id) = id {
                index.add(id, &found);
            }
            let name = found.path.file_name().map(|name| name.to_string_lossy().into_owned());
            let stem = found.path.file_stem().map(|name| name.to_string_lossy().into_owned());
            index.by_name.extend(name.into_iter().chain(stem).map(|name| (name, found.clone())));
        }
        Ok(index)
    }

    /// Of two files with one id neither is taken for the other.
    fn add(&mut self, id: String, found: &Found) {
        let mut found = found.clone();
        if let Some(first) = self.by_id.get(&id) {
            found.workflow = Err(format!(
                "The id \"{id}\" is that of two workflow files, {} and {}",
                first.path.display(),
                found.path.display()
            ));
        }
        self.by_id.insert(id, found);
    }
}

impl Found {
    fn read(path: PathBuf) -> Self {
        let workflow = Workflow::read(&path).map(Arc::new).map_err(|error| error.to_string());
        Self { path, workflow }
    }

    fn into_workflow(self) -> Result<Arc<Workflow>, NodeError> {
        self.workflow.map_err(|message| {
            NodeError::operation(format!("The workflow cannot be read: {message}"))
                .with_description(format!("Mend {}.", self.path.display()))
        })
    }
}
