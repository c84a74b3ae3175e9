// Cuts captures and tables into seeds for the targets: node tests/fuzz/seeds.mjs OUT FILE... A capture gives its first bytes,
// some of its packets and their payloads; a table its first lines. Names are hashes, so the same seed comes once.

import { createHash } from "node:crypto";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gzipSync } from "node:zlib";

const MOST_FILE_BYTES = 3000;
const MOST_PACKET_BYTES = 700;
/** Packets of one capture, evenly taken. */
const PACKETS = Number(process.env.SEED_PACKETS ?? 6);
/** What the targets take from the end: see there. */
const SLICES = Buffer.from([41]);
const CHOICES = [0, 1, 3, 5, 7];
const TABLE = Buffer.from([5, 0, 41]);

const [out, ...files] = process.argv.slice(2);

for (const path of files) {
  const bytes = readFileSync(path);
  const capture = classic(bytes) ?? blocks(bytes);
  if (!capture) {
    const front = bytes.subarray(0, MOST_FILE_BYTES).toString("latin1");
    for (const absurd of [null, "18446744073709551615", "-1e308"]) {
      const text = absurd ? front.replace(/(?<=[,;\t|: ])-?\d+(\.\d+)?(?=[,;\t|}\r\n ])/g, absurd) : front;
      write("tables", Buffer.concat([Buffer.from(text.slice(0, 4000), "latin1"), TABLE]));
    }
    continue;
  }
  const front = capture.cut(MOST_FILE_BYTES);
  write("captures", Buffer.concat([front, SLICES]));
  if (/^[a-c]/.test(basename(path))) write("captures", Buffer.concat([gzipSync(front), SLICES]));
  const step = Math.max(1, Math.floor(capture.packets.length / PACKETS));
  for (const [link, packet] of capture.packets.filter((_, place) => place % step === 0).slice(0, PACKETS)) {
    const type = Buffer.from([link & 255, (link >> 8) & 255]);
    write("packets", Buffer.concat([type, packet.subarray(0, MOST_PACKET_BYTES)]));
    const payload = link === 1 ? payloadOf(packet) : null;
    // For whichever decoder: the fuzzer finds out which byte asks for which.
    for (const choice of payload?.length > 3 ? CHOICES : []) {
      write("payloads", Buffer.concat([Buffer.from([choice, 251]), payload.subarray(0, MOST_PACKET_BYTES)]));
    }
  }
}

function write(target, bytes) {
  const folder = join(out, target);
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, createHash("sha1").update(bytes).digest("hex").slice(0, 16)), bytes);
}

/** A classic pcap: [link type, bytes] of its packets, and its front in whole packets. */
function classic(bytes) {
  if (bytes.length < 24) return null;
  const magic = bytes.readUInt32LE(0);
  const isLittle = [0xa1b2c3d4, 0xa1b23c4d].includes(magic);
  if (!isLittle && ![0xd4c3b2a1, 0x4d3cb2a1].includes(magic)) return null;
  const word = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const link = word(20) & 0xffff;
  const packets = [];
  const ends = [24];
  for (let at = 24; at + 16 <= bytes.length; ) {
    const end = at + 16 + word(at + 8);
    if (end > bytes.length) break;
    packets.push([link, bytes.subarray(at + 16, end)]);
    ends.push(end);
    at = end;
  }
  return { packets, cut: (most) => bytes.subarray(0, ends.findLast((end) => end <= most)) };
}

/** A pcapng, by its enhanced packet blocks; the link type is that of the first interface. */
function blocks(bytes) {
  if (bytes.length < 28 || bytes.readUInt32LE(0) !== 0x0a0d0d0a) return null;
  const isLittle = bytes.readUInt32LE(8) === 0x1a2b3c4d;
  const word = (at) => (isLittle ? bytes.readUInt32LE(at) : bytes.readUInt32BE(at));
  const packets = [];
  const ends = [0];
  let link = 1;
  for (let at = 0; at + 12 <= bytes.length; ) {
    const [kind, length] = [word(at), word(at + 4)];
    if (length < 12 || at + length > bytes.length) break;
    if (kind === 1 && packets.length === 0) link = isLittle ? bytes.readUInt16LE(at + 8) : bytes.readUInt16BE(at + 8);
    if (kind === 6 && length >= 32) packets.push([link, bytes.subarray(at + 28, Math.min(at + 28 + word(at + 20), at + length - 4))]);
    ends.push(at + length);
    at += length;
  }
  return { packets, cut: (most) => bytes.subarray(0, ends.findLast((end) => end <= most)) };
}

/** What TCP or UDP over plain IPv4 carries. */
function payloadOf(packet) {
  if (packet.length < 42 || packet.readUInt16BE(12) !== 0x0800) return null;
  const at = 14 + 4 * (packet[14] & 15);
  if (packet[23] === 17) return packet.subarray(at + 8);
  return packet[23] === 6 && packet.length > at + 12 ? packet.subarray(at + 4 * (packet[at + 12] >> 4)) : null;
}
