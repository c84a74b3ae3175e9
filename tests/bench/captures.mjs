// The two captures that are measured: mixed traffic, and the same cut to 64 bytes a packet. Made of the shared lab captures
// where these and numpy are there, else of the project's own samples.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CAPTURES, ROOT, sample } from "../browser/lib/browser.mjs";
import { makeCapture } from "../browser/make_capture.mjs";

const LAB = ["benign_backup", "benign_dnsheavy", "benign_media", "benign_office", "benign_web", "portscan_syn", "brute_ssh", "c2_http"];
const SMALL = 64;

/** [{name, path, bytes, packets}] of about `bytes` bytes each. */
export async function captures(bytes) {
  const all = [];
  const only = process.env.BENCH_ONLY ?? "";
  for (const [name, snap] of [["mixed", undefined], ["small packets", SMALL]]) {
    // Tables and stations are measured on the mixed one.
    if (!name.startsWith(only) && (name !== "mixed" || "small packets".startsWith(only))) continue;
    const out = join(CAPTURES, `bench-${name.replace(" ", "-")}-${bytes}`);
    all.push({ name, ...(tiled(`${out}-lab.pcap`, bytes, snap) ?? (await own(`${out}.pcap`, bytes, snap))) });
  }
  return all;
}

function tiled(out, bytes, snap) {
  const shared = [process.env.SHARED, join(ROOT, "../shared"), join(ROOT, "../../shared")].find((path) => path && existsSync(path));
  const tool = shared && join(shared, "tools/tile_capture.py");
  const python = process.env.PYTHON_WITH_NUMPY;
  if (!python || !tool || !existsSync(tool)) return null;
  const note = `${out}.tiled.json`;
  if (existsSync(out) && existsSync(note)) return { path: out, ...JSON.parse(readFileSync(note, "utf8")) };
  mkdirSync(CAPTURES, { recursive: true });
  const inputs = LAB.map((name) => join(shared, "captures/lab", `${name}.pcap`));
  const args = [tool, "--size", String(bytes), "--out", out, ...(snap ? ["--snap", String(snap)] : []), ...inputs];
  const said = execFileSync(python, args, { encoding: "utf8" });
  const [, size, packets] = /: (\d+) bytes, (\d+) packets/.exec(said).map(Number);
  const made = { bytes: size, packets, origin: `tile_capture.py over ${LAB.length} lab captures` };
  writeFileSync(note, JSON.stringify(made));
  return { path: out, ...made };
}

async function own(out, bytes, snap) {
  const inputs = ["benign_web.pcap", "portscan_syn.pcap", "arp_spoof.pcap"].map(sample);
  const { bytes: size, packets } = await makeCapture({ out, bytes, snap, inputs });
  return { path: out, bytes: size, packets, origin: "make_capture.mjs over the samples" };
}
