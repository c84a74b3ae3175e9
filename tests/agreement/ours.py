"""What Packetloupe says of a capture, by its documented outputs: the JSON document, and flows with what they said."""

import ipaddress
import json
import subprocess
import tempfile
from collections import Counter, defaultdict
from pathlib import Path
from protocols import CONVERSATIONS_IN_UDP, IN_TCP, IN_UDP, LAYERS, UDP_BY_CONTENT, is_asked
from wireshark import Conversations, readable

# Flows are summed up to conversations; no time-out should cut what tshark calls one stream.
SETTINGS = {"flow.idle_timeout": 86_400, "flow.active_timeout": 604_800}
# So many different facts are kept of a flow.
MOST_FACTS = 48
TRANSPORTS = {6: "tcp", 17: "udp"}


def answers(program, capture):
    """Question to {item: value}; and the conversations of which not all that was said was kept."""
    with tempfile.TemporaryDirectory() as folder:
        document, lines, settings = (Path(folder) / name for name in ("result.json", "flows.jsonl", "settings.json"))
        settings.write_text(json.dumps(SETTINGS))
        subprocess.run([program, "analyze", capture, "--quiet", "--settings", settings, "--json", document,
                        "--facts", lines], check=True, capture_output=True)
        summary = json.loads(document.read_text())["summary"]
        flows = [Flow(json.loads(line)) for line in lines.read_text().splitlines()]
    full = {flow.conversation() for flow in flows if len(flow.row["facts"]) >= MOST_FACTS}
    return {
        "packets": {"": summary["packets"]},
        "bytes": {"": summary["bytes"]},
        "first": {"": ns(summary["first"])},
        "last": {"": ns(summary["last"])},
        "hierarchy": hierarchy(summary["protocols"]) | applications(flows),
        "conversations": conversations(flows),
        "DNS names": names(named(flows, "DNS", "mDNS", "LLMNR"), "dns.query"),
        "server names": names(flows, "tls.sni"),
        "JA3": names(flows, "tls.ja3"),
        "JA3S": names(flows, "tls.ja3s"),
        "HTTP hosts": names(flows, "http.host"),
    }, full


class Flow:
    """A line of the flows."""

    def __init__(self, row):
        self.row = row
        self.ips = [str(ipaddress.ip_address(row[side])) for side in ("source", "destination")]
        self.ports = [row[side + "_port"] for side in ("source", "destination")]
        self.transport = TRANSPORTS.get(row["protocol"]) if any(self.ports) else None
        self.ends = [f"{ip} {port}" for ip, port in zip(self.ips, self.ports)]

    def conversation(self):
        low, high = sorted(self.ends)
        return f"{self.transport} {low} - {high}"


def ns(seconds):
    return None if seconds is None else round(seconds * 10**9)


def hierarchy(protocols):
    by_name = {row["name"]: row["packets"] for row in protocols}
    counts = {names: sum(by_name.get(name, 0) for name in names.split(", ")) for names in LAYERS}
    return {names: count for names, count in counts.items() if count}


def applications(flows):
    counts = Counter()
    streams = defaultdict(Counter)
    conversations = defaultdict(set)
    for flow in flows:
        name, is_certain = flow.row["application"], flow.row["is_certain"]
        item = f"{name} in {flow.transport}"
        if not is_asked(name, flow.ports):
            continue
        if flow.transport == "tcp" and name in IN_TCP and is_certain:
            # Each way of a connection may be in a VLAN of its own; to us it is two flows then.
            streams[item, flow.conversation()][flow.row["vlan"]] += 1
        if flow.transport == "udp" and name in CONVERSATIONS_IN_UDP and is_certain:
            conversations[item].add(flow.conversation())
        if flow.transport == "udp" and name in IN_UDP and (is_certain or name not in UDP_BY_CONTENT):
            counts[item] += flow.row["sent"]["packets"] + flow.row["received"]["packets"]
    for (item, _), by_vlan in streams.items():
        counts[item] += max(by_vlan.values())
    return counts | {item: len(them) for item, them in conversations.items()}


def named(flows, *applications):
    return [flow for flow in flows if flow.row["application"] in applications]


def names(flows, fact):
    found = {}
    for flow in flows:
        said = (said["value"] for said in flow.row["facts"] if said["id"] == fact)
        found.update((f"{flow.conversation()}: {readable(name)}", "said") for name in said)
    return found


def amounts(side):
    return side["packets"], side["bytes"]


def conversations(flows):
    sums = Conversations()
    for flow in flows:
        kinds = {"ip": flow.ips, flow.transport: flow.ends} if flow.transport else {"ip": flow.ips}
        for kind, (source, target) in kinds.items():
            sums.add(kind, source, target, *amounts(flow.row["sent"]))
            sums.add(kind, target, source, *amounts(flow.row["received"]))
    return sums.items()
