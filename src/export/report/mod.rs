//! Analysis to a report for people.

pub mod html;
