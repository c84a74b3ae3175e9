// Files that are not as one would wish, and captures in the other format: what is read, and what is said.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import * as zlib from "node:zlib";
import { analysis, command, done, give, hash, open, sample, save, scratch, start, view } from "./lib/browser.mjs";

// Node.js packs Zstandard since 22.15.
const { gzipSync, zstdCompressSync } = zlib;
const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Writes a file, opens it on a fresh page. */
async function opened(name, bytes) {
  const path = join(folder, name);
  await writeFile(path, bytes);
  const it = await open(its);
  await give(it.page, path);
  return { ...it, path };
}

test("a pcapng from a file dialog, whatever its name", async () => {
  const { page, path, close } = await opened("holiday.jpeg", readFileSync(sample("c2_https.pcapng")));
  await done(page);
  const { file, summary } = await analysis(page);
  assert.equal(file.name, "holiday.jpeg");
  assert.match(file.format, /pcapng/);
  assert.equal(summary.packets, JSON.parse(command("analyze", path, "--json", "-", "--quiet")).summary.packets);
  await close();
});

/** Opens the packet of this number (from 1); answers its bytes as the page shows them. */
async function bytesOf(page, number) {
  await page.evaluate((index) => { location.hash = `#/packets?packet=${index}`; }, number - 1);
  const shown = page.getByRole("region", { name: new RegExp(`^Packet ${number.toLocaleString("en-US")}\\b`) });
  const lines = shown.locator(".hex-bytes");
  await lines.first().waitFor();
  return (await lines.allInnerTexts()).join("").replace(/\s/g, "");
}

/** The bytes of a packet of a classic pcap, by its number from 1. */
function packetOf(bytes, number) {
  let at = 24;
  for (let n = 1; n < number; n += 1) at += 16 + bytes.readUInt32LE(at + 8);
  return bytes.subarray(at + 16, at + 16 + bytes.readUInt32LE(at + 8)).toString("hex");
}

for (const [name, pack] of [["scan.pcap.gz", gzipSync], ["scan.pcap.zst", zstdCompressSync]]) {
  test(`${name} is unpacked, and its packets open`, { skip: !pack && "this Node.js cannot pack it" }, async () => {
    const plain = readFileSync(sample("portscan_syn.pcap"));
    const { page, path, close } = await opened(name, pack(plain));
    await done(page);
    const read = await analysis(page);
    const theirs = JSON.parse(command("analyze", path, "--json", "-", "--quiet"));
    assert.deepEqual(read.findings, theirs.findings);
    assert.deepEqual(read.file, { ...theirs.file, sha256: read.file.sha256 });
    for (const number of [1, 1000]) assert.equal(await bytesOf(page, number), packetOf(plain, number));
    await close();
  });
}

test("captures chosen together are one, in order of time", async () => {
  const paths = ["a.pcap.gz", "b.pcap"].map((name) => join(folder, name));
  const [scan, web] = ["portscan_syn.pcap", "benign_web.pcap"].map((name) => readFileSync(sample(name)));
  await writeFile(paths[0], gzipSync(scan));
  await writeFile(paths[1], web);
  const { page, close } = await open(its);
  await give(page, paths);
  await done(page);
  const hex = await hash(page);
  const read = await analysis(page);
  assert.equal(read.file.name, "a.pcap.gz and b.pcap");
  assert.deepEqual(read, JSON.parse(command("analyze", ...paths, "--json", "-", "--quiet")));
  assert.equal(hex, read.file.sha256);
  const { packets } = read.summary;
  const ends = [await bytesOf(page, 1), await bytesOf(page, packets)];
  const firsts = [packetOf(scan, 1), packetOf(web, 1)];
  assert.ok(firsts.includes(ends[0]), "the first packet is not the first of either file");
  assert.notEqual(ends[0], ends[1]);
  await close();
});

test("a truncated capture shows what could be read and where it stopped", async () => {
  const whole = readFileSync(sample("benign_web.pcap"));
  const { page, path, close } = await opened("cut.pcap", whole.subarray(0, 500_001));
  await done(page);
  const { issues, summary, coverage } = await analysis(page);
  const cut = issues.find((issue) => issue.id === "file-cut");
  assert.ok(cut, "no issue says that the file is cut");
  assert.ok(cut.first_offset > 400_000 && cut.first_offset <= 500_001, `at ${cut.first_offset}`);
  assert.ok(summary.packets > 100 && coverage.packets_read === summary.packets);
  await view(page, "Issues");
  await page.getByRole("list", { name: "Issues" }).getByText("The file ends in the middle").waitFor();
  assert.deepEqual(JSON.parse(command("analyze", path, "--json", "-", "--quiet")).issues, issues);
  await close();
});

test("a corrupt capture yields what stands before and behind the damage, and says where that is", async () => {
  const bytes = Buffer.from(readFileSync(sample("benign_web.pcap")));
  let whole = 0;
  for (let at = 24; at < bytes.length; whole += 1) at += 16 + bytes.readUInt32LE(at + 8);
  let at = 24;
  for (let n = 0; n < 1000; n += 1) at += 16 + bytes.readUInt32LE(at + 8);
  bytes.writeUInt32LE(0xffffffff, at + 8);
  const { page, close } = await opened("corrupt.pcap", bytes);
  await done(page);
  const { issues, summary } = await analysis(page);
  // One packet is lost; reading goes on at the next.
  assert.ok(summary.packets > 1000 && summary.packets < whole, `${summary.packets} packets`);
  assert.equal(issues.find((issue) => issue.id === "file-resumed")?.first_offset, at);
  await close();
});

for (const [name, bytes, words] of [
  ["letter.txt", "Dear Sir or Madam,\nthis is no capture.\n".repeat(50), /text/i],
  ["picture.pcap", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"), /PNG|image|picture/i],
  ["empty.pcap", Buffer.alloc(0), /empty/i],
]) {
  test(`${name} is refused in one clear sentence, and the page goes on`, async () => {
    const { page, path, close } = await opened(name, bytes);
    const alert = page.getByRole("alert");
    await alert.waitFor();
    const said = await alert.innerText();
    assert.ok(said.includes(name), said);
    assert.match(said, words);
    assert.throws(() => command("analyze", path), (error) => error.status === 3 && words.test(error.stderr));
    await give(page, sample("portscan_syn.pcap"));
    await done(page);
    assert.equal(await page.getByRole("alert").count(), 0);
    await close();
  });
}

test("a capture with nothing in it says so", async () => {
  const { page, close } = await opened("no-packets.pcap", readFileSync(sample("benign_web.pcap")).subarray(0, 24));
  await done(page);
  const { summary, findings } = await analysis(page);
  assert.deepEqual([summary.packets, summary.flows, findings.length], [0, 0, 0]);
  await close();
});

test("a hostile name is shown as text", async () => {
  const name = "<img src=x onerror=alert(1)>.pcap";
  const { page, close } = await opened(name, readFileSync(sample("portscan_syn.pcap")));
  await done(page);
  assert.equal(await page.locator("img").count(), 0);
  assert.ok((await page.locator("body").innerText()).includes(name));
  const report = await save(page, "Save report");
  assert.ok(!report.text.includes("<img"), "the report has it unescaped");
  await close();
});
