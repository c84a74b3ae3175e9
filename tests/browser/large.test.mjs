// A capture of 1 GiB: read to the end within bounds of time and memory, stopped, cancelled, and started again.

import assert from "node:assert/strict";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { CAPTURES, analysis, command, done, give, open, sample, start, view } from "./lib/browser.mjs";
import { makeCapture } from "./make_capture.mjs";

const path = join(CAPTURES, "mixed-1gib.pcap");
const MINUTE = 60_000;
let its;
let made;
before(async () => {
  made = await makeCapture({ out: path, bytes: 2 ** 30, inputs: [sample("benign_web.pcap")] });
  its = await start();
}, { timeout: 2 * MINUTE });
after(() => its.stop());

test("1 GiB is read to the end, with progress and partial figures on the way", { timeout: 3 * MINUTE }, async () => {
  const { page, close } = await open(its);
  await give(page, path);
  const bar = page.getByRole("progressbar", { name: "Reading" });
  await bar.waitFor();
  const values = new Set();
  const reading = page.getByTestId("reading");
  let sawPartial = false;
  while (await reading.isVisible()) {
    const value = await bar.getAttribute("value", { timeout: 1000 }).catch(() => null);
    if (value !== null) values.add(Number(value));
    sawPartial ||= await reading.getByRole("heading", { level: 2 }).first().isVisible();
    await page.waitForTimeout(100);
  }
  await done(page, MINUTE);
  assert.ok(values.size >= 3, `progress was shown only ${values.size} times`);
  assert.ok(sawPartial, "no partial figures");
  const { summary, coverage } = await analysis(page);
  assert.equal(summary.packets, made.packets);
  assert.equal(coverage.packets_read, made.packets);
  await view(page, "Packets");
  const grid = page.getByRole("grid", { name: "Packets" });
  await grid.getByRole("row").nth(5).waitFor();
  assert.equal(Number(await grid.getAttribute("aria-rowcount")), made.packets + 1);
  await grid.focus();
  await page.keyboard.press("Control+End");
  await page.locator(`[aria-rowindex="${made.packets + 1}"]`).waitFor();
  await close();
});

test("cancel works within 200 ms, and the same file can be opened again", { timeout: 2 * MINUTE }, async () => {
  const { page, close } = await open(its);
  await give(page, path);
  const cancel = page.getByRole("button", { name: "Cancel" });
  await cancel.waitFor();
  await page.waitForTimeout(800);
  const took = await page.evaluate(() => new Promise((resolve) => {
    const began = performance.now();
    new MutationObserver((_, observer) => {
      if (document.querySelector("[data-testid=reading]")) return;
      observer.disconnect();
      resolve(performance.now() - began);
    }).observe(document.body, { childList: true, subtree: true });
    [...document.querySelectorAll("button")].find((button) => button.textContent.trim() === "Cancel").click();
  }));
  assert.ok(took < 200, `took ${took} ms`);
  await page.getByTestId("start").waitFor();
  await give(page, path);
  await cancel.waitFor();
  await page.waitForTimeout(300);
  await cancel.click();
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  const { file, findings } = await analysis(page);
  assert.equal(file.name, "portscan_syn.pcap");
  assert.ok(findings.length > 0);
  await close();
});

test("stop shows what was read, and says that it is not all", { timeout: 2 * MINUTE }, async () => {
  const { page, close } = await open(its);
  await give(page, path);
  const stop = page.getByRole("button", { name: "Stop and show results so far" });
  await stop.waitFor();
  await page.waitForTimeout(800);
  await stop.click();
  await done(page);
  const { summary, issues } = await analysis(page);
  assert.ok(summary.packets > 0 && summary.packets < made.packets, `${summary.packets} packets`);
  assert.ok(issues.some((issue) => issue.id === "stopped-early"));
  await close();
});

test("a file that is opened while another is read takes its place", { timeout: 2 * MINUTE }, async () => {
  const { page, close } = await open(its);
  await give(page, path);
  await page.getByTestId("reading").waitFor();
  await give(page, sample("arp_spoof.pcap"));
  await done(page);
  const saved = await analysis(page);
  assert.equal(saved.file.name, "arp_spoof.pcap");
  assert.equal(saved.summary.packets, JSON.parse(command("analyze", sample("arp_spoof.pcap"), "--json", "-", "--quiet")).summary.packets);
  await close();
});
