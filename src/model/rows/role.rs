//! What columns of a table are taken for: each role with the words that people choose it by, and why a column has one.

use serde::{Deserialize, Serialize};

/// What a column holds. Flow roles say which way a figure counts: forward is from the originator.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[allow(missing_docs)]
#[repr(u8)]
pub enum Role {
    /// A figure that needs no further meaning.
    #[default]
    Plain,
    /// Says what the row is: never a feature.
    Label,
    /// A number or name of the row itself: never a feature.
    Id,
    /// Nothing: people say that it has no part in anything. Never a feature.
    Ignored,
    Start,
    End,
    Duration,
    /// A time of day that completes the date of the start.
    Clock,
    Source,
    SourcePort,
    Target,
    TargetPort,
    SourceMac,
    TargetMac,
    Protocol,
    Service,
    State,
    History,
    Flags,
    Info,
    Packets,
    Bytes,
    FwdPackets,
    BwdPackets,
    FwdBytes,
    BwdBytes,
    FwdPayload,
    BwdPayload,
    FwdHeader,
    BwdHeader,
    FwdDataPackets,
    FwdLengthMean,
    FwdLengthDeviation,
    FwdLengthMin,
    FwdLengthMax,
    BwdLengthMean,
    BwdLengthDeviation,
    BwdLengthMin,
    BwdLengthMax,
    GapMean,
    GapDeviation,
    GapMin,
    GapMax,
    FwdGapMean,
    FwdGapDeviation,
    FwdGapMin,
    FwdGapMax,
    BwdGapMean,
    BwdGapDeviation,
    BwdGapMin,
    BwdGapMax,
    Fin,
    Syn,
    Rst,
    Psh,
    Ack,
    Urg,
    Cwr,
    Ece,
    FwdWindow,
    BwdWindow,
    ServerName,
    EventType,
    /// What a firewall did: accept, reject, deny, drop.
    Action,
    /// Ports of a packet that is no TCP, where tables have columns for each.
    UdpSourcePort,
    UdpTargetPort,
    /// Numbers and bytes of a TCP segment.
    Sequence,
    Acknowledgment,
    SegmentBytes,
}

/// What a role is about: roles are listed by it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum RoleTopic {
    /// What belongs to no other topic.
    General,
    /// Who sent, and to whom.
    Ends,
    /// When, and how long.
    Time,
    /// Protocols, states, names.
    Kind,
    /// Packets and bytes.
    Volume,
    /// Sizes of packets and gaps between them.
    Shape,
    /// Counts of TCP flags.
    Flags,
    /// What only single packets have.
    Segment,
}

impl RoleTopic {
    /// All, in the order in which they are listed.
    pub const ALL: [RoleTopic; 8] = [
        RoleTopic::General,
        RoleTopic::Ends,
        RoleTopic::Time,
        RoleTopic::Kind,
        RoleTopic::Volume,
        RoleTopic::Shape,
        RoleTopic::Flags,
        RoleTopic::Segment,
    ];

    /// As a heading.
    pub fn name(self) -> &'static str {
        match self {
            RoleTopic::General => "General",
            RoleTopic::Ends => "Source and destination",
            RoleTopic::Time => "Time",
            RoleTopic::Kind => "Protocol, state and names",
            RoleTopic::Volume => "Packets and bytes",
            RoleTopic::Shape => "Packet lengths and gaps",
            RoleTopic::Flags => "Counts of TCP flags",
            RoleTopic::Segment => "Single packets",
        }
    }
}

/// Why a column is taken for what it is taken for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum RoleReason {
    /// Nothing says more of it.
    #[default]
    NothingSaid,
    /// People said so.
    Chosen,
    /// The tool that wrote the table calls it so.
    Tool,
    /// Its heading commonly means that.
    Heading,
    /// Its values look like it.
    Values,
    /// Its heading says something else, but its values are not like that, or those of another column are more so.
    Refuted,
}

impl RoleReason {
    /// As machines read it.
    pub fn id(self) -> &'static str {
        match self {
            RoleReason::NothingSaid => "nothing",
            RoleReason::Chosen => "chosen",
            RoleReason::Tool => "tool",
            RoleReason::Heading => "heading",
            RoleReason::Values => "values",
            RoleReason::Refuted => "refuted",
        }
    }

    /// In words.
    pub fn words(self) -> &'static str {
        match self {
            RoleReason::NothingSaid => "Neither heading nor values say more.",
            RoleReason::Chosen => "You chose it.",
            RoleReason::Tool => "The tool that wrote the table calls it so.",
            RoleReason::Heading => "Its heading says so.",
            RoleReason::Values => "Its values look like it.",
            RoleReason::Refuted => "Its values are not what its heading says, or another column fits better.",
        }
    }
}

impl Role {
    /// Roles there are.
    pub const N: usize = Role::SegmentBytes as usize + 1;

