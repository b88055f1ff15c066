//! `--log`: what happens, a line each, on standard error.

use std::io::{self, IsTerminal as _, Write};

use heddle_node::without_passwords;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::util::SubscriberInitExt as _;

use crate::arguments::LogLevel;

/// Logs from now on. Of what libraries tell only warnings are shown: they know nothing of secrets.
pub(crate) fn begin(level: LogLevel) {
    let level = match level {
        LogLevel::Error => LevelFilter::ERROR,
        LogLevel::Warn => LevelFilter::WARN,
        LogLevel::Info => LevelFilter::INFO,
        LogLevel::Debug => LevelFilter::DEBUG,
        LogLevel::Trace => LevelFilter::TRACE,
    };
    let lines = tracing_subscriber::fmt::layer()
        .with_target(false)
        .with_ansi(io::stderr().is_terminal())
        .with_writer(|| OneLine(io::stderr()));
    let filter = ["h2", "hyper", "hyper_util", "reqwest", "rustls", "tungstenite"]
        .into_iter()
        .fold(Targets::new().with_default(level), |filter, library| {
            filter.with_target(library, level.min(LevelFilter::WARN))
        });
    // A program that embeds this one may log already, to where it wants.
    let _ = tracing_subscriber::registry().with(lines).with(filter).try_init();
}

/// Writes each event, which comes in one piece, as one line, whatever is told of it.
struct OneLine<W>(W);

impl<W: Write> Write for OneLine<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        let line = text.strip_suffix('\n').unwrap_or(&text);
        let line = line.replace('\n', "\\n").replace('\r', "\\r");
        writeln!(self.0, "{}", without_passwords(&line))?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}
