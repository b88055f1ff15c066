//! Problems of workflow files, shown with their place in the file.

use std::fmt;

use heddle_workflow::{Problem, Severity};
use miette::{GraphicalReportHandler, GraphicalTheme, LabeledSpan, NamedSource, SourceCode};

/// Lines longer than this are not shown: a workflow without line breaks is one line.
const LONGEST_LINE: usize = 300;

/// Renders problems of the file `name`, whose text is `text`, for standard error.
pub(crate) fn render(name: &str, text: Option<&str>, problems: &[Problem]) -> String {
    let theme = if std::io::IsTerminal::is_terminal(&std::io::stderr()) {
        GraphicalTheme::unicode()
    } else {
        GraphicalTheme::none()
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
    source: Option<NamedSource<String>>,
}

impl<'a> Shown<'a> {
    fn new(name: &str, text: Option<&str>, problem: &'a Problem) -> Self {
        let place = match &problem.span {
            Some(span) => format!("{name}:{}:{}", span.line, span.column),
            None => name.to_owned(),
        };
        let source =
            text.filter(|text| fits(text, problem)).map(|text| NamedSource::new(name, text.to_owned()));
        Self { problem, message: format!("{place}: {}", problem.message), source }
    }
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
        self.problem.help.as_ref().map(|help| Box::new(help) as Box<dyn fmt::Display>)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.source.as_ref().map(|source| source as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let span = self.problem.span.as_ref().filter(|_| self.source.is_some())?;
        // A long value is marked at its start: its lines would hide the place.
        let length = span.range.len().min(LONGEST_LINE);
        let line_end = self
            .source
            .as_ref()
            .map_or(length, |source| source.inner()[span.range.clone()].find('\n').unwrap_or(length));
        let label = match (&self.problem.node, &self.problem.parameter) {
            (Some(node), Some(parameter)) => Some(format!("node \"{node}\", parameter {parameter}")),
            (Some(node), None) => Some(format!("node \"{node}\"")),
            (None, parameter) => parameter.clone(),
        };
        let label = LabeledSpan::new(label, span.range.start, length.min(line_end));
        Some(Box::new(std::iter::once(label)))
    }
}
