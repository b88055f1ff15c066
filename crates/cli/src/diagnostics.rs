//! Problems of workflow files, shown with their place in the file.

use std::fmt;
use std::ops::Range;

use heddle_node::{passwords, printable, printable_block, printable_line, without_passwords};
use heddle_workflow::{ERROR_WORKFLOW_CALLER, Problem, Severity, Span};
use miette::{
    GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, SourceCode,
    SourceSpan, SpanContents,
};

use crate::plain_text::plain_text;

/// Longer lines are cut around the place: exports without line breaks are one line.
const LONGEST_LINE: usize = 160;
/// How much of a long line is shown in front of the place.
const BEFORE: usize = 50;
/// A long value is marked at its start: the rest of it would hide the place.
const LONGEST_MARK: usize = 100;

/// Renders problems of the file `name`, whose text is `text`, for standard error.
pub(crate) fn render(name: &str, text: Option<&str>, problems: &[Problem]) -> String {
    // https://no-color.org: set to anything but nothing.
    let no_color = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let theme = match (std::io::IsTerminal::is_terminal(&std::io::stderr()), no_color) {
        (true, false) => GraphicalTheme::unicode(),
        (true, true) => GraphicalTheme::unicode_nocolor(),
        (false, _) => GraphicalTheme::none(),
    };
    let handler = GraphicalReportHandler::new_themed(theme).with_wrap_lines(false).with_links(false);
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
    excerpt: Option<Excerpt>,
}

impl<'a> Shown<'a> {
    fn new(name: &str, text: Option<&str>, problem: &'a Problem) -> Self {
        let (name, text) = match &problem.called {
            None => (name.to_owned(), text),
            Some(called) => {
                let name = called.file.clone();
                let name = name.unwrap_or_else(|| format!("workflow \"{}\"", called.workflow));
                (printable_line(&name).into_owned(), called.text.as_deref())
            }
        };
        let excerpt = text.zip(problem.span.as_ref()).and_then(|(text, span)| Excerpt::of(&name, text, span));
        let excerpt = excerpt.map(Excerpt::escape);
        let place = match &problem.span {
            Some(span) => format!("{name}:{}:{}", span.line, span.column),
            None => name,
        };
        let mut message = format!("{place}: {}", shown(&problem.message));
        let subject = problem.subject();
        if excerpt.is_none() && !subject.is_empty() {
            // Nothing below says where it is.
            message.push_str(&format!("\nat {}", printable_line(&subject)));
        }
        if let Some(called) = &problem.called {
            let quoted = |caller: &String| match caller == ERROR_WORKFLOW_CALLER {
                true => caller.clone(),
                false => format!("\"{caller}\""),
            };
            let callers: Vec<String> = called.callers.iter().map(quoted).collect();
            message.push_str(&format!("\ncalled by {}", printable_line(&callers.join(" › "))));
        }
        let help = problem.help.as_deref().map(shown);
        Self { problem, message, help, excerpt }
    }
}

/// A text for people: its line breaks indented, without passwords.
fn shown(text: &str) -> String {
    printable_block(&without_passwords(&plain_text(text))).into_owned()
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
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let subject = Some(self.problem.subject()).filter(|subject| !subject.is_empty());
        let subject = subject.map(|subject| printable_line(&subject).into_owned());
        let label = LabeledSpan::new(subject, excerpt.mark.start, excerpt.mark.len());
        Some(Box::new(std::iter::once(label)))
    }
}

/// The lines around a place: all that is looked at of a text which may be large.
#[derive(Debug)]
struct Excerpt {
    name: String,
    text: String,
    /// Line of the first character, from 0.
    line: usize,
    /// Column of the first character, from 0.
    column: usize,
    /// The place within `text`.
    mark: Range<usize>,
    /// Line and column of the place, from 0.
    place: (usize, usize),
}

impl Excerpt {
    fn of(name: &str, text: &str, span: &Span) -> Option<Self> {
        let place = span.range.clone();
        let at = (span.line.saturating_sub(1), span.column.saturating_sub(1));
        let before = text.get(..place.start)?;
        let start = before.rfind('\n').map_or(0, |end| end + 1);
        let rest = &text[place.start..];
        let end = place.start + rest.find('\n').unwrap_or(rest.len());
        let end = if text[..end].ends_with('\r') { end - 1 } else { end };
        let mark = place.start..place.end.min(end).min(floor(text, place.start + LONGEST_MARK));
        if end - start > LONGEST_LINE {
            let from = floor(text, mark.start.saturating_sub(BEFORE).max(start));
            let to = floor(text, (from + LONGEST_LINE).max(mark.end).min(end));
            let (ahead, behind) = (if from > start { "…" } else { "" }, if to < end { "…" } else { "" });
            let shift = |at: usize| at - from + ahead.len();
            return Some(Self {
                name: name.to_owned(),
                text: format!("{ahead}{}{behind}", &text[from..to]),
                line: at.0,
                column: at.1.saturating_sub(text[from..mark.start].chars().count()),
                mark: shift(mark.start)..shift(mark.end),
                place: at,
            });
        }
        // A neighbour shows where in the file the line is, as long as it can be read.
        let short = |line: &str| line.len() <= LONGEST_LINE;
        let above = text[..start.saturating_sub(1)].rfind('\n').map_or(0, |end| end + 1);
        let from = if start > 0 && short(&text[above..start]) { above } else { start };
        let below = text.get(end..).unwrap_or_default();
        let next = below.trim_start_matches('\r').strip_prefix('\n').map(|rest| {
            let skipped = below.len() - rest.len();
            end + skipped + rest.find('\n').unwrap_or(rest.len())
        });
        let to = next.filter(|next| next - end <= LONGEST_LINE).unwrap_or(end);
        Some(Self {
            name: name.to_owned(),
            text: text[from..to].to_owned(),
            line: at.0.saturating_sub(usize::from(from < start)),
            column: 0,
            place: at,
            mark: mark.start - from..mark.end - from,
        })
    }
}

impl Excerpt {
    /// The same as a terminal may show it.
    fn escape(self) -> Self {
        // A password gives way to as many bytes, so that the mark stays where it is.
        let mut text = self.text.clone();
        for password in passwords(&self.text) {
            text.replace_range(password.clone(), &"*".repeat(password.len()));
        }
        let mark = &self.mark;
        let (before, part) = (printable(&text[..mark.start]), printable(&text[mark.clone()]));
        let shown = before.len()..before.len() + part.len();
        let text = format!("{before}{part}{}", printable(&text[mark.end..]));
        Self { text, mark: shown, ..self }
    }
}

impl SourceCode for Excerpt {
    fn read_span<'a>(
        &'a self,
        _span: &SourceSpan,
        lines_before: usize,
        lines_after: usize,
    ) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let lines = self.text.lines().count();
        // Without neighbours the place itself is asked for.
        let is_place = lines_before + lines_after == 0;
        let (line, column) = if is_place { self.place } else { (self.line, self.column) };
        let all = SourceSpan::from(0..self.text.len());
        let contents =
            MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), all, line, column, lines);
        Ok(Box::new(contents))
    }
}

fn floor(text: &str, index: usize) -> usize {
    let mut index = index.min(text.len());
    while !text.is_char_boundary(index) {
        index -= 1;
    }
    index
}
