#!/usr/bin/env python3
"""How far Packetloupe and tshark agree on the shared captures, question by question.

    agree.py [--program PATH] [--captures FOLDER] [CAPTURE...]

Asks both about every capture in the folders formats, attack and benign (or about the CAPTUREs named, as in
benign/zeek__mqtt.pcap) and prints for each question how many items agree, and in how many captures all do. Ends with 1
if a share of all captures is below the floor, if a difference is not explained in explained.csv, or if an explanation
there fits none. `ours.py` asks the program by its documented outputs, `wireshark.py` asks tshark.

What is compared. A share is agreeing items / items over all captures; an item is what one of the two knows of.

    packets, bytes   one item a capture. Packets are tshark's frames that have a link type: it also lists pcapng's
                     custom blocks as frames, and capinfos does not count them. Bytes are those on the wire.
    first, last      one item a capture: earliest and latest time, to the microsecond.
    hierarchy        one item a capture and protocol, of those in protocols.py: packets that have it; streams of what
                     is in TCP, and conversations of what both tell by content in UDP. What an ICMP message quotes is
                     no packet of its protocols; a protocol that comes twice in a packet counts once. Streams and
                     conversations count by content: we by what a flow is certain to be, tshark where it finds a
                     message that is not malformed.
    conversations    one item a capture and pair of IP addresses, and one a capture and pair of addresses and ports of
                     TCP and of UDP: packets and bytes in both directions. Of tunnels the inmost packet counts. Pieces
                     of an IP packet belong to the conversation of the whole. Our flows, which also end by time-outs
                     and restarts, are summed up.
    names            one item a capture, conversation and name: what DNS, mDNS and LLMNR ask for (of multicast answers
                     without a question the name of the first record), server names, JA3 and JA3S of TLS, hosts of HTTP
                     requests without port. Where a flow said more than we keep of one, names that we lack are left out.

tshark runs with -n (no names looked up) and -2 (two passes, as Wireshark does), else in default settings: pieces of IP
packets and TCP segments are put together. The explanations are of tshark 4.0.
"""

import argparse
import csv
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import ours
import wireshark

HERE = Path(__file__).resolve().parent
ROOT = HERE.parents[1]
FOLDERS = ("formats", "attack", "benign")
FLOOR = 0.99
# Both keep nanoseconds; our JSON has seconds as numbers, exact to less than a microsecond.
MOST_NS_APART = 1000


class Comparison:
    """Both answers about one capture."""

    def __init__(self, name, theirs, mine, full):
        self.n_items = {}
        self.n_left_out = 0
        self.differences = []
        for question in theirs:
            a, b = theirs[question], mine[question]
            left_out = {item for item in a.keys() - b.keys() if item.partition(": ")[0] in full}
            self.n_left_out += len(left_out)
            items = sorted((a.keys() | b.keys()) - left_out)
            self.n_items[question] = len(items)
            for item in items:
                if not is_same(question, a.get(item), b.get(item)):
                    self.differences.append((question, name, item, said(a.get(item)), said(b.get(item))))


def is_same(question, theirs, mine):
    if question in ("first", "last") and None not in (theirs, mine):
        return abs(theirs - mine) <= MOST_NS_APART
    return theirs == mine


def said(value):
    """An answer as it stands in explained.csv."""
    if isinstance(value, tuple):
        return "{} with {} B, back {} with {} B".format(*value)
    return "-" if value is None else str(value)


def compare(program, captures, name):
    try:
        theirs = wireshark.answers(captures / name)
    except wireshark.Unreadable as why:
        return name, str(why)
    return Comparison(name, theirs, *ours.answers(program, captures / name)), None


def explained(names):
    """Differences of these captures that are explained."""
    with open(HERE / "explained.csv", newline="") as lines:
        return {(row["question"], row["capture"], row["item"], row["wireshark"], row["packetloupe"])
                for row in csv.DictReader(lines) if row["capture"] in names}


def report(comparisons):
    """Prints the table; the questions whose share is below the floor."""
    low = []
    print(f"{'question':<16}{'items':>8}{'agree':>8}{'share':>11}{'captures':>10}{'in full':>9}")
    for question in comparisons[0].n_items:
        n_items = sum(comparison.n_items[question] for comparison in comparisons)
        differ = [name for one in comparisons for asked, name, *_ in one.differences if asked == question]
        n_asked = sum(comparison.n_items[question] > 0 for comparison in comparisons)
        share = (n_items - len(differ)) / n_items if n_items else 1
        print(f"{question:<16}{n_items:>8}{n_items - len(differ):>8}{share:>10.2%} {n_asked:>9}"
              f"{n_asked - len(set(differ)):>9}")
        if share < FLOOR:
            low.append(question)
    return low


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--program", type=Path, default=ROOT / "target/release/packetloupe")
    parser.add_argument("--captures", type=Path, default=ROOT / "../shared/captures")
    parser.add_argument("names", nargs="*", metavar="CAPTURE")
    asked = parser.parse_args()
    names = asked.names or [f"{folder}/{path.name}" for folder in FOLDERS
                            for path in sorted((asked.captures / folder).iterdir())]
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        done = list(pool.map(lambda name: compare(asked.program, asked.captures, name), names))
    comparisons = [comparison for comparison, why in done if why is None]
    low = report(comparisons)
    for name, why in done:
        if why is not None:
            print(f"tshark cannot read {name}: {why}")
    print(f"{sum(one.n_left_out for one in comparisons)} names not compared: their flow says more than is kept of one")
    known = explained(names)
    differences = [difference for comparison in comparisons for difference in comparison.differences]
    unknown = [difference for difference in differences if difference not in known]
    stale = sorted(known - set(differences))
    print(f"{len(differences)} differences, {len(unknown)} of them not explained; {len(stale)} explanations fit none")
    writer = csv.writer(sys.stderr, lineterminator="\n")
    for kind, rows in (("not explained", unknown), ("fits none", stale)):
        writer.writerows([f"{kind}:", *row] for row in rows)
    for question in low:
        print(f"{question}: below {FLOOR:.0%}", file=sys.stderr)
    # A few captures say nothing of the share.
    sys.exit(bool(unknown or stale or (low and not asked.names)))


if __name__ == "__main__":
    main()
