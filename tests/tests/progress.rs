//! What a person sees on a terminal while a workflow runs.
#![cfg(unix)]

use std::fs::File;
use std::io::Read as _;
use std::os::fd::OwnedFd;
use std::process::Command;
use std::thread::JoinHandle;

use heddle_tests::{Service, heddle, recipient, recipients, sending_workflow};
use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::json;
use wts_sandbox::{Fault, FaultRule, RetryAfter};

/// A terminal that a program writes to.
struct Terminal {
    program_side: OwnedFd,
    reader: JoinHandle<String>,
}

impl Terminal {
    fn new(columns: u16) -> Self {
        let controller = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).expect("a terminal can be had");
        grantpt(&controller).expect("it is ours");
        unlockpt(&controller).expect("it can be opened");
        let size = Winsize { ws_row: 40, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
        tcsetwinsize(&controller, size).expect("it has a size");
        let path = ptsname(&controller, Vec::new()).expect("it has a name");
        let flags = OFlags::RDWR | OFlags::NOCTTY;
        let program_side = rustix::fs::open(path, flags, Mode::empty()).expect("it opens");
        let reader = std::thread::spawn(move || {
            let (mut controller, mut shown, mut part) = (File::from(controller), Vec::new(), [0; 4096]);
            // Reading fails once nobody writes any more.
            while let Ok(length @ 1..) = controller.read(&mut part) {
                shown.extend_from_slice(&part[..length]);
            }
            String::from_utf8(shown).expect("what is shown is UTF-8")
        });
        Self { program_side, reader }
    }

    /// Runs a command with this terminal as standard error, and gives its exit status and what the terminal got.
    fn run(self, command: &mut Command) -> (i32, String) {
        let Self { program_side, reader } = self;
        command.env("TERM", "xterm-256color").stdout(std::process::Stdio::null());
        let mut child = command.stderr(program_side).spawn().expect("the binary runs");
        let status = child.wait().expect("it ends").code().unwrap_or(-1);
        // The command holds the program's side as well.
        command.stderr(std::process::Stdio::null());
        (status, reader.join().expect("it reads to the end"))
    }

    /// The same with this terminal as standard output.
    fn show(self, command: &mut Command) -> (i32, String) {
        let Self { program_side, reader } = self;
        command.env("TERM", "xterm-256color").env_remove("NO_COLOR").stderr(std::process::Stdio::null());
        let mut child = command.stdout(program_side).spawn().expect("the binary runs");
        let status = child.wait().expect("it ends").code().unwrap_or(-1);
        command.stdout(std::process::Stdio::null());
        (status, reader.join().expect("it reads to the end"))
    }
}

/// The texts between the terminal's commands: what is drawn on one line in one go.
fn drawn(shown: &str) -> Vec<String> {
    let mut lines = vec![String::new()];
    let mut characters = shown.chars();
    while let Some(character) = characters.next() {
        match character {
            '\u{1b}' => {
                let mut sequence = characters.by_ref().skip_while(|character| *character == '[');
                let end = sequence.find(|character| character.is_ascii_alphabetic());
                if end != Some('m') {
                    lines.push(String::new());
                }
            }
            '\r' | '\n' => lines.push(String::new()),
            _ => lines.last_mut().expect("there is a line").push(character),
        }
    }
    lines.retain(|line| !line.trim().is_empty());
    lines
}

/// Twelve contacts, the first of which the service asks to wait for three seconds.
fn waiting_service() -> Service {
    let service = Service::start();
    let wait = Fault::RateLimited { retry_after: RetryAfter::Seconds(3) };
    service.fault(FaultRule::new(wait).to(recipient(0)).times(1));
    service.fault(FaultRule::new(Fault::FormError).to(recipient(1)));
    service
}

