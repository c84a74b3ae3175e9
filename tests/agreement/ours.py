"""What Packetloupe says of a capture, by its documented outputs: the JSON document and the flow table."""

import csv
import ipaddress
import json
import subprocess
import tempfile
from pathlib import Path
from protocols import LAYERS
from wireshark import Conversations

# Flows are summed up to conversations; no time-out should cut what tshark calls one stream.
SETTINGS = {"flow.more_columns": 1, "flow.idle_timeout": 86_400, "flow.active_timeout": 604_800}


def answers(program, capture):
    """Question to {item: value}."""
    with tempfile.TemporaryDirectory() as folder:
        document, table, settings = (Path(folder) / name for name in ("result.json", "flows.csv", "settings.json"))
        settings.write_text(json.dumps(SETTINGS))
        subprocess.run([program, "analyze", capture, "--quiet", "--settings", settings, "--json", document,
                        "--flows", table], check=True, capture_output=True)
        summary = json.loads(document.read_text())["summary"]
        with open(table, newline="") as lines:
            flows = list(csv.DictReader(lines))
    return {
        "packets": {"": summary["packets"]},
        "bytes": {"": summary["bytes"]},
        "first": {"": ns(summary["first"])},
        "last": {"": ns(summary["last"])},
        "hierarchy": hierarchy(summary["protocols"]),
        "conversations": conversations(flows),
    }


def hierarchy(protocols):
    by_name = {row["name"]: row["packets"] for row in protocols}
    counts = {names: sum(by_name.get(name, 0) for name in names.split(", ")) for names in LAYERS}
    return {names: count for names, count in counts.items() if count}


def ns(seconds):
    return None if seconds is None else round(seconds * 10**9)


def conversations(flows):
    sums = Conversations()
    for flow in flows:
        ips = [str(ipaddress.ip_address(flow[side + " IP"])) for side in ("Src", "Dst")]
        counts = [[int(flow["Total Fwd Packet"]), int(flow["Fwd Wire Bytes"])],
                  [int(flow["Total Bwd packets"]), int(flow["Bwd Wire Bytes"])]]
        ends = {"ip": ips}
        transport = {"6": "tcp", "17": "udp"}.get(flow["Protocol"])
        ports = flow["Src Port"], flow["Dst Port"]
        if transport and ports != ("0", "0"):
            ends[transport] = [f"{ip} {port}" for ip, port in zip(ips, ports)]
        for kind, (source, target) in ends.items():
            sums.add(kind, source, target, *counts[0])
            sums.add(kind, target, source, *counts[1])
    return sums.items()
