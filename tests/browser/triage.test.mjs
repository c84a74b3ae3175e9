// What people decide about findings: what is expected here, verdicts and notes, and what of it the browser keeps.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { analysis, command, done, give, hash, open, openSample, sample, save, scratch, start, view } from "./lib/browser.mjs";

const SCAN = "portscan_syn.pcap";
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Opens the first finding of a sample; answers its id and title. */
async function firstFinding(page) {
  await view(page, "Findings");
  await page.getByRole("list", { name: "Findings" }).getByRole("link").first().click();
  const finding = page.getByTestId("finding");
  await finding.waitFor();
  return { id: await finding.getAttribute("data-finding"), title: await finding.getByRole("heading", { level: 2 }).innerText() };
}

const kept = (page) => page.evaluate(() => Object.keys(localStorage).filter((key) => key.startsWith("packetloupe.")).sort());

test("what is expected here goes from the list at once, is counted, and can be taken back", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const before = (await analysis(page)).findings.length;
  const { id, title } = await firstFinding(page);
  await page.getByRole("button", { name: "Expected here…" }).click();
  const form = page.getByRole("form", { name: "What is expected here" });
  assert.equal(await form.getByRole("checkbox", { name: "Detector" }).isChecked(), true);
  assert.match(await form.getByRole("status").innerText(), /port_scan by .* finding matches/);

  const by = form.getByRole("textbox", { name: "Source (address or network): value" });
  const address = await by.inputValue();
  await by.fill("ten");
  assert.match(await form.getByRole("status").innerText(), /must be an address or a network/);
  assert.equal(await form.getByRole("button", { name: "Expect this" }).isDisabled(), true);
  await by.fill("198.51.100.1");
  assert.match(await form.getByRole("status").innerText(), /does not match/);
  await by.fill(address);
  await form.getByRole("textbox", { name: "Note" }).fill("Inventory <b>of</b> the house");
  await form.getByRole("button", { name: "Expect this" }).click();

  await page.getByText("1 finding is expected here now.").waitFor();
  assert.match(await page.getByTestId("expected-rule").innerText(), /port_scan by .*\n?Inventory <b>of<\/b> the house/);
  const document = await analysis(page);
  assert.equal(document.findings.length, before - 1);
  assert.deepEqual(document.expected.map((finding) => [finding.id, finding.rule.detector, finding.rule.host]), [[id, "port_scan", address]]);
  const report = await save(page, "Save report");
  assert.match(report.text, /1 finding is <a href="#expected">expected here<\/a>/);
  assert.match(report.text, /Inventory &lt;b&gt;of&lt;\/b&gt; the house/);
  await view(page, "Overview");
  await page.getByRole("link", { name: "1 finding is expected here" }).click();
  await page.locator("summary", { hasText: "1 finding is expected here" }).click();
  await page.getByRole("list", { name: "Expected here" }).getByRole("link", { name: new RegExp(title.slice(0, 20)) }).waitFor();

  await page.getByRole("button", { name: "Undo" }).click();
  await page.getByRole("list", { name: "Expected here" }).waitFor({ state: "detached" });
  assert.equal((await analysis(page)).findings.length, before);
  await close();
});

/** The analysis once it was judged with this seed. */
async function judged(page, seed) {
  for (const until = Date.now() + 10_000; ; ) {
    const document = await analysis(page);
    if (document.settings.seed === seed || Date.now() > until) return document;
  }
}

