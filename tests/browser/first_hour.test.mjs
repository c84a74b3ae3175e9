// The first hour of three kinds of people, without help: an analyst, a teacher and an administrator, from the file that they have to
// what they take away.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, done, open, sample, shot, start, view } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Drops a file on the page, as from the system's file manager. */
async function drop(page, path) {
  const bytes = readFileSync(path).toString("base64");
  const data = await page.evaluateHandle(([name, bytes]) => {
    const transfer = new DataTransfer();
    transfer.items.add(new File([Uint8Array.from(atob(bytes), (letter) => letter.charCodeAt(0))], name));
    return transfer;
  }, [basename(path), bytes]);
  await page.dispatchEvent("body", "dragover", { dataTransfer: data });
  await page.dispatchEvent("body", "drop", { dataTransfer: data });
  await done(page);
}

/** Presses a key on what has this role and name, as one does who uses no pointer. */
async function press(within, role, name, key = "Enter") {
  const element = within.getByRole(role, { name }).first();
  await element.focus();
  await element.press(key);
}

/** Writes a report by keys; `choose` sets what the dialog asks for. Answers its text without markup, and the file's name. */
async function report(page, choose = async () => {}) {
  await press(page, "button", /^Save report$/);
  const dialog = page.getByRole("dialog", { name: "Report" });
  await dialog.waitFor();
  await choose(dialog);
  const download = page.waitForEvent("download");
  await press(dialog, "button", "Write report");
  const file = await download;
  await dialog.waitFor({ state: "detached" });
  const html = readFileSync(await file.path(), "utf8");
  assert.ok(!/<script|src="http|href="http/i.test(html), "the report needs nothing else");
  // As a reader sees it.
  const reader = await page.context().newPage();
  await reader.setContent(html);
  const text = await reader.locator("body").innerText();
  await reader.close();
  return { name: file.suggestedFilename(), text };
}

const sentences = (page) => page.getByRole("region", { name: "Summary" }).getByRole("listitem").allInnerTexts();

test("an analyst: what happened, how serious, a verdict with a note, a report to hand on", { timeout: 30_000 }, async () => {
  const { page, close } = await open(its);
  await drop(page, sample("arp_spoof.pcap"));
  // What happened, since when, who to whom, and what to do, before anything is clicked.
  const told = await sentences(page);
  assert.ok(told.length >= 3 && told.length <= 6, told.join("\n"));
  assert.match(told[0], /^(At|Since|From) \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC/);
  assert.match(told.join(" "), /At risk: .* First: /);
  assert.match(told.join(" "), /\(\d+ %\) that this is what it seems/);
  // How serious: the findings stand below, the worst first.
  const worst = page.getByRole("main").getByRole("link", { name: /^(Critical|High)\b/ }).first();
  await worst.waitFor();
  await press(page.getByRole("region", { name: "Summary" }), "link", /^Finding 1: /);
  const finding = page.getByTestId("finding");
  await finding.waitFor();
  const title = await finding.getByRole("heading", { level: 2 }).innerText();
  for (const part of ["What was seen", "Evidence", "Why it matters", "What else it could be", "What to do"]) {
    await finding.getByText(part, { exact: true }).first().waitFor();
  }
  // The packets behind it, and back.
  await press(finding, "link", "Show its packets");
  await page.getByRole("grid", { name: "Packets" }).getByRole("row").nth(1).waitFor();
  await page.goBack();
  await finding.waitFor();
  await press(finding, "radio", "True", "Space");
  const note = finding.getByRole("textbox", { name: "Note" });
  await note.focus();
  await note.pressSequentially("Port 7 taken off the network at 11:40");
  await note.blur();
  await page.getByRole("list", { name: "Findings" }).getByText("True", { exact: true }).first().waitFor();
  const { name, text } = await report(page);
  assert.match(name, /^arp_spoof-report\.html$/);
  for (const part of [told[0].split(" Finding")[0], title, "Port 7 taken off the network at 11:40", "Verdict: True"]) {
    assert.ok(text.replace(/\s+/g, " ").includes(part.replace(/\s+/g, " ")), `the report lacks: ${part}`);
  }
  await shot(page, "first-hour-analyst");
  await close();
});

test("a teacher: what a scan looks like, how its detector decides, how a method learns", { timeout: 30_000 }, async () => {
  const { page, close } = await open(its);
  await press(page.getByRole("navigation", { name: "Views" }), "link", /^Lessons/);
  await press(page, "link", "The curious host");
  await press(page, "button", "Open curious-host.pcap");
  await done(page);
  const question = page.getByRole("list", { name: "Questions" }).locator("> li").first();
  await press(question, "button", "Show the answer");
  await question.getByText(/A port scan: 198/).waitFor();
  // What it looks like: the finding, its curve with the threshold, and the method with its source.
  await press(question, "link", "See it");
  const finding = page.getByTestId("finding");
  await finding.waitFor();
  assert.match(await finding.getByRole("heading", { level: 2 }).innerText(), /scanned 274 TCP ports/);
  await finding.locator("canvas").first().waitFor();
  assert.match(await finding.innerText(), /Detected by: Port scan\. Method: Threshold random walk: Jung/);
  // The threshold that it compares with can be moved.
  await view(page, "Settings");
  await page.getByRole("spinbutton", { name: /[Pp]orts/ }).first().waitFor();
  // How a method that learns decides, step by step.
  await view(page, "Anomalies");
  const teaching = page.getByRole("radio", { name: "Teaching" });
  await teaching.focus();
  await teaching.press("Space");
  const step = page.getByTestId("demonstration-step");
  await step.waitFor();
  const first = await step.innerText();
  await press(page, "button", "Next step");
  await page.waitForFunction((before) => document.querySelector("[data-testid=demonstration-step]").innerText !== before, first);
  await shot(page, "first-hour-teacher");
  // An address for the class, without answers.
  await view(page, "Lessons");
  await press(page, "link", "An address for a class");
  await page.waitForURL(/#\/learn\?class=1/);
  await close();
});

test("an administrator: who is slow, since when, whose fault it is, and a page for the boss", { timeout: 30_000 }, async () => {
  const { page, close } = await open(its);
  await drop(page, join(ROOT, "tests", "fixtures", "captures", "slow_server", "attack.pcap"));
  const told = await sentences(page);
  assert.match(told[0], /^The network is slow, or does not work in part, for \d+ hosts? since \d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC\./);
  assert.match(told[0], /It points to the server, not the network\./);
  assert.match(told[0], /takes [\d.]+ s to answer; the network takes \d+ ms/);
  assert.match(told[1], /First: check the load of the server/);
  const server = /“(\S+), port/.exec(told[0])[1];
  // The figures behind it.
  await press(page.getByRole("navigation", { name: "Views" }), "link", /^Health/);
  await page.getByRole("heading", { level: 1, name: "Health" }).waitFor();
  const row = page.getByRole("row").filter({ hasText: server }).filter({ hasText: /\d ms/ }).first();
  await row.waitFor();
  await page.getByRole("img", { name: /Slow responses over time/ }).or(page.getByText("Slow responses over time")).first().waitFor();
  await shot(page, "first-hour-administrator");
  const { name, text } = await report(page, async (dialog) => {
    await press(dialog, "radio", "Short, for managers", "Space");
  });
  assert.match(name, /^attack-report\.html$/);
  assert.ok(text.includes("points to the server, not the network"), text.slice(0, 600));
  assert.ok(!text.includes("Settings that were used"));
  await close();
});
