//! What the benchmarks share.

use std::fs;
use std::process::Command;
use std::time::Duration;

/// The one in the middle.
///
/// # Panics
/// When there are none.
pub fn median<T: PartialOrd + Copy>(values: &mut [T]) -> T {
    values.sort_by(|left, right| left.partial_cmp(right).expect("measured values can be compared"));
    values[values.len() / 2]
}

/// Runs a command to its end and gives its peak resident memory in bytes: the kernel's own high-water mark, read until
/// the process ends.
///
/// # Panics
/// When the command does not start.
pub fn peak_memory(command: &mut Command) -> u64 {
    let mut child = command.spawn().expect("the binary runs");
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0;
    while child.try_wait().expect("the child can be waited for").is_none() {
        let text = fs::read_to_string(&status).unwrap_or_default();
        let mark = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = mark.and_then(|mark| mark.trim().trim_end_matches(" kB").parse::<u64>().ok());
        peak = peak.max(kilobytes.unwrap_or_default() * 1024);
        std::thread::sleep(Duration::from_millis(1));
    }
    peak
}
