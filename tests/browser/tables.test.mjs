// Tables sort and filter over all rows, settings take effect at once, and the address keeps both.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { analysis, command, open, openSample, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** The cells of a column in the rows that are shown, by the column's label. */
async function column(grid, label) {
  const labels = (await grid.getByRole("columnheader").allInnerTexts()).map((text) => text.trim());
  const place = labels.indexOf(label);
  assert.ok(place >= 0, `no column ${label} among ${labels}`);
  return grid.locator(`[role=row][aria-rowindex]:not([aria-rowindex="1"]) > :nth-child(${place + 1})`).allInnerTexts();
}

const number = (text) => Number(text.replace(/[^\d.]/g, ""));
const rows = async (grid) => Number(await grid.getAttribute("aria-rowcount")) - 1;

/** Waits until the grid has as many rows as `is` accepts. */
async function untilRows(grid, is) {
  for (let n = 0; n < 100; n += 1) {
    if (is(await rows(grid))) return;
    await grid.page().waitForTimeout(50);
  }
  assert.fail(`the grid has ${await rows(grid)} rows`);
}

test("packets sort by length, over all rows, both ways", async () => {
  const { page, close } = await open(its);
  await openSample(page, "benign_web");
  await view(page, "Packets");
  const grid = page.getByRole("grid", { name: "Packets" });
  await grid.getByRole("row").nth(3).waitFor();
  const head = grid.getByRole("columnheader", { name: "Length" });
  const firsts = {};
  for (let n = 0; n < 2; n += 1) {
    await head.getByRole("button").click();
    await page.waitForTimeout(400);
    const order = await head.getAttribute("aria-sort");
    const lengths = (await column(grid, "Length")).map(number);
    const sorted = lengths.toSorted((a, b) => (order === "ascending" ? a - b : b - a));
    assert.deepEqual(lengths, sorted);
    firsts[order] = lengths[0];
  }
  assert.ok(firsts.descending > firsts.ascending, JSON.stringify(firsts));
  await close();
});

test("a filter counts the rows that pass, stays in the address, and is lifted again", async () => {
  const { page, close } = await open(its);
  await openSample(page, "benign_web");
  await view(page, "Flows");
  const grid = page.getByRole("grid", { name: "Flows" });
  await grid.getByRole("row").nth(3).waitFor();
  const all = await rows(grid);
  await page.getByRole("combobox", { name: "Filter flows" }).fill("port 443");
  await untilRows(grid, (n) => n > 0 && n < all);
  const some = await rows(grid);
  assert.match(page.url(), /443/);
  await page.getByRole("combobox", { name: "Filter flows" }).fill("port 443 no-such-name.example");
  await untilRows(grid, (n) => n === 0);
  await page.getByRole("combobox", { name: "Filter flows" }).fill("port 443");
  await untilRows(grid, (n) => n === some);
  await page.getByRole("combobox", { name: "Filter flows" }).fill("");
  await untilRows(grid, (n) => n === all);
  await close();
});

test("a threshold takes effect at once, without reading again, and resets", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const scans = async () => (await analysis(page)).findings.filter((finding) => finding.detector === "port_scan").length;
  const before = await scans();
  assert.ok(before > 0);
  await view(page, "Settings");
  const fields = [page.locator("[id='port_scan.ports']"), page.locator("[id='port_scan.least']")];
  for (const field of fields) await field.fill("65535");
  await page.getByText(/with these settings/).waitFor();
  await page.waitForTimeout(500);
  assert.equal(await scans(), 0);
  assert.deepEqual((await analysis(page)).settings.changed, { "port_scan.least": 65535, "port_scan.ports": 65535 });
  await page.getByRole("button", { name: "Reset all settings" }).click();
  await page.waitForTimeout(500);
  assert.equal(await scans(), before);
  await fields[0].fill("-3");
  await page.getByRole("alert").filter({ hasText: /\d/ }).waitFor();
  assert.deepEqual((await analysis(page)).settings.changed, {});
  await close();
});

test("the page offers every setting that the command lists", async () => {
  const { page, close } = await open(its, {}, "#/settings");
  await page.locator(".settings[aria-busy=false]").waitFor();
  for (const { id, label } of JSON.parse(command("settings", "--json"))) {
    assert.equal(await page.locator(`[id='${id}']`).count(), 1, id);
    assert.ok((await page.getByText(label, { exact: true }).count()) > 0, label);
  }
  // What is said of a detector is written when it is unfolded.
  const about = page.locator("#group-port_scan details");
  assert.equal(await about.getByText("Why it matters").count(), 0);
  await about.getByText("About this detector").click();
  await about.getByText("Why it matters").waitFor();
  await close();
});

test("a packet in the address is opened with its file", async () => {
  const { page, close } = await open(its);
  await openSample(page, "c2_https");
  await view(page, "Packets");
  await page.getByRole("grid", { name: "Packets" }).getByRole("row").nth(4).click();
  const packet = page.getByRole("region", { name: /^Packet \d/ });
  await packet.waitFor();
  const shown = await packet.getAttribute("aria-label");
  const address = page.url();
  await view(page, "Overview");
  await page.evaluate((hash) => { window.location.hash = hash; }, new URL(address).hash);
  await packet.waitFor();
  assert.equal(await packet.getAttribute("aria-label"), shown);
  await close();
});
