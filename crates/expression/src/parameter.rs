//! Whole parameter values: objects and arrays with templates in them.

use heddle_node::{Json, JsonObject};
use smol_str::SmolStr;

use crate::engine::Engine;
use crate::error::ExpressionError;
use crate::scene::Scene;
use crate::template::Template;

/// A parameter value, compiled: every string in it that begins with `=` is a template, keys are never evaluated
/// (`spec/expressions/language.md §2`). Parts without templates are shared, not copied.
#[derive(Debug, Clone)]
pub struct CompiledValue(Node);

#[derive(Debug, Clone)]
enum Node {
    Constant(Json),
    Template(Template),
    Array(Vec<Node>),
    Object { stored: Json, members: Vec<(SmolStr, Node)> },
}

impl CompiledValue {
    /// Compiles a stored value.
    ///
    /// # Errors
    /// The first template that does not compile, with its place in `value` as a JSON Pointer (RFC 6901).
    pub fn compile(value: &Json) -> Result<Self, (String, ExpressionError)> {
        let mut pointer = String::new();
        match compile(value, &mut pointer) {
            Ok(node) => Ok(Self(node)),
            Err(error) => Err((pointer, error)),
        }
    }

    /// The value, if no template is in it.
    pub fn as_constant(&self) -> Option<&Json> {
        match &self.0 {
            Node::Constant(json) => Some(json),
            _ => None,
        }
    }

    /// All templates, each with its JSON Pointer, in the order in which they are evaluated.
    pub fn templates(&self) -> impl Iterator<Item = (String, &Template)> {
        let mut found = Vec::new();
        self.0.collect(&mut String::new(), &mut found);
        found.into_iter()
    }
}

fn push_token(pointer: &mut String, token: &str) {
    pointer.push('/');
    pointer.push_str(&token.replace('~', "~0").replace('/', "~1"));
}

/// On failure `pointer` is left at the place of the error.
fn compile(value: &Json, pointer: &mut String) -> Result<Node, ExpressionError> {
    let length = pointer.len();
    if let Some(text) = value.as_str() {
        if !text.starts_with('=') {
            return Ok(Node::Constant(value.clone()));
        }
        let template = Template::parse(text)?;
        return Ok(match template.as_constant() {
            Some(text) => Node::Constant(text),
            None => Node::Template(template),
        });
    }
    if let Some(elements) = value.as_array() {
        let mut nodes = Vec::with_capacity(elements.len());
        for (index, element) in elements.iter().enumerate() {
            push_token(pointer, &index.to_string());
            nodes.push(compile(element, pointer)?);
            pointer.truncate(length);
        }
        let shared = nodes.iter().zip(elements).all(|(node, element)| node.is_same(element));
        return Ok(if shared { Node::Constant(value.clone()) } else { Node::Array(nodes) });
    }
    if let Some(object) = value.as_object() {
        let mut members = Vec::with_capacity(object.len());
        for (key, member) in object.iter() {
            push_token(pointer, key);
            members.push((SmolStr::new(key), compile(member, pointer)?));
            pointer.truncate(length);
        }
        let shared = members.iter().zip(object.values()).all(|((_, node), member)| node.is_same(member));
        return Ok(match shared {
            true => Node::Constant(value.clone()),
            false => Node::Object { stored: value.clone(), members },
        });
    }
    Ok(Node::Constant(value.clone()))
}

impl Node {
    /// Whether this is `stored` as it stands.
    fn is_same(&self, stored: &Json) -> bool {
        match self {
            Node::Constant(json) => match stored.as_str() {
                Some(text) => !text.starts_with('='),
                None => json.ptr_eq(stored) || crate::coerce::is_primitive(stored),
            },
            _ => false,
        }
    }

    fn collect<'n>(&'n self, pointer: &mut String, found: &mut Vec<(String, &'n Template)>) {
        let length = pointer.len();
        match self {
            Node::Constant(_) => {}
            Node::Template(template) => found.push((pointer.clone(), template)),
            Node::Array(nodes) => {
                for (index, node) in nodes.iter().enumerate() {
                    push_token(pointer, &index.to_string());
                    node.collect(pointer, found);
                    pointer.truncate(length);
                }
            }
            Node::Object { members, .. } => {
                for (key, node) in members {
                    push_token(pointer, key);
                    node.collect(pointer, found);
                    pointer.truncate(length);
                }
            }
        }
    }

    /// On failure `pointer` is left at the place of the error.
    fn evaluate(
        &self,
        engine: &mut Engine,
        scene: &Scene<'_>,
        pointer: &mut String,
    ) -> Result<Option<Json>, ExpressionError> {
        let length = pointer.len();
        match self {
            Node::Constant(json) => Ok(Some(json.clone())),
            Node::Template(template) => Ok(engine.evaluate(template, scene)?.to_json()),
            Node::Array(nodes) => {
                let scene = Scene { siblings: None, ..*scene };
                let mut elements = Vec::with_capacity(nodes.len());
                for (index, node) in nodes.iter().enumerate() {
                    push_token(pointer, &index.to_string());
                    elements.push(node.evaluate(engine, &scene, pointer)?.unwrap_or_default());
                    pointer.truncate(length);
                }
                Ok(Some(Json::from(elements)))
            }
            Node::Object { stored, members } => {
                let scene = Scene { siblings: Some(stored), ..*scene };
                let mut object = JsonObject::with_capacity(members.len());
                for (key, node) in members {
                    push_token(pointer, key);
                    if let Some(value) = node.evaluate(engine, &scene, pointer)? {
                        object.insert(key, value);
                    }
                    pointer.truncate(length);
                }
                Ok(Some(Json::from(object)))
            }
        }
    }
}

impl Engine {
    /// Evaluates a whole parameter value. `None` is undefined; inside objects such members are left out, inside arrays
    /// they are null.
    ///
    /// # Errors
    /// The first error of a template in it, with its place in the value as a JSON Pointer (RFC 6901).
    pub fn evaluate_parameter(
        &mut self,
        compiled: &CompiledValue,
        scene: &Scene<'_>,
    ) -> Result<Option<Json>, (String, ExpressionError)> {
        let mut pointer = String::new();
        match compiled.0.evaluate(self, scene, &mut pointer) {
            Ok(value) => Ok(value),
            Err(error) => Err((pointer, error)),
        }
    }
}
