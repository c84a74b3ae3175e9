//! What the page shows in its middle, one file or folder for each view.

pub mod columns;
pub mod findings;
pub mod flows;
pub mod issues;
pub mod overview;
pub mod packets;
pub mod reading;
pub mod rows;
pub mod settings;
pub mod start;
