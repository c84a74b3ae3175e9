//! Turns rows of tables into flows, and keeps which flow each row became.

use super::FlowStage;
use crate::flow::table::{FlowKeyHash, FlowUpdate};
use crate::model::Flow;
use crate::model::flow::Direction;
use crate::read::table::RowContent;
use crate::read::table::log::LogRow;

/// No flow has this serial number.
pub(super) const NO_FLOW: u32 = u32::MAX;

impl FlowStage {
    pub(super) fn row(&mut self, content: RowContent) {
        let serial = match content {
            RowContent::Row => None,
            RowContent::Flow(flow, is_one_way) => {
                let FlowStage { flows, names, dispatch, .. } = self;
                let ended = &mut |serial, flow: &Flow| dispatch.flow(serial, flow, names);
                Some(flows.push(*flow, is_one_way, ended))
            }
            RowContent::FlowBegins(flow) => Some(self.part(*flow, (true, false))),
            RowContent::FlowPart(flow, ends) => Some(self.part(*flow, (false, ends))),
            RowContent::Packet(packet) => {
                let found = self.flows.seek(&packet, self.flows.begin(FlowKeyHash::of(&packet)));
                self.observe(&packet, found).map(|update| update.serial)
            }
            RowContent::Log(row) => Some(self.logged(*row)),
        };
        self.make_room();
        self.flows_of_rows.push(serial.unwrap_or(NO_FLOW));
    }

    /// Takes a row of a flow that several rows tell of.
    fn part(&mut self, flow: Flow, (begins, ends): (bool, bool)) -> u32 {
        let FlowStage { flows, names, dispatch, .. } = self;
        let ended = &mut |serial, flow: &Flow| dispatch.flow(serial, flow, names);
        flows.push_part(flow, (begins, ends), ended)
    }

    /// Takes a connection of a log and shows what it carried.
    fn logged(&mut self, row: LogRow) -> u32 {
        let LogRow { mut flow, connection, has_id, is_part, messages } = row;
        let FlowStage { flows, names, dispatch, connections, .. } = self;
        let idle_ns = flows.limits().idle_ns;
        let is_same = |kept: &Flow| has_id || kept.apart_ns(&flow) <= idle_ns;
        let known = connections.get(connection).filter(|serial| flows.get(*serial).is_some_and(is_same));
        if known.is_none() {
            flow.name = names.of(flow.responder().0);
        }
        let ended = &mut |serial, flow: &Flow| dispatch.flow(serial, flow, names);
        let (app, is_certain) = (flow.app, flow.is_app_certain);
        let serial = flows.log_row(known, (flow, is_part), ended);
        connections.set(connection, serial);
        let number = self.flows_of_rows.len() as u64;
        for (direction, message) in messages.iter(number) {
            self.has_logged_messages = true;
            let update = Some(FlowUpdate { serial, direction, is_retransmission: false });
            self.on_message((update, None), &message);
        }
        if let Some(app) = app {
            self.name_app(
                Some(FlowUpdate { serial, direction: Direction::ToResponder, is_retransmission: false }),
                app,
                is_certain,
            );
        }
        serial
    }

    /// The flow of a row of a table, by its number; none if it has none.
    pub(in crate::pipeline) fn flow_of_row(&self, number: u64) -> Option<u32> {
        self.flows_of_rows.get(number as usize).copied().filter(|flow| *flow != NO_FLOW)
    }
}
