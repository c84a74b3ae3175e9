//! The flow table: packets to flows, with time-outs; at the cap the oldest flows are removed.

mod count;
mod key;
mod open;

pub use key::FlowKeyHash;

use super::chunks::{CHUNK, Chunks};
use super::join::{self, Exporter};
pub use super::limits::Limits;
use super::loss::Losses;
use super::names::Names;
use super::{health, tcp};
use crate::model::flow::{Direction, Flow, FlowKey, Known, Outcome};
use crate::model::packet::{Packet, QuotedDatagram};
use count::{count, new_flow};
use key::{Ends, hash, ordered};
use open::Open;

/// Most pending one-direction flows with the same ends.
const MOST_WAITING: usize = 8;

/// TCP health of ended flows is kept while there are at most this many flows: 300 bytes each.
const MOST_WITH_HEALTH: usize = 1 << 19;

/// All flows in order of their first packet; the oldest are removed when the table is full.
pub struct FlowTable {
    limits: Limits,
    flows: Chunks<Flow>,
    /// The current flow of every key.
    open: Open,
    /// Totals of removed flows.
    pub summarised: Summarised,
    /// Bytes that the capture lacks of removed TCP flows.
    lost: Losses,
    /// The flows removed last, ended, with the serial number of the first, until they are taken.
    forgotten: (u32, Vec<Flow>),
    /// Number of one-direction rows settled before the end, of which it is unknown whether there was another direction.
    n_one_way: u64,
}

/// Totals of flows that are no longer kept.
#[derive(Clone, Copy, Debug, Default)]
pub struct Summarised {
    /// Flows.
    pub flows: u64,
    /// Packets.
    pub packets: u64,
    /// Bytes on the wire.
    pub bytes: u64,
}

/// Where the lookup of a packet's flow starts.
#[derive(Clone, Copy, Debug, Default)]
pub struct Lookup {
    lead: Option<FlowKeyHash>,
    first: u64,
}

/// The result of a packet's lookup, before the packet is counted.
#[derive(Clone, Copy, Debug, Default)]
pub struct LookupResult {
    lead: Option<FlowKeyHash>,
    serial: Option<u32>,
}

impl LookupResult {
    /// The flow that was found; packets counted since may have ended it.
    pub fn serial(self) -> Option<u32> {
        self.serial
    }
}

/// What a packet changed in the table.
#[derive(Clone, Copy, Debug)]
pub struct FlowUpdate {
    /// Its flow.
    pub serial: u32,
    /// Its direction in the flow.
    pub direction: Direction,
    /// True if it repeats bytes that were sent before.
    pub is_retransmission: bool,
}

impl FlowTable {
    /// An empty table.
    pub fn new(limits: Limits) -> FlowTable {
        FlowTable {
            limits,
            flows: Chunks::default(),
            open: Open::default(),
            summarised: Summarised::default(),
            lost: Losses::default(),
            forgotten: (0, Vec::new()),
            n_one_way: 0,
        }
    }

    /// Its limits.
    pub fn limits(&self) -> Limits {
        self.limits
    }

    /// Starts the lookup of a packet's flow by its hash.
    ///
    /// A flow table mostly waits for memory. Starting the lookups of several packets, then finishing all of them, and
    /// then counting the packets lets the processor wait for all of them at once.
    #[inline]
    pub fn begin(&self, lead: Option<FlowKeyHash>) -> Lookup {
        Lookup { lead, first: lead.map_or(0, |lead| self.open.first(lead.hash)) }
    }

    /// Finishes the lookup of a packet that will be counted soon; no flow may be added between [`FlowTable::begin`] and
    /// this call.
    #[inline]
    pub fn seek(&self, packet: &Packet, Lookup { lead, first }: Lookup) -> LookupResult {
        let key = lead.and_then(|lead| Some((lead.hash, lead.key_of(packet)?.0)));
        let is_meant = |key: &FlowKey, serial| self.get(serial).is_some_and(|flow| flow.key == *key);
        let serial = key.and_then(|(hash, key)| self.open.find_from(first, hash, |serial| is_meant(&key, serial)));
        LookupResult { lead, serial }
    }

