// Measures the release build in one run: analysis of captures and tables in the browser's worker and natively, the raw
// slice-read rate, memory, page weight and first paint; tshark on the same captures, DuckDB and polars on the same tables;
// what each station of the line costs, what inputs that were made to hurt cost, what views ask for, and an isolation forest beside those of others.
// Compares with the floors that were set.

import { spawn, spawnSync } from "node:child_process";
import { readFileSync, readdirSync, statSync } from "node:fs";
import { cpus } from "node:os";
import { extname, join } from "node:path";
import { brotliCompressSync } from "node:zlib";
import { serve } from "../../scripts/host.mjs";
import { DIST, ROOT, commandPath, done, give, hash, scratch, start } from "../browser/lib/browser.mjs";
import { captures } from "./captures.mjs";
import { learning } from "./learning.mjs";
import { smooth } from "./smooth.mjs";
import { spy } from "./spy.mjs";
import { tables } from "./tables.mjs";

const MB = 1e6;
const MIB = 2 ** 20;
const BYTES = Number(process.env.BENCH_BYTES ?? 2 ** 30);
const ROUNDS = Number(process.env.BENCH_ROUNDS ?? 3);
/** The worker's slice: the raw rate is measured with the same. */
const SLICE = 2 ** 20 * Number(/SLICE_BYTES: f64 = ([\d.]+) \* 1024\.0 \* 1024\.0/.exec(
  readFileSync(join(ROOT, "src/web/browser/read_ahead.rs"), "utf8"))[1]);
/** Memory that is granted whatever the capture, and what the packet index may cost. */
const [BASE, PACKET] = [64 * MIB, 24];
const FLOORS = { shareOfRaw: 0.35, packetsPerSecond: 1.5e6, timesTshark: 20, tableBytesPerSecond: 100 * MB, notDetectors: 0.5 };
/** The page's thread may work this long at a time, ms of the processor: other work on the machine does not count. */
const MOST_BUSY_MS = 50;
/** A million rows of 20 columns are learnt from and scored in this time, natively on one thread. */
const MOST_FOREST_SECONDS = 3;
/** What is measured: all, or `mixed`, `small`, `tables`, `stations`, `crafted`, `views`, `page`, `smooth` or `learning`. */
const ONLY = process.env.BENCH_ONLY ?? "";
const wants = (name) => name.startsWith(ONLY);

const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
const medians = (rows) => Object.fromEntries(Object.keys(rows[0]).map((key) => [key, median(rows.map((row) => row[key]))]));

const its = await start();
const host = await serve(join(ROOT, "tests/bench"));
try {
  await main();
} finally {
  await its.stop();
  await host.close();
}

async function main() {
  const made = await captures(BYTES);
  const [{ model }] = cpus();
  console.log(`${cpus().length} x ${model}; ${its.browser.version()} Chromium; median of ${ROUNDS} rounds; slices of ${SLICE / MIB} MiB\n`);
  const rows = [];
  for (const file of made.filter(({ name }) => wants(name))) {
    const result = { ...file, ...(await measure(file)) };
    print(result);
    rows.push(...floors(result));
  }
  const mixed = made.find(({ name }) => name === "mixed");
  for (const table of mixed && wants("tables") ? await tables(mixed.path) : []) {
    const result = { ...table, ...(await measureTable(table)) };
    printTable(result);
    rows.push(["browser, reading a table", result.name, result.bytes / result.browser.reading, FLOORS.tableBytesPerSecond, (x) => `${(x / MB).toFixed(0)} MB/s`]);
  }
  if (mixed && wants("stations")) {
    const percent = (x) => `${(100 * x).toFixed(0)} %`;
    rows.push(["native, mixed", "share of the analysis that is not detectors'", 1 - stations(mixed.path), FLOORS.notDetectors, percent]);
  }
  if (wants("crafted")) rows.push(["crafted inputs", "none that grows faster than it may", crafted() ? 1 : 0, 1, (x) => (x ? "yes" : "no")]);
  if (wants("views")) views();
  if (wants("page")) await page();
  const forest = wants("learning") ? await learning(its) : null;
  const tasks = wants("smooth") ? await smooth(its, ROUNDS) : [];
  console.log("\nfloors");
  const held = [
    ...rows.map(([kind, what, ...row]) => floor(`${kind}, ${what}`, ...row)),
    ...(forest ? [
      ceiling("isolation forest, native", forest.native, MOST_FOREST_SECONDS, (x) => `${x.toFixed(2)} s`),
      ceiling("isolation forest, browser to native", forest.browser.forest / forest.forest, 2, (x) => `${x.toFixed(1)} times`),
    ] : []),
    ...tasks.map(({ what, busy }) => ceiling(`page, longest task with a table of ${what}`, Math.min(...busy), MOST_BUSY_MS, (x) => `${x} ms`)),
  ];
  process.exitCode = held.every(Boolean) ? 0 : 1;
}

