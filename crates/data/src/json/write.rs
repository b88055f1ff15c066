//! JSON text as `JSON.stringify` writes it.

use std::fmt::{self, Write};
use std::io;

use super::scan::plain_length;
use super::{Json, JsonObject, Repr, number};

impl Json {
    /// The text that `JSON.stringify(value)` gives.
    pub fn to_json_string(&self) -> String {
        self.text(None)
    }

    /// The text that `JSON.stringify(value, null, 2)` gives.
    pub fn to_json_string_pretty(&self) -> String {
        self.text(Some(2))
    }

    /// Writes the text that `JSON.stringify(value)` gives.
    ///
    /// # Errors
    /// Those of the writer.
    pub fn write_json(&self, writer: &mut impl io::Write) -> io::Result<()> {
        let mut bridge = Bridge { writer: io::BufWriter::new(writer), error: None };
        match write_value(&mut bridge, self, None) {
            Ok(()) => io::Write::flush(&mut bridge.writer),
            Err(fmt::Error) => {
                Err(bridge.error.unwrap_or_else(|| io::Error::other("the value cannot be written")))
            }
        }
    }

    fn text(&self, indent: Option<usize>) -> String {
        let mut text = String::with_capacity(if self.is_object() || self.is_array() { 128 } else { 0 });
        // A string takes all that is written to it.
        let _ = write_value(&mut text, self, indent);
        text
    }
}

impl fmt::Display for Json {
    /// Compact, or indented by two spaces with `{:#}`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = formatter.alternate().then_some(2);
        write_value(formatter, self, indent)
    }
}

impl fmt::Display for JsonObject {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let indent = formatter.alternate().then_some(2);
        write_tree(formatter, Open::Object(self.iter()), indent)
    }
}

/// Lets formatted text go to a byte writer and keeps its error.
struct Bridge<W> {
    writer: W,
    error: Option<io::Error>,
}

impl<W: io::Write> Write for Bridge<W> {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.writer.write_all(text.as_bytes()).map_err(|error| {
            self.error = Some(error);
            fmt::Error
        })
    }
}

/// A container that is being written.
enum Open<'a> {
    Array(std::slice::Iter<'a, Json>),
    Object(super::Iter<'a>),
}

fn write_value(out: &mut impl Write, value: &Json, indent: Option<usize>) -> fmt::Result {
    match &value.0 {
        Repr::Array(elements) => write_tree(out, Open::Array(elements.0.iter()), indent),
        Repr::Object(object) => write_tree(out, Open::Object(object.iter()), indent),
        _ => write_scalar(out, value),
    }
}

/// Writes a container and all in it. What is open is a list, so that depth costs no stack.
fn write_tree(out: &mut impl Write, root: Open<'_>, indent: Option<usize>) -> fmt::Result {
    out.write_char(root.opening())?;
    let mut open = vec![(root, true)];
    while let Some((container, first)) = open.last_mut() {
        let next = match container {
            Open::Array(elements) => elements.next().map(|value| (None, value)),
            Open::Object(properties) => properties.next().map(|(key, value)| (Some(key), value)),
        };
        let Some((key, value)) = next else {
            let (closing, empty) = (container.closing(), *first);
            open.pop();
            if !empty {
                break_line(out, indent, open.len())?;
            }
            out.write_char(closing)?;
            continue;
        };
        if !std::mem::take(first) {
            out.write_char(',')?;
        }
        break_line(out, indent, open.len())?;
        if let Some(key) = key {
            write_string(out, key)?;
            out.write_str(if indent.is_some() { ": " } else { ":" })?;
        }
        let inner = match &value.0 {
            Repr::Array(elements) => Open::Array(elements.0.iter()),
            Repr::Object(object) => Open::Object(object.iter()),
            _ => {
                write_scalar(out, value)?;
                continue;
            }
        };
        out.write_char(inner.opening())?;
        open.push((inner, true));
    }
    Ok(())
}

impl Open<'_> {
    fn opening(&self) -> char {
        match self {
            Self::Array(_) => '[',
            Self::Object(_) => '{',
        }
    }

    fn closing(&self) -> char {
        match self {
            Self::Array(_) => ']',
            Self::Object(_) => '}',
        }
    }
}

fn break_line(out: &mut impl Write, indent: Option<usize>, depth: usize) -> fmt::Result {
    if let Some(width) = indent {
        out.write_char('\n')?;
        for _ in 0..width * depth {
            out.write_char(' ')?;
        }
    }
    Ok(())
}

fn write_scalar(out: &mut impl Write, value: &Json) -> fmt::Result {
    match &value.0 {
        Repr::Bool(true) => out.write_str("true"),
        Repr::Bool(false) => out.write_str("false"),
        Repr::Number(number) if number.is_finite() => number::with_text(*number, |text| out.write_str(text)),
        Repr::String(text) => write_string(out, text),
        _ => out.write_str("null"),
    }
}

/// Writes a string in quotes; only quotes, backslashes and control characters below U+0020 are escaped.
fn write_string(out: &mut impl Write, text: &str) -> fmt::Result {
    out.write_char('"')?;
    let mut rest = text;
    loop {
        let at = plain_length(rest.as_bytes());
        out.write_str(&rest[..at])?;
        let Some(special) = rest.as_bytes().get(at) else {
            break;
        };
        match special {
            b'"' => out.write_str("\\\""),
            b'\\' => out.write_str("\\\\"),
            0x08 => out.write_str("\\b"),
            0x0c => out.write_str("\\f"),
            b'\n' => out.write_str("\\n"),
            b'\r' => out.write_str("\\r"),
            b'\t' => out.write_str("\\t"),
            control => write!(out, "\\u{control:04x}"),
        }?;
        rest = &rest[at + 1..];
    }
    out.write_char('"')
}
