//! Messages and errors of databases.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// Why MySQL refuses a client.
    MySqlError {
        AccessDenied "access denied", HostNotAllowed "host not allowed", TooManyConnections "too many connections",
    }

    /// A message of MS SQL (MS-TDS).
    MsSqlMessage {
        Tls "TLS", PreLogin "pre-login", Sspi "SSPI", PreLoginAnswer "pre-login answer", LogIn "login",
    }

    /// A command of MS SQL (MS-TDS).
    MsSqlCommand {
        Batch "batch", Rpc "RPC",
    }

    /// A message of PostgreSQL before a login.
    PostgreSqlMessage {
        AskForTls "ask for TLS", AskForGssapi "ask for GSSAPI", Cancel "cancel", Start "start",
    }
}
