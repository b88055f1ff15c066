//! Calls of services: signed, paced, recorded before they leave, sent, and repeated where the table allows it.

pub(crate) mod call;
mod client;
pub(crate) mod digest;
pub(crate) mod domains;
pub(crate) mod effects;
pub(crate) mod elsewhere;
pub(crate) mod escapes;
pub(crate) mod item_record;
pub(crate) mod masking;
pub(crate) mod network;
pub(crate) mod oauth;
pub mod pacing;
mod passing;
pub mod policy;
pub(crate) mod proxy;
pub(crate) mod reachability;
pub(crate) mod redirect;
pub(crate) mod stored_answer;
pub(crate) mod transport;

pub(crate) use client::{ItemHttp, name_request};
