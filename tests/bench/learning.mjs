// An isolation forest over a large table of noise: natively, in the browser, and by scikit-learn and PyOD.

import { execFileSync, spawnSync } from "node:child_process";
import { once } from "node:events";
import { createWriteStream, writeFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, done, give, open, scratch, view } from "../browser/lib/browser.mjs";

const [ROWS, COLUMNS] = [Number(process.env.BENCH_ROWS ?? 1e6), 20];

/** Seconds of the forest and of preparing the rows, natively and in the browser. */
export async function learning(its) {
  const folder = scratch();
  const path = await noise(join(folder, "noise.csv"));
  console.log(`isolation forest of 100 trees over ${ROWS} rows of ${COLUMNS} columns`);
  const printed = execFileSync("cargo", ["bench", "-q", "--bench", "learn", "--", String(ROWS), String(COLUMNS), "isolation_forest"],
    { cwd: ROOT, encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });
  const of = (name, pattern) => Number(new RegExp(`${name}\\s+${pattern}`).exec(printed)[1]);
  const native = of("isolation_forest", "([\\d.]+) s of work");
  const [preparation, forest] = ["preparation", "isolation_forest"].map((name) => of(name, "[\\d.]+ s of work in ([\\d.]+) s"));
  const line = (what, seconds, more = "") => console.log(`  ${what.padEnd(44)} ${seconds.toFixed(2).padStart(7)} s${more}`);
  const times = (seconds, native) => `, ${(seconds / native).toFixed(1)} times the native one`;
  line("native, of the processor", native);
  line("native, forest by the clock", forest);
  line("native, preparing the rows by the clock", preparation);
  const browser = await inBrowser(its, path, folder);
  line("browser, forest by the clock", browser.forest, times(browser.forest, forest));
  line("browser, preparing the rows by the clock", browser.preparation, times(browser.preparation, preparation));
  line("browser, from the click to the result", browser.whole);
  const python = process.env.PYTHON_WITH_NUMPY ?? "python3";
  const { status, stdout } = spawnSync(python, [join(ROOT, "tests/bench/forests.py"), path], { encoding: "utf8" });
  for (const [name, seconds] of Object.entries(status === 0 ? JSON.parse(stdout) : {})) {
    if (seconds) line(`${name}, of the processor`, seconds, `, ${(seconds / native).toFixed(1)} times the native one`);
    else console.log(`  ${name} is not installed for Python`);
  }
  return { native, forest, browser };
}

async function noise(path) {
  const out = createWriteStream(path, { highWaterMark: 1 << 20 });
  out.write(`${Array.from({ length: COLUMNS }, (_, i) => `c${i}`).join(",")}\n`);
  let state = 1;
  // Four uniform numbers are normal enough.
  const uniform = () => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) / 2 ** 32;
  const normal = () => (uniform() + uniform() + uniform() + uniform() - 2).toFixed(4);
  for (let row = 0; row < ROWS; row += 1000) {
    const lines = Array.from({ length: 1000 }, () => Array.from({ length: COLUMNS }, normal).join(","));
    if (!out.write(`${lines.join("\n")}\n`)) await once(out, "drain");
  }
  out.end();
  await once(out, "finish");
  return path;
}

async function inBrowser(its, path, folder) {
  const choices = join(folder, "choices.json");
  writeFileSync(choices, JSON.stringify({ packetloupe_anomalies: 1, scope: "rows", methods: ["isolation_forest"], most_rows: ROWS }));
  const { page, close } = await open(its);
  await give(page, path);
  await done(page, 600_000);
  await view(page, "Anomalies");
  const cancel = page.getByRole("button", { name: "Cancel" });
  if (await cancel.isVisible().catch(() => false)) await cancel.click();
  await page.getByTestId("anomaly-choices-input").setInputFiles(choices);
  const again = page.getByRole("button", { name: /^Learn/ });
  await again.waitFor({ timeout: 600_000 });
  await page.evaluate(watchProgress);
  await again.click();
  await page.locator("#anomaly-progress").waitFor();
  await page.locator("#anomaly-progress").waitFor({ state: "detached", timeout: 600_000 });
  const seen = await page.evaluate(() => window.progressSeen);
  await close();
  return parts(seen);
}

/** Notes each share of the progress bar with its time, from the click on; runs in the page. */
function watchProgress() {
  const seen = (window.progressSeen = []);
  addEventListener("click", () => seen.push([performance.now(), 0]), { capture: true, once: true });
  const look = () => {
    const bar = document.getElementById("anomaly-progress");
    if (bar && seen.length && seen.at(-1)[1] !== bar.value) seen.push([performance.now(), bar.value]);
    if (!bar && seen.length > 1) return void seen.push([performance.now(), 1]);
    requestAnimationFrame(look);
  };
  look();
}

/** Seconds of the parts of learning by the shares of its progress at which they begin and end (`Learner::learn`); to a tenth,
 * as progress is said ten times a second. */
function parts(seen) {
  const [PREPARED, SCORED] = [0.095, 0.95];
  const first = seen.find(([, share]) => share > 0)[0];
  const prepared = seen.find(([, share]) => share >= PREPARED - 1e-4)[0];
  const scored = seen.findLast(([, share]) => share < SCORED - 1e-4)[0];
  return { preparation: (prepared - first) / 1000, forest: (scored - prepared) / 1000, whole: (seen.at(-1)[0] - seen[0][0]) / 1000 };
}
