//! Writes the inputs that fuzzing begins with: `cargo run --package heddle-tests --example seed_corpus -- DIR [TARGET]`.

use std::path::Path;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let folder = arguments.first().expect("usage: seed_corpus DIR [TARGET]");
    for reader in heddle_tests::readers::READERS {
        if arguments.get(1).is_some_and(|target| target != reader.name) {
            continue;
        }
        let folder = Path::new(folder).join(reader.name);
        std::fs::create_dir_all(&folder).expect("the folder can be made");
        let findings = heddle_tests::readers::findings(reader.name);
        let findings = findings.iter().map(|path| std::fs::read(path).expect("a finding can be read"));
        for (number, input) in (reader.corpus)().into_iter().chain(findings).enumerate() {
            std::fs::write(folder.join(format!("recorded-{number:05}")), input)
                .expect("the file can be written");
        }
    }
}
