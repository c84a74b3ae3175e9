//! The native command; all of it is in `packetloupe::command`.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> std::process::ExitCode {
    packetloupe::command::run()
}

#[cfg(target_arch = "wasm32")]
fn main() {}
