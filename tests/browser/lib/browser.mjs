// Chromium and the built page as the tests use them. Every request, error and console error of a page is kept, and a page
// that made one it should not have fails its test when it is closed.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium } from "playwright-core";
import { serve } from "../../../scripts/host.mjs";

export const ROOT = resolve(fileURLToPath(import.meta.url), "../../../..");
export const DIST = process.env.DIST ?? join(ROOT, "dist");
export const SAMPLES = ["portscan_syn.pcap", "arp_spoof.pcap", "c2_https.pcapng", "benign_web.pcap"];
export const CAPTURES = join(ROOT, ".cache", "captures");
const OUTPUT = join(ROOT, "tests", "browser", "output");

/** Name of the only built file of this form, as its name has a hash in it. */
export function built(form, folder = DIST) {
  const found = readdirSync(folder).filter((name) => form.test(name));
  assert.equal(found.length, 1, `${form} in ${folder}`);
  return found[0];
}

/** Path of a sample capture. */
export const sample = (name) => join(ROOT, "static", "samples", name);

/** A folder that goes when the process ends. */
export function scratch() {
  const folder = mkdtempSync(join(tmpdir(), "packetloupe-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Starts Chromium and a host of the built page; `before` and `after` hooks of a test file. */
export async function start({ base = "/" } = {}) {
  assert.ok(existsSync(join(DIST, "index.html")), "the page is not built: run trunk build --release");
  const host = await serve(DIST, base);
  const executablePath = ["CHROME", "CHROMIUM"].map((name) => process.env[name]).find(Boolean) ?? find();
  const args = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--enable-precise-memory-info"];
  const browser = await chromium.launch({ executablePath, args });
  return { browser, host, stop: async () => { await browser.close(); await host.close(); } };
}

function find() {
  const path = ["/usr/bin/chromium", "/usr/bin/google-chrome", "/usr/bin/google-chrome-stable"].find((path) => existsSync(path));
  assert.ok(path, "no Chromium found: run scripts/setup test, or name one in CHROME");
  return path;
}

/** A page of our own that is loaded and ready. `init` runs in it before its own scripts; other options go to the context. It
 * has no service worker unless a test wants one (`serviceWorkers: "allow"`): what it asks for then goes to the host. */
export async function open({ browser, host }, { init, ...options } = {}, hash = "") {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, acceptDownloads: true, serviceWorkers: "block", ...options });
  const page = await context.newPage();
  if (init) await page.addInitScript(init);
  const seen = { requests: [], errors: [] };
  context.on("request", (request) => seen.requests.push(request.url()));
  page.on("pageerror", (error) => seen.errors.push(`uncaught: ${error.message}`));
  page.on("console", (message) => {
    if (message.type() === "error") seen.errors.push(`console: ${message.text()}`);
  });
  page.setDefaultTimeout(20_000);
  await page.goto(host.url + hash);
  await page.getByTestId("start").or(page.getByRole("heading", { level: 1 })).first().waitFor();
  return { page, context, seen, host, close: (expected) => finish(context, seen, host, expected) };
}

/** Closes the page; fails if it asked anybody but its host, or said an error other than the `expected`. */
async function finish(context, seen, host, expected = /^$/) {
  await context.close();
  assert.deepEqual(foreign(seen.requests, host.origin), [], "the page asked other origins");
  assert.deepEqual(seen.errors.filter((error) => !expected.test(error)), [], "the page reported errors");
}

/** Requests that do not stay with `origin`; blob and data addresses never leave the browser. */
export function foreign(urls, origin) {
  return urls.filter((url) => !url.startsWith(`${origin}/`) && !url.startsWith(`blob:${origin}/`) && !url.startsWith("data:"));
}

/** Gives the page a file, or several, as a file dialog would. */
export async function give(page, paths) {
  await page.getByTestId("file-input").first().setInputFiles(paths);
}

/** Opens a sample by its button and waits for its analysis. */
export async function openSample(page, name) {
  await page.getByRole("list", { name: "Sample captures" }).getByRole("button").filter({ hasText: name }).click();
  await done(page);
}

/** Waits until the analysis is on the page. */
export async function done(page, timeout = 60_000) {
  await page.getByRole("button", { name: "Save report" }).waitFor({ timeout });
}

/** Waits until the file's SHA-256 is known; answers it. */
export async function hash(page, timeout = 60_000) {
  const element = page.getByTestId("sha256");
  await element.waitFor({ timeout });
  return element.getAttribute("data-sha256");
}

/** Opens the list of views where there is no room for it at the side. */
export async function showViews(page) {
  const menu = page.getByRole("button", { name: "Views", exact: true });
  if ((await menu.isVisible()) && (await menu.getAttribute("aria-expanded")) === "false") await menu.click();
}

/** Goes to a view by its link. */
export async function view(page, name) {
  await showViews(page);
  await page.getByRole("navigation", { name: "Views" }).getByRole("link", { name: new RegExp(`^${name}`) }).click();
  await page.getByRole("heading", { level: 1, name, exact: true }).waitFor({ state: "attached" });
}

/** The views that the page offers now, in order: {id, name}. */
export async function views(page) {
  await showViews(page);
  return page.getByRole("navigation", { name: "Views" }).getByRole("link").evaluateAll((links) =>
    links.map((link) => ({ id: link.dataset.view, name: link.firstChild.textContent.trim() })));
}

/** The analysis as the page saves it. */
export const analysis = async (page) => JSON.parse((await save(page, "Save findings (JSON)")).text);

/** Presses a save button; answers {name, text}. */
export async function save(page, button) {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: button, exact: true }).click();
  // A report is chosen in a dialog first.
  if (button === "Save report") await page.getByRole("button", { name: "Write report" }).click();
  const file = await download;
  return { name: file.suggestedFilename(), text: readFileSync(await file.path(), "utf8") };
}

/** What the native command prints for these arguments. */
export function command(...args) {
  return execFileSync(commandPath(), args, { encoding: "utf8", maxBuffer: 1 << 28, stdio: ["ignore", "pipe", "pipe"] });
}

/** The native command: the one named in PACKETLOUPE, else the newest that was built. */
export function commandPath() {
  const built = ["release", "debug"].map((profile) => join(ROOT, "target", profile, "packetloupe")).filter((path) => existsSync(path));
  const path = process.env.PACKETLOUPE ?? built.sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
  assert.ok(path, "the command is not built: run cargo build");
  return path;
}

/** Keeps a screenshot among the test's output. */
export async function shot(page, name) {
  mkdirSync(OUTPUT, { recursive: true });
  await page.screenshot({ path: join(OUTPUT, `${name}.png`) });
}
