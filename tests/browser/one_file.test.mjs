// The page as one file, opened from disk.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { pathToFileURL } from "node:url";
import { DIST, ROOT, analysis, command, done, give, openSample, sample, save, scratch, start, view } from "./lib/browser.mjs";

let its;
let path;
before(async () => {
  its = await start();
  path = join(scratch(), "packetloupe.html");
  execFileSync(process.execPath, [join(ROOT, "scripts", "one_file.mjs"), DIST, path]);
});
after(() => its.stop());

/** The file in a page that may load nothing but itself. */
async function opened() {
  const context = await its.browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true });
  const page = await context.newPage();
  const [errors, requests] = [[], []];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => { if (message.type() === "error") errors.push(message.text()); });
  context.on("request", (request) => requests.push(request.url()));
  await page.goto(pathToFileURL(path).href);
  await page.getByTestId("start").waitFor();
  const close = async () => {
    await context.close();
    assert.deepEqual(errors, []);
    assert.deepEqual(requests.filter((url) => !/^(blob:|data:)/.test(url) && url.split("#")[0] !== pathToFileURL(path).href), []);
  };
  return { page, close };
}

test("from disk it gives the same JSON as the command, for a file and for a sample", async () => {
  const { page, close } = await opened();
  await give(page, sample("portscan_syn.pcap"));
  await done(page);
  const native = command("analyze", sample("portscan_syn.pcap"), "--json", "-", "--quiet");
  await page.getByTestId("sha256").waitFor();
  assert.equal((await save(page, "Save findings (JSON)")).text.trim(), native.trim());
  await view(page, "Packets");
  await page.getByRole("grid", { name: "Packets" }).getByRole("row").nth(3).waitFor();
  await page.reload();
  await openSample(page, "c2_https");
  assert.equal((await analysis(page)).file.name, "c2_https.pcapng");
  await close();
});

test("what learns works there too, and lessons are inside", async () => {
  const { page, close } = await opened();
  await view(page, "Lessons");
  await page.getByRole("link", { name: "Strange names" }).click();
  await page.getByRole("button", { name: "Open strange-names.pcap" }).click();
  await done(page);
  await view(page, "Anomalies");
  await page.getByRole("grid").first().waitFor({ timeout: 60_000 });
  await close();
});

test("its policy allows no script but its own, by hash, and no connection", async () => {
  const text = readFileSync(path, "utf8");
  const [, policy] = /http-equiv="Content-Security-Policy" content="([^"]*)"/.exec(text);
  assert.doesNotMatch(policy, /unsafe-inline|'unsafe-eval'|https?:|'self'|\*/);
  assert.match(policy, /^default-src 'none'; script-src ('sha256-[\w+/=]{44}' ){3}'wasm-unsafe-eval'; style-src 'sha256-/);
  assert.doesNotMatch(policy, /connect-src/);
  const context = await its.browser.newContext();
  const page = await context.newPage();
  await page.goto(pathToFileURL(path).href);
  await page.getByTestId("start").waitFor();
  const tried = await page.evaluate(async (url) => {
    document.body.append(Object.assign(document.createElement("script"), { textContent: "self.ran = true" }));
    const reached = await fetch(url, { mode: "no-cors" }).then(() => true, () => false);
    return { ran: self.ran ?? false, reached, workers: (await navigator.serviceWorker?.getRegistrations().catch(() => []))?.length ?? 0 };
  }, its.host.url);
  assert.deepEqual(tried, { ran: false, reached: false, workers: 0 });
  await context.close();
});

test("the same page gives the same file", () => {
  const again = join(scratch(), "again.html");
  execFileSync(process.execPath, [join(ROOT, "scripts", "one_file.mjs"), DIST, again]);
  assert.ok(readFileSync(path).equals(readFileSync(again)));
});
