// Training on the page: the command's figures and model, cancelled and saved; and comparison with a baseline that the page made.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { analysis, command, done, give, open, sample, scratch, start, view } from "./lib/browser.mjs";

const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** A labelled table: attacks are quicker, but not by much. */
function labelled(name, n) {
  let state = 1;
  const draw = (most) => { state = (state * 48271) % 2147483647; return state % most; };
  const rows = Array.from({ length: n }, (_, at) => {
    const isAttack = at % 4 === 0;
    return [isAttack ? 60 + draw(60) : 30 + draw(60), draw(100), draw(7) / 7, isAttack ? "flood" : "benign"].join(",");
  });
  const path = join(folder, name);
  writeFileSync(path, `speed,size,share,label\n${rows.join("\n")}\n`);
  return path;
}

/** Waits for the figures of a training; if there are none, says what stands in their place. */
async function trained(page) {
  const figures = page.getByTestId("train-figures");
  await figures.waitFor({ timeout: 60_000 }).catch(async () => assert.fail(await page.locator(".train").innerText()));
  return figures;
}

/** Presses a button that saves; answers the text. */
async function saved(page, name) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name }).click();
  return readFileSync(await (await download).path(), "utf8");
}

test("a table is trained on with the command's figures, and its model is saved", async () => {
  const table = labelled("labelled.csv", 600);
  const { page, close } = await open(its);
  await give(page, table);
  await done(page);
  await view(page, "Train");
  await page.getByLabel("Label", { exact: true }).waitFor();
  assert.equal(await page.getByLabel("Label", { exact: true }).inputValue(), "label");
  await page.getByRole("checkbox", { name: "Naive Bayes" }).check();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  const figures = await trained(page);
  const theirs = JSON.parse(command("evaluate", table, "--label", "label", "--method", "random_forest,naive_bayes", "--json", "-")).methods;
  const rows = await figures.locator("tbody tr").evaluateAll((rows) =>
    rows.map((row) => [...row.cells].map((cell) => cell.textContent.trim())).filter(([name]) => name !== "new rows only"));
  assert.equal(rows.length, 2);
  for (const [place, { measures }] of theirs.entries()) {
    assert.deepEqual(rows[place].slice(1, 4), [measures.auroc, measures.average_precision, measures.f1].map((x) => x.toFixed(4)));
  }
  const confusion = await page.getByTestId("train-confusion").locator("td").allInnerTexts();
  const { tp, fn, fp, tn } = theirs[0].measures.confusion;
  assert.deepEqual(confusion.map((cell) => Number(cell.replace(/,/g, ""))), [tp, fn, fp, tn]);
  assert.equal(await page.locator(".train svg.roc, .train .roc svg").count(), 3);
  const model = join(folder, "theirs.json");
  command("train", table, "--label", "label", "--model", model, "--quiet");
  assert.ok((await saved(page, /^Save model/)) === readFileSync(model, "utf8"), "the model is another one");
  assert.match(await saved(page, "Save figures (CSV)"), /^part,name,x,y,rows\n/);
  await close();
});

test("a capture is trained on with a file of labels", async () => {
  const labels = join(folder, "labels.json");
  const { page, close } = await open(its);
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  const scan = (await analysis(page)).findings.find((finding) => finding.detector === "port_scan");
  writeFileSync(labels, JSON.stringify([{ label: "port scan", sources: scan.sources, filter: "tcp" }]));
  await view(page, "Train");
  await page.getByText("A capture says nowhere what its flows are.").waitFor();
  assert.ok(await page.getByRole("button", { name: "Train", exact: true }).isDisabled());
  await give(page, labels);
  await page.getByTestId("label-file").getByText("labels.json").waitFor();
  await page.getByRole("checkbox", { name: "Naive Bayes" }).check();
  await page.getByRole("checkbox", { name: "Random forest" }).uncheck();
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await trained(page);
  const model = join(folder, "scan.json");
  command("train", sample("portscan_syn.pcap"), "--labels", labels, "--method", "naive_bayes", "--model", model, "--quiet");
  assert.ok((await saved(page, /^Save model/)) === readFileSync(model, "utf8"), "the model is another one");
  await close();
});

test("training is cancelled and begun again", async () => {
  const { page, close } = await open(its);
  await give(page, labelled("large.csv", 60_000));
  await done(page);
  await view(page, "Train");
  await page.getByRole("button", { name: "Train", exact: true }).click();
  await page.getByRole("progressbar").waitFor();
  await page.getByRole("button", { name: "Cancel" }).click();
  await page.getByText("Training was cancelled.").waitFor();
  await page.getByRole("button", { name: "Train", exact: true }).waitFor();
  await close();
});

test("a baseline that the page made is the command's, and the page compares with it", async () => {
  const normal = join(folder, "normal.json");
  command("baseline", sample("benign_web.pcap"), "--out", normal, "--quiet");
  const { page, close } = await open(its);
  await give(page, sample("benign_web.pcap"));
  await done(page);
  await view(page, "Compare");
  assert.equal(await saved(page, "Save this file as a baseline"), readFileSync(normal, "utf8"));
  await give(page, normal);
  await page.getByRole("heading", { name: "0 differences" }).waitFor();
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  await view(page, "Compare");
  await page.locator('[data-new="true"]').first().waitFor();
  await page.getByRole("heading", { name: "Shifted distributions" }).waitFor();
  assert.match(await saved(page, "Save as CSV"), /\nnew,/);
  await close();
});
