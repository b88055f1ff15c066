//! Following paired items back to another node (`docs/expressions/language.md §12`).

use std::collections::HashMap;

use heddle_data::{Item, ItemReference, Source};

use crate::error::ExpressionError;
use crate::native::Stop;
use crate::run::variables::{description_key, located, not_executed};
use crate::scene::Scene;

/// The accessor that asks; its name is in the messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Method {
    Item,
    PairedItem,
    ItemMatching,
    GetPairedItem,
}

impl Method {
    fn name(self) -> &'static str {
        match self {
            Method::Item => "item",
            Method::PairedItem => "pairedItem",
            Method::ItemMatching => "itemMatching",
            Method::GetPairedItem => "$getPairedItem",
        }
    }
}

type Found<'a> = Result<Option<&'a Item>, Stop>;

/// The item of `node` that input item `index` (default: the current one) stems from.
pub(crate) fn item<'a>(node: usize, scene: &Scene<'a>, method: Method, index: Option<usize>) -> Found<'a> {
    let view = scene.run;
    let name = view.node(node).name;
    if !view.routes().route(scene.node, node).paired {
        return Err(no_path(node, scene).into());
    }
    let pinned = scene.pin_data(node);
    if view.run_count(node) == 0 && pinned.is_none() {
        return Err(not_executed(node, scene).into());
    }
    if method == Method::ItemMatching && index.is_none() {
        return Err(located("Missing item index for .itemMatching()", scene).into());
    }
    let index = index.unwrap_or(scene.item_index);
    if scene.items.is_empty() {
        if let Some(item) = pinned.and_then(|items| items.get(index)) {
            return Ok(Some(item));
        }
        let own = crate::run::nodes::run_items(node, None, None, scene).unwrap_or_default();
        if !own.is_empty() {
            return match own.get(index) {
                Some(item) => Ok(Some(item)),
                None => {
                    let count = own.len();
                    Err(located(
                        format!("\"{name}\" node has {count} item(s) but expression references item {index}"),
                        scene,
                    )
                    .into())
                }
            };
        }
    }
    let Some(input) = scene.items.get(index) else {
        return Err(intermediate_nodes(node, scene).into());
    };
    let references = input.paired_item.references();
    let Some(reference) = references.first() else {
        return Err(missing_pairing(scene.node, method, scene).into());
    };
    let Some(sources) = scene.sources else {
        return Err(missing_source(scene).into());
    };
    let mut walk = Walk::new(name, scene, method);
    if references.len() > 1 {
        return walk.fork(index, references, sources);
    }
    let source = sources.get(reference.input as usize).or_else(|| sources.first()).and_then(Option::as_ref);
    walk.follow(reference.source_overwrite.as_deref().or(source), reference.item as usize)
}

/// `$getPairedItem(destination, source, pairedItem)`.
pub(crate) fn from_source<'a>(
    destination: &str,
    source: Option<&Source>,
    reference: &ItemReference,
    scene: &Scene<'a>,
) -> Found<'a> {
    let mut walk = Walk::new(destination, scene, Method::GetPairedItem);
    walk.follow(reference.source_overwrite.as_deref().or(source), reference.item as usize)
}

type Step = (String, usize, usize, usize);

struct Walk<'w, 'a> {
    destination: &'w str,
    scene: &'w Scene<'a>,
    method: Method,
    /// What is known of items where the way forks; `None` while their walk is under way.
    known: HashMap<Step, Option<Outcome<'a>>>,
    /// How many forks are open.
    depth: usize,
}

