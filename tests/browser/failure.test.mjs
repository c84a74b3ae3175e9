// When a part is missing, stale or dies, the page says so in plain words and lives on.

import assert from "node:assert/strict";
import { cpSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../../scripts/host.mjs";
import { DIST, analysis, built, done, give, open, openSample, sample, save, scratch, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

test("a worker that dies is said in words, and the next file is read by a new one", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await page.workers()[0].evaluate(() => { setTimeout(() => { throw new Error("out of memory"); }); });
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /memory/);
  await give(page, sample("arp_spoof.pcap"));
  await page.getByText("arp_spoof.pcap").first().waitFor();
  await done(page);
  assert.equal((await analysis(page)).file.name, "arp_spoof.pcap");
  await close(/out of memory/);
});

test("a worker that ends without a word is noticed and replaced", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await page.workers()[0].evaluate(() => { setTimeout(() => self.close()); });
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /without a word/);
  await give(page, sample("arp_spoof.pcap"));
  await page.getByText("arp_spoof.pcap").first().waitFor();
  await done(page);
  assert.equal((await analysis(page)).file.name, "arp_spoof.pcap");
  await close();
});

test("a worker of another release is recognised", async () => {
  const folder = join(scratch(), "dist");
  cpSync(DIST, folder, { recursive: true });
  const stale = await serve(folder);
  const { page, seen, close } = await open({ ...its, host: stale });
  await openSample(page, "portscan_syn");
  const build = seen.requests.map((url) => /worker-\w+_bg\.wasm\?b=(\w+)/.exec(url)?.[1]).find(Boolean);
  assert.match(build, /^[0-9a-f]{16}$/);
  const worker = join(folder, built(/^worker-\w+_bg\.wasm$/, folder));
  const bytes = readFileSync(worker);
  assert.ok(bytes.includes(build));
  // It names its own build in several places.
  for (let at = bytes.indexOf(build); at >= 0; at = bytes.indexOf(build)) bytes.write("0".repeat(build.length), at);
  writeFileSync(worker, bytes);
  await page.reload();
  const alert = page.getByRole("alert");
  await page.getByTestId("start").or(alert).first().waitFor();
  if (!(await alert.isVisible())) await give(page, sample("portscan_syn.pcap"));
  await alert.waitFor();
  assert.match(await alert.innerText(), /different releases.*reload/is);
  await close();
  await stale.close();
});

test("what is loaded on demand is missed in words, and loaded once it is there", async () => {
  const folder = join(scratch(), "dist");
  cpSync(DIST, folder, { recursive: true });
  const host = await serve(folder);
  const extra = join(folder, built(/^extra-\w+_bg\.wasm$/, folder));
  renameSync(extra, `${extra}.away`);
  const { page, close } = await open({ ...its, host });
  await openSample(page, "portscan_syn");
  await page.getByRole("button", { name: "Save report" }).click();
  await page.getByRole("button", { name: "Write report" }).click();
  await page.getByText("The part of Packetloupe that writes reports could not be loaded.").waitFor();
  await page.keyboard.press("Escape");
  await view(page, "Anomalies");
  await page.getByText("The part of Packetloupe that learns could not be loaded.").first().waitFor();
  renameSync(`${extra}.away`, extra);
  await page.getByRole("button", { name: "Learn", exact: true }).click();
  await page.getByRole("region", { name: "Scores" }).waitFor({ timeout: 60_000 });
  assert.match((await save(page, "Save report")).text, /^<!doctype html>/);
  await close(/404|magic word|MIME|Response/i);
  await host.close();
});

test("a page that cannot start says why", async () => {
  const context = await its.browser.newContext();
  const page = await context.newPage();
  await page.route("**/app-*_bg.wasm", (route) => route.abort());
  await page.goto(its.host.url);
  const alert = page.getByRole("alert");
  await alert.waitFor();
  assert.match(await alert.innerText(), /could not start/);
  await context.close();
});

test("a sample that cannot be loaded is said, and another one opens", async () => {
  const { page, context, close } = await open(its);
  await context.route("**/samples/arp_spoof.pcap", (route) => route.fulfill({ status: 404 }));
  await page.getByRole("list", { name: "Sample captures" }).getByRole("button").filter({ hasText: "arp_spoof" }).click();
  await page.getByRole("alert").waitFor();
  await openSample(page, "portscan_syn");
  await close(/404/);
});
