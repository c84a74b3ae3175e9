#!/usr/bin/env python3
"""Flow features worked out a second time, from tshark's packet fields, by their definitions.

    flows.py MODE CAPTURE FLOWS_CSV        MODE: corrected or cic

Compares every CICFlowMeter column of the UDP and TCP flows in FLOWS_CSV (as `packetloupe analyze --flows` writes
it) to a millionth of the value, and prints one line: flows and values compared. Differences go to standard error, exit 1.

Shares nothing with the program: it keeps whole lists of packets per flow and takes means and deviations in two passes
over them, in exact fractions where sums are large.
"""

import csv
import datetime
import math
import subprocess
import sys
from fractions import Fraction

FIELDS = ["frame.time_epoch", "ip.src", "ip.dst", "ipv6.src", "ipv6.dst", "ip.proto", "vlan.id", "tcp.srcport",
          "tcp.dstport", "udp.srcport", "udp.dstport", "tcp.len", "tcp.hdr_len", "udp.length", "tcp.flags",
          "tcp.window_size_value", "tcp.seq_raw"]
FIN, SYN, RST, PSH, ACK, URG, ECE, CWR = (1 << bit for bit in range(8))
TOLERANCE = 1e-6
# Headers that an ICMP message quotes are no packets of that flow; pieces of fragmented packets are not put together.
PLAIN = "(tcp || udp) && !icmp && !icmpv6 && !(ip.flags.mf == 1 || ip.frag_offset > 0 || ipv6.fraghdr)"


class Packet:
    """One TCP or UDP packet; times in ns."""

    def __init__(self, row):
        seconds, _, part = row["frame.time_epoch"].partition(".")
        self.ns = int(seconds) * 10**9 + int(part.ljust(9, "0")[:9])
        self.is_tcp = row["tcp.srcport"] != ""
        kind = "tcp" if self.is_tcp else "udp"
        source, target = row["ip.src"] or row["ipv6.src"], row["ip.dst"] or row["ipv6.dst"]
        self.source = (source, int(row[kind + ".srcport"]))
        self.target = (target, int(row[kind + ".dstport"]))
        self.vlan = row["vlan.id"]
        self.payload = int(row["tcp.len"]) if self.is_tcp else int(row["udp.length"]) - 8
        self.header = int(row["tcp.hdr_len"]) if self.is_tcp else 8
        self.flags = int(row["tcp.flags"], 16) & 0xFF if self.is_tcp else 0
        self.window = int(row["tcp.window_size_value"]) if self.is_tcp else None
        self.sequence = int(row["tcp.seq_raw"]) if self.is_tcp else None

    def has(self, *flags):
        return all(self.flags & flag for flag in flags)

    def is_request(self):
        return self.has(SYN) and not self.has(ACK)


def read(capture):
    command = ["tshark", "-r", capture, "-n", "-T", "fields", "-E", "separator=\t", "-E", "occurrence=f",
               "-o", "tcp.desegment_tcp_streams:FALSE", "-o", "ip.defragment:FALSE", "-Y", PLAIN]
    for field in FIELDS:
        command += ["-e", field]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    rows = (dict(zip(FIELDS, line.split("\t"))) for line in lines)
    return [Packet(row) for row in rows if row["tcp.srcport"] or row["udp.srcport"]]


# Statistics of a list, sample deviation; all are 0 where there are too few values.

def mean(values):
    return float(sum(map(Fraction, values)) / len(values)) if values else 0.0


def variance(values):
    if len(values) < 2:
        return 0.0
    exact = [Fraction(value) for value in values]
    middle = sum(exact) / len(exact)
    return float(sum((value - middle) ** 2 for value in exact) / (len(exact) - 1))


def deviation(values):
    return math.sqrt(variance(values))


def most(values):
    return float(max(values, default=0))


def least(values):
    return float(min(values, default=0))


def ratio(part, whole):
    return float(part) / float(whole) if whole else 0.0


