//! Parsers of remote logins and remote screens: FTP, SSH, Telnet, RDP, VNC, and plain command shells.

pub mod ftp;
pub mod rdp;
pub mod shell;
pub mod ssh;
pub mod telnet;
pub mod vnc;
