//! The worker: reads files and answers the page. Empty natively.

#[cfg(target_arch = "wasm32")]
fn main() {
    packetloupe::web::worker::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
