//! Where called workflows and error workflows are found.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

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

/// The workflow files of one folder, found by their file names or ids.
///
/// A file `ID.json` is the workflow `ID`, unless it says another id of itself and some other file has that one. Only what is
/// called is read as a workflow, once; of the others no more than the id, at the first look-up that needs it.
pub struct WorkflowFolder {
    folder: PathBuf,
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The files of each id; `None` until a look-up needs them.
    by_id: Option<BTreeMap<String, Vec<PathBuf>>>,
    read: HashMap<PathBuf, Result<Arc<Workflow>, String>>,
}

impl WorkflowFolder {
    /// The workflows of a folder.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into(), known: Mutex::default() }
    }

    fn known(&self) -> MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The file that an id means.
    fn find(&self, known: &mut Known, id: &str) -> Result<Option<PathBuf>, NodeError> {
        let named = self.named(id);
        if let Some(path) = &named
            && let Ok(workflow) = known.read(path)
            && workflow.id.as_deref().is_none_or(|own| own == id)
        {
            return Ok(named);
        }
        let by_id = known.by_id(&self.folder).map_err(|error| self.unreadable(&error))?;
        match by_id.get(id).map(Vec::as_slice) {
            None | Some([]) => Ok(named),
            Some([path]) => Ok(Some(path.clone())),
            Some([first, second, ..]) => Err(NodeError::operation(format!(
                "The id \"{id}\" is that of two workflow files, {} and {}",
                first.display(),
                second.display()
            ))
            .with_description("Move one of them to another folder, or give it another id.")),
        }
    }

    /// The file `ID.json`, or one whose whole name is the id.
    fn named(&self, id: &str) -> Option<PathBuf> {
        let is_name = Path::new(id).components().eq([Component::Normal(id.as_ref())]);
        let names = is_name.then(|| [format!("{id}.json"), id.to_owned()]);
        let paths = names.into_iter().flatten().map(|name| self.folder.join(name));
        paths.into_iter().find(|path| is_workflow_file(path) && path.is_file())
    }

    fn unreadable(&self, error: &std::io::Error) -> NodeError {
        NodeError::operation(format!("The folder {} cannot be read: {error}", self.folder.display()))
    }
}

#[async_trait]
impl WorkflowLookup for WorkflowFolder {
    async fn by_id(&self, id: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        let mut known = self.known();
        let Some(path) = self.find(&mut known, id)? else { return Ok(None) };
        known.workflow(&path).map(Some)
    }

    async fn by_path(&self, path: &str) -> Result<Option<Arc<Workflow>>, NodeError> {
        let path = self.folder.join(path);
        if path.is_file() { self.known().workflow(&path).map(Some) } else { Ok(None) }
    }

    fn help(&self, id: &str) -> String {
        let mut known = self.known();
        let ids = known.by_id(&self.folder).map(|ids| ids.keys().cloned().collect::<Vec<_>>());
        let files = files(&self.folder).unwrap_or_default();
        let stems = files.iter().filter_map(|path| path.file_stem()).map(|stem| stem.to_string_lossy());
        let names: BTreeSet<String> =
            stems.map(std::borrow::Cow::into_owned).chain(ids.unwrap_or_default()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let here = Path::new(".");
        let folder = if self.folder.as_os_str().is_empty() { here } else { &self.folder };
        let folder = std::path::absolute(folder).unwrap_or_else(|_| folder.to_owned());
        let place = format!("Workflows are looked for in {}, by id or file name. ", folder.display());
        if names.is_empty() { place + "It holds none." } else { place + &suggest("It holds", &names, id) }
    }
}

impl Known {
    fn by_id(&mut self, folder: &Path) -> std::io::Result<&BTreeMap<String, Vec<PathBuf>>> {
        if self.by_id.is_none() {
            let mut by_id: BTreeMap<String, Vec<PathBuf>> = BTreeMap::new();
            for path in files(folder)? {
                // A file that cannot be read is none of those that have an id.
                let Ok(bytes) = std::fs::read(&path) else { continue };
                if let Some(id) = Workflow::id_in(&bytes) {
                    by_id.entry(id).or_default().push(path);
                }
            }
            self.by_id = Some(by_id);
        }
        Ok(self.by_id.get_or_insert_default())
    }

    fn read(&mut self, path: &Path) -> Result<Arc<Workflow>, String> {
        let read = || Workflow::read(path).map(Arc::new).map_err(|error| error.to_string());
        self.read.entry(path.to_owned()).or_insert_with(read).clone()
    }

    fn workflow(&mut self, path: &Path) -> Result<Arc<Workflow>, NodeError> {
        self.read(path).map_err(|message| {
            NodeError::operation(format!("The workflow cannot be read: {message}"))
                .with_description(format!("Mend {}.", path.display()))
        })
    }
}

/// The files of a folder that may be workflows, by name.
fn files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let mut paths = Vec::new();
    for entry in std::fs::read_dir(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })? {
        let path = entry?.path();
        if is_workflow_file(&path) {
            paths.push(path);
        }
    }
    paths.sort();
    Ok(paths)
}

fn is_workflow_file(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension == "json")
}
