//! The readers stand the recorded cases and everything that fuzzing has found (`fuzz/run` fuzzes them further).

use std::panic::catch_unwind;

use heddle_tests::readers::{READERS, findings};

#[test]
fn readers_stand_what_was_recorded_and_what_fuzzing_found() {
    let mut failed = Vec::new();
    for reader in READERS {
        let recorded = (reader.corpus)();
        assert!(recorded.len() >= 10, "{}: only {} recorded inputs", reader.name, recorded.len());
        let recorded =
            recorded.into_iter().map(|input| (String::from_utf8_lossy(&input).into_owned(), input));
        let found = findings(reader.name).into_iter().map(|path| {
            let input = std::fs::read(&path).expect("a finding can be read");
            (path.display().to_string(), input)
        });
        for (name, input) in recorded.chain(found) {
            if catch_unwind(|| (reader.read)(&input)).is_err() {
                failed.push(format!("{}: {name}", reader.name));
            }
        }
    }
    assert!(failed.is_empty(), "{} inputs fail:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_reader_has_a_fuzz_target() {
    for reader in READERS {
        let target = heddle_tests::root().join(format!("fuzz/targets/{}.rs", reader.name));
        let text = std::fs::read_to_string(&target).expect("the target is there");
        assert!(text.contains(&format!("read(\"{}\"", reader.name)), "{}", target.display());
    }
}
