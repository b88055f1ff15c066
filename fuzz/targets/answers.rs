#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| heddle_tests::readers::read("answers", bytes));