test("a saved file of settings gives the command the same result, and the page takes it back", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await hash(page);
  await firstFinding(page);
  await page.getByRole("button", { name: "Expected here…" }).click();
  await page.getByRole("button", { name: "Expect this" }).click();
  await page.getByTestId("expected-rule").waitFor();
  await view(page, "Settings");
  await page.getByRole("spinbutton", { name: "Random seed" }).fill("7");
  await page.getByText(/with these settings/).waitFor();
  const file = join(scratch(), "settings.json");
  writeFileSync(file, (await save(page, "Save settings")).text);
  assert.equal(JSON.parse(readFileSync(file, "utf8")).seed, 7);
  const theirs = JSON.parse(command("analyze", sample(SCAN), "--json", "-", "--quiet", "--settings", file));
  assert.deepEqual(await judged(page, 7), theirs);
  assert.equal(theirs.expected.length, 1);

  await page.getByRole("button", { name: /^Remove rule: port_scan/ }).click();
  await page.getByText("No rules yet.").waitFor();
  await page.getByRole("button", { name: "Reset all settings" }).click();
  writeFileSync(file, JSON.stringify({ ...JSON.parse(readFileSync(file, "utf8")), "no.such": 1 }));
  await page.getByTestId("settings-input").setInputFiles(file);
  await page.getByText("setting no.such is unknown").waitFor();
  assert.deepEqual(await judged(page, 7), theirs);
  writeFileSync(file, "[]");
  await page.getByTestId("settings-input").setInputFiles(file);
  await page.getByText("not a JSON object of settings").waitFor();
  await close();
});

test("a rule can be made by hand", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  const before = (await analysis(page)).findings.length;
  await view(page, "Settings");
  await page.getByRole("button", { name: "Add a rule" }).click();
  const form = page.getByRole("form", { name: "What is expected here" });
  assert.match(await form.getByRole("status").innerText(), /Tick at least one part/);
  await form.getByRole("textbox", { name: "Source (address or network): value" }).fill("0.0.0.0/0");
  const confirm = form.getByRole("checkbox", { name: /expects every finding about IP addresses/ });
  await confirm.waitFor();
  assert.ok(await form.getByRole("button", { name: "Expect this" }).isDisabled(), "a rule that hides everything is asked about first");
  await confirm.check();
  await form.getByRole("button", { name: "Expect this" }).click();
  await page.getByRole("list", { name: "Allow-list" }).getByText("anything by 0.0.0.0/0").waitFor();
  const document = await analysis(page);
  assert.equal(document.findings.length + document.expected.length, before);
  assert.ok(document.expected.length > 0);
  await close();
});

test("verdicts and notes stay when judged again and when the file is opened again, and go into report and JSON", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await hash(page);
  const { id } = await firstFinding(page);
  await page.getByRole("radio", { name: "False alarm" }).check();
  await page.getByRole("textbox", { name: "Note" }).fill("Ours: \"asset\" scan\nsince May");
  await page.getByRole("textbox", { name: "Note" }).blur();
  const says = async () => {
    const { verdict, note } = (await analysis(page)).findings.find((finding) => finding.id === id);
    return [verdict, note];
  };
  const wanted = ["false", "Ours: \"asset\" scan\nsince May"];
  assert.deepEqual(await says(), wanted);
  await page.getByRole("list", { name: "Findings" }).getByText("False alarm").waitFor();
  const report = await save(page, "Save report");
  assert.match(report.text, /Verdict: <strong>False alarm<\/strong>/);
  assert.match(report.text, /Ours: &quot;asset&quot; scan<br>since May/);

  await view(page, "Settings");
  await page.getByRole("spinbutton", { name: "Random seed" }).fill("8");
  await page.getByText(/with these settings/).waitFor();
  assert.deepEqual(await says(), wanted);

  await page.goto("about:blank");
  await page.goto(its.host.url);
  await page.getByTestId("start").waitFor();
  const renamed = join(scratch(), "other-name.pcap");
  writeFileSync(renamed, readFileSync(sample(SCAN)));
  await give(page, renamed);
  await done(page);
  await hash(page);
  assert.deepEqual(await says(), wanted, "the same bytes under another name");
  await give(page, sample("arp_spoof.pcap"));
  await page.getByText("arp_spoof.pcap").first().waitFor();
  await done(page);
  await hash(page);
  assert.ok((await analysis(page)).findings.every((finding) => finding.verdict === null && finding.note === ""));
  await close();
});

