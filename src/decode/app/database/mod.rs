//! Parsers of database protocols: commands, logins and their results.

pub mod mongodb;
pub mod ms_sql;
pub mod mysql;
pub mod postgresql;
pub mod redis;
