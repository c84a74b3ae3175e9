//! Settings of tables.

use super::choice::{Choice, Choices};
use super::{Descriptor, OnChange};

/// All of them, in the order in which they are shown.
pub const TABLE: &[Descriptor] =
    &[TABLE_DIALECT.descriptor, TABLE_UNIT.descriptor, TABLE_DATE_ORDER.descriptor, TABLE_LABEL, TABLE_MEMORY];

/// Those that say how the values of columns are read.
pub const ABOUT_VALUES: [&Descriptor; 2] = [&TABLE_DATE_ORDER.descriptor, &TABLE_UNIT.descriptor];

/// Those whose value is one of a list.
static CHOICES: [Choices; 3] = [TABLE_DIALECT, TABLE_UNIT, TABLE_DATE_ORDER];

/// The choices of a setting, if it is one.
pub fn choices(id: &str) -> Option<&'static Choices> {
    CHOICES.iter().find(|choices| choices.descriptor.id == id)
}

/// What leaves a choice to the program.
pub const AUTO: &str = "auto";

/// Dialect of a table: [`AUTO`], or the id of one of `read::table::dialect::ALL`, in its order.
pub const TABLE_DIALECT: Choices = Choices::new(
    Descriptor::count("table.dialect", "Dialect of a table", 0.0)
        .on_change(OnChange::Read)
        .help("The tool that wrote the table. By default it is recognised from the column headings and the shape of the table."),
    &[
        Choice { id: AUTO, label: "From headings and shape" },
        Choice { id: "python_cicflowmeter", label: "Python cicflowmeter" },
        Choice { id: "cicids2018", label: "CSE-CIC-IDS2018" },
        Choice { id: "cicids2017_flows", label: "CIC-IDS2017 with addresses" },
        Choice { id: "cicflowmeter_v4", label: "CICFlowMeter v4" },
        Choice { id: "cicids2017_ml", label: "CIC-IDS2017 for machine learning" },
        Choice { id: "nfstream", label: "NFStream" },
        Choice { id: "hikari2021", label: "HIKARI-2021" },
        Choice { id: "zeek_flowmeter", label: "zeek-flowmeter" },
        Choice { id: "unsw_nb15", label: "UNSW-NB15 training and testing sets" },
        Choice { id: "unsw_nb15_raw", label: "UNSW-NB15 raw" },
        Choice { id: "nsl_kdd", label: "NSL-KDD" },
        Choice { id: "kdd99", label: "KDD Cup 1999" },
        Choice { id: "ctu13", label: "CTU-13 (Argus binetflow)" },
        Choice { id: "ton_iot", label: "TON_IoT network flows" },
        Choice { id: "pmacct", label: "pmacct" },
        Choice { id: "zeek_log", label: "Zeek log" },
        Choice { id: "zeek_conn", label: "Zeek conn.log" },
        Choice { id: "suricata_eve", label: "Suricata EVE" },
        Choice { id: "ecs", label: "Elastic Common Schema" },
        Choice { id: "nfdump_old", label: "nfdump up to 1.7.4" },
        Choice { id: "nfdump", label: "nfdump from 1.7.5 on" },
        Choice { id: "wireshark_list", label: "Wireshark packet list" },
        Choice { id: "netflow_v5", label: "NetFlow v5 records" },
        Choice { id: "netflow_v9", label: "NetFlow v9 fields" },
        Choice { id: "ciciot2023", label: "CICIoT2023" },
        Choice { id: "tshark_fields", label: "tshark fields" },
        Choice { id: "wireshark_conversations", label: "Wireshark conversations" },
        Choice { id: "nfdump_json", label: "nfdump JSON" },
        Choice { id: "nfdump_quiet", label: "nfdump without header" },
        Choice { id: "ugr16", label: "UGR'16" },
        Choice { id: "cidds", label: "CIDDS" },
        Choice { id: "yaf", label: "IPFIX with both directions" },
        Choice { id: "cesnet", label: "CESNET flows (NEMEA)" },
        Choice { id: "silk", label: "SiLK rwcut" },
        Choice { id: "goflow2", label: "GoFlow2" },
        Choice { id: "ipfix", label: "IPFIX elements" },
        Choice { id: "gcp_vpc", label: "Google Cloud VPC flow log" },
        Choice { id: "envoy", label: "Envoy access log" },
        Choice { id: "panos_csv", label: "PAN-OS traffic log" },
        Choice { id: "fortigate_csv", label: "FortiGate traffic log" },
        Choice { id: "sysmon", label: "Sysmon connections" },
        Choice { id: "windows_firewall", label: "Windows firewall log" },
        Choice { id: "w3c", label: "W3C extended log" },
        Choice { id: "aws_vpc", label: "AWS VPC flow log" },
        Choice { id: "gure_kdd", label: "gureKDDCup" },
        Choice { id: "nfdump_text", label: "nfdump text" },
        Choice { id: "nfdump_pipe", label: "nfdump with pipes" },
        Choice { id: "argus_text", label: "Argus text" },
        Choice { id: "yaf_text", label: "YAF text" },
        Choice { id: "tshark_text", label: "tshark text" },
        Choice { id: "windows_events", label: "Windows connection events" },
        Choice { id: "netfilter", label: "Linux firewall log (netfilter)" },
        Choice { id: "filterlog", label: "pfSense or OPNsense filter log" },
        Choice { id: "mikrotik", label: "MikroTik firewall log" },
        Choice { id: "cisco_asa", label: "Cisco ASA log" },
        Choice { id: "panos", label: "PAN-OS log" },
        Choice { id: "fortigate", label: "FortiGate log" },
        Choice { id: "key_value", label: "Key-value log" },
        Choice { id: "firewall_text", label: "Log in plain text" },
        Choice { id: "blank_list", label: "Space-separated list" },
        Choice { id: "azure_flows", label: "Azure flow log" },
        Choice { id: "other", label: "Table of an unknown tool" },
    ],
    &[
        AUTO,
        "python_cicflowmeter",
        "cicids2018",
        "cicids2017_flows",
        "cicflowmeter_v4",
        "cicids2017_ml",
        "nfstream",
        "hikari2021",
        "zeek_flowmeter",
        "unsw_nb15",
        "unsw_nb15_raw",
        "nsl_kdd",
        "kdd99",
        "ctu13",
        "zeek_conn",
        "suricata_eve",
        "nfdump_old",
        "nfdump",
        "wireshark_list",
        "netflow_v9",
        "ciciot2023",
        "other",
    ],
);

