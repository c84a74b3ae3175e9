// Exports on the page: the register's list, over what is selected, with the bytes that the command writes; and tables saved whole.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { command, commandPath, done, give, open, sample, save, scratch, start, view } from "./lib/browser.mjs";
import { execFileSync } from "node:child_process";

const folder = scratch();
let its;
before(async () => { its = await start(); });
after(() => its.stop());

const capture = sample("portscan_syn.pcap");

/** What the command writes for an option of `analyze`. */
function written(id, ...more) {
  const out = join(folder, `${id}${more.join("").replace(/\W/g, "")}`);
  execFileSync(commandPath(), ["analyze", capture, "--quiet", `--${id}`, out, ...more]);
  return readFileSync(out);
}

/** Saves an export by its entry in the list; answers its bytes. */
async function saved(page, id) {
  const download = page.waitForEvent("download");
  await page.locator(`[data-export="${id}"]`).getByRole("button").click();
  return readFileSync(await (await download).path());
}

const text = (bytes) => bytes.toString("utf8");

test("the page lists the command's exports and writes the same", async () => {
  const { page, close } = await open(its);
  await give(page, capture);
  await done(page);
  await page.getByTestId("sha256").waitFor();
  await page.getByRole("button", { name: "All exports…" }).click();
  const dialog = page.getByRole("dialog", { name: "Exports" });
  const ids = await dialog.locator("[data-export]").evaluateAll((items) => items.map((item) => item.dataset.export));
  const help = command("analyze", "--help");
  assert.ok(ids.length >= 12 && ids.every((id) => help.includes(`--${id} `)), ids.join(" "));
  for (const id of ids.filter((id) => id !== "html")) {
    assert.deepEqual(text(await saved(page, id)), text(written(id)), id);
  }
  await close();
});

test("what is selected is what is written", async () => {
  const filter = "tcp.port == 443";
  const { page, close } = await open(its, {}, `#/overview?with=${encodeURIComponent(filter)}`);
  await give(page, capture);
  await done(page);
  await page.getByRole("button", { name: "All exports…" }).click();
  await page.getByRole("checkbox", { name: /Only what is selected/ }).waitFor();
  for (const id of ["flows", "conn-log", "findings-csv", "pcapng"]) {
    const [part, whole] = [written(id, "--where", filter), written(id)];
    assert.notDeepEqual(text(part), text(whole), `${id}: the filter selects all`);
    assert.deepEqual(text(await saved(page, id)), text(part), id);
  }
  await page.getByRole("checkbox", { name: /Only what is selected/ }).uncheck();
  assert.deepEqual(text(await saved(page, "conn-log")), text(written("conn-log")));
  await close();
});

test("under pseudonyms the page writes what the command writes, and a new key is shown and used on", async () => {
  const key = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
  const { page, close } = await open(its);
  await give(page, capture);
  await done(page);
  await page.getByTestId("sha256").waitFor();
  await page.getByRole("button", { name: "All exports…" }).click();
  const dialog = page.getByRole("dialog", { name: "Exports" });
  await dialog.getByRole("checkbox", { name: /pseudonyms/ }).check();
  await dialog.getByRole("textbox", { name: /Key of an earlier file/ }).fill(key);
  for (const id of ["json", "flows", "facts", "findings-csv", "stix", "conn-log", "pcapng"]) {
    const theirs = written(id, "--pseudonyms", "--pseudonym-key", key);
    assert.notDeepEqual(text(theirs), text(written(id)), id);
    assert.deepEqual(text(await saved(page, id)), text(theirs), id);
  }
  assert.equal(await dialog.getByTestId("pseudonym-key").count(), 0);
  await dialog.getByRole("textbox", { name: /Key of an earlier file/ }).fill("");
  const first = await saved(page, "conn-log");
  const shown = await dialog.getByTestId("pseudonym-key").innerText();
  assert.match(shown, /^[0-9a-f]{64}$/);
  assert.deepEqual(text(first), text(written("conn-log", "--pseudonyms", "--pseudonym-key", shown)));
  assert.deepEqual(text(await saved(page, "nfstream")), text(written("nfstream", "--pseudonyms", "--pseudonym-key", shown)));
  await close();
});

test("a table that is shown is saved with all of its rows", async () => {
  const { page, close } = await open(its);
  await give(page, capture);
  await done(page);
  await view(page, "Flows");
  const { flows } = JSON.parse(command("analyze", capture, "--json", "-", "--quiet")).summary;
  const csv = await save(page, "Save as CSV");
  const lines = csv.text.trimEnd().split("\n");
  assert.equal(lines.length, flows + 1);
  assert.match(lines[0], /^flow,start,duration_s,source,/);
  const objects = (await save(page, "Save as JSON lines")).text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assert.equal(objects.length, flows);
  assert.equal(new Set(objects.map(({ flow }) => flow)).size, flows);
  await view(page, "Conversations");
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: /^Save as CSV: / }).first().click();
  assert.match(readFileSync(await (await download).path(), "utf8").split("\n")[0], /^\w+,/);
  await close();
});
