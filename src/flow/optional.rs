//! Additional tables that are kept only if a setting enables them, so they cost nothing otherwise.

use super::cic::CicTable;
use super::extended::ExtendedFeatures;
use super::table::{FlowTable, FlowUpdate};
use crate::model::Packet;

/// Additional tables.
#[derive(Default)]
pub struct OptionalTables {
    /// Flows as CICFlowMeter cuts and counts them.
    pub cic: Option<CicTable>,
    /// More figures of each flow.
    pub extended: Option<ExtendedFeatures>,
}

impl OptionalTables {
    /// Those that are asked for, keeping at most `most` flows; none if none is.
    pub fn new(is_cic_compatible: bool, has_more_columns: bool, most: usize) -> Option<Box<OptionalTables>> {
        let cic = is_cic_compatible.then(|| CicTable::new(most));
        let extended = has_more_columns.then(ExtendedFeatures::default);
        (is_cic_compatible || has_more_columns).then(|| Box::new(OptionalTables { cic, extended }))
    }

    /// Takes a packet with its transport payload after the flow table has counted it.
    pub fn update(&mut self, packet: &Packet, payload: &[u8], flows: &FlowTable, update: FlowUpdate) {
        if let Some(cic) = &mut self.cic {
            cic.update(packet, update.serial);
        }
        if let (Some(extended), Some(flow)) = (&mut self.extended, flows.get(update.serial)) {
            extended.update(packet, payload, flow, update, flows.first_serial());
        }
    }
}
