//! Directories and domains: LDAP, Kerberos, RADIUS, SMB, MS RPC.

pub mod kerberos;
pub mod ldap;
pub mod ms_rpc;
pub mod radius;
pub mod smb;