def spread(name, values, order):
    measures = {"Max": most, "Min": least, "Mean": mean, "Std": deviation, "Variance": variance}
    return {f"{name} {measure}": measures[measure](values) for measure in order}


def common(flow, forward, backward, gaps, lengths):
    """The columns on which both modes agree once packets, sides and gaps are settled; gaps in µs."""
    row = {"Src Port": flow.source[1], "Dst Port": flow.target[1], "Protocol": 6 if flow.is_tcp else 17}
    seconds = flow.duration / Fraction(10**6)
    row["Flow Duration"] = float(flow.duration)
    sizes = {}
    for side, packets in (("Fwd", forward), ("Bwd", backward)):
        sizes[side] = [packet.payload for packet in packets]
        row["Total Fwd Packet" if side == "Fwd" else "Total Bwd packets"] = len(packets)
        row[f"Total Length of {side} Packet"] = sum(sizes[side])
        row.update(spread(f"{side} Packet Length", sizes[side], ["Max", "Min", "Mean", "Std"]))
        row.update(spread(f"{side} IAT", gaps[side], ["Mean", "Std", "Max", "Min"]))
        row[f"{side} IAT Total"] = float(sum(gaps[side]))
        row[f"{side} Header Length"] = sum(packet.header for packet in packets)
        row[f"{side} Packets/s"] = ratio(len(packets), seconds)
        row[f"{side} Segment Size Avg"] = mean(sizes[side])
    everything = sizes["Fwd"] + sizes["Bwd"]
    row["Flow Bytes/s"] = ratio(sum(everything), seconds)
    row["Flow Packets/s"] = ratio(len(everything), seconds)
    row.update(spread("Flow IAT", gaps["Flow"], ["Mean", "Std", "Max", "Min"]))
    row.update(spread("Packet Length", lengths, ["Min", "Max", "Mean", "Std", "Variance"]))
    names = {"FIN": FIN, "SYN": SYN, "RST": RST, "PSH": PSH, "ACK": ACK, "URG": URG, "CWR": CWR, "ECE": ECE}
    for name, flag in names.items():
        row[f"{name} Flag Count"] = sum(packet.has(flag) for packet in forward + backward)
    row["Fwd Seg Size Min"] = least([packet.header for packet in forward])
    return row


# Corrected: flows end after 120 s without a packet, after 1800 s, or when a request comes on a finished connection.

