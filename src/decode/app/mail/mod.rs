//! Mail: who sends to whom, and who logs in to fetch it.

pub mod imap;
pub mod pop3;
pub mod smtp;
