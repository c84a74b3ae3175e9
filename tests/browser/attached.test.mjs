// Files that are no captures, dropped on the page: known by their content, applied to what is open, with the command's findings, and
// never in place of what is open.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { analysis, command, done, give, open, sample, scratch, start, view } from "./lib/browser.mjs";

const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Writes a file into the test's folder; answers its path. */
function written(name, text) {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** Drops files on the window as a desktop would. */
async function dropped(page, paths) {
  const files = paths.map((path) => ({ name: path.split("/").pop(), bytes: [...readFileSync(path)] }));
  const transfer = await page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const { name, bytes } of files) data.items.add(new File([new Uint8Array(bytes)], name));
    return data;
  }, files);
  await page.dispatchEvent("body", "drop", { dataTransfer: transfer });
}

/** What the list of applied files says of one. */
async function applied(page, name, state = "applied") {
  await view(page, "Settings");
  const item = page.getByTestId("applied").locator("li", { hasText: name });
  await item.and(page.locator(`[data-state="${state}"]`)).waitFor();
  return item;
}

const capture = sample("c2_https.pcapng");
const findings = (...options) => JSON.parse(command("analyze", capture, ...options, "--json", "-", "--quiet")).findings;

test("a list, a baseline, settings and a wrong file are dropped on an open capture", async () => {
  const { page, close } = await open(its);
  await give(page, capture);
  await done(page);
  assert.deepEqual((await analysis(page)).findings, findings());

  const [target] = findings()[0].targets;
  const list = written("feed.dat", `# a feed\n${target}\nnot.seen.example\n`);
  await dropped(page, [list]);
  await page.getByRole("status").getByText("feed.dat is a list of indicators and is applied.").waitFor();
  const item = await applied(page, "feed.dat");
  assert.match(await item.innerText(), /2 indicators\.[^]*1 finding comes of it/);
  const ofList = findings("--indicators", list);
  assert.ok(ofList.some(({ title }) => title.includes("feed.dat (line 2)")));
  assert.deepEqual((await analysis(page)).findings, ofList);

  const baseline = join(folder, "anything.txt");
  command("baseline", sample("benign_web.pcap"), "--out", baseline, "--quiet");
  await dropped(page, [baseline]);
  await applied(page, "anything.txt");
  const both = findings("--indicators", list, "--baseline", baseline);
  assert.ok(both.length > ofList.length);
  assert.deepEqual((await analysis(page)).findings, both);

  const picture = written("picture.pcap", Buffer.from("89504e470d0a1a0a0000000d49484452", "hex"));
  await dropped(page, [picture]);
  await page.getByRole("alert").getByText("picture.pcap could not be opened.").waitFor();
  assert.deepEqual((await analysis(page)).findings, both, "the open capture stays");

  await dropped(page, [written("mine.cfg", JSON.stringify({ expected: [{ peer: target }] }))]);
  await page.getByRole("status").getByText("mine.cfg is in use.").waitFor();

  for (const name of ["feed.dat", "anything.txt"]) {
    await view(page, "Settings");
    await page.getByRole("button", { name: `Remove ${name}` }).click();
  }
  await page.getByText("No file is applied.").waitFor();
  await close();
});

test("a model is applied where its features are, and refused with the reason where they are not", async () => {
  const rows = Array.from({ length: 240 }, (_, at) => {
    const [isAttack, noise] = [at % 3 === 0, (at * 7919) % 13];
    return `${isAttack ? 40 + noise : 5 + noise},${noise},${isAttack ? "attack" : "benign"}`;
  });
  const table = written("table.csv", `speed,size,label\n${rows.join("\n")}\n`);
  const model = join(folder, "model");
  command("train", table, "--label", "label", "--model", model, "--quiet");
  const { page, close } = await open(its);
  await dropped(page, [model]);
  await page.getByRole("status").getByText("It is applied to the next file that you open.").waitFor();
  await give(page, table);
  await done(page);
  const theirs = JSON.parse(command("analyze", table, "--model", model, "--json", "-", "--quiet")).findings;
  assert.ok(theirs.some(({ detector }) => detector === "trained_model"));
  assert.deepEqual((await analysis(page)).findings, theirs);
  await give(page, capture);
  await page.getByRole("alert").getByText("model is not applied.").waitFor();
  const said = await page.getByRole("alert").innerText();
  assert.throws(() => command("analyze", capture, "--model", model, "--json", "-", "--quiet"),
    ({ stderr }) => stderr.includes(said.match(/is not applied\. (.*?)\.?\n/)[1]));
  assert.deepEqual((await analysis(page)).findings, findings());
  await close();
});
