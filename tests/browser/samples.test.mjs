// Each sample as a person would try it: one click, findings, the same result as the command's, and files to keep.

import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { SAMPLES, analysis, command, hash, open, openSample, sample, save, scratch, start, view } from "./lib/browser.mjs";

/** What each sample must show: the category of a finding. */
const EXPECTED = { "portscan_syn.pcap": "scan", "arp_spoof.pcap": "spoofing", "c2_https.pcapng": "beacon", "benign_web.pcap": "cleartext" };

let its;
before(async () => { its = await start(); });
after(() => its.stop());

test("the start page offers exactly the samples that are there", async () => {
  const { page, close } = await open(its);
  const buttons = page.getByRole("list", { name: "Sample captures" }).getByRole("button");
  assert.equal(await buttons.count(), SAMPLES.length);
  const texts = (await buttons.allTextContents()).join("\n");
  for (const name of SAMPLES) assert.ok(texts.includes(name), `${name} is not offered`);
  await close();
});

for (const name of SAMPLES) {
  describe(name, () => {
    let opened;
    before(async () => {
      opened = await open(its);
      await openSample(opened.page, name);
    });
    after(() => opened.close());

    test("its SHA-256 is right", async () => {
      assert.equal(await hash(opened.page), createHash("sha256").update(readFileSync(sample(name))).digest("hex"));
    });

    test("the findings are what the sample is about", async () => {
      const { findings } = await analysis(opened.page);
      const categories = findings.map((finding) => finding.category);
      assert.ok(categories.includes(EXPECTED[name]), `found only ${categories}`);
      if (EXPECTED[name] === "cleartext") {
        // Clients of the laboratory do not know its authority: handshakes that fail are trouble, no attack.
        assert.ok(categories.every((category) => ["cleartext", "performance"].includes(category)), `found ${categories}`);
      }
      await view(opened.page, "Findings");
      assert.equal(await opened.page.getByRole("list", { name: "Findings" }).getByRole("link").count(), findings.length);
    });

    test("browser and command give the same JSON", async () => {
      const saved = await save(opened.page, "Save findings (JSON)");
      assert.match(saved.name, /\.json$/);
      const native = command("analyze", sample(name), "--json", "-", "--quiet");
      assert.deepEqual(JSON.parse(saved.text), JSON.parse(native));
      assert.equal(saved.text.trim(), native.trim());
    });

    test("browser and command give the same flows", async () => {
      const saved = await save(opened.page, "Save flows (CSV)");
      assert.match(saved.name, /\.csv$/);
      assert.equal(saved.text, command("analyze", sample(name), "--flows", "-", "--quiet"));
    });

    test("the report opens again by itself, without script, and names file and findings", async () => {
      const { name: reportName, text } = await save(opened.page, "Save report");
      assert.match(reportName, /\.html$/);
      assert.doesNotMatch(text, /<script|\son\w+=|src=["']?https?:|href=["']?https?:\/\/(?!attack\.mitre\.org)/i);
      const path = join(scratch(), reportName);
      await writeFile(path, text);
      const context = await its.browser.newContext({ javaScriptEnabled: false });
      const requests = [];
      context.on("request", (request) => requests.push(request.url()));
      const page = await context.newPage();
      await page.goto(`file://${path}`);
      const shown = await page.locator("body").innerText();
      const { file, findings } = await analysis(opened.page);
      assert.ok(shown.includes(file.name) && shown.includes(file.sha256), "file and hash");
      for (const finding of findings) assert.ok(shown.includes(finding.title), finding.title);
      assert.ok((await page.locator("svg").count()) > 0, "charts");
      assert.deepEqual(requests, [`file://${path}`]);
      await context.close();
    });
  });
}

test("a CIC-compatible flow table with more columns is the command's, and its name and button say what it is", async () => {
  const { page, close } = await open(its);
  await openSample(page, "c2_https.pcapng");
  await view(page, "Settings");
  for (const label of ["CIC-compatible flow table", "More columns in the flow table"]) await page.getByLabel(label, { exact: true }).check();
  await page.getByRole("button", { name: "Read the file again" }).click();
  const saved = await save(page, "Save flows (CSV, CIC-compatible)");
  assert.equal(saved.name, "c2_https-flows-cic-compatible.csv");
  const settings = join(scratch(), "settings.json");
  await writeFile(settings, JSON.stringify({ "flow.cic_compatible": 1, "flow.more_columns": 1 }));
  assert.equal(saved.text, command("analyze", sample("c2_https.pcapng"), "--flows", "-", "--quiet", "--settings", settings));
  await close();
});

test("a finding leads to its flows and packets, and a packet opens as layers and bytes", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await view(page, "Findings");
  await page.getByRole("list", { name: "Findings" }).getByRole("link").first().click();
  const finding = page.getByTestId("finding");
  await finding.waitFor();
  for (const heading of ["What was seen", "Why it matters", "What else it could be", "What to do"]) {
    await finding.getByRole("heading", { name: heading }).waitFor();
  }
  await finding.getByRole("link", { name: "Show its flows" }).click();
  const flows = page.getByRole("grid", { name: "Flows" });
  await flows.getByRole("row").nth(1).waitFor();
  assert.ok(Number(await flows.getAttribute("aria-rowcount")) > 1);
  await page.goBack();
  await finding.getByRole("link", { name: "Show its packets" }).click();
  const packets = page.getByRole("grid", { name: "Packets" });
  await packets.getByRole("row").nth(1).click();
  const packet = page.getByRole("region", { name: /^Packet \d/ });
  await packet.waitFor();
  const shown = await packet.innerText();
  assert.match(shown, /TCP/);
  assert.match(shown, /[0-9a-f]{2} [0-9a-f]{2}/);
  await close();
});
