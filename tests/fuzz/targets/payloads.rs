//! Any bytes as the payload of an application: the first says which decoder takes them.

#![no_main]

use libfuzzer_sys::fuzz_target;
use packetloupe::decode::app::{self, describe, dns};
use packetloupe::model::protocol::Named;

fuzz_target!(|bytes: &[u8]| {
    let Some((choice, payload)) = bytes.split_first() else { return };
    app::read_tcp(payload);
    dns::addresses(payload);
    if let Some(named) = Named::ALL.get(usize::from(*choice) % Named::ALL.len()) {
        let line = describe::line(*named, payload);
        assert!(line.is_none_or(|line| line.chars().count() <= 200));
    }
});
