//! Tests of workflows: files that say what goes into a run and what is to come out (`docs/testing.md`).

pub(crate) mod difference;
mod expect;
pub(crate) mod file;
pub(crate) mod form;
pub(crate) mod layout;
mod matcher;
mod record;
pub(crate) mod report;
pub(crate) mod run;