/// Unit of durations in a table.
pub const TABLE_UNIT: Choices = Choices::new(
    Descriptor::count("table.time_unit", "Time unit of a table", 0.0).on_change(OnChange::Read).help(
        "Unit of durations and of gaps between packets. Different tools use the same names with different units.",
    ),
    &[
        Choice { id: AUTO, label: "From the rows and the dialect" },
        Choice { id: "seconds", label: "Seconds" },
        Choice { id: "milliseconds", label: "Milliseconds" },
        Choice { id: "microseconds", label: "Microseconds" },
        Choice { id: "nanoseconds", label: "Nanoseconds" },
    ],
    &[AUTO, "seconds", "milliseconds", "microseconds", "nanoseconds"],
);

/// Order of day and month in the dates of a table.
pub const TABLE_DATE_ORDER: Choices = Choices::new(
    Descriptor::count("table.date_order", "Order of dates in a table", 0.0)
        .on_change(OnChange::Read)
        .help("Whether day or month comes first in dates such as 4/7/2012. By default this follows from dates past the 12th, other columns, the sequence of rows, a day in the file's name and the dialect."),
    &[
        Choice { id: AUTO, label: "From the rows" },
        Choice { id: "day_first", label: "Day first" },
        Choice { id: "month_first", label: "Month first" },
    ],
    &[],
);

/// Label column of a table.
pub const TABLE_LABEL: Descriptor = Descriptor::count("table.label_column", "Label column of a table", 0.0)
        .range(-1.0, 16_384.0)
        .on_change(OnChange::Read)
        .help("The column with the class of each row, counted from 1; models never see it. 0 finds it by its heading, -1 means that there is none.");

/// Memory for the rows of a table.
pub const TABLE_MEMORY: Descriptor = Descriptor::count("table.memory", "Memory for rows", 512.0)
        .range(1.0, 65_536.0)
        .unit("MiB")
        .on_change(OnChange::Read)
        .help("Rows of a table are kept compressed in this much memory. Each time it is full, a random half of the rows is kept. Counts, means and ranges always cover all rows.");

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_choice_has_its_own_id_and_every_former_number_still_means_one() {
        for Choices { descriptor, choices, former } in &CHOICES {
            let ids: BTreeSet<&str> = choices.iter().map(|choice| choice.id).collect();
            assert_eq!(ids.len(), choices.len(), "{}", descriptor.id);
            assert_eq!((descriptor.min, descriptor.max), (0.0, choices.len() as f64 - 1.0), "{}", descriptor.id);
            assert!(former.iter().all(|id| ids.contains(id)), "{}", descriptor.id);
        }
        assert_eq!(TABLE_DIALECT.former.len(), 22);
        assert_eq!((TABLE_DIALECT.former_number(22.0), TABLE_DIALECT.former_number(-1.0)), (None, None));
    }
}
