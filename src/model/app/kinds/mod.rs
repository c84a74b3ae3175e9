//! What messages can say in few words: an enum for each protocol and each such field, and one token for all of them.

pub mod directory;
pub mod infra;
mod label;
pub mod link;
pub mod login;
pub mod names;
pub mod shell;
pub mod token;
pub mod web;
