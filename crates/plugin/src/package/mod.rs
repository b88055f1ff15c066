//! Packages on the disk: where they are, what they say of themselves, and the files that belong to them.

mod code;
mod find;
mod manifest;
mod resolve;

pub(crate) use code::{Code, PluginCredential};
pub(crate) use find::{Place, find_packages, for_own_code};
pub(crate) use manifest::{Manifest, read_json};
pub(crate) use resolve::{By, Files, Found};
