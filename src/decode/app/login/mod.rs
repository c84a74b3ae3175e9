//! Logins and remote screens.

pub mod ftp;
pub mod rdp;
pub mod shell;
pub mod ssh;
pub mod telnet;
pub mod vnc;
