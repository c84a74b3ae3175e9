// What is unusual: learnt in a worker of its own, labelled anew by a slider, explained, and the same as the command says.

import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { command, done, give, open, openSample, sample, save, scratch, start, view } from "./lib/browser.mjs";

const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

const scores = (page) => page.getByRole("region", { name: "Scores" });
const grid = (page) => page.getByRole("grid", { name: "Unusual rows" });
const learnt = (page) => scores(page).waitFor({ timeout: 60_000 });

test("flows of a capture are learnt from at once, and the slider labels anew without learning", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await view(page, "Anomalies");
  await learnt(page);
  const json = join(folder, "flows.json");
  command("score", sample("portscan_syn.pcap"), "--methods", "consensus", "--scope", "flows", "--json", json, "--out", join(folder, "s"));
  const native = JSON.parse(await readFile(json, "utf8"));
  const first = await grid(page).locator('[aria-rowindex="2"]').innerText();
  assert.ok(first.includes(native.unusual[0].name), `${first} is not ${native.unusual[0].name}`);
  assert.equal(Number(await grid(page).getAttribute("aria-rowcount")), native.unusual.length + 1);
  const slider = scores(page).getByRole("slider");
  await slider.focus();
  await slider.press("Home");
  await page.waitForFunction(() => document.querySelector(".anomalies-grid").getAttribute("aria-rowcount") === "2");
  assert.match(await scores(page).getByRole("status").innerText(), /^1 flow /);
  await grid(page).locator('[aria-rowindex="2"]').click();
  await page.getByRole("columnheader", { name: "Nearest usual" }).waitFor();
  await page.getByRole("link", { name: "Show the flow" }).first().click();
  await page.getByRole("grid", { name: "Flows" }).waitFor();
  // What was learnt is still there.
  await view(page, "Anomalies");
  assert.match(await scores(page).getByRole("status").innerText(), /^1 flow /);
  await close();
});

test("a labelled table is compared with its label, which no method sees", async () => {
  const path = join(folder, "labelled.csv");
  const rows = Array.from({ length: 1500 }, (_, i) => {
    const odd = i % 50 === 7;
    return `${(i * 7919) % 100},${odd ? 500 + (i % 9) : (i * 31) % 40},${odd ? "DDoS" : "BENIGN"}`;
  });
  await writeFile(path, `a,b,class\n${rows.join("\n")}\n`);
  const { page, close } = await open(its);
  await give(page, path);
  await done(page);
  await view(page, "Anomalies");
  await learnt(page);
  await page.getByRole("heading", { name: "Compared with class" }).waitFor();
  const judged = await page.getByRole("region", { name: "Compared with class" }).innerText();
  assert.match(judged, /All together\s*(1\.000|0\.99\d)/);
  await page.getByText(/^Features: 2 of 3$/).click();
  await page.getByText("Held for a label. It says what a row is.").waitFor();
  await close();
});

