//! Compares [`heddle_data::Json`] with `serde_json::Value` on what a workflow does to 100,000 rows of 20 fields:
//! reading them, passing them on, setting a field, and writing them.
//!
//! Each measurement is a process of its own, so that memory can be read off it (on Linux; elsewhere it is 0); the
//! two take turns. Run it with `cargo bench -p heddle-node --bench json`.

use std::env;
use std::fmt::Write as _;
use std::hint::black_box;
use std::io::{self, Write as _};
use std::process::{Command, ExitCode};
use std::time::Instant;

use heddle_data::Json;
use serde_json::Value;

const ROWS: usize = 100_000;
const ROUNDS: usize = 7;
const STAGES: usize = 5;
const MEASURES: [&str; 6] = [
    "parse, ms",
    "5 stages passed through, ms",
    "5 stages setting a field, ms",
    "write, ms",
    "parsed, MB",
    "parsed and stages set, MB",
];

fn main() -> ExitCode {
    let result = match env::var("HEDDLE_BENCH_JSON").as_deref() {
        Ok("json") => measure::<Json>(),
        Ok("value") => measure::<Value>(),
        _ => compare(),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "{error}");
            ExitCode::FAILURE
        }
    }
}

/// Lets both take turns and prints the medians and their ratio.
fn compare() -> io::Result<()> {
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        ours.push(run("json")?);
        theirs.push(run("value")?);
    }
    let mut out = io::stdout().lock();
    writeln!(out, "{ROWS} rows of 20 fields, {} MB of text, median of {ROUNDS}", rows().len() / 1_000_000)?;
    writeln!(out, "{:30} {:>10} {:>10} {:>8}", "", "Json", "Value", "ratio")?;
    for (index, name) in MEASURES.iter().enumerate() {
        let (own, other) = (median(&ours, index), median(&theirs, index));
        writeln!(out, "{name:30} {own:>10.1} {other:>10.1} {:>8.2}", other / own)?;
    }
    Ok(())
}

fn run(kind: &str) -> io::Result<Vec<f64>> {
    let output = Command::new(env::current_exe()?).env("HEDDLE_BENCH_JSON", kind).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.split_whitespace().filter_map(|figure| figure.parse().ok()).collect();
    if figures.len() == MEASURES.len() {
        Ok(figures)
    } else {
        Err(io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned()))
    }
}

fn median(rounds: &[Vec<f64>], index: usize) -> f64 {
    let mut figures: Vec<f64> = rounds.iter().map(|round| round[index]).collect();
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}

/// What both can do.
trait Rows: Clone {
    fn read(text: &str) -> io::Result<Vec<Self>>;
    fn set(&mut self, key: &str, number: usize);
    fn write(&self) -> String;
}

impl Rows for Json {
    fn read(text: &str) -> io::Result<Vec<Self>> {
        let rows = Self::parse(text).map_err(io::Error::other)?;
        rows.into_array().map_err(|_| io::Error::other("not an array"))
    }

    fn set(&mut self, key: &str, number: usize) {
        self.insert(key, Self::from(number));
    }

    fn write(&self) -> String {
        self.to_json_string()
    }
}

impl Rows for Value {
    fn read(text: &str) -> io::Result<Vec<Self>> {
        Ok(serde_json::from_str(text)?)
    }

    fn set(&mut self, key: &str, number: usize) {
        if let Some(row) = self.as_object_mut() {
            row.insert(key.to_owned(), Self::from(number));
        }
    }

    fn write(&self) -> String {
        self.to_string()
    }
}

fn measure<T: Rows>() -> io::Result<()> {
    let text = rows();
    let before = resident_megabytes();
    let started = Instant::now();
    let parsed = T::read(&text)?;
    let parsing = started.elapsed();
    let after_parsing = resident_megabytes();

    let started = Instant::now();
    let mut stages: Vec<Vec<T>> = Vec::new();
    for stage in 0..STAGES {
        let key = format!("stage{stage}");
        let mut rows = stages.last().unwrap_or(&parsed).clone();
        for (number, row) in rows.iter_mut().enumerate() {
            row.set(&key, number);
        }
        stages.push(rows);
    }
    let setting = started.elapsed();
    black_box(&stages);
    let after_setting = resident_megabytes();

    let started = Instant::now();
    let mut passed = Vec::new();
    for _ in 0..STAGES {
        passed.push(passed.last().unwrap_or(&parsed).clone());
    }
    black_box(&passed);
    let passing = started.elapsed();

    let started = Instant::now();
    for row in &parsed {
        black_box(row.write());
    }
    let writing = started.elapsed();
    let milliseconds = [parsing, passing, setting, writing].map(|time| time.as_secs_f64() * 1000.0);
    let mut line = String::new();
    for figure in milliseconds.into_iter().chain([after_parsing - before, after_setting - before]) {
        let _ = write!(line, "{figure} ");
    }
    writeln!(io::stdout(), "{line}")
}

/// Rows as a web API gives them.
fn rows() -> String {
    let mut text = String::from("[");
    for row in 0..ROWS {
        let mixed = row.wrapping_mul(2_654_435_761) % 1_000_003;
        let _ = write!(
            text,
            concat!(
                r#"{}{{"id":{},"uuid":"{:08x}-0000-4000-8000-{:012x}","name":"Customer {}","email":"c{}@example.com","#,
                r#""active":{},"score":{}.{:02},"balance":-{}.5,"country":"{}","city":"City {}","zip":"{:05}","#,
                r#""createdAt":"2024-{:02}-{:02}T10:20:30.000Z","updatedAt":null,"tags":["a{}","b"],"#,
                r#""address":{{"street":"Long Street {}","number":{}}},"phone":"+49{:09}","notes":"line 1\nline {} \"quoted\"","#,
                r#""visits":{},"ratio":0.{},"source":"import","deleted":false}}"#
            ),
            if row == 0 { "" } else { "," },
            row,
            mixed,
            row,
            mixed,
            row,
            row % 3 == 0,
            mixed % 100,
            mixed % 97,
            mixed,
            ["DE", "FR", "US", "JP"][row % 4],
            mixed % 500,
            mixed % 99_999,
            1 + row % 12,
            1 + row % 28,
            row % 10,
            mixed % 1000,
            row % 300,
            mixed,
            row,
            mixed % 10_000,
            1 + mixed,
        );
    }
    text.push(']');
    text
}

/// Memory of this process that is in use, as Linux counts it; 0 elsewhere.
fn resident_megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages: f64 = status.split_whitespace().nth(1).and_then(|pages| pages.parse().ok()).unwrap_or(0.0);
    pages * 4096.0 / 1e6
}
