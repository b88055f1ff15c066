//! A disk that is full in the middle of a run, and at its end: nothing further leaves, what was sent is told, and the run goes
//! on once there is room.

#![cfg(unix)]

use std::path::{Path, PathBuf};
use std::process::Command;

use heddle_tests::Finished;
use heddle_tests::kept::Kept;

const CONTACTS: usize = 60;

/// What the summary says was sent, compared with the ledger.
fn sent_is_told(kept: &Kept, ended: &Finished, place: &str) {
    assert_eq!(ended.status, 1, "{place}: {}", ended.stderr);
    let sent = kept.service.ledger().len();
    assert!((1..CONTACTS).contains(&sent), "{place}: {sent}");
    let line = ended.stderr.lines().find(|line| line.starts_with("Send: ")).expect("a summary");
    let told: usize = line.trim_start_matches("Send: ").split(' ').next().unwrap().parse().expect("a count");
    let unknown = ended.stderr.lines().find_map(|line| line.strip_prefix("  unknown: ")).unwrap_or("none");
    assert_eq!((told, unknown), (sent, "none"), "{place}: {}", ended.stderr);
}

#[test]
fn nothing_further_leaves_where_the_file_may_not_grow() {
    let kept = Kept::sending(CONTACTS);
    let ended = Finished::of(kept.run().env("HEDDLE_FAIL_POINT", "pages:24:limit"));
    assert!(ended.stderr.contains("the disk is full"), "{}", ended.stderr);
    sent_is_told(&kept, &ended, "a file of 24 pages");
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    kept.check("there is room again", 3);
}

/// A small file system in memory, as long as it lives.
struct Disk(PathBuf);

impl Disk {
    /// `None` where this may not be mounted here.
    fn mount(folder: PathBuf, size: &str) -> Option<Self> {
        std::fs::create_dir_all(&folder).expect("a folder");
        let mounted =
            Command::new("mount").args(["-t", "tmpfs", "-o", size, "none"]).arg(&folder).output().ok()?;
        mounted.status.success().then_some(Self(folder))
    }

    fn grow(&self, size: &str) {
        let options = format!("remount,{size}");
        let grown = Command::new("mount").args(["-o", &options]).arg(&self.0).status().expect("mount runs");
        assert!(grown.success());
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg(&self.0).status();
    }
}

#[test]
fn nothing_further_leaves_once_the_disk_is_full() {
    let mut kept = Kept::sending(CONTACTS);
    let folder = kept.store.with_file_name("disk");
    let Some(disk) = Disk::mount(folder.clone(), "size=256k") else {
        eprintln!("skipped: no file system may be mounted here");
        return;
    };
    kept.store = folder.join("runs.db");
    let ended = Finished::of(&mut kept.run());
    assert!(ended.stderr.contains("the disk is full"), "{}", ended.stderr);
    sent_is_told(&kept, &ended, "a disk of 256 kB");
    let full = Finished::of(&mut kept.resume());
    assert_ne!(full.status, 0, "it is full still: {}", full.stderr);
    disk.grow("size=16m");
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!(resumed.status, 0, "{}", resumed.stderr);
    kept.check("there is room again", 3);
}

#[test]
fn an_end_that_cannot_be_kept_is_told_and_what_was_sent_with_it() {
    let kept = Kept::sending(4);
    let report = kept.service.write("report.jsonl", "");
    let mut run = kept.run();
    let ended = Finished::of(run.arg("--report").arg(&report).env("HEDDLE_FAIL_POINT", "end full:1:fail"));
    assert_eq!(ended.status, 1, "{}", ended.stderr);
    assert!(ended.stderr.contains("not all that has happened could be kept"), "{}", ended.stderr);
    assert!(ended.stderr.contains("the disk is full"), "{}", ended.stderr);
    assert!(ended.stderr.contains("Send: 4 sent, 0 not sent, 0 unknown"), "{}", ended.stderr);
    assert!(ended.stderr.contains("heddle resume "), "{}", ended.stderr);
    assert_eq!(ended.json().as_array().map(Vec::len), Some(4), "what came out is printed all the same");
    assert!(Path::new(&report).exists());
    // The next one is no second mailing, and the run comes to its end.
    assert_eq!(Finished::of(&mut kept.run()).status, 3);
    let resumed = Finished::of(&mut kept.resume());
    assert_eq!((resumed.status, kept.service.ledger().len()), (0, 4), "{}", resumed.stderr);
    // Some outcomes were to be written together with the end.
    kept.check("resumed", 3);
}