test("settings outlive the page until everything is forgotten", async () => {
  const { page, close } = await open(its, {}, "#/settings");
  const seed = page.getByRole("spinbutton", { name: "Random seed" });
  await seed.fill("7");
  await page.getByRole("checkbox", { name: "Secrets shown" }).check();
  await page.reload();
  assert.equal(await seed.inputValue(), "7");
  assert.equal(await page.getByRole("checkbox", { name: "Secrets shown" }).isChecked(), true);
  assert.deepEqual(await kept(page), ["packetloupe.settings"]);
  await page.getByRole("button", { name: "Forget everything saved in this browser" }).click();
  await page.getByRole("button", { name: "Keep everything" }).click();
  assert.deepEqual(await kept(page), ["packetloupe.settings"]);
  await page.getByRole("button", { name: "Forget everything saved in this browser" }).click();
  await page.getByRole("button", { name: "Forget everything", exact: true }).click();
  assert.deepEqual(await kept(page), []);
  assert.equal(await seed.inputValue(), "42");
  await page.reload();
  assert.equal(await seed.inputValue(), "42");
  await close();
});

test("what was kept and makes no sense any more breaks nothing", async () => {
  const { page, close } = await open(its);
  await page.evaluate(() => {
    localStorage.setItem("packetloupe.settings", JSON.stringify("{\"no.such\": 1, \"seed\": \"x\", \"expected\": [5]}"));
    localStorage.setItem("packetloupe.remarks", "[[[");
  });
  await page.reload();
  await page.getByTestId("start").waitFor();
  await openSample(page, "portscan_syn");
  assert.deepEqual((await analysis(page)).settings, { changed: {}, seed: 42, expected: [], secrets_shown: false });
  await close();
});

test("two tabs do not erase each other's verdicts and settings", async () => {
  const { page, context, close } = await open(its);
  const other = await context.newPage();
  other.setDefaultTimeout(20_000);
  await other.goto(its.host.url);
  for (const [tab, name, seed] of [[page, "portscan_syn", null], [other, "arp_spoof", "8"]]) {
    await openSample(tab, name);
    await hash(tab);
    await firstFinding(tab);
    await tab.getByRole("radio", { name: "False alarm" }).check();
    if (seed) {
      await view(tab, "Settings");
      await tab.getByRole("spinbutton", { name: "Random seed" }).fill(seed);
      await tab.getByText(/with these settings/).waitFor();
    }
  }
  await page.getByRole("textbox", { name: "Note" }).fill("Later than the other tab");
  await page.getByRole("textbox", { name: "Note" }).blur();
  const value = (key) => page.evaluate((name) => JSON.parse(JSON.parse(localStorage.getItem(name))), key);
  const files = await value("packetloupe.remarks");
  assert.deepEqual(files.map((file) => file.name).sort(), ["arp_spoof.pcap", SCAN]);
  assert.match(JSON.stringify(files), /Later than the other tab/);
  assert.equal((await value("packetloupe.settings")).seed, 8);
  // Each tab hears of what the other one keeps.
  await view(page, "Settings");
  assert.equal(await page.getByRole("spinbutton", { name: "Random seed" }).inputValue(), "8");
  await other.getByRole("spinbutton", { name: "Random seed" }).fill("9");
  await page.waitForFunction(() => [...document.querySelectorAll("input[type=number]")].some((input) => input.value === "9"));
  await page.getByText(/with these settings/).waitFor();
  await close();
});

test("where storage is forbidden, absent or full the page works and says once that nothing is kept", async () => {
  const forbid = () => Object.defineProperty(window, "localStorage", { get() { throw new DOMException("no", "SecurityError"); } });
  const none = () => Object.defineProperty(window, "localStorage", { get() { return null; } });
  const full = () => { Storage.prototype.setItem = () => { throw new DOMException("full", "QuotaExceededError"); }; };
  for (const init of [forbid, none, full]) {
    const { page, close } = await open(its, { init });
    await openSample(page, "portscan_syn");
    await firstFinding(page);
    await page.getByRole("radio", { name: "False alarm" }).check();
    const notice = page.getByText("This browser keeps nothing for the page");
    await notice.waitFor();
    await page.getByRole("button", { name: /^Theme:/ }).click();
    await page.getByRole("button", { name: "Dismiss" }).click();
    await page.getByRole("textbox", { name: "Note" }).fill("once");
    await page.getByRole("textbox", { name: "Note" }).blur();
    await page.getByRole("list", { name: "Findings" }).getByText("False alarm").waitFor();
    assert.equal(await notice.count(), 0, "said once");
    await close();
  }
});
