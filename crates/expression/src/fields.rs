//! Which fields of items a template or a piece of code reads, as far as it tells without being run: what an example of
//! these items needs.

use std::collections::HashMap;

use oxc_allocator::Allocator;
use oxc_ast::ast::{
    Argument, ArrowFunctionExpression, BinaryExpression, BindingPattern, CallExpression, ChainElement,
    Expression, ForOfStatement, ForStatementLeft, FormalParameters, Function, PropertyKey,
    VariableDeclarator,
};
use oxc_ast_visit::{Visit, walk};
use oxc_parser::Parser;
use oxc_span::SourceType;

use heddle_data::Json;

use crate::split::{Chunk, split};
use crate::syntax::deep::on_fitting_stack;

/// A step to a field.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// The member of an object.
    Member(String),
    /// An element of a list.
    Element,
}

/// What is known of the value of a field from what is done with it.
#[derive(Debug, Clone, PartialEq)]
pub enum Hint {
    /// Nothing.
    None,
    /// It is a text.
    Text,
    /// It is a number.
    Number,
    /// It is a list.
    List,
    /// It is a moment.
    Moment,
    /// It is compared with this value.
    Value(Json),
}

/// A field that is read.
#[derive(Debug, Clone, PartialEq)]
pub struct FieldRead {
    /// Name of the node whose item it is; `None` for the item that the reader gets.
    pub node: Option<String>,
    /// Where it is in the item's data.
    pub path: Vec<Step>,
    /// What its value is like.
    pub hint: Hint,
}

/// The fields that a template reads, without its leading `=`.
pub fn of_template(template: &str) -> Vec<FieldRead> {
    let chunks = split(template);
    let codes = chunks.iter().filter_map(|chunk| match chunk {
        Chunk::Code(code, _) => Some(code.as_ref()),
        Chunk::Text(_) => None,
    });
    codes.flat_map(|code| read(&format!("({code}\n)"), &[])).collect()
}

/// The fields that code of a Code node or one of its older sisters reads. The name `data_of_item`, where there is one,
/// stands for the data of the item (Function Item: `item`).
pub fn of_code(code: &str, data_of_item: Option<&str>) -> Vec<FieldRead> {
    let bound: Vec<&str> = data_of_item.into_iter().collect();
    read(&format!("(async function () {{{code}\n}})"), &bound)
}

fn read(source: &str, data: &[&str]) -> Vec<FieldRead> {
    let find = || {
        let allocator = Allocator::default();
        let parsed = Parser::new(&allocator, source, SourceType::cjs()).parse();
        let mut reader = Reader::default();
        for name in data {
            reader.names.insert((*name).to_owned(), Value::Data(None, Vec::new()));
        }
        if parsed.diagnostics.is_empty() {
            reader.visit_program(&parsed.program);
        }
        reader.reads
    };
    on_fitting_stack(source, source.len(), find).unwrap_or_default()
}

/// What an expression stands for.
#[derive(Debug, Clone)]
enum Value {
    Unknown,
    /// `$('…')`, `$node`: a node, or all of them, by whose members items are reached.
    Nodes,
    Node(Option<String>),
    Items(Option<String>),
    Item(Option<String>),
    Data(Option<String>, Vec<Step>),
}

#[derive(Default)]
struct Reader {
    reads: Vec<FieldRead>,
    names: HashMap<String, Value>,
}

/// Methods whose first argument is called with each element.
const OVER_ELEMENTS: [&str; 9] =
    ["map", "filter", "forEach", "find", "some", "every", "flatMap", "findIndex", "sort"];
const OF_LISTS: [&str; 12] =
    ["join", "reduce", "push", "slice", "first", "last", "pluck", "unique", "sum", "reverse", "at", "length"];
const OF_TEXTS: [&str; 14] = [
    "toLowerCase",
    "toUpperCase",
    "trim",
    "split",
    "replace",
    "replaceAll",
    "startsWith",
    "endsWith",
    "substring",
    "match",
    "toTitleCase",
    "charAt",
    "padStart",
    "toNumber",
];
const OF_NUMBERS: [&str; 5] = ["toFixed", "round", "floor", "ceil", "toPrecision"];
const OF_MOMENTS: [&str; 4] = ["toDateTime", "toDate", "format", "toISO"];

