//! Parsers of directory and domain protocols: LDAP, Kerberos, RADIUS, SMB, DCE/RPC.

pub mod kerberos;
pub mod ldap;
pub mod ms_rpc;
pub mod radius;
pub mod smb;