#[test]
fn a_wait_is_shown_with_the_time_left_and_the_summary_comes_last() {
    for columns in [60, 80, 110] {
        let service = waiting_service();
        let workflow = sending_workflow(json!({}), json!({ "onError": "continueRegularOutput" }));
        let mut command = service.run(&workflow, &recipients(12));
        let (status, shown) = Terminal::new(columns).run(command.env("COLUMNS", columns.to_string()));
        assert_eq!(status, 0, "{shown}");
        let drawn = drawn(&shown);
        for left in ["waits 3 s", "waits 2 s"] {
            assert!(drawn.iter().any(|line| line.contains(left)), "{left} at {columns} columns: {drawn:#?}");
        }
        let wide = drawn
            .iter()
            .find(|line| line.starts_with("Send ") && line.chars().count() > usize::from(columns));
        assert_eq!(wide, None, "at {columns} columns");
        let summary = drawn.iter().rposition(|line| line.starts_with("Send: 11 sent, 1 not sent, 0 unknown"));
        let bar = drawn.iter().rposition(|line| line.starts_with("Send ") && line.contains("12"));
        assert!(summary > bar && bar.is_some(), "{drawn:#?}");
    }
}

#[test]
fn quiet_runs_show_nothing() {
    let service = waiting_service();
    let workflow = sending_workflow(json!({}), json!({}));
    let mut command = service.run(&workflow, &json!([{ "to": recipient(0) }]));
    let (status, shown) = Terminal::new(80).run(command.arg("--quiet"));
    assert_eq!((status, shown.as_str()), (0, ""));
}

#[test]
fn tests_have_colours_and_their_names_have_none() {
    let folder = tempfile::tempdir().expect("a folder");
    let manual = json!({ "id": "1", "name": "Start", "type": "n8n-nodes-base.manualTrigger", "typeVersion": 1,
        "position": [0, 0], "parameters": {} });
    let test = |status: &str| json!({ "name": "x\u{1b}[31m", "expect": { "status": status } });
    let tests = json!({ "workflow": "one.json", "tests": [test("success"), test("error")] });
    for (name, text) in
        [("one.json", json!({ "nodes": [manual], "connections": {} })), ("one.test.json", tests)]
    {
        std::fs::write(folder.path().join(name), text.to_string()).expect("it can be written");
    }
    let (status, shown) = Terminal::new(80).show(heddle().arg("test").arg(folder.path()));
    assert_eq!(status, 1, "{shown}");
    for painted in ["\u{1b}[32m✓\u{1b}[0m x\\u001b[31m", "\u{1b}[31m✗\u{1b}[0m x\\u001b[31m"] {
        assert!(shown.contains(painted), "{shown:?}");
    }
}

#[test]
fn no_color_holds_everywhere() {
    let service = waiting_service();
    let mut broken = sending_workflow(json!({ "channelID": "x" }), json!({}));
    broken["nodes"][1]["type"] = json!("n8n-nodes-wts.wtsChatt");
    let file = service.write("broken.json", broken.to_string());
    let sends = |service: &Service| service.run(&sending_workflow(json!({}), json!({})), &recipients(2));
    let mut check = heddle();
    check.arg("check").arg(&file);
    let mut help = heddle();
    help.args(["run", "--nonsense"]);
    let has_colors = |shown: &str| {
        let codes = shown.split("\u{1b}[").skip(1);
        codes.filter_map(|code| code.split_once('m')).any(|(code, _)| {
            code.split(';').any(|part| {
                part.parse().is_ok_and(|number: u8| matches!(number, 30..=37 | 40..=47 | 90..=107))
            })
        })
    };
    assert!(
        has_colors(&Terminal::new(80).run(check.env_remove("NO_COLOR")).1),
        "without NO_COLOR there are colours"
    );
    for command in [&mut check, &mut help, &mut sends(&service)] {
        let (_, shown) = Terminal::new(80).run(command.env("NO_COLOR", "1"));
        assert!(!shown.is_empty() && !has_colors(&shown), "{shown:?}");
    }
}
