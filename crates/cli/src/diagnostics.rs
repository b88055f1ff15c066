//! Problems of workflow files, shown with their place in the file.

use std::fmt;
use std::ops::Range;

use heddle_node::{printable, printable_line};
use heddle_workflow::{Problem, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

/// Lines longer than this are not shown: a workflow without line breaks is one line.
const LONGEST_LINE: usize = 300;

/// Renders problems of the file `name`, whose text is `text`, for standard error.
pub(crate) fn render(name: &str, text: Option<&str>, problems: &[Problem]) -> String {
    // https://no-color.org: set to anything but nothing.
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let theme = match (std::io::IsTerminal::is_terminal(&std::io::stderr()), no_color) {
        (true, false) => GraphicalTheme::unicode(),
        (true, true) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_width(120).with_links(false);
    let mut rendered = String::new();
    for problem in problems {
        let shown = Shown::new(name, text, problem);
        if handler.render_report(&mut rendered, &shown).is_err() {
            rendered.push_str(&format!("{name}: {problem}"));
        }
        rendered.push('\n');
    }
    rendered
}

#[derive(Debug)]
struct Shown<'a> {
    problem: &'a Problem,
    message: String,
    help: Option<String>,
    source: Option<NamedSource<String>>,
    /// The place in the source.
    range: Range<usize>,
}

impl<'a> Shown<'a> {
    fn new(name: &str, text: Option<&str>, problem: &'a Problem) -> Self {
        let place = match &problem.span {
            Some(span) => format!("{name}:{}:{}", span.line, span.column),
            None => name.to_owned(),
        };
        let range = problem.span.as_ref().map_or(0..0, |span| span.range.clone());
        let (source, range) = match text.filter(|text| fits(text, problem)) {
            Some(text) => {
                let (text, range) = escape(text, range);
                (Some(NamedSource::new(name, text)), range)
            }
            None => (None, range),
        };
        let message = format!("{place}: {}", printable(&problem.message));
        let help = problem.help.as_deref().map(|help| printable(help).into_owned());
        Self { problem, message, help, source, range }
    }
}

/// A text as a terminal may show it, and where a part of it stands then.
fn escape(text: &str, range: Range<usize>) -> (String, Range<usize>) {
    let (before, part) = (printable(&text[..range.start]), printable(&text[range.clone()]));
    let shown = before.len()..before.len() + part.len();
    (format!("{before}{part}{}", printable(&text[range.end..])), shown)
}

/// Whether the line of the problem is short enough to be read.
fn fits(text: &str, problem: &Problem) -> bool {
    let Some(span) = &problem.span else { return false };
    let Some(before) = text.get(..span.range.start) else { return false };
    let start = before.rfind('\n').map_or(0, |position| position + 1);
    let end = text[start..].find('\n').map_or(text.len(), |length| start + length);
    end - start <= LONGEST_LINE && span.range.end <= text.len()
}

impl fmt::Display for Shown<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Shown<'_> {}

impl miette::Diagnostic for Shown<'_> {
    fn severity(&self) -> Option<miette::Severity> {
        Some(match self.problem.severity {
            Severity::Warning => miette::Severity::Warning,
            Severity::Error => miette::Severity::Error,
        })
    }

    fn help<'b>(&'b self) -> Option<Box<dyn fmt::Display + 'b>> {
        self.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let source = self.source.as_ref()?;
        // A long value is marked at its start: its lines would hide the place.
        let length = self.range.len().min(LONGEST_LINE);
        let line_end = source.inner()[self.range.clone()].find('\n').unwrap_or(length);
        let label = match (&self.problem.node, &self.problem.parameter) {
            (Some(node), Some(parameter)) => Some(format!("node \"{node}\", parameter {parameter}")),
            (Some(node), None) => Some(format!("node \"{node}\"")),
            (None, parameter) => parameter.clone(),
        };
        let label = label.map(|label| printable_line(&label).into_owned());
        let label = LabeledSpan::new(label, self.range.start, length.min(line_end));
        Some(Box::new(std::iter::once(label)))
    }
}
