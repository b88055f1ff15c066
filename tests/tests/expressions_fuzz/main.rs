//! Writes expressions and items at random, and compares what n8n gives for them with what we give, natively and all in
//! JavaScript. A difference is made small before it is printed.
//!
//! It needs the oracle (`HEDDLE_ORACLE`) and says so where there is none. Environment: `HEDDLE_FUZZ_SEED` (printed at each
//! run), `HEDDLE_FUZZ_EXPRESSIONS` (how many), `HEDDLE_FUZZ_FAMILY` (only this one), `HEDDLE_FUZZ_CASES` (a file of cases that
//! are compared instead of new ones, as they are recorded), and `HEDDLE_FUZZ_RECORD`: a file to which the differences, or
//! all of the given cases, are written as recorded cases.

mod compare;
mod grammar;
mod scene;

use std::collections::{BTreeMap, BTreeSet};
use std::str::FromStr;

use fastrand::Rng;
use heddle_tests::oracle::Oracle;
use serde_json::{Map, Value};

use compare::{difference, is_deliberate, recorded};
use grammar::Grammar;
use scene::{Case, Scene};

/// How many expressions are sent at once.
const BATCH: usize = 200;

/// So many differences are made small; more tell nothing new.
const SHRUNK: usize = 150;

struct Difference {
    case: Case,
    recorded: Map<String, Value>,
    why: String,
    own: Value,
}

fn setting<T: FromStr>(name: &str) -> Option<T> {
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is {text:?}")))
}

#[test]
fn expressions_give_what_n8n_gives() {
    let Some(mut oracle) = Oracle::start() else { return };
    let seed: u64 = setting("HEDDLE_FUZZ_SEED").unwrap_or_else(|| fastrand::u64(..1_000_000_000));
    let wanted: usize = setting("HEDDLE_FUZZ_EXPRESSIONS").unwrap_or(2000);
    println!("HEDDLE_FUZZ_SEED={seed} HEDDLE_FUZZ_EXPRESSIONS={wanted}");
    let grammar = Grammar::read();
    let family = setting::<String>("HEDDLE_FUZZ_FAMILY").map(|name| {
        grammar
            .families
            .iter()
            .position(|family| family.name == name)
            .unwrap_or_else(|| panic!("no family {name}"))
    });
    let mut rng = Rng::with_seed(seed);
    let mut scene = Scene::read();
    let given = given_cases();
    let wanted = given.as_ref().map_or(wanted, Vec::len);
    let mut counts: BTreeMap<usize, (usize, usize)> = BTreeMap::new();
    let mut differences: Vec<Difference> = Vec::new();
    let mut done = 0;
    while done < wanted {
        let count = BATCH.min(wanted - done);
        let cases: Vec<Case> = match &given {
            Some(given) => given[done..done + count].to_vec(),
            None => std::iter::repeat_with(|| Case::grow(&grammar, &mut rng, family))
                .filter(|case| !case.is_fickle())
                .take(count)
                .collect(),
        };
        done += cases.len();
        for case in &cases {
            counts.entry(case.family).or_default().0 += 1;
        }
        for found in compare_all(&mut oracle, &mut scene, &cases) {
            counts.entry(found.case.family).or_default().1 += 1;
            differences.push(found);
        }
    }
    for (family, (ran, differed)) in &counts {
        println!("{:>20}: {ran} ran, {differed} differ", grammar.families[*family].name);
    }
    let count = differences.len();
    let differences = match given {
        Some(_) => differences,
        None => shrink_all(&mut oracle, &mut scene, differences),
    };
    let found = report(&differences);
    if let Some(path) = setting::<String>("HEDDLE_FUZZ_RECORD") {
        let recorded = match given {
            Some(given) => given.iter().map(|case| record(&mut oracle, &scene, case)).collect(),
            None => found,
        };
        let lines: Vec<String> = recorded.iter().map(Value::to_string).collect();
        std::fs::write(&path, format!("[\n{}\n]\n", lines.join(",\n"))).expect("the record can be written");
    }
    assert!(count == 0, "{count} of {done} expressions differ; the seed was {seed}");
}

