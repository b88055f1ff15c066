//! Test files: reading them, with the place of everything that is wrong in them.

use std::path::{Path, PathBuf};

use heddle_node::json::pointer_token;
use heddle_node::{Json, JsonError, JsonObject};
use heddle_workflow::{Problem, SourceMap, Span};

use super::form::{Expectation, GivenItems, GivenMocks, TestForm};

/// The end of the names of test files.
pub(crate) const SUFFIX: &str = ".test.json";

/// A test file.
pub(crate) struct TestFile {
    pub(crate) path: PathBuf,
    pub(crate) text: String,
    pub(crate) json: Json,
    pub(crate) tests: Vec<Test>,
}

/// A value of a test file, with its place as a JSON pointer.
#[derive(Debug, Clone)]
pub(crate) struct At<T> {
    pub(crate) value: T,
    pub(crate) pointer: String,
}

impl<T> At<T> {
    fn new(value: T, pointer: String) -> Self {
        Self { value, pointer }
    }
}

/// One test, with what it has of the groups around it.
#[derive(Debug, Clone)]
pub(crate) struct Test {
    /// Its name behind those of the groups around it.
    pub(crate) name: String,
    /// Where it stands in the file.
    pub(crate) pointer: String,
    pub(crate) given: Given,
    pub(crate) expect: Option<At<Expectation>>,
}

/// What a test gives to a run.
#[derive(Debug, Clone, Default)]
pub(crate) struct Given {
    pub(crate) workflow: Option<At<String>>,
    pub(crate) start: Option<At<String>>,
    pub(crate) destination: Option<At<String>>,
    pub(crate) items: Option<At<GivenItems>>,
    pub(crate) trigger: Option<At<JsonObject>>,
    /// From the outermost group on.
    pub(crate) mocks: Vec<At<GivenMocks>>,
    pub(crate) real: Vec<At<String>>,
    pub(crate) pins: bool,
    pub(crate) now: Option<At<String>>,
    pub(crate) timezone: Option<At<String>>,
    pub(crate) vars: JsonObject,
    pub(crate) env: JsonObject,
    pub(crate) static_data: Option<Json>,
    pub(crate) timeout: Option<At<f64>>,
    pub(crate) skip: Option<String>,
}

/// A file that cannot be read as tests.
pub(crate) struct Unreadable {
    pub(crate) text: Option<String>,
    pub(crate) problems: Vec<Problem>,
}

impl TestFile {
    /// Reads the text of a test file.
    pub(crate) fn parse(path: &Path, text: String) -> Result<Self, Unreadable> {
        let json = match Json::parse(&text) {
            Ok(json) => json,
            Err(error) => {
                let mut problem = Problem::error(format!("It is no JSON: {}", error.message()));
                problem.span = Some(Span::at(&text, error.line(), error.column()));
                return Err(Unreadable { text: Some(text), problems: vec![problem] });
            }
        };
        let form: TestForm = match heddle_node::json::from_json(&json) {
            Ok(form) => form,
            Err(error) => {
                let problem = misfit(&text, &error);
                return Err(Unreadable { text: Some(text), problems: vec![problem] });
            }
        };
        let mut reading = Reading { tests: Vec::new(), problems: Vec::new() };
        let stem = path.file_name().unwrap_or_default().to_string_lossy();
        let beside = stem.strip_suffix(SUFFIX).map(|stem| format!("{stem}.json"));
        let given = Given { workflow: beside.map(|name| At::new(name, String::new())), ..Given::default() };
        reading.enter(form, String::new(), &[], &given, None);
        let problems: Vec<Problem> =
            reading.problems.into_iter().map(|problem| located(&text, problem)).collect();
        if problems.is_empty() {
            return Ok(Self { path: path.to_owned(), text, json, tests: reading.tests });
        }
        Err(Unreadable { text: Some(text), problems })
    }

    /// The folder that paths in the file begin at.
    pub(crate) fn folder(&self) -> &Path {
        self.path.parent().unwrap_or(Path::new("."))
    }

    /// Line and column of a place in the file.
    pub(crate) fn line(&self, places: &SourceMap, pointer: &str) -> Option<(usize, usize)> {
        let span = Span::new(&self.text, places.nearest_span(pointer)?);
        Some((span.line, span.column))
    }
}

