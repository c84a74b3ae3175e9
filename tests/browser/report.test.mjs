// The summary and the report: what an analyst reads first, chooses and takes away, by keyboard too.

import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { analysis, open, openSample, start, view } from "./lib/browser.mjs";

const KEY = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
let its;
before(async () => { its = await start(); });
after(() => its.stop());

test("the summary stands first, says what the document says, and each sentence leads to its findings", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const document = await analysis(page);
  const region = page.getByRole("region", { name: "Summary" });
  assert.equal(await page.locator("main section").first().getAttribute("aria-labelledby"), "summary-title");
  const sentences = region.getByRole("listitem");
  const told = document.summary.sentences;
  assert.ok(told.length >= 3 && told.length <= 6);
  assert.deepEqual(await sentences.evaluateAll((items) => items.map((item) => item.dataset.topic)), told.map((one) => one.topic));
  for (const [place, one] of told.entries()) {
    assert.ok((await sentences.nth(place).innerText()).startsWith(one.text), one.text);
    assert.equal(await sentences.nth(place).getByRole("link", { name: /^Finding \d+: / }).count(), one.findings.length);
  }
  await sentences.first().getByRole("link", { name: /^Finding 1: / }).click();
  const finding = page.getByTestId("finding");
  await finding.waitFor();
  assert.equal(await finding.getAttribute("data-finding"), told[0].findings[0]);
  await close();
});

test("the dialog works by keyboard: it takes the focus, Escape closes it, the focus goes back", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const button = page.getByRole("button", { name: "Save report", exact: true });
  await button.focus();
  await page.keyboard.press("Enter");
  const dialog = page.getByRole("dialog", { name: "Report" });
  await dialog.waitFor();
  assert.ok(await dialog.evaluate((node) => node.contains(document.activeElement)));
  // Single keys of the page do nothing beneath it.
  await page.keyboard.press("?");
  assert.equal(await page.getByRole("dialog").count(), 1);
  await page.keyboard.press("Escape");
  await dialog.waitFor({ state: "detached" });
  assert.ok(await button.evaluate((node) => node === document.activeElement));
  await close();
});

test("audience, sections, charts and format are those of the file", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const written = async (choose) => {
    await page.getByRole("button", { name: "Save report", exact: true }).click();
    const dialog = page.getByRole("dialog", { name: "Report" });
    await choose(dialog);
    const download = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Write report" }).click();
    const file = await download;
    await dialog.waitFor({ state: "detached" });
    const { readFileSync } = await import("node:fs");
    return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
  };
  const full = await written(async () => {});
  assert.match(full.name, /-report\.html$/);
  const short = await written(async (dialog) => {
    await dialog.getByRole("radio", { name: "Short, for managers" }).check();
    assert.equal(await dialog.getByRole("checkbox", { name: "Findings in detail" }).isChecked(), false);
  });
  assert.ok(short.text.length < full.text.length && !short.text.includes('id="details"') && full.text.includes('id="details"'));
  const drawn = await written(async (dialog) => {
    await dialog.getByRole("checkbox", { name: "Packets over time" }).uncheck();
    await dialog.getByRole("checkbox", { name: "Overview" }).uncheck();
  });
  assert.ok(full.text.includes("<h3>Packets over time") && !drawn.text.includes("<h3>Packets over time") && drawn.text.includes("<h3>Protocols by bytes"));
  const notes = await written(async (dialog) => {
    await dialog.getByRole("radio", { name: "Markdown" }).check();
    await dialog.getByRole("checkbox", { name: "Hosts involved" }).uncheck();
  });
  assert.match(notes.name, /-report\.md$/);
  assert.ok(notes.text.startsWith("# Packetloupe report") && !notes.text.includes("## Hosts involved"));
  await close();
});

test("pseudonyms leave no address in the report, and their key is shown once and kept nowhere", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const findings = (await analysis(page)).findings;
  const addresses = new Set(findings.flatMap((one) => [...one.sources, ...one.targets]));
  await page.getByRole("button", { name: "Save report", exact: true }).click();
  const dialog = page.getByRole("dialog", { name: "Report" });
  await dialog.getByRole("checkbox", { name: /pseudonyms/ }).check();
  const { readFileSync } = await import("node:fs");
  const saved = async () => {
    const download = page.waitForEvent("download");
    await dialog.getByRole("button", { name: "Write report" }).click();
    return readFileSync(await (await download).path(), "utf8");
  };
  const report = await saved();
  assert.ok(addresses.size > 1);
  for (const address of addresses) assert.ok(!report.includes(address), address);
  assert.match(report, /are pseudonyms/);
  const key = await dialog.getByTestId("pseudonym-key").innerText();
  assert.match(key, /^[0-9a-f]{64}$/);
  const kept = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }, location.href]));
  assert.ok(!kept.includes(key));
  await dialog.getByRole("textbox", { name: /Key/ }).fill("12");
  await dialog.getByRole("button", { name: "Write report" }).click();
  await dialog.getByText("A key has 64 hexadecimal digits.").waitFor();
  await dialog.getByRole("textbox", { name: /Key/ }).fill(KEY);
  const again = await saved();
  await dialog.waitFor({ state: "detached" });
  assert.notEqual(again, report);
  await page.getByRole("button", { name: "Save report", exact: true }).click();
  assert.equal(await dialog.getByTestId("pseudonym-key").count(), 0);
  assert.equal(await dialog.getByRole("checkbox", { name: /pseudonyms/ }).isChecked(), false);
  await close();
});
