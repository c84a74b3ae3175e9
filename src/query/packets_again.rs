//! Packets, read again, to a pcapng file: those of findings with a comment that names the findings. Under pseudonyms, their headers.

use super::{Source, slices};
use crate::export::pcapng::{PacketOut, PcapngWriter};
use crate::export::pseudonyms::{Notation, Pseudonyms};
use crate::model::Analysis;
use crate::pipeline::Pipeline;
use crate::stats::packet_index::{IndexedPacket, PacketFlow};
use std::collections::HashMap;
use std::io::{self, Write};

/// Packets whose places are gathered before they are read.
const TOGETHER: usize = 4096;
/// Findings that a comment names.
const MOST_NAMED: usize = 5;

/// What is said of packets: places of findings, by flow and by packet.
struct Comments<'a> {
    analysis: &'a Analysis,
    of_flows: HashMap<u32, Vec<usize>>,
    of_packets: HashMap<u64, Vec<usize>>,
}

impl<'a> Comments<'a> {
    fn new(analysis: &'a Analysis) -> Comments<'a> {
        let (mut of_flows, mut of_packets): (HashMap<_, Vec<_>>, HashMap<_, Vec<_>>) = Default::default();
        for (place, finding) in analysis.findings.iter().enumerate() {
            finding.flow_serials.iter().for_each(|serial| of_flows.entry(*serial).or_default().push(place));
            finding.packet_indices.iter().for_each(|index| of_packets.entry(*index).or_default().push(place));
        }
        Comments { analysis, of_flows, of_packets }
    }

    /// A line for each finding, the most severe first; empty for none.
    fn text(&self, index: u64, belongs: PacketFlow) -> String {
        let of_flow = match belongs {
            PacketFlow::Flow(serial, _) => self.of_flows.get(&serial),
            PacketFlow::Alone(_) => None,
        };
        let mut places: Vec<usize> =
            of_flow.into_iter().chain(self.of_packets.get(&index)).flatten().copied().collect();
        places.sort_unstable();
        places.dedup();
        let more = places.len().saturating_sub(MOST_NAMED);
        let findings = places.iter().take(MOST_NAMED).filter_map(|place| self.analysis.findings.get(*place));
        let mut lines: Vec<String> = findings.map(|finding| format!("{}: {}", finding.id, finding.title)).collect();
        if more > 0 {
            lines.push(format!("and {more} more findings"));
        }
        lines.join("\n")
    }
}

/// See [`super::write_packets`].
pub fn write(
    out: &mut dyn Write,
    pipeline: &Pipeline,
    analysis: &Analysis,
    source: &mut dyn Source,
    (passing, mut pseudonyms): (Option<&[u32]>, Option<&mut Pseudonyms>),
) -> io::Result<u64> {
    let index = pipeline.index();
    let comments = Comments::new(analysis);
    let mut writer = PcapngWriter::begin(out)?;
    let n = passing.map_or(index.len(), |passing| passing.len() as u64);
    let (mut n_missing, mut done) = (0, Ok(()));
    let mut group: Vec<(u64, IndexedPacket)> = Vec::with_capacity(TOGETHER);
    for i in 0..n {
        let number = passing.and_then(|passing| passing.get(i as usize)).map_or(i, |place| u64::from(*place));
        group.extend(index.get(number).map(|packet| (number, packet)));
        if group.len() < TOGETHER && i + 1 < n {
            continue;
        }
        slices::spans(source, &group, |number, packet, data| {
            let Some(data) = data else {
                n_missing += 1;
                return;
            };
            let location = &packet.location;
            let mut comment = comments.text(number, packet.belongs);
            let headers = pseudonyms.as_mut().map(|pseudonyms| {
                comment = pseudonyms.rewrite(&comment, Notation::Other);
                pseudonyms.packet(location.link_type, data)
            });
            let written = writer.packet(&PacketOut {
                time_ns: location.time_ns,
                link_type: location.link_type,
                wire_bytes: location.wire_bytes,
                data: headers.as_deref().unwrap_or(data),
                comment: &comment,
            });
            if done.is_ok() {
                done = written;
            }
        });
        group.clear();
        std::mem::replace(&mut done, Ok(()))?;
    }
    Ok(n_missing)
}
