//! Sends to many people: whom an item is for, who is left out, when and how many leave, what is sent only once, and what
//! is said before the first one (`docs/mailings.md`).

pub(crate) mod book;
pub(crate) mod exclusions;
pub(crate) mod gate;
pub(crate) mod hours;
pub(crate) mod phone;
pub(crate) mod plan;
pub(crate) mod recipient;
pub(crate) mod rules;
pub(crate) mod settings;
