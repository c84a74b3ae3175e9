// Without a network: what the page keeps at its first visit, and how it comes to a new release.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { appendFileSync, cpSync, readFileSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { serve } from "../../scripts/host.mjs";
import { DIST, ROOT, SAMPLES, analysis, built, done, give, open, openSample, sample, scratch, start } from "./lib/browser.mjs";

let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** Waits until the page's release is kept as a whole and serves the page. */
const kept = (page) => page.waitForFunction(() => navigator.serviceWorker.controller?.state === "activated");
const scripts = (page) => page.evaluate(() => Object.values(document.querySelector("script[data-worker]").dataset));

for (const base of ["/", "/tools/packetloupe/"]) {
  test(`with the server gone it starts and reads samples and files, under ${base}`, async () => {
    const host = await serve(DIST, base);
    const { page, close } = await open({ ...its, host }, { serviceWorkers: "allow" });
    await kept(page);
    await host.close();
    await page.reload();
    await page.getByTestId("start").waitFor();
    for (const name of SAMPLES.slice(0, 2)) {
      await openSample(page, name);
      assert.equal((await analysis(page)).file.name, name);
      await page.goto(`${host.url}?again`);
      await page.getByTestId("start").waitFor();
    }
    await give(page, sample("../lessons/steady-visitor.pcap"));
    await done(page);
    assert.equal((await analysis(page)).findings[0].detector, "beacon");
    // What is not the page's own is not answered from what is kept.
    assert.equal(await page.evaluate(() => fetch("none.js").then(() => "answered", () => "failed")), "failed");
    await close(/ERR_CONNECTION_REFUSED|ERR_FAILED/);
  });
}

/** A copy of the page, and another release of it: other start script, other worker. */
function releases() {
  const folder = scratch();
  const [old, next] = [join(folder, "old"), join(folder, "next")];
  cpSync(DIST, old, { recursive: true });
  cpSync(DIST, next, { recursive: true });
  // As Trunk leaves it: names without hashes.
  const page = join(next, "index.html");
  let text = readFileSync(page, "utf8");
  for (const name of ["handles.js", "start.js", "offline.js", "tour.js", "worker.js", "worker_bg.wasm", "extra.js", "extra_bg.wasm"]) {
    const [, stem, rest] = /^([a-z]+)(.*)$/.exec(name);
    const hashed = built(new RegExp(`^${stem}-[0-9a-f]{16}${rest.replace(".", "\\.")}$`), next);
    cpSync(join(next, hashed), join(next, name));
    rmSync(join(next, hashed));
    text = text.replace(hashed, name);
  }
  writeFileSync(page, text);
  appendFileSync(join(next, "worker.js"), "\n// Another release.\n");
  appendFileSync(join(next, "start.js"), "\nself.isNext = true;\n");
  cpSync(join(ROOT, "static", "sw.js"), join(next, "sw.js"));
  execFileSync(process.execPath, [join(ROOT, "scripts", "seal.mjs"), next]);
  return { old, next };
}

/** Puts a release in place of another, as whoever hosts it would. */
function publish(from, to) {
  for (const name of readdirSync(to)) rmSync(join(to, name), { recursive: true });
  cpSync(from, to, { recursive: true });
}

test("a new release is said and waits; page and worker are of one release before and after", async () => {
  const { old, next } = releases();
  const host = await serve(old);
  const { page, context, close } = await open({ ...its, host }, { serviceWorkers: "allow" });
  await kept(page);
  const before = await scripts(page);
  await openSample(page, "portscan_syn");
  publish(next, old);
  await page.evaluate(async () => (await navigator.serviceWorker.getRegistration()).update());
  const note = page.getByRole("status").filter({ hasText: "new release" });
  await note.waitFor();
  // Nothing is forced: the analysis is there, and the old release goes on, its worker too, whose file the host has no more.
  assert.ok(await page.getByRole("button", { name: "Save report" }).isVisible());
  const other = await context.newPage();
  await other.goto(host.url);
  await other.getByTestId("start").waitFor();
  assert.deepEqual(await scripts(other), before);
  await openSample(other, "c2_https");
  await note.getByRole("button", { name: "Later" }).click();
  assert.equal(await note.count(), 0);
  // The next page of the old release says it again.
  await page.reload();
  await note.getByRole("button", { name: "Reload now" }).click();
  await page.waitForFunction(() => self.isNext === true);
  await page.getByTestId("start").waitFor();
  assert.notDeepEqual(await scripts(page), before);
  await openSample(page, "arp_spoof");
  // The other page is still of the old release, and can still start its worker.
  assert.equal(await other.evaluate(() => self.isNext), undefined);
  await other.workers()[0].evaluate(() => { setTimeout(() => self.close()); });
  await other.getByRole("alert").waitFor();
  await give(other, sample("portscan_syn.pcap"));
  await other.getByText("portscan_syn.pcap").first().waitFor();
  await done(other);
  await other.close();
  // Once it is gone, so is what was kept for it.
  await page.reload();
  await page.waitForFunction(async () => (await caches.keys()).length === 1);
  await close();
  await host.close();
});

test("a folder in which two releases are mixed is not kept", async () => {
  const { old, next } = releases();
  cpSync(join(old, "index.html"), join(next, "index.html"));
  const host = await serve(next);
  const context = await its.browser.newContext({ serviceWorkers: "allow" });
  const page = await context.newPage();
  await page.goto(host.url);
  const state = await page.evaluate(async () => {
    const registration = await navigator.serviceWorker.register("sw.js");
    const worker = registration.installing ?? registration.waiting ?? registration.active;
    if (worker.state === "installing") await new Promise((done) => worker.addEventListener("statechange", done, { once: true }));
    return worker.state;
  });
  assert.equal(state, "redundant");
  await context.close();
  await host.close();
});

test("the manifest names icons that are there, and the files that the page opens", async () => {
  const { page, host, close } = await open(its);
  const manifest = await (await fetch(new URL("app.webmanifest", host.url))).json();
  assert.equal(await page.locator("link[rel=manifest]").getAttribute("href"), "app.webmanifest");
  for (const { src, type } of manifest.icons) {
    const answer = await fetch(new URL(src, host.url));
    assert.deepEqual([answer.status, answer.headers.get("content-type")], [200, type]);
  }
  for (const path of [manifest.start_url, manifest.scope, manifest.file_handlers[0].action]) assert.equal(path, "./");
  assert.deepEqual(Object.values(manifest.file_handlers[0].accept).flat(), [".pcap", ".pcapng", ".cap", ".csv"]);
  await close();
});

test("a file that the system opens with the page is opened", async () => {
  // Headless Chromium has no system that opens files: its queue is played.
  const init = () => {
    let consumer;
    Object.defineProperty(self, "launchQueue", { value: { setConsumer: (given) => { consumer = given; } } });
    self.launch = (files) => consumer({ files });
  };
  const { page, close } = await open(its, { init });
  await page.evaluate(async () => {
    const file = new File([await (await fetch("samples/arp_spoof.pcap")).blob()], "handed.pcap");
    await self.launch([{ kind: "file", name: file.name, getFile: async () => file }]);
  });
  await done(page);
  assert.equal((await analysis(page)).file.name, "handed.pcap");
  await close();
});