function floors({ name, raw, packets, browser, native, tshark }) {
  const times = (x) => x.toFixed(1);
  return [
    name === "mixed"
      ? ["browser, mixed", "share of the raw slice-read rate", raw / browser.seconds, FLOORS.shareOfRaw, (x) => `${(100 * x).toFixed(0)} %`]
      : ["browser, small packets", "packets/s", packets / browser.seconds, FLOORS.packetsPerSecond, (x) => `${(x / 1e6).toFixed(2)} M`],
    ...(tshark ? [["native", `${name}: times as fast as tshark`, tshark / native.seconds, FLOORS.timesTshark, times]] : []),
  ];
}

async function measure({ path }) {
  // Once through, so that every round finds the file in the system's cache.
  spawnSync("cat", [path], { stdio: ["ignore", "ignore", "inherit"] });
  const json = join(scratch(), "result.json");
  const rounds = { array: [], sync: [], browser: [], native: [], hashed: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    const raw = await rawRates(path);
    rounds.array.push(raw.arrayBuffer);
    rounds.sync.push(raw.FileReaderSync);
    rounds.browser.push(await inBrowser(path));
    rounds.native.push(await natively(["analyze", path, "--quiet"]));
    rounds.hashed.push(await natively(["analyze", path, "--quiet", "--json", json]));
  }
  const { coverage: { flows_kept: flows } } = JSON.parse(readFileSync(json, "utf8"));
  const [array, sync] = [median(rounds.array), median(rounds.sync)];
  return { flows, array, sync, raw: Math.min(array, sync), browser: medians(rounds.browser),
    native: medians(rounds.native), hashed: medians(rounds.hashed), tshark: tshark(path) };
}

async function rawRates(path) {
  const page = await its.browser.newPage();
  await page.goto(`${host.url}read.html`);
  await page.locator("input").setInputFiles(path);
  const seconds = {};
  for (const way of ["arrayBuffer", "FileReaderSync"]) {
    seconds[way] = (await page.evaluate(([way, slice]) => window.measure(way, slice), [way, SLICE])).seconds;
  }
  await page.context().close();
  return seconds;
}

/** Opens a file as soon as the page is there. */
async function inBrowser(path) {
  const page = await its.browser.newPage();
  await page.addInitScript(spy);
  await page.goto(its.host.url);
  await page.getByTestId("start").waitFor();
  await give(page, path);
  await done(page, 3_600_000);
  // The initialiser gives the exports again when it is called again.
  const wasm = await page.workers()[0].evaluate(async () => (await wasm_bindgen()).memory.buffer.byteLength);
  const renderer = peak(renderers());
  await hash(page, 3_600_000);
  const { opened, judging, done: finished, hashed } = await page.evaluate(() => window.spied);
  await page.context().close();
  const seconds = (from, to) => (to - from) / 1000;
  return { seconds: seconds(opened, finished), reading: seconds(opened, judging), judging: seconds(judging, finished),
    hashing: seconds(finished, hashed), wasm, renderer };
}