impl Reader {
    fn record(&mut self, value: &Value, hint: Hint) {
        if let Value::Data(node, path) = value
            && !path.is_empty()
        {
            self.reads.push(FieldRead { node: node.clone(), path: path.clone(), hint });
        }
    }

    /// What an expression stands for; everything in it that is not part of the way there is visited.
    fn value(&mut self, expression: &Expression<'_>) -> Value {
        match expression.get_inner_expression() {
            Expression::Identifier(name) => self.named(&name.name),
            Expression::StaticMemberExpression(member) => {
                let object = self.value(&member.object);
                self.member(object, &member.property.name)
            }
            Expression::ComputedMemberExpression(member) => {
                let object = self.value(&member.object);
                self.computed(object, &member.expression)
            }
            Expression::CallExpression(call) => self.call(call),
            Expression::ChainExpression(chain) => match &chain.expression {
                ChainElement::CallExpression(call) => self.call(call),
                ChainElement::StaticMemberExpression(member) => {
                    let object = self.value(&member.object);
                    self.member(object, &member.property.name)
                }
                ChainElement::ComputedMemberExpression(member) => {
                    let object = self.value(&member.object);
                    self.computed(object, &member.expression)
                }
                _ => Value::Unknown,
            },
            Expression::AwaitExpression(awaited) => self.value(&awaited.argument),
            other => {
                walk::walk_expression(self, other);
                Value::Unknown
            }
        }
    }

    fn named(&self, name: &str) -> Value {
        match name {
            "$json" | "$data" => Value::Data(None, Vec::new()),
            "$input" => Value::Node(None),
            "$node" => Value::Nodes,
            _ => match (self.names.get(name), name) {
                (Some(value), _) => value.clone(),
                (None, "items") => Value::Items(None),
                (None, "item") => Value::Item(None),
                (None, _) => Value::Unknown,
            },
        }
    }

    fn member(&mut self, object: Value, name: &str) -> Value {
        match object {
            Value::Nodes => Value::Node(Some(name.to_owned())),
            Value::Node(node) => match name {
                "item" => Value::Item(node),
                "json" | "data" => Value::Data(node, Vec::new()),
                _ => Value::Unknown,
            },
            Value::Item(node) if name == "json" => Value::Data(node, Vec::new()),
            Value::Data(node, path) if name == "length" => {
                self.record(&Value::Data(node, path), Hint::None);
                Value::Unknown
            }
            Value::Data(node, mut path) => {
                path.push(Step::Member(name.to_owned()));
                Value::Data(node, path)
            }
            _ => Value::Unknown,
        }
    }

    fn computed(&mut self, object: Value, key: &Expression<'_>) -> Value {
        match key.get_inner_expression() {
            Expression::StringLiteral(name) => return self.member(object, &name.value),
            Expression::NumericLiteral(_) => {}
            other => {
                self.visit_expression(other);
                // A name that is computed is none that an example could have.
                if !matches!(object, Value::Items(_)) {
                    self.record(&object, Hint::None);
                    return Value::Unknown;
                }
            }
        }
        element(object)
    }

    fn call(&mut self, call: &CallExpression<'_>) -> Value {
        let first = call.arguments.first().and_then(Argument::as_expression);
        let text = first.and_then(|argument| match argument.get_inner_expression() {
            Expression::StringLiteral(text) => Some(text.value.to_string()),
            Expression::TemplateLiteral(text) if text.expressions.is_empty() => {
                text.quasis.first().map(|part| part.value.raw.to_string())
            }
            _ => None,
        });
        match call.callee.get_inner_expression() {
            Expression::Identifier(name) if name.name == "$" => {
                return text.map_or(Value::Unknown, |name| Value::Node(Some(name)));
            }
            Expression::Identifier(name) if name.name == "$items" => return Value::Items(text),
            Expression::StaticMemberExpression(method) => {
                let receiver = self.value(&method.object);
                return self.method(receiver, &method.property.name, call);
            }
            Expression::ChainExpression(chain) => {
                if let ChainElement::StaticMemberExpression(method) = &chain.expression {
                    let receiver = self.value(&method.object);
                    return self.method(receiver, &method.property.name, call);
                }
            }
            other => self.visit_expression(other),
        }
        self.visit_arguments(&call.arguments);
        Value::Unknown
    }

