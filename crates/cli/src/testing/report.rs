//! What the tests have shown, for people and as JUnit's XML.

use std::fmt::Write as _;
use std::time::Duration;

use heddle_node::{printable, printable_line};
use heddle_workflow::SourceMap;

use super::difference::{Difference, Kind};
use super::file::{Test, TestFile};
use super::run::{Tested, Verdict};
use crate::diagnostics;

/// Differences of a test that are shown.
const SHOWN: usize = 12;

/// How tests ended.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counts {
    pub(crate) passed: usize,
    pub(crate) failed: usize,
    pub(crate) skipped: usize,
    /// Tests, and files, that cannot be read.
    pub(crate) wrong: usize,
}

impl Counts {
    pub(crate) fn add(&mut self, verdict: &Verdict) {
        match verdict {
            Verdict::Passed => self.passed += 1,
            Verdict::Failed(_) | Verdict::NotRun(_) => self.failed += 1,
            Verdict::Skipped(_) => self.skipped += 1,
            Verdict::Wrong(_) => self.wrong += 1,
        }
    }

    /// In one line.
    pub(crate) fn line(&self, time: Duration) -> String {
        let parts = [
            (self.passed, "passed"),
            (self.failed, "failed"),
            (self.skipped, "skipped"),
            (self.wrong, "cannot be read"),
        ];
        let told = parts.iter().filter(|(count, word)| *count > 0 || *word == "passed");
        let told: Vec<String> = told.map(|(count, word)| format!("{count} {word}")).collect();
        format!("{} ({} ms)", told.join(", "), time.as_millis())
    }
}

/// Colours, where they can be seen.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Paint(pub(crate) bool);

impl Paint {
    fn with(self, code: &str, text: &str) -> String {
        if self.0 { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
    }

    fn good(self, text: &str) -> String {
        self.with("32", text)
    }

    fn bad(self, text: &str) -> String {
        self.with("31", text)
    }

    fn faint(self, text: &str) -> String {
        self.with("2", text)
    }
}

/// One test as it is shown, with its differences.
pub(crate) fn show(
    file: &TestFile,
    test: &Test,
    tested: &Tested,
    was_recorded: bool,
    paint: Paint,
) -> String {
    let name = printable_line(&test.name);
    let time = paint.faint(&format!("({} ms)", tested.time.as_millis()));
    if was_recorded {
        return format!("  {} {name} {}\n", paint.good("●"), paint.faint("recorded"));
    }
    match &tested.verdict {
        Verdict::Passed => format!("  {} {name} {time}\n", paint.good("✓")),
        Verdict::Skipped(reason) => {
            format!(
                "  {} {name} {}\n",
                paint.faint("–"),
                paint.faint(&format!("skipped: {}", printable_line(reason)))
            )
        }
        Verdict::Failed(differences) => {
            let mut text = format!("  {} {name} {time}\n", paint.bad("✗"));
            text.push_str(&show_differences(file, differences, paint));
            text
        }
        Verdict::NotRun(why) => format!("  {} {name}\n{}", paint.bad("✗"), indented(why.trim_end())),
        Verdict::Wrong(_) => {
            format!("  {} {name} {}\n", paint.bad("✗"), paint.faint("the test cannot be run"))
        }
    }
}

/// The problems of a test that cannot be run, for standard error.
pub(crate) fn problems(file: &TestFile, tested: &Tested) -> Option<String> {
    let Verdict::Wrong(problems) = &tested.verdict else { return None };
    let located: Vec<_> =
        problems.iter().map(|problem| super::file::located(&file.text, problem.clone())).collect();
    Some(diagnostics::render(&file.path.display().to_string(), Some(&file.text), &located))
}

fn show_differences(file: &TestFile, differences: &[Difference], paint: Paint) -> String {
    let places = SourceMap::new(&file.text);
    let mut text = String::new();
    for difference in differences.iter().take(SHOWN) {
        let at = file.line(&places, &difference.pointer);
        let at = at.map_or_else(String::new, |(line, column)| {
            paint.faint(&format!("  {}:{line}:{column}", printable_line(&file.path.display().to_string())))
        });
        let place = if difference.place.is_empty() { "the run" } else { &difference.place };
        let _ = writeln!(text, "      {}{at}", printable_line(place));
        for line in words(&difference.kind, paint) {
            let _ = writeln!(text, "        {line}");
        }
    }
    if differences.len() > SHOWN {
        let _ = writeln!(text, "      and {} more differences", differences.len() - SHOWN);
    }
    text
}

/// A difference in lines.
fn words(kind: &Kind, paint: Paint) -> Vec<String> {
    let value = |text: &str| printable(text).into_owned();
    match kind {
        Kind::Value { expected, found } => vec![
            format!("expected  {}", paint.good(&value(expected))),
            format!("found     {}", paint.bad(&value(found))),
        ],
        Kind::Missing { expected } => {
            vec![
                format!("expected  {}", paint.good(&value(expected))),
                format!("found     {}", paint.bad("nothing")),
            ]
        }
        Kind::Unexpected { found } => {
            vec![
                format!("expected  {}", paint.good("nothing")),
                format!("found     {}", paint.bad(&value(found))),
            ]
        }
        Kind::Told(told) => vec![paint.bad(&value(told))],
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("      {line}\n")).collect()
}

/// The same for programs that read JUnit's XML: a suite for each file.
#[derive(Default)]
pub(crate) struct Junit {
    suites: String,
    counts: Counts,
}

impl Junit {
    /// Adds a file with its tests.
    pub(crate) fn add(&mut self, file: &TestFile, tests: &[(Test, Tested)]) {
        let mut counts = Counts::default();
        let mut cases = String::new();
        let path = file.path.display().to_string();
        for (test, tested) in tests {
            counts.add(&tested.verdict);
            let _ = write!(
                cases,
                "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
                escaped(&path),
                escaped(&test.name),
                tested.time.as_secs_f64()
            );
            match &tested.verdict {
                Verdict::Passed => cases.push_str("/>\n"),
                Verdict::Skipped(reason) => {
                    let _ = writeln!(cases, "><skipped message=\"{}\"/></testcase>", escaped(reason));
                }
                Verdict::Failed(differences) => {
                    let text = show_differences(file, differences, Paint(false));
                    let count = differences.len();
                    let what =
                        if count == 1 { "1 difference".to_owned() } else { format!("{count} differences") };
                    let _ = writeln!(
                        cases,
                        "><failure message=\"{what}\">{}</failure></testcase>",
                        escaped(&text)
                    );
                }
                Verdict::NotRun(why) => {
                    let _ = writeln!(
                        cases,
                        "><failure message=\"the workflow does not start\">{}</failure></testcase>",
                        escaped(why)
                    );
                }
                Verdict::Wrong(_) => {
                    let text = problems(file, tested).unwrap_or_default();
                    let _ = writeln!(
                        cases,
                        "><error message=\"the test cannot be run\">{}</error></testcase>",
                        escaped(&text)
                    );
                }
            }
        }
        let time: Duration = tests.iter().map(|(_, tested)| tested.time).sum();
        self.suite(&path, counts, time, &cases);
    }

