//! Points at which a test may let the process end or stop. Programs that are built for use have none.

/// A point of a name. Where a test has set `HEDDLE_FAIL_POINT` to `<name>:<time>:exit`, the process ends when the point is
/// reached for that time, from 1; with `:stop` it is stopped, and may be continued.
pub fn reach(name: &str) {
    let _ = is_reached(name);
}

/// Whether what stands at a point fails: with `:fail`, from that time on.
pub fn fails(name: &str) -> bool {
    is_reached(name)
}

/// The limit that a test has set for this: `<name>:<limit>:limit`.
pub fn limit(name: &str) -> Option<u32> {
    limit_of(name)
}

#[cfg(not(all(debug_assertions, unix)))]
fn limit_of(_name: &str) -> Option<u32> {
    None
}

#[cfg(all(debug_assertions, unix))]
fn limit_of(name: &str) -> Option<u32> {
    let set = std::env::var("HEDDLE_FAIL_POINT").ok()?;
    set.strip_prefix(name)?.strip_prefix(':')?.strip_suffix(":limit")?.parse().ok()
}

#[cfg(not(all(debug_assertions, unix)))]
fn is_reached(_name: &str) -> bool {
    false
}

#[cfg(all(debug_assertions, unix))]
fn is_reached(name: &str) -> bool {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static SET: OnceLock<Option<(String, usize, String)>> = OnceLock::new();
    static REACHED: AtomicUsize = AtomicUsize::new(0);

    let set = SET.get_or_init(|| {
        let set = std::env::var("HEDDLE_FAIL_POINT").ok()?;
        let mut parts = set.split(':');
        let (name, time, what) = (parts.next()?, parts.next()?, parts.next()?);
        Some((name.to_owned(), time.parse().ok()?, what.to_owned()))
    });
    let Some((_, time, what)) = set.as_ref().filter(|(set, ..)| set == name) else { return false };
    let reached = REACHED.fetch_add(1, Ordering::SeqCst) + 1;
    match what.as_str() {
        "fail" => return reached >= *time,
        _ if reached != *time => {}
        "stop" => {
            let process = std::process::id().to_string();
            let _ = std::process::Command::new("kill").args(["-STOP", &process]).status();
        }
        // As a crash would: nothing more is done, not even what ends a process well.
        _ => std::process::abort(),
    }
    false
}
