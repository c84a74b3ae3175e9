//! What few visits use: learns, trains and writes reports for worker and page, and is loaded when one of them asks. Empty natively.

#[cfg(target_arch = "wasm32")]
fn main() {
    packetloupe::web::extra::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {}
