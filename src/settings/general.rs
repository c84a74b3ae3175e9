//! Settings that belong to no detector and to no table.

use super::{Descriptor, OnChange};

/// All of them, in the order in which they are shown.
pub const GENERAL: &[Descriptor] =
    &[IDLE_TIMEOUT, ACTIVE_TIMEOUT, MOST_FLOWS, CIC_COMPATIBLE, MORE_COLUMNS, SEED, SECRETS, LOCAL_NETWORKS];

/// Which addresses are inside.
pub const LOCAL_NETWORKS: Descriptor = Descriptor::networks("site.local_networks", "Local networks")
        .on_change(OnChange::Read)
        .help("Internal networks, such as 10.0.0.0/8, 192.168.0.0/16; all other addresses are then external. If none are given, they are inferred from ARP, Ethernet addresses and who takes part in the traffic; if none of these show it, private addresses are internal (RFC 1918, RFC 6598, RFC 4193). The overview lists the internal networks under \"Inside\".");

/// Idle time-out of a flow.
pub const IDLE_TIMEOUT: Descriptor = Descriptor::seconds("flow.idle_timeout", "Flow idle time-out", 120.0)
        .range(1.0, 86_400.0)
        .on_change(OnChange::Read)
        .help("A flow without packets for longer than this has ended; the next packet starts a new one. 120 s is what NFStream and most exporters use. No pause within the active time-out ends an open TCP connection (RFC 5382 gives it two hours and four minutes).");

/// Active time-out of a flow.
pub const ACTIVE_TIMEOUT: Descriptor = Descriptor::seconds("flow.active_timeout", "Flow active time-out", 1800.0)
        .range(1.0, 604_800.0)
        .on_change(OnChange::Read)
        .help("A flow that lasts longer than this is split and continues as a new one. 1800 s is the usual exporter default (RFC 5102 flowActiveTimeout).");

/// Most flows kept.
pub const MOST_FLOWS: Descriptor = Descriptor::count("flow.most", "Most flows kept", 1_500_000.0)
    .range(4_096.0, 5_000_000.0)
    .unit("flows")
    .on_change(OnChange::Read)
    .help("Beyond this number the oldest flows are only kept in the totals, and an issue reports how many. A flow needs about 600 bytes of memory: unless another number is chosen, of a file under 225 MB only one flow for every 150 bytes is kept, at least 250,000.");

/// Whether the flow CSV is CICFlowMeter's.
pub const CIC_COMPATIBLE: Descriptor = Descriptor::switch("flow.cic_compatible", "CIC-compatible flow table", 0.0)
        .on_change(OnChange::Read)
        .help("1: the saved flow CSV has the flows and values that CICFlowMeter v4 would produce, including its published errors, for models trained on its files. 0: corrected definitions. Findings are the same either way; 1 needs 700 bytes more memory per flow.");

/// Whether the flow CSV has more columns than CICFlowMeter's.
pub const MORE_COLUMNS: Descriptor = Descriptor::switch("flow.more_columns", "More columns in the flow table", 0.0)
        .on_change(OnChange::Read)
        .help("1: after CICFlowMeter's columns the saved flow CSV has our own, such as handshake time, entropy, periodicity, server name and Kitsune's damped statistics. Reading then takes about twice as long, and 800 bytes more memory per flow. 0: CICFlowMeter's columns only.");

/// Seed of everything random.
pub const SEED: Descriptor = Descriptor::count("seed", "Random seed", 42.0)
    .range(0.0, 4_294_967_295.0)
    .help("Sampling and random trees start from this number, so the same file and settings give the same result.");

/// Whether secrets are written as they are.
pub const SECRETS: Descriptor = Descriptor::switch("secrets.shown", "Secrets shown", 0.0)
        .help("1: readable passwords and SNMP communities are shown in packets and flows, findings, reports and saved facts. 0: they are masked. Packet bytes are always shown as they are.");