    /// Every role with its id, by topic in the order in which they are listed. An id never changes once it is released:
    /// choices are kept by it.
    pub const ALL: [(Role, &'static str, RoleTopic); Role::N] = {
        use Role::*;
        use RoleTopic::{Ends, Flags as FlagCounts, General, Kind, Segment, Shape, Time, Volume};
        [
            (Plain, "figure", General),
            (Label, "label", General),
            (Id, "row name", General),
            (Ignored, "ignore", General),
            (Source, "source address", Ends),
            (SourcePort, "source port", Ends),
            (Target, "destination address", Ends),
            (TargetPort, "destination port", Ends),
            (SourceMac, "source MAC", Ends),
            (TargetMac, "destination MAC", Ends),
            (Start, "start time", Time),
            (End, "end time", Time),
            (Clock, "time of day", Time),
            (Duration, "duration", Time),
            (Protocol, "protocol", Kind),
            (Service, "service", Kind),
            (State, "connection state", Kind),
            (History, "history", Kind),
            (Flags, "TCP flags", Kind),
            (Action, "firewall action", Kind),
            (ServerName, "server name", Kind),
            (EventType, "kind of event", Kind),
            (Info, "description", Kind),
            (Packets, "packets", Volume),
            (Bytes, "bytes", Volume),
            (FwdPackets, "forward packets", Volume),
            (BwdPackets, "backward packets", Volume),
            (FwdBytes, "forward bytes", Volume),
            (BwdBytes, "backward bytes", Volume),
            (FwdPayload, "forward payload bytes", Volume),
            (BwdPayload, "backward payload bytes", Volume),
            (FwdHeader, "forward header bytes", Volume),
            (BwdHeader, "backward header bytes", Volume),
            (FwdDataPackets, "forward data packets", Volume),
            (FwdLengthMean, "forward packet length mean", Shape),
            (FwdLengthDeviation, "forward packet length deviation", Shape),
            (FwdLengthMin, "forward packet length min", Shape),
            (FwdLengthMax, "forward packet length max", Shape),
            (BwdLengthMean, "backward packet length mean", Shape),
            (BwdLengthDeviation, "backward packet length deviation", Shape),
            (BwdLengthMin, "backward packet length min", Shape),
            (BwdLengthMax, "backward packet length max", Shape),
            (GapMean, "gap mean", Shape),
            (GapDeviation, "gap deviation", Shape),
            (GapMin, "gap min", Shape),
            (GapMax, "gap max", Shape),
            (FwdGapMean, "forward gap mean", Shape),
            (FwdGapDeviation, "forward gap deviation", Shape),
            (FwdGapMin, "forward gap min", Shape),
            (FwdGapMax, "forward gap max", Shape),
            (BwdGapMean, "backward gap mean", Shape),
            (BwdGapDeviation, "backward gap deviation", Shape),
            (BwdGapMin, "backward gap min", Shape),
            (BwdGapMax, "backward gap max", Shape),
            (FwdWindow, "forward window", Shape),
            (BwdWindow, "backward window", Shape),
            (Fin, "FIN count", FlagCounts),
            (Syn, "SYN count", FlagCounts),
            (Rst, "RST count", FlagCounts),
            (Psh, "PSH count", FlagCounts),
            (Ack, "ACK count", FlagCounts),
            (Urg, "URG count", FlagCounts),
            (Cwr, "CWR count", FlagCounts),
            (Ece, "ECE count", FlagCounts),
            (UdpSourcePort, "UDP source port", Segment),
            (UdpTargetPort, "UDP destination port", Segment),
            (Sequence, "sequence number", Segment),
            (Acknowledgment, "acknowledgment number", Segment),
            (SegmentBytes, "segment bytes", Segment),
        ]
    };

    /// What people call it, and choose it by: `source address`.
    pub fn id(self) -> &'static str {
        Role::ALL.iter().find(|(role, ..)| *role == self).map_or("", |(_, id, _)| id)
    }

    /// The role of an id, however its words are parted and written: `Source_Address`.
    pub fn from_id(text: &str) -> Option<Role> {
        let words =
            |text: &str| text.split([' ', '_', '-']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
        let wanted = words(text);
        Role::ALL.iter().find(|(_, id, _)| id.eq_ignore_ascii_case(&wanted)).map(|(role, ..)| *role)
    }

    /// The roles of a topic with their ids.
    pub fn of_topic(topic: RoleTopic) -> impl Iterator<Item = (Role, &'static str)> {
        Role::ALL.into_iter().filter(move |(.., of)| *of == topic).map(|(role, id, _)| (role, id))
    }

    /// True if a model may look at the column: not who, when or which row it was, nor what it was said to be.
    pub fn is_feature(self) -> bool {
        use Role::*;
        !matches!(
            self,
            Label
                | Id
                | Ignored
                | Start
                | End
                | Clock
                | Source
                | SourcePort
                | Target
                | TargetPort
                | SourceMac
                | TargetMac
                | Info
                | ServerName
                | EventType
                | UdpSourcePort
                | UdpTargetPort
        )
    }

    /// True if what a row becomes may depend on it: a figure, a label or a row's name says nothing of the traffic.
    pub fn has_part(self) -> bool {
        !matches!(self, Role::Plain | Role::Label | Role::Id | Role::Ignored)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_role_has_one_id_and_is_found_by_it() {
        let roles: BTreeSet<Role> = Role::ALL.iter().map(|(role, ..)| *role).collect();
        let ids: BTreeSet<String> = Role::ALL.iter().map(|(_, id, _)| id.to_lowercase()).collect();
        assert_eq!((roles.len(), ids.len()), (Role::N, Role::N));
        for (role, id, _) in Role::ALL {
            assert_eq!((role.id(), Role::from_id(id)), (id, Some(role)));
            assert_eq!(Role::from_id(&format!(" {}", id.to_uppercase().replace(' ', "_"))), Some(role));
        }
        let listed = RoleTopic::ALL.into_iter().flat_map(Role::of_topic).map(|(role, _)| role);
        assert_eq!(listed.collect::<Vec<_>>(), Role::ALL.map(|(role, ..)| role));
        assert_eq!((Role::from_id(""), Role::from_id("sourceaddress")), (None, None));
    }
}
