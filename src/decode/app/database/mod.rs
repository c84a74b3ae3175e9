//! Databases.

pub mod mongodb;
pub mod ms_sql;
pub mod mysql;
pub mod postgresql;
pub mod redis;