class Flow:
    def __init__(self, packet):
        self.is_tcp, self.packets = packet.is_tcp, []
        self.first = self.last = packet.ns
        self.source, self.target = packet.source, packet.target
        is_answer = packet.has(SYN, ACK) if packet.has(SYN) else packet.source[1] < 1024 <= packet.target[1]
        if is_answer:
            self.source, self.target = packet.target, packet.source
        self.has_request, self.state = False, "middle"
        self.sequences = {}
        self.with_syn = set()

    def is_over(self, packet):
        """A request on the five-tuple begins anew unless the connection lives or this repeats its own request."""
        repeats = packet.source in self.with_syn and self.sequences[packet.source] == (packet.sequence + 1) % 2**32
        return packet.is_request() and self.state not in ("asked", "answered", "open") and not repeats

    def add(self, packet):
        self.packets.append(packet)
        if self.is_tcp:
            self.follow(packet)
        self.first, self.last = min(self.first, packet.ns), max(self.last, packet.ns)

    def follow(self, packet):
        if packet.is_request() and not self.has_request:
            self.source, self.target = packet.source, packet.target
        is_forward = packet.source == self.source
        other = self.target if is_forward else self.source
        if packet.has(RST):
            if self.state == "asked":
                self.state = "asked" if is_forward else "refused"
            elif self.state not in ("refused", "closed"):
                self.state = "reset"
        elif packet.has(SYN, ACK):
            self.state = "answered" if self.state in ("middle", "asked") else self.state
        elif packet.has(SYN):
            self.state = "asked" if self.state == "middle" else self.state
        elif packet.has(FIN):
            has_other = any(p.has(FIN) for p in self.packets[:-1] if p.source == other)
            if self.state in ("open", "answered"):
                self.state = "closing"
            elif self.state == "closing" and has_other:
                self.state = "closed"
        elif self.state == "answered" and is_forward and packet.has(ACK):
            self.state = "open"
        self.has_request |= packet.is_request()
        if packet.has(SYN):
            self.with_syn.add(packet.source)
        end = (packet.sequence + packet.payload + packet.has(SYN) + packet.has(FIN)) % 2**32
        known = self.sequences.get(packet.source)
        if known is None or 0 < (end - known) % 2**32 < 2**31:
            self.sequences[packet.source] = end

    def begin_us(self):
        return self.first // 1000

    def row(self):
        sides = {"Fwd": [p for p in self.packets if p.source == self.source]}
        sides["Bwd"] = [p for p in self.packets if p.source != self.source]
        gaps = {side: late_gaps(packets) for side, packets in {**sides, "Flow": self.packets}.items()}
        self.duration = Fraction(self.last - self.first, 1000)
        row = common(self, sides["Fwd"], sides["Bwd"], gaps, [p.payload for p in self.packets])
        subflows = 1 + sum(gap > 10**6 for gap in gaps["Flow"])
        for side, packets in sides.items():
            row[f"{side} PSH Flags"] = sum(p.has(PSH) for p in packets)
            row[f"{side} URG Flags"] = sum(p.has(URG) for p in packets)
            row[f"Subflow {side} Packets"] = len(packets) / subflows
            row[f"Subflow {side} Bytes"] = sum(p.payload for p in packets) / subflows
            bulks = self.bulks(packets[0].source) if packets else []
            n_bytes, n_packets = sum(p.payload for b in bulks for p in b), sum(map(len, bulks))
            row[f"{side} Bytes/Bulk Avg"] = ratio(n_bytes, len(bulks))
            row[f"{side} Packet/Bulk Avg"] = ratio(n_packets, len(bulks))
            row[f"{side} Bulk Rate Avg"] = ratio(n_bytes, sum(max(p.ns for p in b) - b[0].ns for b in bulks) / 1e9)
            first = "FWD" if side == "Fwd" else "Bwd"
            row[f"{first} Init Win Bytes"] = packets[0].window if packets and self.is_tcp else -1
        row["Down/Up Ratio"] = ratio(len(sides["Bwd"]), len(sides["Fwd"]))
        row["Average Packet Size"] = row["Packet Length Mean"]
        row["Fwd Act Data Pkts"] = sum(p.payload > 0 for p in sides["Fwd"])
        idle = [gap for gap in gaps["Flow"] if gap > 5 * 10**6]
        row.update(spread("Idle", idle, ["Mean", "Std", "Max", "Min"]))
        row.update(spread("Active", self.actives(), ["Mean", "Std", "Max", "Min"]))
        return row

    def bulks(self, source):
        """Runs of at least four payload packets of one side, at most a second apart, with none of the other between."""
        runs, late = [], None
        for packet in (p for p in self.packets if p.payload > 0):
            goes_on = late is not None and runs[-1][-1].source == packet.source and packet.ns - late <= 10**9
            if goes_on:
                runs[-1].append(packet)
                late = max(late, packet.ns)
            else:
                runs.append([packet])
                late = packet.ns
        return [run for run in runs if len(run) >= 4 and run[0].source == source]

    def actives(self):
        """Spans between gaps of over five seconds that are longer than nothing."""
        spans, start, late = [], self.packets[0].ns, self.packets[0].ns
        for packet in self.packets[1:]:
            if packet.ns - late > 5 * 10**9:
                spans.append(Fraction(late - start, 1000))
                start = packet.ns
            late = max(late, packet.ns)
        return [span for span in [*spans, Fraction(late - start, 1000)] if span > 0]


def late_gaps(packets):
    """Gaps in µs; a packet that comes out of order comes at the time of the latest before it."""
    gaps, late = [], None
    for packet in packets:
        if late is not None:
            gaps.append(Fraction(max(packet.ns - late, 0), 1000))
        late = packet.ns if late is None else max(late, packet.ns)
    return gaps