/// A result that can be kept: what the walk from one item gave.
#[derive(Clone)]
enum Outcome<'a> {
    Found(&'a Item),
    Failed(Option<Box<ExpressionError>>),
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(destination: &'w str, scene: &'w Scene<'a>, method: Method) -> Self {
        Self { destination, scene, method, known: HashMap::new(), depth: 0 }
    }

    fn follow(&mut self, source: Option<&Source>, item: usize) -> Found<'a> {
        let mut source = source.cloned();
        let mut item = item;
        // A chain of single pairings needs no memory and no stack; it ends, since a run only points at earlier ones,
        // but data from outside may point anywhere.
        for _ in 0..MAX_STEPS {
            let Some(at) = source else { return Err(self.no_source().into()) };
            let place = self.look(&at, item)?;
            let (node, run, current) = match place {
                Place::Destination(found) => return Ok(Some(found)),
                Place::Between { node, run, item } => (node, run, item),
            };
            let references = current.paired_item.references();
            let sources = if run == usize::MAX { &[][..] } else { self.scene.run.sources(node, run) };
            match references {
                [] => return Err(missing_pairing(node, self.method, self.scene).into()),
                [one] => {
                    let Some(next) = sources.get(one.input as usize) else { return Err(Stop::Blank) };
                    source = one.source_overwrite.as_deref().cloned().or_else(|| next.clone());
                    item = one.item as usize;
                }
                many => return self.fork(item, many, sources),
            }
        }
        Err(Stop::Blank)
    }

    /// Looks at the item that a step leads to.
    fn look(&self, source: &Source, item: usize) -> Result<Place<'a>, Stop> {
        let view = self.scene.run;
        let (output, run) = (source.previous_node_output, source.previous_node_run);
        let node = view.node_index(&source.previous_node);
        let (run, items) = match node {
            Some(node) if run < view.run_count(node) => (run, view.output(node, run, output)),
            Some(node) => (usize::MAX, self.scene.pin_data(node).filter(|_| output == 0)),
            None => (usize::MAX, None),
        };
        let (Some(node), Some(items)) = (node, items) else {
            return Err(self.missing_output(source).into());
        };
        let found = items.get(item);
        if source.previous_node == self.destination {
            return match found {
                Some(found) => Ok(Place::Destination(found)),
                None => Err(missing_pairing(node, self.method, self.scene).into()),
            };
        }
        match found {
            Some(found) => Ok(Place::Between { node, run, item: found }),
            None => Err(Stop::Blank),
        }
    }

    /// Follows the several pairings of item `item`; they must agree.
    fn fork(&mut self, item: usize, references: &[ItemReference], sources: &[Option<Source>]) -> Found<'a> {
        if self.depth >= MAX_FORKS {
            return Err(Stop::Blank);
        }
        self.depth += 1;
        let outcome = self.agree(item, references, sources);
        self.depth -= 1;
        outcome
    }

    fn agree(&mut self, item: usize, references: &[ItemReference], sources: &[Option<Source>]) -> Found<'a> {
        let mut found: Vec<&'a Item> = Vec::new();
        let mut failure = None;
        for reference in references {
            let Some(next) = sources.get(reference.input as usize) else { continue };
            let source = reference.source_overwrite.as_deref().or(next.as_ref());
            match self.remembered(source, reference.item as usize) {
                Outcome::Found(item) => {
                    if !found.iter().any(|known| std::ptr::eq(*known, item)) {
                        found.push(item);
                    }
                }
                Outcome::Failed(error) => failure = failure.or(Some(error)),
            }
        }
        match (found.as_slice(), failure) {
            ([one], _) => Ok(Some(one)),
            ([], Some(Some(error))) => Err(Stop::Error(error)),
            ([], _) => Err(Stop::Blank),
            _ => Err(self.multiple_matches(item).into()),
        }
    }

    fn remembered(&mut self, source: Option<&Source>, item: usize) -> Outcome<'a> {
        let key = source.map(|source| {
            (source.previous_node.clone(), source.previous_node_output, source.previous_node_run, item)
        });
        if let Some(known) = key.as_ref().and_then(|key| self.known.get(key)) {
            return known.clone().unwrap_or(Outcome::Failed(None));
        }
        if let Some(key) = &key {
            self.known.insert(key.clone(), None);
        }
        let outcome = match self.follow(source, item) {
            Ok(Some(item)) => Outcome::Found(item),
            Err(Stop::Error(error)) => Outcome::Failed(Some(error)),
            _ => Outcome::Failed(None),
        };
        if let Some(key) = key {
            self.known.insert(key, Some(outcome.clone()));
        }
        outcome
    }

    fn no_source(&self) -> ExpressionError {
        let destination = self.destination;
        of_pairing(
            located("Paired item resolution failed", self.scene)
                .with_description(format!("Could not trace back to node '{destination}'"))
                .with("messageTemplate", "Unable to find paired item source")
                .with("type", "paired_item_no_info"),
        )
    }

    fn missing_output(&self, source: &Source) -> ExpressionError {
        let (output, name) = (source.previous_node_output, &source.previous_node);
        located("Can’t get data for expression", self.scene)
            .with_description(format!("Expected output #{output} from node {name}"))
            .with("messageTemplate", "Missing output data")
            .with("type", "internal")
    }

    fn multiple_matches(&self, index: usize) -> ExpressionError {
        let name = self.destination;
        let error = located("Multiple matches found", self.scene)
            .with("messageTemplate", format!("Multiple matching items for item [{index}]"))
            .with("descriptionKey", "pairedItemMultipleMatches")
            .with("nodeCause", name)
            .with("type", "paired_item_multiple_matches");
        self.unless_pinned(of_pairing(error), name)
    }

    fn unless_pinned(&self, error: ExpressionError, name: &str) -> ExpressionError {
        match self.scene.run.node_index(name) {
            Some(node) => pinned_instead(error, node, self.scene),
            None => error,
        }
    }
}

