//! What goes to the terminal, which must not obey what files and services say.

use std::io::{self, BufWriter, IsTerminal as _, StdoutLock, Write};

use heddle_node::printable;

/// Standard output, buffered. On a terminal, control characters and those that change the direction of text are escaped,
/// which leaves JSON the same JSON; anything else gets the bytes as they are.
pub(crate) fn standard_output() -> impl Write {
    let stdout = io::stdout();
    let escapes = stdout.is_terminal();
    let buffered = BufWriter::new(stdout.lock());
    if escapes { Output::Terminal(Escaping::new(buffered)) } else { Output::Plain(buffered) }
}

enum Output {
    Plain(BufWriter<StdoutLock<'static>>),
    Terminal(Escaping<BufWriter<StdoutLock<'static>>>),
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(output) => output.write(bytes),
            Self::Terminal(output) => output.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(output) => output.flush(),
            Self::Terminal(output) => output.flush(),
        }
    }
}

/// Escapes text on its way to a writer.
struct Escaping<W> {
    inner: W,
    /// The beginning of a character whose end has not come yet.
    rest: Vec<u8>,
}

impl<W: Write> Escaping<W> {
    fn new(inner: W) -> Self {
        Self { inner, rest: Vec::new() }
    }
}

impl<W: Write> Write for Escaping<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.rest.extend_from_slice(bytes);
        let mut rest = self.rest.as_slice();
        while !rest.is_empty() {
            let (text, broken) = match std::str::from_utf8(rest) {
                Ok(text) => (text, 0),
                Err(error) => {
                    let text = rest.get(..error.valid_up_to()).unwrap_or_default();
                    let Some(broken) = error.error_len() else {
                        self.inner.write_all(printable(&String::from_utf8_lossy(text)).as_bytes())?;
                        rest = rest.get(text.len()..).unwrap_or_default();
                        break;
                    };
                    (std::str::from_utf8(text).unwrap_or_default(), broken)
                }
            };
            self.inner.write_all(printable(text).as_bytes())?;
            if broken > 0 {
                self.inner.write_all("\u{fffd}".as_bytes())?;
            }
            rest = rest.get(text.len() + broken..).unwrap_or_default();
        }
        self.rest = rest.to_vec();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_wherever_it_is_cut() {
        let text = "{\"João\":\"\u{202e}x\u{9b}31m\u{1b}\"}\n";
        for cut in 0..=text.len() {
            let mut output = Escaping::new(Vec::new());
            output.write_all(&text.as_bytes()[..cut]).expect("memory takes all");
            output.write_all(&text.as_bytes()[cut..]).expect("memory takes all");
            assert_eq!(
                String::from_utf8(output.inner).ok().as_deref(),
                Some("{\"João\":\"\\u202ex\\u009b31m\\u001b\"}\n")
            );
        }
    }

    #[test]
    fn broken_bytes_are_shown_as_such() {
        let mut output = Escaping::new(Vec::new());
        output.write_all(b"a\xffb\xc3(").expect("memory takes all");
        assert_eq!(String::from_utf8(output.inner).ok().as_deref(), Some("a\u{fffd}b\u{fffd}("));
    }
}