def corrected(packets):
    current, done = {}, []
    for packet in packets:
        key = (frozenset((packet.source, packet.target)), packet.is_tcp, packet.vlan)
        flow = current.get(key)
        carried = None
        if flow and packet.ns - flow.last <= 120 * 10**9 and packet.ns - flow.first > 1800 * 10**9:
            carried = flow
        is_old = flow and (packet.ns - flow.last > 120 * 10**9 or carried or flow.is_over(packet))
        if flow is None or is_old:
            flow = current[key] = Flow(packet)
            if carried:
                flow.source, flow.target, flow.state = carried.source, carried.target, carried.state
            done.append(flow)
        flow.add(packet)
    return done


# CICFlowMeter v4, October 2019 on: 120 s from the start, its FIN rule, its counting.

class CicFlow:
    def __init__(self, packet, source=None, target=None):
        self.is_tcp, self.source, self.target = packet.is_tcp, source or packet.source, target or packet.target
        # The first packet counts as the initiator's whoever sent it.
        self.packets, self.ways = [packet], [True]
        # Marks the packets that move the end of the active period; those that end a flow do so only after a pause.
        self.touches = [True]
        self.fins = {True: 0, False: 0}

    def us(self, at):
        return self.packets[at].ns // 1000

    def begin_us(self):
        return self.us(0)

    def add(self, packet, is_forward, touches):
        gap = packet.ns // 1000 - self.us(-1)
        self.packets.append(packet)
        self.ways.append(is_forward)
        self.touches.append(touches or gap > 10**6)

    def row(self):
        times = [packet.ns // 1000 for packet in self.packets]
        sides = {side: [at for at, way in enumerate(self.ways) if way == (side == "Fwd")] for side in ("Fwd", "Bwd")}
        gaps = {side: [b - a for a, b in pairs([times[at] for at in places])] for side, places in sides.items()}
        gaps["Flow"] = [b - a for a, b in pairs(times)]
        self.duration = Fraction(times[-1] - times[0])
        forward, backward = ([self.packets[at] for at in sides[side]] for side in ("Fwd", "Bwd"))
        sizes = [packet.payload for packet in self.packets]
        row = common(self, forward, backward, gaps, [sizes[0], *sizes])
        n_gaps = sum(gap > 10**6 for gap in gaps["Flow"])
        for side, packets in (("Fwd", forward), ("Bwd", backward)):
            row[f"{side} PSH Flags"] = int(side == "Fwd" and self.packets[0].has(PSH))
            row[f"{side} URG Flags"] = int(side == "Fwd" and self.packets[0].has(URG))
            row[f"Subflow {side} Packets"] = len(packets) // n_gaps if n_gaps else 0
            row[f"Subflow {side} Bytes"] = sum(p.payload for p in packets) // n_gaps if n_gaps else 0
        for name in ("Bytes/Bulk", "Packet/Bulk", "Bulk Rate"):
            row[f"Fwd {name} Avg"] = 0
        bulks = self.bulks(times)
        n_bytes, n_packets = sum(sizes[at] for b in bulks for at in b), sum(map(len, bulks))
        took = sum(times[b[-1]] - times[b[0]] for b in bulks)
        row["Bwd Bytes/Bulk Avg"] = n_bytes // len(bulks) if bulks else 0
        row["Bwd Packet/Bulk Avg"] = n_packets // len(bulks) if bulks else 0
        row["Bwd Bulk Rate Avg"] = math.trunc(n_bytes / (took / 1e6)) if took else 0
        row["FWD Init Win Bytes"] = self.packets[0].window or 0
        row["Bwd Init Win Bytes"] = (backward[-1].window or 0) if backward else 0
        row["Down/Up Ratio"] = len(backward) // len(forward) if forward else 0
        row["Average Packet Size"] = (sum(sizes) + sizes[0]) / len(sizes)
        row["Fwd Act Data Pkts"] = sum(self.packets[at].payload > 0 for at in sides["Fwd"] if at > 0)
        actives, idles = [], []
        start = end = times[0]
        for now in (time for time, touches in zip(times[1:], self.touches[1:]) if touches):
            if now - end > 5 * 10**6:
                actives += [end - start] if end > start else []
                idles.append(now - end)
                start = now
            end = now
        row.update(spread("Active", actives, ["Mean", "Std", "Max", "Min"]))
        row.update(spread("Idle", idles, ["Mean", "Std", "Max", "Min"]))
        return row

    def bulks(self, times):
        runs = []
        for at in (at for at, packet in enumerate(self.packets) if packet.payload > 0):
            if runs and times[at] - times[runs[-1][-1]] <= 10**6:
                runs[-1].append(at)
            else:
                runs.append([at])
        return [run for run in runs if len(run) >= 4]


def pairs(values):
    return list(zip(values, values[1:]))


def cic(packets):
    current, done = {}, []
    for packet in packets:
        key = (frozenset((packet.source, packet.target)), packet.is_tcp)
        flow = current.get(key)
        if flow is None or packet.ns // 1000 - flow.us(0) > 120 * 10**6:
            ends = (flow.source, flow.target) if flow else ()
            current[key] = CicFlow(packet, *ends)
            done.append(current[key])
            continue
        is_forward = packet.source[0] == flow.source[0]
        if packet.has(FIN):
            flow.fins[is_forward] += 1
            if flow.fins[is_forward] > 1:
                continue
            flow.add(packet, is_forward, is_forward)
            if not is_forward:
                del current[key]
        else:
            flow.add(packet, is_forward, not packet.has(RST))
            if packet.has(RST):
                del current[key]
    return [flow for flow in done if len(flow.packets) > 1]


def stamp(us):
    moment = datetime.datetime(1970, 1, 1) + datetime.timedelta(microseconds=us)
    return moment.isoformat(timespec="microseconds") + "Z"


def identity(addresses, row):
    return (*addresses, *(int(float(row[name])) for name in ("Src Port", "Dst Port", "Protocol")))


def agree(found, value):
    if isinstance(value, str):
        return found == value
    return found != "" and abs(float(found) - value) <= TOLERANCE * abs(value)


def main(mode, capture, flows_csv):
    flows = {"corrected": corrected, "cic": cic}[mode](read(capture))
    ours = {}
    for flow in flows:
        row = flow.row()
        row["Timestamp"] = stamp(flow.begin_us())
        ours.setdefault(identity((flow.source[0], flow.target[0]), row), []).append(row)
    theirs = {}
    with open(flows_csv, newline="", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            # Pieces of fragmented packets have no ports: their flows are no UDP or TCP flows here.
            if row["Protocol"] in ("6", "17") and (row["Src Port"], row["Dst Port"]) != ("0", "0"):
                theirs.setdefault(identity((row["Src IP"], row["Dst IP"]), row), []).append(row)
    wrong = [f"only tshark's: {key}" for key in ours.keys() - theirs.keys()]
    wrong += [f"only the program's: {key}" for key in theirs.keys() - ours.keys()]
    n_values = 0
    for key in sorted(ours.keys() & theirs.keys()):
        if len(ours[key]) != len(theirs[key]):
            wrong.append(f"{key}: {len(ours[key])} flows by tshark, {len(theirs[key])} by the program")
            continue
        for own, other in zip(ours[key], theirs[key]):
            for name, value in own.items():
                n_values += 1
                if not agree(other[name], value):
                    wrong.append(f"{key} {name}: {other[name]}, by tshark's fields {value}")
    for line in wrong[:40]:
        print(line, file=sys.stderr)
    n_columns = len(next(iter(ours.values()))[0]) if ours else 0
    print(f"{mode} {len(flows)} flows, {n_columns} columns, {n_values} values, {len(wrong)} wrong")
    return 1 if wrong or not flows else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