/** Process ids of our browser's renderers: those that descend from us. */
function renderers() {
  const read = (pid, what) => {
    try {
      return readFileSync(`/proc/${pid}/${what}`, "utf8");
    } catch {
      return "";
    }
  };
  const parent = (pid) => Number(/PPid:\s+(\d+)/.exec(read(pid, "status"))?.[1] ?? 0);
  const isOurs = (pid) => pid > 1 && (pid === process.pid || isOurs(parent(pid)));
  return readdirSync("/proc").map(Number).filter((pid) => pid > 1 && read(pid, "cmdline").includes("--type=renderer") && isOurs(pid));
}

/** Largest resident size that any of these processes had, in bytes. */
function peak(pids) {
  const of = (pid) => {
    try {
      return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  return Math.max(0, ...pids.map(of));
}

function natively(args) {
  return new Promise((resolve, reject) => {
    const began = performance.now();
    const child = spawn(commandPath(), args, { stdio: ["ignore", "ignore", "inherit"] });
    let memory = 0;
    const watch = setInterval(() => { memory = Math.max(memory, peak([child.pid])); }, 20);
    child.on("exit", (code) => {
      clearInterval(watch);
      if (code === 0) resolve({ seconds: (performance.now() - began) / 1000, memory });
      else reject(new Error(`the command ended with ${code}`));
    });
  });
}

/** Seconds that tshark takes for its table of TCP conversations; none where it is not installed or fails. */
function tshark(path) {
  if (process.env.BENCH_TSHARK === "0" || spawnSync("tshark", ["--version"]).status !== 0) return null;
  const began = performance.now();
  const { status } = spawnSync("tshark", ["-r", path, "-q", "-z", "conv,tcp"], { stdio: "ignore" });
  return status === 0 ? (performance.now() - began) / 1000 : null;
}

function print({ name, bytes, packets, flows, origin, raw, array, sync, browser, native, hashed, tshark }) {
  const rate = (seconds) => `${(bytes / MB / seconds).toFixed(0).padStart(6)} MB/s ${(packets / 1e6 / seconds).toFixed(2).padStart(6)} M packets/s`;
  const line = (what, seconds, more = "") => console.log(`  ${what.padEnd(44)} ${seconds.toFixed(2).padStart(7)} s ${rate(seconds)}  ${more}`);
  const mib = (value) => `${(value / MIB).toFixed(0)} MiB`;
  console.log(`${name}: ${bytes} bytes, ${packets} packets, ${flows} flows (${origin})`);
  line("browser: raw slices, arrayBuffer", array);
  line("browser: raw slices, FileReaderSync", sync);
  line("browser: analysis, open to findings", browser.seconds,
    `${(100 * raw / browser.seconds).toFixed(0)} % of raw; wasm memory ${mib(browser.wasm)}, renderer ${mib(browser.renderer)}`);
  const perFlow = (browser.wasm - BASE - PACKET * packets) / flows;
  console.log(`    wasm memory: ${BASE / MIB} MiB, ${PACKET} bytes a packet and ${perFlow.toFixed(0)} bytes a flow`);
  line("    of that reading, decoding, flows", browser.reading);
  line("    of that detectors concluding", browser.judging);
  line("browser: SHA-256 afterwards", browser.hashing);
  line("native: analysis", native.seconds, `peak ${mib(native.memory)}`);
  line("native: analysis and SHA-256", hashed.seconds, `peak ${mib(hashed.memory)}`);
  if (tshark) line("tshark -q -z conv,tcp", tshark, `${(tshark / native.seconds).toFixed(1)} times the native analysis`);
  else console.log("  tshark is not installed, or failed on this file");
  console.log();
}

/** A table in the browser, natively, and by the readers of others. Without hashing, which none of those does. */
async function measureTable({ path }) {
  spawnSync("cat", [path], { stdio: ["ignore", "ignore", "inherit"] });
  const rounds = { browser: [], native: [], others: [] };
  for (let round = 0; round < ROUNDS; round += 1) {
    rounds.browser.push(await inBrowser(path));
    rounds.native.push(await natively(["analyze", path, "--quiet"]));
    rounds.others.push(others(path));
  }
  return { browser: medians(rounds.browser), native: medians(rounds.native),
    others: medians(rounds.others) };
}

/** Seconds that each reader of others takes, {} where there is no Python; none for one that is not installed. */
function others(path) {
  const python = process.env.PYTHON_WITH_NUMPY ?? "python3";
  const { status, stdout } = spawnSync(python, [join(ROOT, "tests/bench/readers.py"), path], { encoding: "utf8" });
  return status === 0 ? JSON.parse(stdout) : {};
}

function printTable({ what, bytes, rows, browser, native, others }) {
  const line = (what, seconds, more = "") => console.log(
    `  ${what.padEnd(44)} ${seconds.toFixed(2).padStart(7)} s ${(bytes / MB / seconds).toFixed(0).padStart(6)} MB/s ${(rows / 1e6 / seconds).toFixed(2).padStart(6)} M rows/s  ${more}`);
  console.log(`${what}: ${bytes} bytes, ${rows} rows`);
  line("browser: analysis, open to findings", browser.seconds, `wasm memory ${(browser.wasm / MIB).toFixed(0)} MiB`);
  line("    of that reading", browser.reading);
  line("native: analysis", native.seconds, `peak ${(native.memory / MIB).toFixed(0)} MiB`);
  for (const [name, seconds] of Object.entries(others)) {
    if (seconds) line(`${name}: reading it into memory`, seconds);
    else console.log(`  ${name} is not installed for Python`);
  }
  if (!Object.keys(others).length) console.log("  Python is not there, or its readers failed on this table");
  console.log();
}

/** What each station of the line costs a packet, natively on one thread; answers the detectors' share of the analysis. */
function stations(path) {
  const args = ["bench", "-q", "--bench", "stations", "--", path];
  const { stdout } = spawnSync("cargo", args, { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  console.log(stdout);
  return Number(/concluding: ([\d.]+) %/.exec(stdout)?.[1] ?? NaN) / 100;
}

/** Inputs made to hurt, at three sizes each; true if none takes longer than it may. */
function crafted() {
  console.log("inputs made to hurt, natively on one thread");
  return spawnSync("cargo", ["bench", "-q", "--bench", "crafted"], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] }).status === 0;
}

/** What the questions of each view take. */
function views() {
  spawnSync("cargo", ["bench", "-q", "--bench", "views"], { cwd: ROOT, stdio: ["ignore", "inherit", "inherit"] });
}

/** What is loaded for the page, and how soon it shows. */
async function page() {
  const files = readdirSync(DIST).filter((name) => statSync(join(DIST, name)).isFile());
  const weigh = (names) => names.reduce(([raw, brotli], name) => {
    const bytes = readFileSync(join(DIST, name));
    return [raw + bytes.length, brotli + brotliCompressSync(bytes).length];
  }, [0, 0]);
  const show = (what, names) => {
    const [raw, brotli] = weigh(names);
    console.log(`  ${what.padEnd(44)} ${(raw / 1e3).toFixed(0).padStart(7)} kB, brotli ${(brotli / 1e3).toFixed(0)} kB`);
  };
  console.log("page weight");
  for (const name of files.filter((name) => extname(name) === ".wasm")) show(name, [name]);
  show("all files but the samples", files);
  const paints = [];
  const ready = [];
  for (let round = 0; round < 2 * ROUNDS + 1; round += 1) {
    const context = await its.browser.newContext();
    const page = await context.newPage();
    await page.goto(its.host.url);
    await page.getByTestId("start").waitFor();
    const [paint, usable] = await page.evaluate(() => [
      performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? NaN, performance.now()]);
    paints.push(paint);
    ready.push(usable);
    await context.close();
  }
  console.log(`  first paint ${median(paints).toFixed(0)} ms, usable after ${median(ready).toFixed(0)} ms (cold cache, local host)`);
}

function floor(what, value, least, words) {
  return judged(what, value >= least, words(value), `at least ${words(least)}`);
}

function ceiling(what, value, most, words) {
  return judged(what, value <= most, words(value), `at most ${words(most)}`);
}

function judged(what, holds, value, bound) {
  console.log(`  ${holds ? "holds" : "MISSED"}  ${what}: ${value} (${bound})`);
  return holds;
}
