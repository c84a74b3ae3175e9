//! The contract of a measure: what it is called, what a packet, a flow or a row adds to it, and how that is put together.

use super::dimension::{Asked, Found, Takes};
use super::key::Side;
use super::sources::{FlowItem, PacketItem};
use crate::model::flow::Known;
use crate::model::flow::health::Delays;
use crate::model::{DirectionStats, Flow};

/// A measure.
pub struct Measure {
    /// Id.
    pub id: &'static str,
    /// Name for people; of a column, what stands before its heading.
    pub label: &'static str,
    /// Unit; empty for a plain number.
    pub unit: &'static str,
    /// What it belongs to in lists.
    pub group: &'static str,
    /// What it is, in a sentence.
    pub help: &'static str,
    /// What it is of.
    pub takes: Takes,
    /// What is added up.
    pub value: Value,
    /// How it is put together.
    pub fold: Fold,
    /// Figures are divided by this: of nanoseconds, those in a second.
    pub divisor: f64,
}

/// What is added to a measure.
pub enum Value {
    /// By each packet; where there are no packets, by each flow for all of its own.
    Packet(fn(&PacketItem) -> Measured, fn(&FlowItem<'_>, Side) -> Measured),
    /// By each flow.
    Flow(fn(&FlowItem<'_>, Side) -> Measured),
    /// The values of a dimension that each flow has: counted once each.
    Distinct(fn(&FlowItem<'_>, &Asked<'_>, &mut Found)),
    /// By each flow, many at once.
    Delays(fn(&Flow) -> Option<&Delays>),
    /// By each row of a table: the cell of its column, if it is of one.
    Row(fn(Option<u64>) -> Measured),
}

/// How values are put together.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Fold {
    /// Their sum.
    Sum,
    /// Their arithmetic mean.
    Mean,
    /// The smallest.
    Least,
    /// The largest.
    Most,
    /// The value that this share (0 to 1) lies at or below.
    Quantile(f64),
    /// How many different ones there are.
    Distinct,
}

/// What a packet, flow or row adds.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Measured {
    /// A value.
    Known(f64),
    /// Nothing: it cannot have one.
    Nothing,
    /// It is not known what.
    Unknown,
}

impl Measured {
    /// A value that may not be known.
    pub fn of(value: Option<f64>) -> Measured {
        value.map_or(Measured::Unknown, Measured::Known)
    }
}

/// What a row sees of a flow that is sent, or received: a figure of that direction.
pub fn of_direction(
    item: &FlowItem<'_>,
    side: Side,
    is_sent: bool,
    (known, figure): (Known, fn(&DirectionStats) -> f64),
) -> Measured {
    let flow = item.flow;
    let (direction, which) =
        if side.is_turned() == is_sent { (flow.backward(), Known::BACKWARD) } else { (flow.forward(), Known::FORWARD) };
    Measured::of(flow.measured(which.with(known), figure(direction)))
}

/// A figure of a packet if it goes this way, as its row sees it; 0 if it goes the other.
pub fn of_packet_sent(packet: &PacketItem, is_sent: bool, figure: f64) -> Measured {
    packet.is_out.map_or(Measured::Unknown, |is_out| Measured::Known(if is_out == is_sent { figure } else { 0.0 }))
}

impl Measure {
    /// A sum over flows.
    pub const fn of_flows(
        (id, label, unit, group): (&'static str, &'static str, &'static str, &'static str),
        help: &'static str,
        value: fn(&FlowItem<'_>, Side) -> Measured,
    ) -> Measure {
        Measure {
            id,
            label,
            unit,
            group,
            help,
            takes: Takes::Nothing,
            value: Value::Flow(value),
            fold: Fold::Sum,
            divisor: 1.0,
        }
    }

    /// Put together otherwise.
    #[must_use]
    pub const fn folded(mut self, fold: Fold) -> Measure {
        self.fold = fold;
        self
    }

    /// Added up from something else.
    #[must_use]
    pub const fn from(mut self, value: Value) -> Measure {
        self.value = value;
        self
    }

    /// Figures are divided by this.
    #[must_use]
    pub const fn divided(mut self, divisor: f64) -> Measure {
        self.divisor = divisor;
        self
    }

    /// It is of something.
    #[must_use]
    pub const fn taking(mut self, takes: Takes) -> Measure {
        self.takes = takes;
        self
    }
}
