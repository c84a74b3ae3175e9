//! Small tables to how they are read.