    /// Adds a file that cannot be read.
    pub(crate) fn add_unreadable(&mut self, path: &str, why: &str) {
        let case = format!(
            "    <testcase classname=\"{0}\" name=\"(file)\" time=\"0.000\"><error message=\"the file cannot be read\">{1}</error></testcase>\n",
            escaped(path),
            escaped(why)
        );
        self.suite(path, Counts { wrong: 1, ..Counts::default() }, Duration::ZERO, &case);
    }

    fn suite(&mut self, path: &str, counts: Counts, time: Duration, cases: &str) {
        let Counts { passed, failed, skipped, wrong } = counts;
        let _ = write!(
            self.suites,
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failed}\" errors=\"{wrong}\" skipped=\"{skipped}\" time=\"{:.3}\">\n{cases}  </testsuite>\n",
            escaped(path),
            passed + failed + skipped + wrong,
            time.as_secs_f64()
        );
        self.counts.passed += passed;
        self.counts.failed += failed;
        self.counts.skipped += skipped;
        self.counts.wrong += wrong;
    }

    /// The whole file.
    pub(crate) fn text(&self) -> String {
        let Counts { passed, failed, skipped, wrong } = self.counts;
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites tests=\"{}\" failures=\"{failed}\" errors=\"{wrong}\" skipped=\"{skipped}\">\n{}</testsuites>\n",
            passed + failed + skipped + wrong,
            self.suites
        )
    }
}

/// Text as XML may hold it: characters that it has no form for are shown as JSON writes them.
fn escaped(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\n' => escaped.push_str("&#10;"),
            '\t' => escaped.push('\t'),
            other if other.is_control() || matches!(other, '\u{fffe}' | '\u{ffff}') => {
                let _ = write!(escaped, "\\u{:04x}", u32::from(other));
            }
            other => escaped.push(other),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn xml_holds_whatever_a_workflow_puts_out() {
        assert_eq!(escaped("<a b=\"&\">\u{1b}[0m\n"), "&lt;a b=&quot;&amp;&quot;&gt;\\u001b[0m&#10;");
    }
}