    /// Counts a packet after its lookup. Flows that this ends are passed to `ended` first. `None` if the packet is not
    /// IP.
    #[inline]
    pub fn update(
        &mut self,
        packet: &Packet,
        found: LookupResult,
        names: &Names,
        ended: &mut impl FnMut(u32, &Flow),
    ) -> Option<FlowUpdate> {
        let lead = found.lead?;
        let ((key, from), hash) = (lead.key_of(packet)?, lead.hash);
        let mut carried_on = None;
        // Packets in between may have ended the flow that was found, or started the one that was not.
        let is_open = |serial: &u32| self.get(*serial).is_some_and(|flow| !flow.is_over && flow.key == key);
        let found = found.serial.filter(is_open).or_else(|| self.find(hash, &key));
        if let Some(serial) = found {
            let limits = self.limits;
            let flow = self.get_mut(serial)?;
            match why_ended(flow, packet, from, limits) {
                None => {
                    let is_retransmission = count(flow, packet, from);
                    let direction = if (from == 0) == flow.is_low_originator {
                        Direction::ToResponder
                    } else {
                        Direction::ToOriginator
                    };
                    return Some(FlowUpdate { serial, direction, is_retransmission });
                }
                Some(End::Active) => carried_on = Some(flow.clone()),
                Some(End::Idle | End::Restart) => {}
            }
            self.close(hash, serial, ended);
        }
        let mut flow = new_flow(key, packet, from, names);
        if let Some(before) = carried_on {
            flow.is_low_originator = before.is_low_originator;
            flow.state = before.state;
            (flow.app, flow.is_app_certain) = (before.app, before.is_app_certain);
            (flow.name, flow.name_source) = (before.name, before.name_source);
            flow.stream = Flow::NOT_PARSED;
        }
        count(&mut flow, packet, from);
        let direction =
            if (from == 0) == flow.is_low_originator { Direction::ToResponder } else { Direction::ToOriginator };
        let serial = self.insert(hash, flow, ended);
        Some(FlowUpdate { serial, direction, is_retransmission: false })
    }

    /// Marks the flow of a packet that an ICMP error reports as undeliverable. Only by its first packets: later errors
    /// do not make a working exchange a failed one.
    pub fn refuse(&mut self, refused: &QuotedDatagram, vlan: u16) {
        let (source, target) = ((refused.source, refused.source_port), (refused.target, refused.target_port));
        let (key, from) = ordered(Ends { source, target, protocol: refused.protocol, vlan });
        let serial = self.find(hash(&key), &key);
        let Some(flow) = serial.and_then(|serial| self.get_mut(serial)) else { return };
        let is_from_initiator = (from == 0) == flow.is_low_originator;
        if is_from_initiator && flow.backward().packets == 0 {
            flow.is_unreachable = true;
        }
    }

    /// Adds a flow from a row of a table; returns its serial number. A row of one direction is merged with the other
    /// rows of its connection, if there are any; any other flow has ended.
    pub fn push(&mut self, flow: Flow, is_one_way: bool, ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        if !is_one_way {
            let serial = self.append(Flow { is_over: true, ..flow }, ended);
            if let Some(flow) = self.get(serial) {
                ended(serial, flow);
            }
            return serial;
        }
        let hash = hash(&flow.key);
        let (mut n_waiting, mut oldest, mut best) = (0, u32::MAX, None);
        self.open.find(hash, |serial| {
            if let Some(kept) = self.get(serial).filter(|kept| kept.key == flow.key) {
                (n_waiting, oldest) = (n_waiting + 1, oldest.min(serial));
                let found = join::distance(kept, &flow, self.limits).map(|distance| (distance, serial));
                best = [best, found].into_iter().flatten().min();
            }
            false
        });
        if let Some((_, serial)) = best {
            if let Some(kept) = self.get_mut(serial) {
                join::join(kept, &flow);
            }
            return serial;
        }
        if n_waiting >= MOST_WAITING {
            if let Some(flow) = self.get_mut(oldest).filter(|flow| !flow.known.has(Known::BACKWARD)) {
                let is_unknown = Exporter::default().settle(flow);
                self.n_one_way += u64::from(is_unknown);
            }
            self.close(hash, oldest, ended);
        }
        self.insert(hash, flow, ended)
    }

    /// Adds a row that tells of a part of a flow, which may be the one it begins or ends with; returns the flow's serial number.
    pub fn push_part(&mut self, flow: Flow, (begins, ends): (bool, bool), ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        let hash = hash(&flow.key);
        let open = self.find(hash, &flow.key);
        let serial = match open {
            Some(serial) if !begins => {
                if let Some(kept) = self.get_mut(serial) {
                    join::extend(kept, &flow);
                }
                serial
            }
            _ => {
                if let Some(before) = open {
                    self.close(hash, before, ended);
                }
                self.insert(hash, flow, ended)
            }
        };
        if ends {
            self.close(hash, serial, ended);
        }
        serial
    }

    /// Adds a row of a log to its connection, which may be known by this serial number; returns its serial number. The
    /// flow ends only with the file, because rows of several logs describe it in any order; it cannot be found by its
    /// endpoints.
    /// `is_part`: it counts what came since the row before of the same connection.
    pub fn log_row(
        &mut self,
        known: Option<u32>,
        (flow, is_part): (Flow, bool),
        ended: &mut impl FnMut(u32, &Flow),
    ) -> u32 {
        let merge = |kept: &mut Flow| match is_part && kept.key == flow.key && kept.is_counted() {
            true => {
                join::extend(kept, &flow);
                true
            }
            false => join::merge_row(kept, &flow),
        };
        if let Some(serial) = known
            && self.get_mut(serial).is_some_and(merge)
        {
            return serial;
        }
        self.append(flow, ended)
    }

