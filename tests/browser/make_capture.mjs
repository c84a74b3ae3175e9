// Makes a large valid capture out of small ones, for tests and benchmarks that must work without any other file.
// Each pass over the inputs is shifted in time and moves the low 16 bits of every unicast IPv4 address, so that it holds
// new hosts and new flows; IPv4, TCP and UDP checksums stay correct. The same call writes the same bytes.
//
// From a shell: node make_capture.mjs OUT BYTES [SNAP] IN.pcap...   (inputs: classic little-endian Ethernet pcap)

import { open, mkdir, readFile, rename, stat, writeFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const FIRST_SECOND = 1_700_000_000;
const STEP = 259;

/** Writes a capture of at least `bytes` bytes to `out`, unless it is there already; answers {bytes, packets}. */
export async function makeCapture({ out, bytes, inputs, snap = 262_144 }) {
  const note = `${out}.json`;
  const wanted = JSON.stringify({ bytes, snap, inputs: inputs.map((input) => input.split("/").pop()) });
  const made = await readFile(note, "utf8").then(JSON.parse).catch(() => null);
  const size = await stat(out).then((entry) => entry.size).catch(() => -1);
  if (made?.wanted === wanted && made.bytes === size) return made;

  await mkdir(dirname(out), { recursive: true });
  const packets = (await Promise.all(inputs.map((input) => read(input, snap)))).flat().sort((a, b) => a.micros - b.micros);
  const template = lay(packets);
  const span = packets.at(-1).micros + 1_000_000;
  const file = await open(`${out}.part`, "w");
  let total = (await file.write(head())).bytesWritten;
  let passes = 0;
  for (; total < bytes; passes += 1) {
    total += (await file.write(pass(template, packets, passes, span))).bytesWritten;
  }
  await file.close();
  await rename(`${out}.part`, out);
  const result = { wanted, bytes: total, packets: passes * packets.length };
  await writeFile(note, JSON.stringify(result));
  return result;
}

function head() {
  const bytes = Buffer.alloc(24);
  bytes.writeUInt32LE(0xa1b2c3d4, 0);
  bytes.writeUInt16LE(2, 4);
  bytes.writeUInt16LE(4, 6);
  bytes.writeUInt32LE(262_144, 16);
  bytes.writeUInt32LE(1, 20);
  return bytes;
}

/** Packets of a file as {micros since its first, original length, bytes}. */
async function read(path, snap) {
  const data = await readFile(path);
  const magic = data.readUInt32LE(0);
  if (![0xa1b2c3d4, 0xa1b23c4d].includes(magic) || data.readUInt32LE(20) !== 1) throw new Error(`${path}: no Ethernet pcap`);
  const parts = magic === 0xa1b23c4d ? 1000 : 1;
  const packets = [];
  for (let at = 24; at + 16 <= data.length;) {
    const captured = data.readUInt32LE(at + 8);
    const micros = data.readUInt32LE(at) * 1_000_000 + Math.floor(data.readUInt32LE(at + 4) / parts);
    const bytes = data.subarray(at + 16, at + 16 + Math.min(captured, snap));
    packets.push({ micros, original: data.readUInt32LE(at + 12), bytes });
    at += 16 + captured;
  }
  const first = packets[0].micros;
  return packets.map((packet) => ({ ...packet, micros: packet.micros - first }));
}

/** One pass as bytes; notes on each packet where its record, addresses and checksums are. */
function lay(packets) {
  const template = Buffer.alloc(packets.reduce((sum, packet) => sum + 16 + packet.bytes.length, 0));
  let at = 0;
  for (const packet of packets) {
    template.writeUInt32LE(packet.bytes.length, at + 8);
    template.writeUInt32LE(packet.original, at + 12);
    packet.bytes.copy(template, at + 16);
    Object.assign(packet, { at, ...places(packet.bytes, at + 16) });
    at += 16 + packet.bytes.length;
  }
  return template;
}

/** Where an IPv4 packet has address words to move and checksums over them. */
function places(bytes, base) {
  if (bytes.length < 34 || bytes.readUInt16BE(12) !== 0x0800) return { words: [], sums: [] };
  const words = [26, 30].filter((at) => bytes[at] < 224).map((at) => base + at + 2);
  const sums = [base + 24];
  const isFirst = (bytes.readUInt16BE(20) & 0x1fff) === 0;
  const upper = 14 + (bytes[14] & 15) * 4;
  const sum = { 6: upper + 16, 17: upper + 6 }[bytes[23]];
  const isSummed = isFirst && sum && sum + 2 <= bytes.length && !(bytes[23] === 17 && bytes.readUInt16BE(sum) === 0);
  return { words, sums: isSummed ? [...sums, base + sum] : sums };
}

function pass(template, packets, turn, span) {
  const bytes = Buffer.from(template);
  for (const { micros, at, words, sums } of packets) {
    const now = micros + turn * span;
    bytes.writeUInt32LE(FIRST_SECOND + Math.floor(now / 1_000_000), at);
    bytes.writeUInt32LE(now % 1_000_000, at + 4);
    let change = 0;
    for (const word of words) {
      const old = bytes.readUInt16BE(word);
      const moved = (old + turn * STEP) & 0xffff;
      bytes.writeUInt16BE(moved, word);
      change += (~old & 0xffff) + moved;
    }
    for (const sum of sums) {
      let value = (~bytes.readUInt16BE(sum) & 0xffff) + change;
      while (value > 0xffff) value = (value & 0xffff) + (value >>> 16);
      bytes.writeUInt16BE(~value & 0xffff, sum);
    }
  }
  return bytes;
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const [out, bytes, ...rest] = process.argv.slice(2);
  const snap = /^\d+$/.test(rest[0] ?? "") ? Number(rest.shift()) : undefined;
  console.log(await makeCapture({ out, bytes: Number(bytes), snap, inputs: rest }));
}
