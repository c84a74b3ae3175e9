//! The numbers of a flow that the models look at, and how each is brought to a common footing.
//!
//! Addresses, port numbers and clock times are left out on purpose: a model should say how a flow behaves, not learn
//! who is who. Counts, bytes and times span many powers of ten, so their logarithm ln(1 + x) is taken. It comes from
//! the `libm` crate, not from the standard library: a browser and a native program then get the very same bits.

use super::{micros, payload, per_second, ports, ratio};
use crate::maths::elementary::ln_1p;
use crate::model::Flow;
use crate::model::flow::DirectionStats;
use crate::model::packet::tcp_flag;

/// One number of the vector.
pub struct ModelFeature {
    /// A few words for people.
    pub name: &'static str,
    /// Unit before scaling; empty for a plain count or ratio.
    pub unit: &'static str,
    /// How it is computed.
    pub formula: &'static str,
    /// How it enters the vector.
    pub scale: Scale,
    /// The value in its unit.
    pub value: fn(&Flow) -> f64,
}

/// How a value enters the vector.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Scale {
    /// ln(1 + x).
    Log,
    /// As it is.
    Plain,
}

impl Scale {
    /// The value as the vector holds it.
    pub fn apply(self, value: f64) -> f32 {
        match self {
            Scale::Log => ln_1p(value.max(0.0)) as f32,
            Scale::Plain => value as f32,
        }
    }
}

const fn log(name: &'static str, unit: &'static str, formula: &'static str, value: fn(&Flow) -> f64) -> ModelFeature {
    ModelFeature { name, unit, formula, scale: Scale::Log, value }
}

const fn plain(name: &'static str, formula: &'static str, value: fn(&Flow) -> f64) -> ModelFeature {
    ModelFeature { name, unit: "", formula, scale: Scale::Plain, value }
}

/// Numbers in the vector.
pub const N: usize = ALL.len();

/// The vector's numbers, in order.
pub const ALL: &[ModelFeature] = &[
    log("duration", "µs", "last - first packet", |f| micros(f.duration_ns())),
    log("packets sent", "packets", "packets of the originator", |f| f64::from(f.forward().packets)),
    log("packets returned", "packets", "packets of the responder", |f| f64::from(f.backward().packets)),
    log("bytes sent", "B", "payload bytes of the originator", |f| f.forward().payload_bytes() as f64),
    log("bytes returned", "B", "payload bytes of the responder", |f| f.backward().payload_bytes() as f64),
    log("mean payload sent", "B", "payload bytes / packets of the originator", |f| f.forward().payload.mean()),
    log("mean payload returned", "B", "payload bytes / packets of the responder", |f| f.backward().payload.mean()),
    log("largest payload", "B", "largest payload of a packet, both directions", |f| payload(f).max_or_zero()),
    log(
        "spread of payload sizes",
        "B",
        "sample standard deviation of payload bytes per packet, both directions",
        |f| payload(f).deviation(),
    ),
    log("packet rate", "packets/s", "packets / duration; 0 for a flow without duration", |f| {
        per_second(f.packets() as f64, f)
    }),
    log("byte rate", "B/s", "payload bytes / duration; 0 for a flow without duration", |f| {
        per_second((f.forward().payload_bytes() + f.backward().payload_bytes()) as f64, f)
    }),
    log("mean gap", "µs", "mean gap between packets", |f| f.gap.mean()),
    log("largest gap", "µs", "largest gap between packets", |f| f.gap.max_or_zero()),
    log("mean gap of the sender", "µs", "mean gap between packets of the originator", |f| f.forward().gap.mean()),
    log("irregularity of gaps", "", "sample standard deviation / mean of the gaps; 0 for regular ones", |f| {
        ratio(f.gap.deviation(), f.gap.mean())
    }),
    plain("share of bytes sent", "payload bytes of the originator / of both; 0.5 without payload", share_sent),
    plain("share of packets with payload", "packets that carry payload / packets", |f| {
        of_packets(f, |d| d.data_packets)
    }),
    plain("share of SYN", "packets with SYN / packets", |f| of_packets(f, |d| d.flag(tcp_flag::SYN))),
    plain("share of FIN", "packets with FIN / packets", |f| of_packets(f, |d| d.flag(tcp_flag::FIN))),
    plain("share of RST", "packets with RST / packets", |f| of_packets(f, |d| d.flag(tcp_flag::RST))),
    plain("share of PSH", "packets with PSH / packets", |f| of_packets(f, |d| d.flag(tcp_flag::PSH))),
    plain("share of retransmissions", "TCP packets that repeat earlier data / packets", |f| {
        of_packets(f, |d| d.retransmissions)
    }),
    log("window of the sender", "B", "window field of the originator's first packet; 0 if there is none", |f| {
        f.forward().initial_window.map_or(0.0, f64::from)
    }),
    plain("failed", "1 if the first contact was refused or not answered, else 0", |f| flag(f.has_failed())),
    plain("port class", "responder's port: 0 none, 1 below 1024, 2 below 49152, 3 above", port_class),
    plain("is TCP", "1 for TCP, else 0", |f| flag(f.is_tcp())),
    plain("is UDP", "1 for UDP, else 0", |f| flag(f.is_udp())),
];

/// Writes the vector of a flow; `out` holds [`N`] numbers.
pub fn vector(flow: &Flow, out: &mut [f32]) {
    for (slot, feature) in out.iter_mut().zip(ALL) {
        *slot = feature.scale.apply((feature.value)(flow));
    }
}

fn flag(is_set: bool) -> f64 {
    f64::from(u8::from(is_set))
}

fn of_packets(flow: &Flow, count: fn(&DirectionStats) -> u32) -> f64 {
    ratio(f64::from(count(flow.forward())) + f64::from(count(flow.backward())), flow.packets() as f64)
}

fn share_sent(flow: &Flow) -> f64 {
    let (sent, returned) = (flow.forward().payload_bytes() as f64, flow.backward().payload_bytes() as f64);
    if sent + returned > 0.0 { sent / (sent + returned) } else { 0.5 }
}

/// The ranges of RFC 6335, section 6: system, user and dynamic ports.
fn port_class(flow: &Flow) -> f64 {
    match ports(flow).1 {
        0 => 0.0,
        1..=1023 => 1.0,
        1024..=49_151 => 2.0,
        _ => 3.0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::made::tcp;

    #[test]
    fn the_vector_is_finite_and_in_the_order_of_the_table() {
        let flow = tcp(&[(0, true, 0, 0x02), (100, false, 0, 0x12), (300, true, 100, 0x18), (500, false, 300, 0x10)]);
        let mut vector_of = [f32::NAN; N];
        vector(&flow, &mut vector_of);
        assert!(vector_of.iter().all(|x| x.is_finite()));
        let named = |name: &str| vector_of[ALL.iter().position(|f| f.name == name).unwrap()];
        assert_eq!(named("bytes sent"), 101.0_f64.ln() as f32);
        assert_eq!(named("share of bytes sent"), 0.25);
        assert_eq!(named("share of SYN"), 0.5);
        assert_eq!((named("port class"), named("is TCP"), named("failed")), (1.0, 1.0, 0.0));
    }

    #[test]
    fn an_empty_flow_gives_finite_numbers() {
        let mut vector_of = [f32::NAN; N];
        vector(&tcp(&[]), &mut vector_of);
        assert!(vector_of.iter().all(|x| x.is_finite()));
    }
}
