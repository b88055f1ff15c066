//! Points at which a test may let the process end or stop. Programs that are built for use have none.

/// A point of a name. Where a test has set `HEDDLE_FAIL_POINT` to `<name>:<time>:exit`, the process ends when the point is
/// reached for that time, from 1; with `:stop` it is stopped, and may be continued.
#[cfg(not(all(debug_assertions, unix)))]
pub fn reach(_name: &str) {}

/// A point of a name. Where a test has set `HEDDLE_FAIL_POINT` to `<name>:<time>:exit`, the process ends when the point is
/// reached for that time, from 1; with `:stop` it is stopped, and may be continued.
#[cfg(all(debug_assertions, unix))]
pub fn reach(name: &str) {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicUsize, Ordering};

    static SET: OnceLock<Option<(String, usize, bool)>> = OnceLock::new();
    static REACHED: AtomicUsize = AtomicUsize::new(0);

    let set = SET.get_or_init(|| {
        let set = std::env::var("HEDDLE_FAIL_POINT").ok()?;
        let mut parts = set.split(':');
        let (name, time, what) = (parts.next()?, parts.next()?, parts.next()?);
        Some((name.to_owned(), time.parse().ok()?, what == "stop"))
    });
    let Some((_, time, stops)) = set.as_ref().filter(|(set, _, _)| set == name) else { return };
    if REACHED.fetch_add(1, Ordering::SeqCst) + 1 != *time {
        return;
    }
    if *stops {
        let _ = std::process::Command::new("kill").args(["-STOP", &std::process::id().to_string()]).status();
    } else {
        // As a crash would: nothing more is done, not even what ends a process well.
        std::process::abort();
    }
}
