//! Talks to the oracle: the real n8n behind a line protocol, one JSON request a line, one JSON answer a line.
//!
//! The environment variable `HEDDLE_ORACLE` names its program. Tests that need it skip where it is not set, and say so.

use std::ffi::OsString;
use std::io::{BufRead, BufReader, Write as _};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::Value;

/// The environment variable with the path of the oracle's program.
pub const ORACLE_VARIABLE: &str = "HEDDLE_ORACLE";

/// A running oracle. Dropping it ends its process.
pub struct Oracle {
    program: OsString,
    arguments: Vec<String>,
    process: Process,
}

struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Oracle {
    /// Starts the oracle; `None`, with the reason on standard error, where this machine has none.
    ///
    /// # Panics
    /// When `HEDDLE_ORACLE` is set and the program does not start: a test that was asked for must not pass by itself.
    pub fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// As [`Oracle::start`], with further arguments of the program, such as `--engine legacy`.
    ///
    /// # Panics
    /// As [`Oracle::start`].
    pub fn start_with(arguments: &[&str]) -> Option<Self> {
        let Some(program) = std::env::var_os(ORACLE_VARIABLE) else {
            eprintln!("skipped: {ORACLE_VARIABLE} is not set, so there is no n8n to compare with");
            return None;
        };
        let arguments: Vec<String> = arguments.iter().map(|&argument| argument.to_owned()).collect();
        let process = Process::start(&program, &arguments).unwrap_or_else(|error| {
            panic!("the oracle {} does not start: {error}", program.to_string_lossy())
        });
        Some(Self { program, arguments, process })
    }

    /// Sends a request and waits for its answer. An oracle that has died is started again, once.
    ///
    /// # Panics
    /// When the oracle dies of the same request twice, or answers with something that is not JSON.
    pub fn ask(&mut self, request: &Value) -> Value {
        if let Ok(answer) = self.process.ask(request) {
            return answer;
        }
        let fresh = Process::start(&self.program, &self.arguments);
        let asked = fresh.and_then(|fresh| {
            self.process = fresh;
            self.process.ask(request)
        });
        asked.unwrap_or_else(|error| panic!("the oracle gives no answer: {error}\nrequest: {request}"))
    }

    /// As [`Oracle::ask`], for a request of which the oracle may die, or never end.
    ///
    /// # Errors
    /// When it gives no answer; it is of no use any more.
    pub fn ask_once(&mut self, request: &Value) -> std::io::Result<Value> {
        self.process.ask(request)
    }

    /// The number of its process, for whoever ends it.
    pub fn process_id(&self) -> u32 {
        self.process.child.id()
    }

    /// Asks many questions at once, which costs a third of asking one after the other.
    ///
    /// # Panics
    /// As [`Oracle::ask`].
    pub fn ask_all(&mut self, requests: &[Value]) -> Vec<Value> {
        match self.process.ask_all(requests) {
            Ok(answers) => answers,
            Err(_) => requests.iter().map(|request| self.ask(request)).collect(),
        }
    }
}

impl Process {
    fn start(program: &OsString, arguments: &[String]) -> std::io::Result<Self> {
        let mut child = Command::new(program)
            .arg("--serve")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let (Some(requests), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            return Err(std::io::Error::other("its pipes are missing"));
        };
        let mut process = Self { child, requests, answers: BufReader::new(answers) };
        let ready = process.read()?;
        if ready["ready"] != true {
            return Err(std::io::Error::other(format!("its first line is {ready}")));
        }
        Ok(process)
    }

    fn ask(&mut self, request: &Value) -> std::io::Result<Value> {
        writeln!(self.requests, "{request}")?;
        self.requests.flush()?;
        self.read()
    }

    fn ask_all(&mut self, requests: &[Value]) -> std::io::Result<Vec<Value>> {
        let Self { requests: input, answers, .. } = self;
        // Written beside the reading, since either pipe may fill up.
        std::thread::scope(|scope| {
            let writer = scope.spawn(move || {
                requests.iter().try_for_each(|request| writeln!(input, "{request}"))?;
                input.flush()
            });
            let read: Vec<_> = requests.iter().map_while(|_| read_answer(answers).ok()).collect();
            // Where the program has died, writing fails too; where it has not, everything was written.
            writer.join().map_err(|_| std::io::Error::other("the writer panicked"))??;
            match read.len() == requests.len() {
                true => Ok(read),
                false => Err(std::io::ErrorKind::UnexpectedEof.into()),
            }
        })
    }

    fn read(&mut self) -> std::io::Result<Value> {
        read_answer(&mut self.answers)
    }
}

fn read_answer(answers: &mut impl BufRead) -> std::io::Result<Value> {
    let mut line = String::new();
    if answers.read_line(&mut line)? == 0 {
        return Err(std::io::ErrorKind::UnexpectedEof.into());
    }
    let answer =
        serde_json::from_str(&line).or_else(|_| serde_json::from_str(&without_lone_surrogates(&line)));
    answer.map_err(|error| std::io::Error::other(format!("{error}: {line}")))
}

/// JSON text in which halves of surrogate pairs, which Rust's strings cannot hold, are U+FFFD.
fn without_lone_surrogates(text: &str) -> String {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        u16::from_str_radix(digits, 16).ok()
    };
    let mut result = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let length = match (unit(at), unit(at + 6)) {
            (Some(0xD800..=0xDBFF), Some(0xDC00..=0xDFFF)) => 12,
            (Some(0xD800..=0xDFFF), _) => {
                result.push_str("\\ufffd");
                at += 6;
                continue;
            }
            _ if rest.starts_with('\\') => 2,
            _ => rest.chars().next().map_or(1, char::len_utf8),
        };
        result.push_str(&text[at..at + length]);
        at += length;
    }
    result
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
