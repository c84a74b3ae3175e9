#!/usr/bin/env python3
"""How far Packetloupe and tshark agree on the health of TCP connections, flag by flag of Wireshark's TCP analysis.

    health.py [--program PATH] --captures FOLDER [--csv OUT]

Counts each flag in every capture of the folders lab, varied, attack and benign (those up to 3 MB), by tshark and by
`analyze --facts`, and prints for each flag the share that agrees: the smaller of both counts over the larger, summed over
captures. A capture named in explained_health.csv is left out of its flag, and named there with both counts and the reason;
an explanation that does not fit any more is an error. Ends with 1 if a share is below the floor. --csv writes all that
differs. Flows do not time out for this, as tshark's streams do not. The explanations are of tshark 4.0.
"""

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
FOLDERS = ("lab", "varied", "attack", "benign")
MOST_BYTES = 3_000_000
FLOOR = 0.98
# Our name of each count and Wireshark's flag.
FLAGS = {
    "retransmissions": "retransmission", "fast_retransmissions": "fast_retransmission",
    "spurious_retransmissions": "spurious_retransmission", "out_of_order": "out_of_order",
    "lost_segments": "lost_segment", "acked_lost_segments": "ack_lost_segment", "duplicate_acks": "duplicate_ack",
    "zero_windows": "zero_window", "window_full": "window_full", "window_updates": "window_update",
    "keep_alives": "keep_alive", "zero_window_probes": "zero_window_probe",
}
SETTINGS = {"flow.idle_timeout": 86_400, "flow.active_timeout": 604_800}


def wireshark(path):
    fields = [f"tcp.analysis.{flag}" for flag in FLAGS.values()]
    told = subprocess.run(["tshark", "-n", "-r", path, "-Y", "tcp.analysis.flags", "-T", "fields", "-e", "frame.number",
                           *(part for field in fields for part in ("-e", field))], capture_output=True, text=True)
    counts = Counter()
    for line in told.stdout.splitlines():
        flags = dict(zip(FLAGS, map(bool, line.split("\t")[1:])))
        # Wireshark marks the special kinds as retransmissions too.
        if flags["fast_retransmissions"] or flags["spurious_retransmissions"]:
            flags["retransmissions"] = False
        counts.update(name for name, is_set in flags.items() if is_set)
    return counts


def packetloupe(program, path, scratch):
    settings, facts = scratch / "settings.json", scratch / f"{path.parent.name}-{path.name}.jsonl"
    subprocess.run([program, "analyze", path, "--quiet", "--settings", settings, "--facts", facts], capture_output=True)
    counts = Counter()
    for line in facts.read_text().splitlines() if facts.exists() else []:
        flow = json.loads(line)
        for side in ("sent", "received"):
            tcp = flow[side].get("tcp") or {}
            counts.update({name: tcp.get(name, 0) for name in FLAGS})
    return counts


def explanations():
    with open(HERE / "explained_health.csv", newline="") as lines:
        return {(row["flag"], row["capture"]): (int(row["wireshark"]), int(row["packetloupe"])) for row in csv.DictReader(lines)}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, required=True)
    parser.add_argument("--captures", type=Path, required=True)
    parser.add_argument("--csv", type=Path)
    asked = parser.parse_args()
    paths = [path for folder in FOLDERS for path in sorted((asked.captures / folder).glob("*.pcap*"))
             if path.stat().st_size <= MOST_BYTES]
    with tempfile.TemporaryDirectory() as scratch, ThreadPoolExecutor() as pool:
        (Path(scratch) / "settings.json").write_text(json.dumps(SETTINGS))
        both = list(pool.map(lambda path: (wireshark(path), packetloupe(asked.program, path, Path(scratch))), paths))
    known, low, stale, differing = explanations(), [], [], []
    print(f"{'flag':<26}{'tshark':>8}{'ours':>8}{'share':>9}{'explained':>11}")
    for flag in FLAGS:
        most = least = theirs = ours = n_explained = 0
        for path, (a, b) in zip(paths, both):
            name = f"{path.parent.name}/{path.name}"
            if (flag, name) in known:
                n_explained += 1
                if known[flag, name] != (a[flag], b[flag]):
                    stale.append(f"{flag} in {name}: {a[flag]} and {b[flag]} now")
                continue
            theirs, ours = theirs + a[flag], ours + b[flag]
            most, least = most + max(a[flag], b[flag]), least + min(a[flag], b[flag])
            if a[flag] != b[flag]:
                differing.append((flag, name, a[flag], b[flag]))
        share = least / most if most else 1
        print(f"{flag:<26}{theirs:>8}{ours:>8}{share:>9.3f}{n_explained:>11}")
        if share < FLOOR:
            low.append(flag)
    if asked.csv:
        with open(asked.csv, "w", newline="") as out:
            csv.writer(out).writerows([("flag", "capture", "wireshark", "packetloupe"), *differing])
    for flag in low:
        print(f"below {FLOOR}: {flag}: {[row[1:] for row in differing if row[0] == flag]}", file=sys.stderr)
    for line in stale:
        print(f"explained otherwise: {line}", file=sys.stderr)
    return 1 if low or stale else 0


if __name__ == "__main__":
    sys.exit(main())