    /// Ends every flow that is still open. Rows of a table that wait for their other direction are settled without it,
    /// by what all rows show. Returns the number of rows, also of those settled before, of which it remains unknown
    /// whether there was another direction.
    pub fn end_all(&mut self) -> u64 {
        self.open.clear();
        let serials = self.first_serial()..self.flows.next_serial();
        serials.for_each(|serial| {
            if let Some(flow) = self.get_mut(serial).filter(|flow| flow.extra.is_some()) {
                health::settle(flow);
            }
        });
        // Who was turned away got no answer.
        let is_refused = |flow: &Flow| flow.recorded == Some(Outcome::Refused);
        let is_waiting =
            |flow: &Flow| !flow.is_over && flow.is_counted() && !flow.known.has(Known::BACKWARD) && !is_refused(flow);
        let n_before = self.n_one_way;
        if !self.iter().any(|(_, flow)| is_waiting(flow)) {
            return n_before;
        }
        let mut exporter = Exporter::default();
        self.iter().for_each(|(_, flow)| exporter.add(flow));
        let serials = self.first_serial()..self.flows.next_serial();
        let mut settle =
            |serial| self.get_mut(serial).filter(|flow| is_waiting(flow)).is_some_and(|f| exporter.settle(f));
        n_before + serials.filter(|serial| settle(*serial)).count() as u64
    }

    /// The flow with this serial number, if it is still kept.
    #[inline]
    pub fn get(&self, serial: u32) -> Option<&Flow> {
        self.flows.get(serial)
    }

    /// The flow with this serial number, to change it.
    #[inline]
    pub fn get_mut(&mut self, serial: u32) -> Option<&mut Flow> {
        self.flows.get_mut(serial)
    }

    /// Bytes that the capture lacks of all TCP flows so far, by the interface that captured them.
    pub fn losses(&self) -> Losses {
        let mut losses = self.lost.clone();
        self.iter().for_each(|(_, flow)| losses.add(flow));
        losses
    }

    /// Number of flows kept.
    pub fn len(&self) -> usize {
        self.flows.len()
    }

    /// True if no flow is kept.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Kept flows with their serial numbers, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (u32, &Flow)> {
        (self.first_serial()..).zip(self.flows.iter())
    }

    /// Serial number of the first flow kept.
    pub fn first_serial(&self) -> u32 {
        self.flows.first_serial()
    }

    #[inline]
    fn find(&self, hash: u32, key: &FlowKey) -> Option<u32> {
        self.open.find(hash, |serial| self.get(serial).is_some_and(|flow| flow.key == *key))
    }

    fn close(&mut self, hash: u32, serial: u32, ended: &mut impl FnMut(u32, &Flow)) {
        self.open.remove(hash, serial);
        let n_flows = self.len();
        if let Some(flow) = self.get_mut(serial) {
            flow.is_over = true;
            health::settle(flow);
            ended(serial, flow);
            if n_flows > MOST_WITH_HEALTH {
                health::forget(flow);
            }
        }
    }

    fn append(&mut self, flow: Flow, ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        if self.is_full() {
            self.make_room(ended);
        }
        self.flows.push(flow)
    }

    fn insert(&mut self, hash: u32, flow: Flow, ended: &mut impl FnMut(u32, &Flow)) -> u32 {
        let serial = self.append(flow, ended);
        self.open.insert(hash, serial);
        serial
    }

    /// True if the table is full: the next flow removes older ones.
    #[inline]
    pub fn is_full(&self) -> bool {
        self.flows.is_full() && self.len() + CHUNK > self.limits.most.max(2 * CHUNK)
    }

    /// True if there are removed flows that were not taken yet.
    #[inline]
    pub fn has_forgotten(&self) -> bool {
        !self.forgotten.1.is_empty()
    }

    /// Takes the flows removed last, with the serial number of the first.
    pub fn take_forgotten(&mut self) -> (u32, Vec<Flow>) {
        std::mem::take(&mut self.forgotten)
    }

    /// Ends and removes the oldest chunk of flows.
    fn make_room(&mut self, ended: &mut impl FnMut(u32, &Flow)) {
        let FlowTable { flows, open, summarised, lost, .. } = self;
        self.forgotten = flows.forget_oldest(|serial, flow| {
            if !flow.is_over {
                open.remove(hash(&flow.key), serial);
                ended(serial, flow);
            }
            lost.add(flow);
            summarised.flows += 1;
            summarised.packets += flow.packets();
            summarised.bytes += flow.bytes();
        });
    }
}

enum End {
    Idle,
    Active,
    Restart,
}

#[inline]
fn why_ended(flow: &Flow, packet: &Packet, from: usize, limits: Limits) -> Option<End> {
    if limits.are_apart(flow, packet, from) {
        return Some(End::Idle);
    }
    if packet.time_ns - flow.first_ns > limits.active_ns {
        return Some(End::Active);
    }
    let request = packet.tcp().filter(|tcp| tcp.is_request())?;
    tcp::is_restart(flow, request, from).then_some(End::Restart)
}

#[cfg(test)]
mod tests;
