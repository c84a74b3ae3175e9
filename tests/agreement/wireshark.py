"""What tshark says of a capture: one pass over its packet fields."""

import re
import subprocess
from collections import Counter, defaultdict
from protocols import CARRIERS, CONVERSATIONS_IN_UDP, EVIDENCE, IN_TCP, IN_UDP, LAYERS, is_asked

FIELDS = [
    "frame.number", "frame.encap_type", "frame.len", "frame.time_epoch", "frame.protocols", "ip.src", "ip.dst",
    "ipv6.src", "ipv6.dst", "tcp.srcport", "tcp.dstport", "udp.srcport", "udp.dstport", "tcp.stream",
    "ip.reassembled_in", "ipv6.reassembled.in", "dns.qry.name", "dns.resp.name",
    "tls.handshake.extensions_server_name", "tls.handshake.ja3", "tls.handshake.ja3s",
    "dtls.handshake.ja3", "dtls.handshake.ja3s", "http.host", "_ws.malformed",
    *sum(EVIDENCE.values(), []),
]
BETWEEN_VALUES = "\x1f"


class Unreadable(Exception):
    """tshark cannot read the capture; why."""


class Frame:
    """One packet: its layers without those that an ICMP message quotes, and its innermost addresses and ports."""

    def __init__(self, row):
        self.row = row
        self.bytes = int(row["frame.len"])
        time = row["frame.time_epoch"]
        self.ns = ns(time) if time else None
        self.layers = []
        self.ips = self.ports = self.transport = self.stream = self.transport_at = None
        seen = Counter()
        for layer in row["frame.protocols"].split(":"):
            if layer in ("ip", "ipv6") and self.layers and self.layers[-1] in ("icmp", "icmpv6"):
                break
            self.layers.append(layer)
            place = seen[layer]
            seen[layer] += 1
            if layer in ("ip", "ipv6"):
                self.ips = self.nth(layer + ".src", place), self.nth(layer + ".dst", place)
                self.ports = self.transport = self.transport_at = None
            elif layer in ("tcp", "udp") and self.ips and self.nth(layer + ".srcport", place):
                self.transport, self.transport_at = layer, len(self.layers) - 1
                self.ports = self.nth(layer + ".srcport", place), self.nth(layer + ".dstport", place)
                self.stream = self.nth("tcp.stream", place) if layer == "tcp" else None

    def application(self):
        """The application that we know right above the inmost TCP or UDP; told by content if there is a message of it."""
        above = self.layers[self.transport_at + 1:] if self.transport_at is not None else []
        first = next((layer for layer in above if layer not in CARRIERS), None)
        known = IN_TCP if self.transport == "tcp" else IN_UDP | CONVERSATIONS_IN_UDP
        name = next((name for name, theirs in known.items() if first in theirs), None)
        if name is None or not is_asked(name, self.ports):
            return None
        if name in IN_UDP and self.transport == "udp":
            return name
        is_proven = name not in EVIDENCE or any(self.row[field] for field in EVIDENCE[name])
        return name if is_proven and not self.row["_ws.malformed"] else None

    def ends(self):
        """Both ends of the conversation."""
        low, high = sorted(" ".join(end) for end in zip(self.ips, self.ports))
        return f"{self.transport} {low} - {high}"

    def all(self, field):
        return self.row[field].split(BETWEEN_VALUES) if self.row[field] else []

    def nth(self, field, place):
        values = self.all(field)
        return values[place] if place < len(values) else None


def ns(seconds):
    whole, _, part = seconds.partition(".")
    return int(whole) * 10**9 + int(part.ljust(9, "0")[:9])


def frames(capture):
    command = ["tshark", "-2", "-r", capture, "-n", "-T", "fields", "-E", "separator=/t", "-E", "occurrence=a",
               "-E", "aggregator=" + BETWEEN_VALUES]
    for field in FIELDS:
        command += ["-e", field]
    done = subprocess.run(command, capture_output=True)
    if done.returncode and not done.stdout:
        raise Unreadable(done.stderr.decode().strip().splitlines()[-1])
    # Names may hold what Python takes for the end of a line, too.
    lines = done.stdout.decode(errors="replace").split("\n")
    rows = (dict(zip(FIELDS, line.split("\t"))) for line in lines if line)
    return [Frame(row) for row in rows if row["frame.encap_type"]]