/// Completes a problem with its place in the text.
pub(crate) fn located(text: &str, mut problem: Problem) -> Problem {
    if problem.span.is_none() {
        let places = SourceMap::new(text);
        problem.span = places.nearest_span(&problem.pointer).map(|range| Span::new(text, range));
    }
    problem
}

/// What does not fit the form.
fn misfit(text: &str, error: &JsonError) -> Problem {
    let places = SourceMap::new(text);
    let unknown = error.message().strip_prefix("unknown field `").and_then(|rest| rest.split_once('`'));
    let Some((key, rest)) = unknown else {
        let problem = Problem::error(sentence(error.message())).at(error.pointer());
        return located(text, problem);
    };
    let known: Vec<&str> = rest.split('`').skip(1).step_by(2).collect();
    let pointer = format!("{}/{}", error.pointer(), pointer_token(key));
    let mut problem = Problem::error(format!("A test has no \"{key}\" here"))
        .with_help(heddle_runner::suggest("There are", &known, key));
    problem.span = places.key_span(&pointer).map(|range| Span::new(text, range));
    located(text, problem.at(pointer))
}

fn sentence(message: &str) -> String {
    let mut letters = message.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Takes the tests out of groups.
struct Reading {
    tests: Vec<Test>,
    problems: Vec<Problem>,
}

impl Reading {
    fn enter(
        &mut self,
        form: TestForm,
        pointer: String,
        names: &[String],
        around: &Given,
        expected_around: Option<&At<Expectation>>,
    ) {
        let names: Vec<String> = names.iter().cloned().chain(form.name).collect();
        let here = |key: &str| format!("{pointer}/{key}");
        fn or<T: Clone>(own: Option<T>, key: String, around: &Option<At<T>>) -> Option<At<T>> {
            own.map(|value| At::new(value, key)).or_else(|| around.clone())
        }
        // Items in one shape take the place of those in the other.
        let (has_items, has_trigger) = (form.items.is_some(), form.trigger.is_some());
        if has_items && has_trigger {
            let problem = Problem::error("A test has \"items\" or \"trigger\", not both").at(here("trigger"));
            self.problems.push(problem);
        }
        let mut given = Given {
            workflow: or(form.workflow, here("workflow"), &around.workflow),
            start: or(form.start, here("start"), &around.start),
            destination: or(form.destination, here("destination"), &around.destination),
            items: or(form.items, here("items"), &around.items).filter(|_| !has_trigger),
            trigger: or(form.trigger, here("trigger"), &around.trigger).filter(|_| !has_items),
            mocks: around.mocks.clone(),
            real: around.real.clone(),
            pins: form.pins.unwrap_or(around.pins),
            now: or(form.now, here("now"), &around.now),
            timezone: or(form.timezone, here("timezone"), &around.timezone),
            vars: merged(&around.vars, form.vars),
            env: merged(&around.env, form.env),
            static_data: form.static_data.or_else(|| around.static_data.clone()),
            timeout: or(form.timeout, here("timeout"), &around.timeout),
            skip: form.skip.or_else(|| around.skip.clone()),
        };
        given.mocks.extend(form.mocks.map(|mocks| At::new(mocks, here("mocks"))));
        let real = form.real.into_iter().enumerate();
        given.real.extend(real.map(|(index, name)| At::new(name, format!("{pointer}/real/{index}"))));
        let expect = or(form.expect, here("expect"), &expected_around.cloned());
        if !form.tests.is_empty() {
            for (index, test) in form.tests.into_iter().enumerate() {
                self.enter(test, format!("{pointer}/tests/{index}"), &names, &given, expect.as_ref());
            }
            return;
        }
        let name = if names.is_empty() { "(no name)".to_owned() } else { names.join(" › ") };
        if given.workflow.is_none() {
            let problem = Problem::error("The test names no workflow")
                .with_help("Give \"workflow\": \"FILE\", from the folder of the test file.")
                .at(pointer.clone());
            self.problems.push(problem);
        }
        self.tests.push(Test { name, pointer, given, expect });
    }
}

fn merged(around: &JsonObject, own: JsonObject) -> JsonObject {
    let mut all = around.clone();
    for (name, value) in own.iter() {
        all.insert(name, value.clone());
    }
    all
}
