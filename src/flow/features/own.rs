//! Columns beyond CICFlowMeter's, which a flow CSV shows when asked for more: what TCP, TLS and DNS tell, how regular the
//! flow is, and Kitsune's damped statistics of its host and pair.

use super::column::{Column, Columns, SIDES};
use super::ratio;
use crate::flow::extended::ExtendedRecord;
use crate::flow::extended::damped::{DECAYS, N_DAMPED, NAMES};
use crate::model::Flow;
use crate::model::flow::moments::Moments;
use crate::model::flow::{Direction, Known, NameSource};
use std::sync::LazyLock;

/// Every column, in order.
pub static ALL: LazyLock<Vec<Column<OwnFigures>>> = LazyLock::new(all);

/// What these columns show of one flow. What is not known is not a number and becomes an empty cell.
#[derive(Clone, Debug)]
pub struct OwnFigures {
    sides: [OwnSide; 2],
    gap: Moments,
    state: &'static str,
    icmp: Option<(u8, u8)>,
    vlan: u16,
    app: &'static str,
    is_app_certain: bool,
    name: String,
    name_source: &'static str,
    handshake_us: f64,
    periodicity: f64,
    damped: [f32; N_DAMPED],
}

#[derive(Clone, Debug)]
struct OwnSide {
    wire_bytes: u64,
    retransmissions: u32,
    zero_windows: f64,
    entropy: f64,
    gap: Moments,
}

impl OwnFigures {
    /// Of a flow with its record, if there is one, and its server's name.
    pub fn new(flow: &Flow, record: Option<&ExtendedRecord>, name: &str) -> OwnFigures {
        let side = |direction| {
            let stats = if direction == Direction::ToResponder { flow.forward() } else { flow.backward() };
            let place = usize::from((direction == Direction::ToResponder) != flow.is_low_originator);
            let entropy = record.and_then(|r| *r.entropy.get(place)?);
            OwnSide {
                wire_bytes: stats.bytes,
                retransmissions: stats.retransmissions,
                zero_windows: record.and_then(|r| r.zero_windows.get(place)).map_or(f64::NAN, |n| f64::from(*n)),
                entropy: entropy.map_or(f64::NAN, f64::from),
                gap: stats.gap,
            }
        };
        OwnFigures {
            sides: [side(Direction::ToResponder), side(Direction::ToOriginator)],
            gap: flow.gap,
            state: if flow.is_unreachable { "unreachable" } else { flow.state.name() },
            icmp: flow.icmp,
            vlan: flow.key.vlan,
            app: flow.app.map_or("", |app| app.name()),
            is_app_certain: flow.is_app_certain,
            name: name.to_owned(),
            name_source: match (name, flow.name_source) {
                ("", _) => "",
                (_, NameSource::Dns) => "DNS",
                (_, NameSource::HttpHost) => "HTTP Host",
                (_, NameSource::TlsSni) => "TLS SNI",
            },
            handshake_us: record.and_then(|r| r.handshake_ns).map_or(f64::NAN, super::micros),
            periodicity: record.map_or(f64::NAN, ExtendedRecord::periodicity),
            damped: record.map_or([f32::NAN; N_DAMPED], |r| r.damped),
        }
    }

    fn side(&self, direction: Direction) -> &OwnSide {
        let [forward, backward] = &self.sides;
        if direction == Direction::ToResponder { forward } else { backward }
    }
}

fn all() -> Vec<Column<OwnFigures>> {
    let mut columns = Columns::default();
    transport(&mut columns);
    regularity(&mut columns);
    names(&mut columns);
    damped(&mut columns);
    columns.done()
}