test("every method gives the command's scores to nine decimals", async () => {
  const path = join(folder, "methods.csv");
  const rows = Array.from({ length: 400 }, (_, i) => [(i * 7919) % 101, (i * 104_729) % 97, i % 60 === 7 ? 400 : (i * 31) % 40, (i * i) % 89].join(","));
  await writeFile(path, `a,b,c,d\n${rows.join("\n")}\n`);
  const methods = command("methods").split("\n\n")[0].split("\n").slice(1).map((line) => line.split(" ")[0]);
  assert.equal(methods.length, 13);
  const { page, close } = await open(its);
  await give(page, path);
  await done(page);
  await view(page, "Anomalies");
  await learnt(page);
  for (const method of methods) {
    const choices = join(folder, `${method}.json`);
    await writeFile(choices, JSON.stringify({ packetloupe_anomalies: 1, scope: "rows", methods: [method] }));
    await page.getByTestId("anomaly-choices-input").setInputFiles(choices);
    await page.getByText("The choices have changed since.").waitFor();
    await page.getByRole("button", { name: "Learn again" }).click();
    await page.getByText("The choices have changed since.").waitFor({ state: "detached" });
    await learnt(page);
    const slider = scores(page).getByRole("slider");
    await slider.focus();
    await slider.press("End");
    await page.waitForFunction(() => document.querySelector(".anomalies-grid").getAttribute("aria-rowcount") === "401");
    const { text } = await save(page, "Save as CSV");
    const [heads, ...lines] = text.trimEnd().split("\n").map((line) => line.split(","));
    const [row, score] = ["row", "score"].map((name) => heads.indexOf(name));
    const json = join(folder, `${method}.scores.json`);
    command("score", path, "--methods", method, "--threshold", "0", "--json", json, "--out", join(folder, "s"));
    const theirs = new Map(JSON.parse(await readFile(json, "utf8")).unusual.map((of) => [Number(of.name.replace("row ", "")), of.score]));
    const apart = lines.map((line) => Math.abs(Number(line[score]) - theirs.get(Number(line[row]))));
    assert.ok(apart.length === 400 && Math.max(...apart) <= 1e-9, `${method}: ${Math.max(...apart)}`);
  }
  await close();
});

test("a part of the map lists its rows, by pointer and by keys", async () => {
  const { page, close } = await open(its);
  await openSample(page, "portscan_syn");
  await view(page, "Anomalies");
  await learnt(page);
  const count = async () => Number(await grid(page).getAttribute("aria-rowcount")) - 1;
  // The list is asked for after what was learnt is there.
  await page.waitForFunction(() => Number(document.querySelector(".anomalies-grid").getAttribute("aria-rowcount")) > 0);
  const before = await count();
  const map = page.getByRole("region", { name: "Map" });
  await map.scrollIntoViewIfNeeded();
  const box = await map.locator("canvas").boundingBox();
  await page.mouse.move(box.x + 2, box.y + 2);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width - 2, box.y + box.height - 2, { steps: 4 });
  await page.mouse.up();
  await page.getByText("The list has the rows in the chosen part of the map").waitFor();
  await page.waitForFunction((n) => Number(document.querySelector(".anomalies-grid").getAttribute("aria-rowcount")) > n + 1, before);
  const all = await count();
  assert.ok(all > before, `${all} rows of the whole map, ${before} past the threshold`);
  await page.getByRole("button", { name: "Choose no part" }).click();
  await page.waitForFunction((n) => Number(document.querySelector(".anomalies-grid").getAttribute("aria-rowcount")) === n + 1, before);
  await map.locator("canvas").focus();
  await page.keyboard.press("Home");
  await map.getByRole("button", { name: "List the rows around it" }).press("Enter");
  await page.getByText("The list has the rows in the chosen part of the map").waitFor();
  await page.waitForFunction((n) => Number(document.querySelector(".anomalies-grid").getAttribute("aria-rowcount")) < n, all);
  await close();
});

test("learning is cancelled at once", async () => {
  const path = join(folder, "long.csv");
  const rows = Array.from({ length: 60_000 }, (_, i) => Array.from({ length: 30 }, (_, j) => (i * (7919 + 2 * j)) % 10_007).join(","));
  await writeFile(path, `${Array.from({ length: 30 }, (_, j) => `c${j}`).join(",")}\n${rows.join("\n")}\n`);
  const { page, close } = await open(its);
  await give(page, path);
  await done(page);
  await view(page, "Anomalies");
  await page.getByRole("button", { name: "Learn" }).click();
  const cancel = page.getByRole("button", { name: "Cancel" });
  await cancel.waitFor();
  await page.waitForFunction(() => document.querySelector("#anomaly-progress")?.value > 0, undefined, { timeout: 60_000 });
  const begun = Date.now();
  await cancel.click();
  await page.getByText("Learning was cancelled.").waitFor();
  assert.ok(Date.now() - begun < 1000, `${Date.now() - begun} ms`);
  await close();
});