const MAX_STEPS: usize = 100_000;

/// Each fork costs stack; more of them in a row than this are a fault in the data.
const MAX_FORKS: usize = 1_000;

enum Place<'a> {
    Destination(&'a Item),
    Between { node: usize, run: usize, item: &'a Item },
}

fn of_pairing(error: ExpressionError) -> ExpressionError {
    error.with("functionality", "pairedItem")
}

/// Pairing errors of a pinned node say so.
fn pinned_instead(mut error: ExpressionError, node: usize, scene: &Scene<'_>) -> ExpressionError {
    if scene.pin_data(node).is_some() {
        let name = scene.run.node(node).name;
        error.message = format!("Unpin '{name}' to execute");
        return error.with("descriptionKey", description_key("pairedItemPinned", node, scene));
    }
    error
}

fn no_path(node: usize, scene: &Scene<'_>) -> ExpressionError {
    let error = located("Invalid expression", scene)
        .with("messageTemplate", "No path back to referenced node")
        .with("descriptionKey", description_key("pairedItemNoConnection", node, scene))
        .with("nodeCause", scene.run.node(node).name)
        .with("type", "paired_item_no_connection");
    pinned_instead(of_pairing(error), node, scene)
}

fn intermediate_nodes(node: usize, scene: &Scene<'_>) -> ExpressionError {
    let (name, active) = (scene.run.node(node).name, scene.active().name);
    let cause = format!(
        "pairedItem can't be found when intermediate nodes between ‘<strong>{name}</strong>‘ and  \
         ‘<strong>{active}</strong> have not executed yet."
    );
    of_pairing(
        located("Can’t get data for expression", scene)
            .with_description(format!(
                "Some intermediate nodes between ‘<strong>{name}</strong>‘ and  ‘<strong>{active}</strong>‘ have not \
                 executed yet."
            ))
            .with("messageTemplate", "Can’t get data for expression under ‘%%PARAMETER%%’ field")
            .with("causeDetailed", cause)
            .with("type", "paired_item_intermediate_nodes"),
    )
}

/// Nobody knows where the active node's input came from.
pub(crate) fn missing_source(scene: &Scene<'_>) -> ExpressionError {
    of_pairing(
        located("Can’t get data for expression", scene)
            .with("messageTemplate", "Can’t get data for expression under ‘%%PARAMETER%%’ field")
            .with("causeDetailed", "Missing sourceData (probably an internal error)")
            .with_description("Apologies, this is an internal error. See details for more information"),
    )
}

fn missing_pairing(node: usize, method: Method, scene: &Scene<'_>) -> ExpressionError {
    let (name, method) = (scene.run.node(node).name, method.name());
    let message = if scene.pin_data(node).is_some() {
        format!(
            "Using the {method} method doesn't work with pinned data in this scenario. Please unpin '{name}' and try \
             again."
        )
    } else {
        format!(
            "Paired item data for {method} from node '{name}' is unavailable. Ensure '{name}' is providing the \
             required output."
        )
    };
    of_pairing(
        located(message, scene)
            .with("descriptionKey", description_key("pairedItemNoInfo", node, scene))
            .with("nodeCause", name)
            .with(
                "causeDetailed",
                format!("Missing pairedItem data (node '{name}' probably didn't supply it)"),
            )
            .with("type", "paired_item_no_info"),
    )
}
