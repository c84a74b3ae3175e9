//! Databases: what is asked of them, who logs in, and how it went.

pub mod mongodb;
pub mod ms_sql;
pub mod mysql;
pub mod postgresql;
pub mod redis;