/// The cases of `HEDDLE_FUZZ_CASES`, all in the workflow `chain`.
fn given_cases() -> Option<Vec<Case>> {
    let path = setting::<String>("HEDDLE_FUZZ_CASES")?;
    let text = std::fs::read_to_string(&path).expect("the cases can be read");
    let cases: Vec<Value> = serde_json::from_str(&text).expect("the cases are a JSON array");
    Some(cases.iter().map(Case::given).collect())
}

/// Those of the cases that differ. Whatever differs is asked once more by itself, with the clock stopped just before.
fn compare_all(oracle: &mut Oracle, scene: &mut Scene, cases: &[Case]) -> Vec<Difference> {
    const FROZEN: usize = 20;
    let mut requests = Vec::new();
    for chunk in cases.chunks(FROZEN) {
        requests.push(Scene::freeze());
        requests.extend(chunk.iter().map(|case| scene.request(case)));
    }
    // Both at once.
    let (answers, own) = std::thread::scope(|scope| {
        let asked = scope.spawn(|| oracle.ask_all(&requests));
        let own: Vec<_> = cases.iter().map(|case| scene.evaluate(case)).collect();
        (asked.join().expect("the oracle answers"), own)
    });
    let answers = answers.into_iter().enumerate().filter(|(index, _)| index % (FROZEN + 1) != 0);
    let mut found = Vec::new();
    for ((case, (_, answer)), own) in cases.iter().zip(answers).zip(&own) {
        if differs(case, &answer, own).is_some() {
            let again = oracle.ask_all(&[Scene::freeze(), scene.request(case)]).remove(1);
            found.extend(differs(case, &again, own));
        }
    }
    found
}

fn differs(case: &Case, answer: &Value, own: &[Value; 2]) -> Option<Difference> {
    if is_deliberate(&case.expression(), answer) {
        return None;
    }
    let recorded = recorded(answer);
    let paths = own.iter().zip(["", " (in JavaScript alone)"]);
    let (why, own) =
        paths.filter_map(|(own, path)| Some((difference(&recorded, own)? + path, own))).next()?;
    Some(Difference { case: case.clone(), why, own: own.clone(), recorded })
}

/// Makes differences small, and keeps one of each.
fn shrink_all(oracle: &mut Oracle, scene: &mut Scene, differences: Vec<Difference>) -> Vec<Difference> {
    let mut seen = BTreeSet::new();
    let small = differences.into_iter().take(SHRUNK).map(|found| shrink(oracle, scene, found));
    small.filter(|found| seen.insert(found.case.expression())).collect()
}

fn shrink(oracle: &mut Oracle, scene: &mut Scene, mut found: Difference) -> Difference {
    for _ in 0..40 {
        let mut candidates = found.case.smaller();
        candidates.retain(|case| !case.is_fickle());
        // The smallest are first; what is left beyond a few of them comes in later rounds.
        let smaller = candidates
            .chunks(20)
            .take(4)
            .find_map(|some| compare_all(oracle, scene, some).into_iter().next());
        match smaller {
            Some(smaller) => found = smaller,
            None => break,
        }
    }
    found
}

/// A given case with what n8n gives for it.
fn record(oracle: &mut Oracle, scene: &Scene, case: &Case) -> Value {
    let answer = oracle.ask_all(&[Scene::freeze(), scene.request(case)]).remove(1);
    let mut record = case.record(&case.id);
    record.extend(recorded(&answer));
    record.into()
}

/// Prints the differences, and gives them as cases.
fn report(differences: &[Difference]) -> Vec<Value> {
    let mut cases: Vec<Value> = Vec::new();
    for (index, found) in differences.iter().enumerate() {
        let mut case = found.case.record(&format!("fuzz-{index:03}"));
        if let Some(pairings) = &found.case.pairings {
            // Such a case needs a fixture of its own.
            case.insert("fixture".into(), Value::from(format!("chain with pairings {pairings:?}")));
        }
        case.extend(found.recorded.clone());
        println!(
            "{}: {}\n    n8n  {}\n    ours {}",
            found.why,
            found.case.expression(),
            Value::from(found.recorded.clone()),
            found.own
        );
        println!("    {}", Value::from(case.clone()));
        cases.push(case.into());
    }
    cases
}