    fn method(&mut self, receiver: Value, name: &str, call: &CallExpression<'_>) -> Value {
        let given = match (&receiver, name) {
            (Value::Node(node), "all") => Value::Items(node.clone()),
            (Value::Node(node), "first" | "last" | "itemMatching" | "pairedItem") => {
                Value::Item(node.clone())
            }
            (Value::Items(node), "at" | "find" | "pop" | "shift") => Value::Item(node.clone()),
            (Value::Items(node), "filter" | "slice" | "sort" | "concat") => Value::Items(node.clone()),
            (Value::Data(node, path), "filter" | "slice" | "sort") => Value::Data(node.clone(), path.clone()),
            (Value::Data(..), "at" | "find" | "first" | "last") => element(receiver.clone()),
            _ => Value::Unknown,
        };
        let is_list = OVER_ELEMENTS.contains(&name);
        let hint = match name {
            _ if is_list || OF_LISTS.contains(&name) => Hint::List,
            _ if OF_TEXTS.contains(&name) => Hint::Text,
            _ if OF_NUMBERS.contains(&name) => Hint::Number,
            _ if OF_MOMENTS.contains(&name) => Hint::Moment,
            _ => Hint::None,
        };
        self.record(&receiver, hint);
        let function = call.arguments.first().and_then(Argument::as_expression);
        if is_list && let Some(function) = function {
            self.over_elements(element(receiver), function);
            self.visit_arguments(&call.arguments[1..]);
        } else {
            self.visit_arguments(&call.arguments);
        }
        given
    }

    fn visit_arguments(&mut self, arguments: &[Argument<'_>]) {
        for argument in arguments {
            match argument.as_expression() {
                Some(argument) => self.visit_expression(argument),
                None => walk::walk_argument(self, argument),
            }
        }
    }

    /// Visits a function whose first parameter is `element`.
    fn over_elements(&mut self, element: Value, function: &Expression<'_>) {
        match function.get_inner_expression() {
            Expression::ArrowFunctionExpression(arrow) => {
                self.bind_first(&arrow.params, element);
                walk::walk_arrow_function_expression(self, arrow);
            }
            Expression::FunctionExpression(function) => {
                self.bind_first(&function.params, element);
                walk::walk_function(self, function, oxc_syntax::scope::ScopeFlags::Function);
            }
            other => self.visit_expression(other),
        }
    }

    fn bind_first(&mut self, parameters: &FormalParameters<'_>, value: Value) {
        if let Some(parameter) = parameters.items.first() {
            self.bind(&parameter.pattern, value);
        }
    }

    /// Gives a value the name, or its members the names, that a pattern says.
    fn bind(&mut self, pattern: &BindingPattern<'_>, value: Value) {
        match pattern {
            BindingPattern::BindingIdentifier(name) => drop(self.names.insert(name.name.to_string(), value)),
            BindingPattern::ObjectPattern(object) => {
                for property in &object.properties {
                    let key = match &property.key {
                        PropertyKey::StaticIdentifier(name) => name.name.as_str(),
                        PropertyKey::StringLiteral(name) => name.value.as_str(),
                        _ => continue,
                    };
                    let member = self.member(value.clone(), key);
                    self.record(&member, Hint::None);
                    self.bind(&property.value, member);
                }
            }
            BindingPattern::AssignmentPattern(assigned) => self.bind(&assigned.left, value),
            BindingPattern::ArrayPattern(array) => {
                for part in array.elements.iter().flatten() {
                    self.bind(part, element(value.clone()));
                }
            }
        }
    }
}

/// An element of a value.
fn element(value: Value) -> Value {
    match value {
        Value::Items(node) => Value::Item(node),
        Value::Data(node, mut path) if !path.is_empty() => {
            path.push(Step::Element);
            Value::Data(node, path)
        }
        _ => Value::Unknown,
    }
}

fn literal(expression: &Expression<'_>) -> Option<Json> {
    Some(match expression.get_inner_expression() {
        Expression::StringLiteral(text) => Json::from(text.value.as_str()),
        Expression::NumericLiteral(number) => Json::from(number.value),
        Expression::BooleanLiteral(value) => Json::from(value.value),
        _ => return None,
    })
}

impl<'a> Visit<'a> for Reader {
    fn visit_expression(&mut self, expression: &Expression<'a>) {
        let value = self.value(expression);
        self.record(&value, Hint::None);
    }

