//! Parsers of mail protocols: senders, recipients and logins.

pub mod imap;
pub mod pop3;
pub mod smtp;
