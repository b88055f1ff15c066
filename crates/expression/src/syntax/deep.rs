//! Work on code that may nest deeply.

/// Characters with which a level of nesting can begin, or, for words such as `typeof`, must go on.
const OPENS_LEVEL: &[u8] = b" ([{`!~+-*/%?.=&|^<>,:;\t\n";

/// What a level of nesting may take of the stack, in bytes.
const PER_LEVEL: usize = 8 * 1024;

/// Code that may nest more deeply is not looked at.
const MOST_LEVELS: usize = 128 * 1024;

/// Does `work`, which parses `source` and walks over its tree, on a stack that fits it: both take a level of it for every
/// level of nesting, of which no part of the code that is parsed at once, `longest` bytes, can have more. `None` when the
/// code nests too deeply, or `work` panics.
pub(crate) fn on_fitting_stack<T: Send>(
    source: &str,
    longest: usize,
    work: impl FnOnce() -> T + Send,
) -> Option<T> {
    let levels = longest.min(source.bytes().filter(|byte| OPENS_LEVEL.contains(byte)).count());
    if levels > MOST_LEVELS {
        return None;
    }
    let size = (levels * PER_LEVEL).max(4 * 1024 * 1024);
    std::thread::scope(|scope| {
        let thread = std::thread::Builder::new().stack_size(size).spawn_scoped(scope, work);
        thread.ok().and_then(|thread| thread.join().ok())
    })
}