fn transport(c: &mut Columns<OwnFigures>) {
    c.both(
        ["Fwd Wire Bytes", "Bwd Wire Bytes"],
        "B",
        "bytes on the wire of {}, link header included",
        |f, direction| f.side(direction).wire_bytes as f64,
    );
    c.sides_need(1, Known::BYTES);
    c.both(
        ["Fwd Retransmissions", "Bwd Retransmissions"],
        "packets",
        "TCP packets of {} that repeat sequence numbers already sent",
        |f, direction| f64::from(f.side(direction).retransmissions),
    );
    c.needs(2, Known::EACH_PACKET);
    c.both(
        ["Fwd Zero Windows", "Bwd Zero Windows"],
        "packets",
        "TCP packets of {} without SYN, FIN and RST that announce a window of 0",
        |f, direction| f.side(direction).zero_windows,
    );
    let handshake = "from the TCP request to the packet that completes the handshake; empty if it was not seen";
    c.number("Handshake Time", "µs", handshake, |f| f.handshake_us);
    c.text("TCP State", "state of the connection at its end; empty if not TCP", |f, out| {
        out.push_str(f.state);
    });
    let icmp = |field: &str| format!("{field} of the first ICMP message; empty if not ICMP");
    c.number("ICMP Type", "", icmp("type"), |f| f.icmp.map_or(f64::NAN, |(kind, _)| f64::from(kind)));
    c.number("ICMP Code", "", icmp("code"), |f| f.icmp.map_or(f64::NAN, |(_, code)| f64::from(code)));
    c.number("VLAN", "", "outermost VLAN id; 0 for none", |f| f64::from(f.vlan));
    c.needs(1, Known::EACH_PACKET);
    c.both(
        ["Fwd Payload Entropy", "Bwd Payload Entropy"],
        "bit",
        "Shannon entropy per byte, 0 to 8, of up to 256 bytes of the first payload of {}; empty without",
        |f, direction| f.side(direction).entropy,
    );
}

fn regularity(c: &mut Columns<OwnFigures>) {
    // Goh and Barabási, Burstiness and memory in complex systems, EPL 81 (2008).
    let burstiness =
        |of: &str| format!("(σ - μ) / (σ + μ) of the gaps between packets of {of}: -1 regular, 0 random, 1 bursts");
    c.number("Flow Burstiness", "", burstiness("both"), |f| burst(&f.gap));
    c.needs(1, Known::GAPS);
    for (name, who, direction) in SIDES {
        c.number(format!("{name} Burstiness"), "", burstiness(who), move |f| burst(&f.side(direction).gap));
        c.needs(1, Known::GAPS);
    }
    c.number(
        "Fwd Periodicity",
        "",
        "largest share of the originator's gaps between payloads (from 1 ms on) within a factor of 1.4; 0 for under four",
        |f| f.periodicity,
    );
}

fn burst(gap: &Moments) -> f64 {
    let (mean, deviation) = (gap.mean(), gap.deviation());
    if gap.n < 2 { 0.0 } else { ratio(deviation, deviation + mean) - ratio(mean, deviation + mean) }
}

fn names(c: &mut Columns<OwnFigures>) {
    c.text("Application", "application protocol, by content or else by port", |f, out| out.push_str(f.app));
    c.number("Application By Content", "", "1 if the payload identified the application, else 0", |f| {
        f64::from(u8::from(f.is_app_certain))
    });
    c.text("Server Name", "name of the server from TLS, HTTP or an earlier DNS answer", |f, out| out.push_str(&f.name));
    c.text("Server Name From", "TLS SNI, HTTP Host or DNS; empty without a name", |f, out| {
        out.push_str(f.name_source);
    });
    c.number("Server Name Length", "characters", "characters of the server's name; 0 without", |f| {
        f.name.chars().count() as f64
    });
}

fn damped(c: &mut Columns<OwnFigures>) {
    for (row, decay) in DECAYS.into_iter().enumerate() {
        for (column, (name, unit, formula)) in NAMES.into_iter().enumerate() {
            let place = row * NAMES.len() + column;
            let formula = format!("{formula}; decay 2^(-λ Δt), λ = {decay}/s, at the originator's latest packet");
            // Named as in data sets made with Kitsune's statistics: L5 for λ = 5/s.
            c.number(format!("{name} L{decay}"), unit, formula, move |f| {
                f.damped.get(place).map_or(f64::NAN, |value| f64::from(*value))
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::flow::features::column::Value;
    use crate::flow::features::made::tcp;

    fn value(figures: &OwnFigures, name: &str) -> f64 {
        match &ALL.iter().find(|c| c.name == name).unwrap().value {
            Value::Number(of) => of(figures),
            Value::Text(_) => panic!("{name} is a text"),
        }
    }

    #[test]
    fn regular_gaps_have_no_bursts() {
        let flow = tcp(&[(0, true, 1, 0x18), (100, true, 1, 0x18), (200, true, 1, 0x18), (300, true, 1, 0x18)]);
        let figures = OwnFigures::new(&flow, None, "example.org");
        assert_eq!((value(&figures, "Flow Burstiness"), value(&figures, "Bwd Burstiness")), (-1.0, 0.0));
        assert_eq!((value(&figures, "Fwd Wire Bytes"), value(&figures, "Server Name Length")), (220.0, 11.0));
        assert!(value(&figures, "Handshake Time").is_nan() && value(&figures, "Fwd Periodicity").is_nan());
    }
}