    fn visit_binary_expression(&mut self, binary: &BinaryExpression<'a>) {
        for (side, other) in [(&binary.left, &binary.right), (&binary.right, &binary.left)] {
            let value = self.value(side);
            let hint = match literal(other) {
                Some(literal) if binary.operator.is_equality() => Hint::Value(literal),
                Some(literal) if literal.is_number() => Hint::Number,
                _ if matches!(binary.operator.as_str(), "*" | "/" | "-" | "%") => Hint::Number,
                _ => Hint::None,
            };
            self.record(&value, hint);
        }
    }

    fn visit_variable_declarator(&mut self, declarator: &VariableDeclarator<'a>) {
        let Some(init) = &declarator.init else { return };
        let value = self.value(init);
        // What has a name is read where the name is.
        self.bind(&declarator.id, value);
    }

    fn visit_for_of_statement(&mut self, statement: &ForOfStatement<'a>) {
        let value = self.value(&statement.right);
        self.record(&value, Hint::List);
        if let ForStatementLeft::VariableDeclaration(declaration) = &statement.left
            && let Some(declarator) = declaration.declarations.first()
        {
            self.bind(&declarator.id, element(value));
        }
        self.visit_statement(&statement.body);
    }

    fn visit_arrow_function_expression(&mut self, arrow: &ArrowFunctionExpression<'a>) {
        walk::walk_arrow_function_expression(self, arrow);
    }

    fn visit_function(&mut self, function: &Function<'a>, flags: oxc_syntax::scope::ScopeFlags) {
        walk::walk_function(self, function, flags);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(reads: Vec<FieldRead>) -> Vec<String> {
        let step = |step: &Step| match step {
            Step::Member(name) => format!(".{name}"),
            Step::Element => "[]".to_owned(),
        };
        let tell = |read: FieldRead| {
            let path: String = read.path.iter().map(step).collect();
            let hint = match read.hint {
                Hint::None => String::new(),
                hint => format!(" {hint:?}"),
            };
            format!("{}{path}{hint}", read.node.unwrap_or_default())
        };
        reads.into_iter().map(tell).collect()
    }

    #[test]
    fn templates_tell_what_they_read() {
        for (template, expected) in [
            ("Hello {{ $json.name }} {{ $json['last name']?.trim() }}", &[".name", ".last name Text"][..]),
            (
                "{{ $('Get').item.json.a.b }}{{ $node[\"Other\"].json.c }}{{ $node.Third.json.d }}",
                &["Get.a.b", "Other.c", "Third.d"],
            ),
            ("{{ $('Get').first().json.list[0].x }}", &["Get.list[].x"]),
            ("{{ $json.items.map(i => i.price * 2).join(', ') }}", &[".items List", ".items[].price Number"]),
            (
                "{{ $json.status === 'paid' ? $json.total.toFixed(2) : $json.tags.length }}",
                &[".status Value(\"paid\")", ".total Number", ".tags"],
            ),
            ("{{ $input.all().map(item => item.json.id) }}", &[".id"]),
            ("{{ $('A').all()[1].json.x }}{{ $items('B')[0].json.y }}", &["A.x", "B.y"]),
            ("{{ $json }} {{ $json[$json.key] }}", &[".key"]),
            ("{{ broken( }} {{ $now }}", &[]),
        ] {
            assert_eq!(told(of_template(template)), expected, "{template}");
        }
    }

    #[test]
    fn code_tells_what_it_reads() {
        let code = "
            const order = $('Order').first().json;
            const { id, customer: { name } } = $input.first().json;
            for (const item of $input.all()) { if (item.json.total > 5) out.push({ json: { a: item.json.list.map(x => x.y) } }); }
            return items.map(function (one) { return order.number + one.json.z; });";
        let mut reads = told(of_code(code, None));
        reads.sort();
        let expected = [
            ".customer",
            ".customer.name",
            ".id",
            ".list List",
            ".list[].y",
            ".total Number",
            ".z",
            "Order.number",
        ];
        assert_eq!(reads, expected);
        assert_eq!(told(of_code("item.a = item.b; return item;", Some("item"))), [".b"]);
    }
}
