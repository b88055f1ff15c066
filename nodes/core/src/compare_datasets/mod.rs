//! Compare Datasets: what two lists of items have in common, and where they differ.

mod fuzzy;
mod parameters;
mod resolve;

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use heddle_node::description::NodeProperty;
use heddle_node::schema::SchemaError;
use heddle_node::{
    BatchContext, BatchNode, Effect, Item, Items, Json, NodeError, NodeExample, NodeHeader, RequiredInputs,
    StoredParameters, StoredProblem, async_trait, from_json, json,
};

pub use parameters::{
    CompareDatasetsOptions, CompareDatasetsParameters, FieldPair, FieldPairs, Prefer, Resolve,
};

use crate::field_path;
use crate::fields::Field;
use fuzzy::Equality;

/// Compares two inputs.
#[derive(Debug, Clone, Copy, Default)]
pub struct CompareDatasets;

#[async_trait]
impl BatchNode for CompareDatasets {
    type Parameters = CompareDatasetsParameters;

    const HEADER: NodeHeader = NodeHeader {
        type_name: "n8n-nodes-base.compareDatasets",
        versions: &[1.0, 2.0, 2.1, 2.2, 2.3],
        display_name: "Compare Datasets",
        description: "Tells what two inputs have in common and where they differ",
        inputs: 2,
        required_inputs: &RequiredInputs::AtLeast(1),
        outputs: &["In A only", "Same", "Different", "In B only"],
        icon: Some("node:compare-datasets"),
        category: Some("Flow"),
        documentation_url: Some(
            "https://docs.n8n.io/integrations/builtin/core-nodes/n8n-nodes-base.comparedatasets/",
        ),
        ..NodeHeader::DEFAULT
    };

    const EFFECT: Option<Effect> = Some(Effect::Pure);

    async fn execute(
        &self,
        parameters: &CompareDatasetsParameters,
        context: &BatchContext<'_>,
    ) -> Result<Vec<Items>, NodeError> {
        parameters.check()?;
        let version = context.type_version;
        let comparison = Comparison {
            parameters,
            equality: parameters.equality(version),
            dots: !parameters.options.disable_dot_notation,
            skipped: parameters.skipped(),
            version,
        };
        let [first, second] = [0, 1].map(|input| with_fields(context.items(input)));
        if version < 2.2 {
            comparison.check_fields(&first, 0)?;
            comparison.check_fields(&second, 1)?;
        }
        comparison.compare(&first, &second)
    }

    fn check_stored(stored: &StoredParameters<'_>) -> Vec<StoredProblem> {
        let mut parameters = CompareDatasetsParameters::default();
        if let Some(pairs) = stored.constant("mergeByFields") {
            parameters.merge_by_fields = from_json(pairs).unwrap_or_default();
        }
        parameters.check().err().map(StoredProblem::from).into_iter().collect()
    }

    fn properties() -> Result<Vec<NodeProperty>, SchemaError> {
        crate::form::parse(include_str!("form.json"))
    }

    fn examples() -> Vec<NodeExample> {
        crate::examples::recorded(
            &Self::HEADER,
            vec![NodeExample {
                title: "Items of the first input alone",
                type_version: 2.3,
                parameters: json!({
                    "mergeByFields": { "values": [{ "field1": "id", "field2": "id" }] }, "options": {},
                }),
                items: vec![json!({ "id": 1, "name": "Ada" }), json!({ "id": 2, "name": "Grace" })],
                ..NodeExample::default()
            }],
        )
    }
}

/// The items that have fields.
fn with_fields(items: &[Item]) -> Vec<&Item> {
    items.iter().filter(|item| item.json.as_object().is_some_and(|object| !object.is_empty())).collect()
}

/// What two inputs are compared by.
pub(super) struct Comparison<'a> {
    parameters: &'a CompareDatasetsParameters,
    equality: Equality,
    dots: bool,
    skipped: Vec<Cow<'a, str>>,
    version: f64,
}

