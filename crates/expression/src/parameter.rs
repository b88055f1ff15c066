//! Whole parameter values: objects and arrays with templates in them.

use std::borrow::Cow;

use heddle_data::Json;
use heddle_data::STRINGIFIED_KEY;
use heddle_data::json::pointer_token;

use crate::blanks::Blanks;
use crate::engine::{Engine, EngineLimits, evaluate_here};
use crate::error::ExpressionError;
use crate::fold::Folded;
use crate::print::{Place, stored};
use crate::scene::Scene;
use crate::template::Template;
use crate::value::Value;

/// A parameter value, compiled: every string in it that begins with `=` is a template, keys are never evaluated
/// (`docs/expressions/language.md §2`). Parts without templates are shared, not copied.
#[derive(Debug, Clone)]
pub struct CompiledValue(Node);

#[derive(Debug, Clone)]
enum Node {
    Constant(Json),
    Template(Template),
    /// A template that does not compile: it fails when it is evaluated, as in n8n.
    Failing(Box<ExpressionError>),
    /// A template whose value is taken as `JSON.stringify` writes it, under [`STRINGIFIED_KEY`].
    Stringified(Template),
    Array(Compound),
    Object(Compound),
}

/// An array or object with templates in it.
#[derive(Debug, Clone)]
struct Compound {
    /// As it is stored.
    stored: Json,
    /// What all evaluations share: null stands where a template does.
    base: Json,
    /// The members that hold templates, by their position.
    dynamic: Vec<(usize, Node)>,
}

impl CompiledValue {
    /// Compiles a stored value. A template that does not compile fails whenever it is evaluated; [`CompiledValue::errors`]
    /// reports all of them beforehand.
    pub fn compile(value: &Json) -> Self {
        Self(compile(value))
    }

    /// The errors of all templates that do not compile, each with its place in the value as a JSON Pointer (RFC 6901).
    pub fn errors(&self) -> Vec<(String, &ExpressionError)> {
        let mut found = Vec::new();
        self.0.walk("", &mut |pointer, node| {
            if let Node::Failing(error) = node {
                found.push((pointer.to_owned(), &**error));
            }
        });
        found
    }

    /// The value, if no template is in it.
    pub fn as_constant(&self) -> Option<&Json> {
        match &self.0 {
            Node::Constant(json) => Some(json),
            _ => None,
        }
    }

    /// The value with its constant templates in the place of their texts. Every other text that begins with `=` is a
    /// template still.
    pub fn constants(&self) -> Json {
        self.0.constants(&Json::NULL)
    }

    /// What the templates give that give the same for every item ([`Template::fold`]), each with its JSON Pointer.
    pub fn folded(&self) -> Vec<(String, Folded)> {
        let mut found = Vec::new();
        self.0.walk("", &mut |pointer, node| {
            if let Node::Template(template) = node {
                found.extend(template.fold().map(|folded| (pointer.to_owned(), folded)));
            }
        });
        found
    }

    /// The keys of an object's members that hold templates.
    pub fn dynamic_members(&self) -> impl Iterator<Item = &str> {
        let object = match &self.0 {
            Node::Object(compound) => Some(compound),
            _ => None,
        };
        object.into_iter().flat_map(|compound| {
            let stored = compound.stored.as_object();
            compound.dynamic.iter().filter_map(move |(position, _)| Some(stored?.get_index(*position)?.0))
        })
    }

    /// What was found to give nothing: the code, with the place of its template in the value as a JSON Pointer.
    pub fn blanks(&self, found: &Blanks) -> Vec<(String, String)> {
        let found = found.take();
        if found.is_empty() {
            return Vec::new();
        }
        let places = self.templates().flat_map(|(pointer, template)| {
            let own = found.iter().filter(move |blank| blank.template == template.id());
            own.map(move |blank| (pointer.clone(), blank.code.to_string()))
        });
        places.collect()
    }

    /// Whether a template in it is JavaScript for certain.
    pub fn needs_javascript(&self) -> bool {
        self.0.needs_javascript()
    }

    /// Evaluates as [`Engine::evaluate_parameter`] does, but without an engine, on the thread that asks; `None`, with
    /// something unfinished in `value`, where that takes JavaScript.
    ///
    /// # Errors
    /// As [`Engine::evaluate_parameter`].
    pub fn evaluate_natively(
        &self,
        scene: &Scene<'_>,
        limits: EngineLimits,
        value: &mut Json,
    ) -> Result<Option<bool>, (String, ExpressionError)> {
        match self.0.evaluate(&mut With::Limits(limits), scene, Place::Member, value) {
            Ok(is_defined) => Ok(Some(is_defined)),
            Err(Unevaluated::NeedsJavaScript) => Ok(None),
            Err(Unevaluated::Failed(misplaced)) => Err((misplaced.pointer, misplaced.error)),
        }
    }

