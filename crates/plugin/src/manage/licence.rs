//! What a package's licence allows.

/// Licences that let anybody use and pass on what is under them.
const FREE: [&str; 14] = [
    "MIT",
    "MIT-0",
    "ISC",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "0BSD",
    "Apache-2.0",
    "Unlicense",
    "CC0-1.0",
    "Zlib",
    "MPL-2.0",
    "BlueOak-1.0.0",
    "Python-2.0",
    "WTFPL",
];

/// Whether a licence asks nothing of those who use it.
pub(crate) fn is_free(licence: &str) -> bool {
    let plain = licence.replace(['(', ')'], "");
    plain.split(" OR ").any(|one| one.split(" AND ").all(|own| FREE.contains(&own.trim())))
}