impl Comparison<'_> {
    fn pairs(&self) -> &[FieldPair] {
        &self.parameters.merge_by_fields.values
    }

    /// Before version 2.2 each field must be there in one item at least.
    fn check_fields(&self, items: &[&Item], input: usize) -> Result<(), NodeError> {
        for pair in self.pairs().iter().filter(|_| !items.is_empty()) {
            let (name, label) =
                if input == 0 { (&pair.field1, "Input A") } else { (&pair.field2, "Input B") };
            let field = Field::new(name.as_str(), self.dots);
            if !items.iter().any(|item| field.get(&item.json).is_some()) {
                return Err(NodeError::operation(format!(
                    "Field '{name}' is not present in any of items in '{label}'"
                )));
            }
        }
        Ok(())
    }

    fn compare(&self, first: &[&Item], second: &[&Item]) -> Result<Vec<Items>, NodeError> {
        let own: Vec<Field> =
            self.pairs().iter().map(|pair| Field::new(pair.field1.as_str(), self.dots)).collect();
        let index = Index::new(self, second);
        let takes_all = self.parameters.options.multiple_matches.as_deref() == Some("all");
        let mut matched = HashSet::new();
        let (mut only_first, mut same, mut different) = (Vec::new(), Vec::new(), Vec::new());
        for item in first {
            let values: Option<Vec<Cow<'_, Json>>> = own.iter().map(|field| field.get(&item.json)).collect();
            let mut found = values.map_or_else(Vec::new, |values| index.find(&values, self.equality));
            if !takes_all {
                found.truncate(1);
            }
            if found.is_empty() {
                only_first.push((*item).clone());
                continue;
            }
            let mut alike = None;
            for position in found {
                matched.insert(position);
                let Some(other) = second.get(position) else { continue };
                if self.are_alike(item, other) {
                    alike.get_or_insert_with(|| self.alike(item, other));
                } else {
                    different.push(resolve::resolve(self, item, other)?);
                }
            }
            same.extend(alike);
        }
        let only_second = second.iter().enumerate().filter(|(position, _)| !matched.contains(position));
        let only_second = only_second.map(|(_, item)| (*item).clone()).collect();
        Ok([only_first, same, different, only_second].map(Items::from).into())
    }

    /// Whether all fields that count are alike.
    fn are_alike(&self, first: &Item, second: &Item) -> bool {
        let [first, second] = [first, second].map(|item| self.without_skipped(&item.json));
        if self.equality == Equality::Strict {
            return first == second;
        }
        let fields = first.as_object().into_iter().flat_map(heddle_node::JsonObject::iter);
        fields.into_iter().all(|(key, value)| self.equality.holds(Some(value), second.get(key)))
    }

    fn without_skipped(&self, json: &Json) -> Json {
        let mut json = json.clone();
        for name in &self.skipped {
            if self.dots { field_path::unset(&mut json, name) } else { drop(json.remove(name)) }
        }
        json
    }

    /// Which of two items that are alike passes.
    fn alike(&self, first: &Item, second: &Item) -> Item {
        let takes_second =
            self.equality != Equality::Strict && self.parameters.resolve == Resolve::PreferInput2;
        if takes_second { second.clone() } else { first.clone() }
    }
}

/// The items of the second input by the values that they are looked for by.
struct Index<'a> {
    by_class: HashMap<String, Vec<usize>>,
    values: Vec<Vec<Option<Cow<'a, Json>>>>,
}

impl<'a> Index<'a> {
    fn new(comparison: &Comparison<'_>, items: &[&'a Item]) -> Self {
        let fields: Vec<Field> =
            comparison.pairs().iter().map(|pair| Field::new(pair.field2.as_str(), comparison.dots)).collect();
        let mut index = Self { by_class: HashMap::new(), values: Vec::with_capacity(items.len()) };
        for (position, item) in items.iter().enumerate() {
            let values: Vec<_> = fields.iter().map(|field| field.get(&item.json)).collect();
            let class = class(values.iter().map(Option::as_deref), comparison.equality);
            index.by_class.entry(class).or_default().push(position);
            index.values.push(values);
        }
        index
    }

    /// The positions of the items whose values are alike, in order.
    fn find(&self, wanted: &[Cow<'_, Json>], equality: Equality) -> Vec<usize> {
        let class = class(wanted.iter().map(|value| Some(&**value)), equality);
        let candidates = self.by_class.get(&class).into_iter().flatten().copied();
        candidates
            .filter(|position| {
                let values = self.values.get(*position).into_iter().flatten();
                wanted
                    .iter()
                    .zip(values)
                    .all(|(wanted, value)| equality.holds(Some(wanted), value.as_deref()))
            })
            .collect()
    }
}

/// A text that lists of alike values have in common. A missing value is of the class of null.
fn class<'a>(values: impl Iterator<Item = Option<&'a Json>>, equality: Equality) -> String {
    let classes: Vec<String> =
        values.map(|value| equality.class(value.unwrap_or(const { &Json::NULL }))).collect();
    classes.join("\0")
}