def answers(capture):
    """Question to {item: value}."""
    packets = frames(capture)
    whole = {frame.row["frame.number"]: frame for frame in packets}
    for frame in packets:
        # A piece of a packet belongs to the conversation of the whole.
        ends_in = frame.all("ip.reassembled_in") + frame.all("ipv6.reassembled.in")
        found = whole.get(ends_in[-1]) if ends_in and not frame.ports else None
        if found:
            frame.transport, frame.ports = found.transport, found.ports
    times = [frame.ns for frame in packets if frame.ns is not None]
    return {
        "packets": {"": len(packets)},
        "bytes": {"": sum(frame.bytes for frame in packets)},
        "first": {"": min(times, default=None)},
        "last": {"": max(times, default=None)},
        "hierarchy": hierarchy(packets) | applications(packets),
        "conversations": conversations(packets),
        "DNS names": names(packets, {"dns", "mdns", "llmnr"}, asked),
        "server names": names(packets, {"tls"}, lambda frame: frame.all("tls.handshake.extensions_server_name")),
        "JA3": names(packets, {"tls", "dtls"}, lambda frame: both(frame, "ja3")),
        "JA3S": names(packets, {"tls", "dtls"}, lambda frame: both(frame, "ja3s")),
        "HTTP hosts": names(packets, {"http"}, lambda frame: map(without_port, frame.all("http.host"))),
    }


def both(frame, name):
    return frame.all(f"tls.handshake.{name}") + frame.all(f"dtls.handshake.{name}")


def hierarchy(packets):
    counts = {}
    for name, theirs in LAYERS.items():
        counts[name] = sum(not theirs.isdisjoint(frame.layers) for frame in packets)
    return {name: count for name, count in counts.items() if count}


def applications(packets):
    units = defaultdict(set)
    for place, frame in enumerate(packets):
        name = frame.application()
        if name is None:
            continue
        unit = frame.stream if frame.transport == "tcp" else frame.ends() if name in CONVERSATIONS_IN_UDP else place
        units[f"{name} in {frame.transport}"].add(unit)
    return {name: len(them) for name, them in units.items()}


def names(packets, layers, said):
    """Each name that `said` finds in the packets with one of these layers, with its conversation."""
    found = {}
    for frame in packets:
        if frame.ports and not layers.isdisjoint(frame.layers) and not frame.row["_ws.malformed"]:
            found.update((f"{frame.ends()}: {name}", "said") for name in said(frame))
    return found


def asked(frame):
    # Multicast answers repeat no question: their first record says what they are about.
    return map(readable, frame.all("dns.qry.name") or frame.all("dns.resp.name")[:1])


def readable(text):
    """Runs of bytes that are no UTF-8 as one sign; programs differ in how many they make of them."""
    return re.sub("\ufffd+", "\ufffd", text)


def without_port(host):
    return re.sub(r":[0-9]*$", "", host)


def conversations(packets):
    sums = Conversations()
    for frame in packets:
        if frame.ips:
            sums.add("ip", *frame.ips, 1, frame.bytes)
            if frame.ports:
                source, target = zip(frame.ips, frame.ports)
                sums.add(frame.transport, " ".join(source), " ".join(target), 1, frame.bytes)
    return sums.items()


class Conversations:
    """Packets and bytes of both directions, by transport and ends."""

    def __init__(self):
        self.sums = defaultdict(lambda: [0, 0, 0, 0])

    def add(self, transport, source, target, n_packets, n_bytes):
        low, high = sorted([source, target])
        place = 0 if source == low else 2
        counts = self.sums[transport, low, high]
        counts[place] += n_packets
        counts[place + 1] += n_bytes

    def items(self):
        return {f"{transport} {low} - {high}": tuple(counts) for (transport, low, high), counts in self.sums.items()}
