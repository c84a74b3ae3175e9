//! What a shell without a protocol around it is.

use crate::model::app::kinds::label::labelled;

labelled! {
    /// What a shell without a protocol around it is.
    ShellMessage {
        Script "script", ReverseShell "reverse shell", Shell "shell",
    }
}