    /// All templates, each with its JSON Pointer, in the order in which they are evaluated.
    pub fn templates(&self) -> impl Iterator<Item = (String, &Template)> {
        let mut found = Vec::new();
        self.0.walk("", &mut |pointer, node| {
            if let Node::Template(template) | Node::Stringified(template) = node {
                found.push((pointer.to_owned(), template));
            }
        });
        found.into_iter()
    }
}

/// An error in a part of a value, with the part's place as a JSON Pointer, built from the inside out.
struct Misplaced {
    pointer: String,
    error: ExpressionError,
}

impl Misplaced {
    fn below(mut self: Box<Self>, token: &str) -> Box<Self> {
        self.pointer.insert_str(0, &format!("/{}", pointer_token(token)));
        self
    }
}

/// Why a value could not be evaluated.
enum Unevaluated {
    Failed(Box<Misplaced>),
    /// There is no engine for it.
    NeedsJavaScript,
}

impl Unevaluated {
    fn below(self, token: &str) -> Self {
        match self {
            Self::Failed(misplaced) => Self::Failed(misplaced.below(token)),
            Self::NeedsJavaScript => self,
        }
    }
}

/// What templates are evaluated with.
enum With<'e> {
    Engine(&'e mut Engine),
    /// Nothing but these limits.
    Limits(EngineLimits),
}

impl With<'_> {
    fn evaluate(&mut self, template: &Template, scene: &Scene<'_>) -> Result<Value, Unevaluated> {
        let failed = |error: ExpressionError| Unevaluated::Failed(error.into());
        match self {
            Self::Engine(engine) => engine.evaluate(template, scene).map_err(failed),
            Self::Limits(limits) => match evaluate_here(template, scene, *limits) {
                Ok(Some(value)) => Ok(value),
                Ok(None) => Err(Unevaluated::NeedsJavaScript),
                Err(error) => Err(failed(*error)),
            },
        }
    }
}

impl From<ExpressionError> for Box<Misplaced> {
    fn from(error: ExpressionError) -> Self {
        Box::new(Misplaced { pointer: String::new(), error })
    }
}

fn compile(value: &Json) -> Node {
    if let Some(text) = value.as_str() {
        if !text.starts_with('=') {
            return Node::Constant(value.clone());
        }
        return match Template::parse(text) {
            Ok(template) => match template.as_constant() {
                Some(text) => Node::Constant(text),
                None => Node::Template(template),
            },
            Err(error) => Node::Failing(Box::new(error)),
        };
    }
    let mut base = value.clone();
    let mut dynamic = Vec::new();
    if let Some(elements) = value.as_array() {
        for (position, element) in elements.iter().enumerate() {
            put(compile(element), element, position, &mut dynamic, || base.get_index_mut(position));
        }
    } else if let Some(object) = value.as_object() {
        for (position, (key, member)) in object.iter().enumerate() {
            let node = match compile(member) {
                Node::Template(template) if key == STRINGIFIED_KEY => Node::Stringified(template),
                node => node,
            };
            put(node, member, position, &mut dynamic, || base.get_mut(key));
        }
    }
    match dynamic.is_empty() {
        true => Node::Constant(base),
        false if value.is_array() => Node::Array(Compound { stored: value.clone(), base, dynamic }),
        false => Node::Object(Compound { stored: value.clone(), base, dynamic }),
    }
}

/// Puts a compiled member into its place: a constant where all evaluations share it, anything else where it is found.
fn put<'b>(
    node: Node,
    stored: &Json,
    position: usize,
    dynamic: &mut Vec<(usize, Node)>,
    place: impl FnOnce() -> Option<&'b mut Json>,
) {
    match node {
        // Only what differs is written, so that a value without templates stays shared with the stored one.
        Node::Constant(constant) if constant.ptr_eq(stored) || constant == *stored => {}
        Node::Constant(constant) => {
            if let Some(place) = place() {
                *place = constant;
            }
        }
        node => {
            if let Some(place) = place() {
                *place = Json::NULL;
            }
            dynamic.push((position, node));
        }
    }
}

impl Node {
    /// `stored` is the text of a template.
    fn constants(&self, stored: &Json) -> Json {
        match self {
            Self::Constant(json) => json.clone(),
            Self::Template(_) | Self::Stringified(_) | Self::Failing(_) => stored.clone(),
            Self::Array(compound) => {
                let mut value = compound.base.clone();
                for (position, node) in &compound.dynamic {
                    if let Some(place) = value.get_index_mut(*position) {
                        *place = node.constants(compound.stored.get_index(*position).unwrap_or(&Json::NULL));
                    }
                }
                value
            }
            Self::Object(compound) => {
                let mut value = compound.base.clone();
                let stored = compound.stored.as_object();
                for (position, node) in &compound.dynamic {
                    if let Some((key, text)) = stored.and_then(|stored| stored.get_index(*position)) {
                        value.insert(key, node.constants(text));
                    }
                }
                value
            }
        }
    }

