//! Techniques that cards and findings name to those that MITRE ATT&CK (Enterprise and ICS, version 16) has published.

use packetloupe::detect;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Ids and names as published; sub-techniques by their own name.
const PUBLISHED: &[(&str, &str)] = &[
    // ICS.
    ("T0809", "Data Destruction"),
    ("T0814", "Denial of Service"),
    ("T0816", "Device Restart/Shutdown"),
    ("T0836", "Modify Parameter"),
    ("T0843", "Program Download"),
    ("T0845", "Program Upload"),
    ("T0855", "Unauthorized Command Message"),
    ("T0858", "Change Operating Mode"),
    ("T0867", "Lateral Tool Transfer"),
    ("T0878", "Alarm Suppression"),
    // Enterprise.
    ("T1003.004", "LSA Secrets"),
    ("T1003.006", "DCSync"),
    ("T1018", "Remote System Discovery"),
    ("T1021", "Remote Services"),
    ("T1021.001", "Remote Desktop Protocol"),
    ("T1021.002", "SMB/Windows Admin Shares"),
    ("T1021.003", "Distributed Component Object Model"),
    ("T1021.004", "SSH"),
    ("T1021.005", "VNC"),
    ("T1021.006", "Windows Remote Management"),
    ("T1030", "Data Transfer Size Limits"),
    ("T1040", "Network Sniffing"),
    ("T1041", "Exfiltration Over C2 Channel"),
    ("T1046", "Network Service Discovery"),
    ("T1047", "Windows Management Instrumentation"),
    ("T1048.002", "Exfiltration Over Asymmetric Encrypted Non-C2 Protocol"),
    ("T1048.003", "Exfiltration Over Unencrypted Non-C2 Protocol"),
    ("T1053.002", "At"),
    ("T1053.005", "Scheduled Task"),
    ("T1059", "Command and Scripting Interpreter"),
    ("T1070.001", "Clear Windows Event Logs"),
    ("T1071", "Application Layer Protocol"),
    ("T1071.001", "Web Protocols"),
    ("T1071.004", "DNS"),
    ("T1074", "Data Staged"),
    ("T1087.002", "Domain Account"),
    ("T1090", "Proxy"),
    ("T1090.003", "Multi-hop Proxy"),
    ("T1095", "Non-Application Layer Protocol"),
    ("T1110.001", "Password Guessing"),
    ("T1110.003", "Password Spraying"),
    ("T1136.002", "Domain Account"),
    ("T1187", "Forced Authentication"),
    ("T1190", "Exploit Public-Facing Application"),
    ("T1207", "Rogue Domain Controller"),
    ("T1210", "Exploitation of Remote Services"),
    ("T1496", "Resource Hijacking"),
    ("T1498", "Network Denial of Service"),
    ("T1498.001", "Direct Network Flood"),
    ("T1498.002", "Reflection Amplification"),
    ("T1499.001", "OS Exhaustion Flood"),
    ("T1499.002", "Service Exhaustion Flood"),
    ("T1499.004", "Application or System Exploitation"),
    ("T1546.003", "Windows Management Instrumentation Event Subscription"),
    ("T1550.002", "Pass the Hash"),
    ("T1557", "Adversary-in-the-Middle"),
    ("T1557.001", "LLMNR/NBT-NS Poisoning and SMB Relay"),
    ("T1557.002", "ARP Cache Poisoning"),
    ("T1557.003", "DHCP Spoofing"),
    ("T1558.003", "Kerberoasting"),
    ("T1562", "Impair Defenses"),
    ("T1565.002", "Transmitted Data Manipulation"),
    ("T1567", "Exfiltration Over Web Service"),
    ("T1567.002", "Exfiltration to Cloud Storage"),
    ("T1567.003", "Exfiltration to Text Storage Sites"),
    ("T1568.002", "Domain Generation Algorithms"),
    ("T1569.002", "Service Execution"),
    ("T1571", "Non-Standard Port"),
    ("T1572", "Protocol Tunneling"),
    ("T1573", "Encrypted Channel"),
    ("T1590.002", "DNS"),
    ("T1595", "Active Scanning"),
    ("T1595.001", "Scanning IP Blocks"),
    ("T1595.002", "Vulnerability Scanning"),
    ("T1595.003", "Wordlist Scanning"),
    ("T1599", "Network Boundary Bridging"),
];

#[test]
fn cards_name_techniques_as_published() {
    let published: BTreeMap<&str, &str> = PUBLISHED.iter().copied().collect();
    assert_eq!(published.len(), PUBLISHED.len(), "an id is there twice");
    for card in detect::ALL.iter().map(|entry| entry.card) {
        if let Some((id, name)) = card.technique {
            assert_eq!(published.get(id), Some(&name), "{}: {id}", card.id);
        }
    }
}

/// Detectors name other techniques than their card's where the case is plainer: `("T1046", "Network Service Discovery")`.
#[test]
fn pairs_in_detectors_are_as_published() {
    let published: BTreeMap<&str, &str> = PUBLISHED.iter().copied().collect();
    let mut n = 0;
    for path in sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src/detect")) {
        let text = std::fs::read_to_string(&path).expect("a source is text");
        for part in text.split("(\"T").skip(1).filter(|part| part.starts_with(|c: char| c.is_ascii_digit())) {
            let Some((number, rest)) = part.split_once('"') else { continue };
            let Some((name, _)) = rest.strip_prefix(", \"").and_then(|rest| rest.split_once('"')) else { continue };
            let id = format!("T{number}");
            assert_eq!(published.get(id.as_str()), Some(&name), "{}: {id}", path.display());
            n += 1;
        }
    }
    assert!(n > 30, "only {n} pairs found");
}

/// Every file of Rust below a folder.
fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.path())
        .flat_map(|path| match path.is_dir() {
            true => sources(&path),
            false if path.extension().is_some_and(|kind| kind == "rs") => vec![path],
            false => Vec::new(),
        })
        .collect()
}
