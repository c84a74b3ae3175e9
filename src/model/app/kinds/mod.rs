//! What messages can say in few words: an enum for each protocol and each such field, and one token for all of them.

pub mod database;
pub mod directory;
pub mod industrial;
pub mod infra;
mod label;
pub mod link;
pub mod login;
pub mod media;
pub mod names;
pub mod overlay;
pub mod shell;
pub mod token;
pub mod web;