    fn needs_javascript(&self) -> bool {
        match self {
            Node::Constant(_) | Node::Failing(_) => false,
            Node::Template(template) | Node::Stringified(template) => !template.is_native(),
            Node::Array(compound) | Node::Object(compound) => {
                compound.dynamic.iter().any(|(_, node)| node.needs_javascript())
            }
        }
    }

    /// Visits all parts that differ from evaluation to evaluation, each with its JSON Pointer.
    fn walk<'n>(&'n self, pointer: &str, visit: &mut impl FnMut(&str, &'n Node)) {
        match self {
            Node::Constant(_) => {}
            Node::Template(_) | Node::Stringified(_) | Node::Failing(_) => visit(pointer, self),
            Node::Array(compound) | Node::Object(compound) => {
                for (position, node) in &compound.dynamic {
                    let key = compound.token(*position);
                    node.walk(&format!("{pointer}/{}", pointer_token(&key)), visit);
                }
            }
        }
    }

    /// Evaluates into `place`, which may hold the value of another evaluation: what is equal in all of them stays.
    /// Returns false, and leaves anything there, when the value is undefined.
    fn evaluate(
        &self,
        with: &mut With<'_>,
        scene: &Scene<'_>,
        stands: Place,
        place: &mut Json,
    ) -> Result<bool, Unevaluated> {
        match self {
            Node::Constant(json) => *place = json.clone(),
            Node::Failing(error) => return Err(Unevaluated::Failed(ExpressionError::clone(error).into())),
            Node::Template(template) | Node::Stringified(template) => {
                let json = match (self, with.evaluate(template, scene)?) {
                    (_, Value::Json(value)) => Some(value),
                    (Node::Stringified(_), other) => stored(&other),
                    (_, other) => other.to_json_at(stands),
                };
                match json {
                    Some(value) => *place = value,
                    None => return Ok(false),
                }
            }
            Node::Array(compound) => {
                if place.as_array().map(<[Json]>::len) != compound.base.as_array().map(<[Json]>::len) {
                    *place = compound.base.clone();
                }
                let Some(elements) = place.as_array_mut() else { return Ok(true) };
                let scene = Scene { siblings: None, ..*scene };
                for (position, node) in &compound.dynamic {
                    let Some(element) = elements.get_mut(*position) else { continue };
                    let defined = node
                        .evaluate(with, &scene, Place::Element, element)
                        .map_err(|error| error.below(&compound.token(*position)))?;
                    if !defined {
                        *element = Json::NULL;
                    }
                }
            }
            Node::Object(compound) => {
                let has_shape = place
                    .as_object()
                    .zip(compound.base.as_object())
                    .is_some_and(|(place, base)| place.same_shape(base));
                if !has_shape {
                    *place = compound.base.clone();
                }
                let Some(object) = place.as_object_mut() else { return Ok(true) };
                let scene = Scene { siblings: Some(&compound.stored), ..*scene };
                let mut undefined = Vec::new();
                for (position, node) in &compound.dynamic {
                    let Some(member) = object.values_mut().nth(*position) else { continue };
                    let defined = node
                        .evaluate(with, &scene, Place::Member, member)
                        .map_err(|error| error.below(&compound.token(*position)))?;
                    if !defined {
                        undefined.push(*position);
                    }
                }
                for position in undefined {
                    object.remove(&compound.token(position));
                }
            }
        }
        Ok(true)
    }
}

impl Compound {
    /// The key, or the index as text, of the member at `position`.
    fn token(&self, position: usize) -> Cow<'_, str> {
        match self.stored.as_object().and_then(|object| object.get_index(position)) {
            Some((key, _)) => Cow::Borrowed(key),
            None => Cow::Owned(position.to_string()),
        }
    }
}

impl Engine {
    /// Evaluates a whole parameter value into `value`, which may hold the value of an earlier evaluation of the same
    /// parameter, or null: what all evaluations share is not made anew. Members of objects that are undefined are left
    /// out, elements of arrays become null. Returns false when the whole is undefined.
    ///
    /// # Errors
    /// The first error of a template in it, with its place in the value as a JSON Pointer (RFC 6901). `value` holds
    /// something unfinished then, which is still good for a later evaluation.
    pub fn evaluate_parameter(
        &mut self,
        compiled: &CompiledValue,
        scene: &Scene<'_>,
        value: &mut Json,
    ) -> Result<bool, (String, ExpressionError)> {
        match compiled.0.evaluate(&mut With::Engine(self), scene, Place::Member, value) {
            Ok(is_defined) => Ok(is_defined),
            Err(Unevaluated::Failed(misplaced)) => Err((misplaced.pointer, misplaced.error)),
            Err(Unevaluated::NeedsJavaScript) => Err((String::new(), ExpressionError::broken())),
        }
    }
}
