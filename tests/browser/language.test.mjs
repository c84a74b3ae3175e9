// The page in German: taken from the browser or chosen in the settings, in every view, in reports, and back; English loads nothing.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { after, before, test } from "node:test";
import { join } from "node:path";
import { ROOT, give, hash, open, scratch, start } from "./lib/browser.mjs";
import { login, nameAnswer, pcap, request } from "./lib/packets.mjs";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
/** Of all letters that are shown, those in texts that stayed English or have English words in them. */
const MOST_ENGLISH = 0.03;
let its;
before(async () => { its = await start(); });
after(() => its.stop());

/** The German catalogue: English to German. */
const GERMAN = new Map();
let english = "";
for (const line of readFileSync(join(ROOT, "static/languages/de.txt"), "utf8").split("\n")) {
  if (line.startsWith("en ")) english = line.slice(3);
  else if (line.startsWith("de ")) GERMAN.set(english, line === "de =" ? english : line.slice(3));
}
const de = (text) => {
  assert.ok(GERMAN.get(text), `not in the catalogue: ${text}`);
  return GERMAN.get(text);
};
/** English texts that are others in German. */
const OTHERS = [...GERMAN].filter(([from, to]) => from !== to && !from.includes("{")).map(([from]) => from);

/** Texts that are shown and are no data: those of text nodes and of names, with the kind of what they are in. */
const shown = (page) => page.evaluate(() => {
  const found = [];
  const isData = (element) => {
    const decides = element.closest("[translate],code,pre,samp,textarea,script,style");
    return decides && decides.getAttribute("translate") !== "yes";
  };
  const kind = (element) => (element.closest("h1,h2,h3,h4,button,nav,legend,label,th,summary") ? "head" : "text");
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const element = walker.currentNode.parentElement;
    const text = walker.currentNode.data.trim();
    if (text && element.getClientRects().length > 0 && !isData(element)) found.push({ text, kind: kind(element) });
  }
  for (const element of document.querySelectorAll("[aria-label],[title],[placeholder]")) {
    if (isData(element)) continue;
    for (const name of ["aria-label", "title", "placeholder"]) {
      const text = element.getAttribute(name)?.trim();
      if (text) found.push({ text, kind: "name" });
    }
  }
  return found;
});

const KNOWN_ENGLISH = new Set(OTHERS);
const ENGLISH_WORDS = /\b(the|of|and|is|are|with|from|not|for|that|this|which|were|be|by|to|has|have|it|its|no)\b/;
const isEnglish = (text) => KNOWN_ENGLISH.has(text) || ENGLISH_WORDS.test(text);

/** Opens a sample by what its button has as id. */
async function openById(page, id) {
  await page.locator(`[data-sample="${id}"]`).click();
  await page.locator(".top-save button").first().waitFor({ timeout: 60_000 });
}

const ids = (page) => page.locator("#views a[data-view]").evaluateAll((links) => links.map((link) => link.dataset.view));
const go = async (page, id) => {
  await page.locator(`#views a[data-view="${id}"]`).click();
  await page.locator("h1").first().waitFor({ state: "attached" });
  await page.waitForTimeout(700);
};

test("a browser that wants German gets it in every view", { timeout: 240_000 }, async () => {
  const { page, seen, close } = await open(its, { locale: "de-DE" });
  assert.equal(await page.getAttribute("html", "lang"), "de");
  assert.equal(seen.requests.filter((url) => /languages\//.test(url)).length, 1, "the catalogue is loaded once");
  await page.getByTestId("start").waitFor();
  const all = await shown(page);
  await openById(page, "port-scan");
  await hash(page);
  for (const id of await ids(page)) {
    await go(page, id);
    if (id === "findings") {
      await page.locator("main a[href^='#/findings/']").first().click();
      await page.getByTestId("finding").waitFor();
    }
    const texts = await shown(page);
    const heads = texts.filter(({ text, kind }) => kind === "head" && KNOWN_ENGLISH.has(text));
    assert.deepEqual(heads, [], `headings, buttons and labels of ${id} in English`);
    all.push(...texts.map((one) => ({ ...one, id })));
  }
  await page.keyboard.press("Control+k");
  all.push(...await shown(page));
  await page.keyboard.press("Escape");
  const unique = [...new Map(all.map((one) => [one.text, one])).values()];
  const letters = (texts) => texts.reduce((n, { text }) => n + text.replace(/[^\p{L}]/gu, "").length, 0);
  const left = unique.filter(({ text }) => isEnglish(text));
  const share = letters(left) / letters(unique);
  console.log(`${unique.length} texts, ${left.length} with English: ${(share * 100).toFixed(2)} % of the letters`);
  for (const { id, kind, text } of left) console.log(`  ${id} ${kind}: ${text.slice(0, 160)}`);
  assert.ok(share < MOST_ENGLISH, `${(share * 100).toFixed(1)} % of the letters stayed English`);
  await page.evaluate(AXE);
  const { violations } = await page.evaluate(() => window.axe.run(document, { runOnly: ["wcag2a", "wcag2aa"] }));
  assert.deepEqual(violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html}`), []);
  await close();
});

test("the settings switch to German and back by keyboard, and nothing is lost", { timeout: 120_000 }, async () => {
  const { page, seen, close } = await open(its);
  await openById(page, "port-scan");
  await hash(page);
  const text = () => page.evaluate(() => document.querySelector("main").innerText.replace(/\s+/g, " "));
  await go(page, "findings");
  const before = await text();
  await go(page, "settings");
  assert.deepEqual(seen.requests.filter((url) => /languages\//.test(url)), [], "English loads no catalogue");
  const select = page.locator("#language");
  assert.equal(await select.inputValue(), "en");
  await select.focus();
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.locator("html[lang=de]").waitFor({ state: "attached" });
  await page.getByRole("heading", { level: 1, name: de("Settings"), exact: true }).waitFor();
  assert.equal(await page.locator("#language").inputValue(), "de");
  await go(page, "findings");
  assert.notEqual(await text(), before);
  await page.reload();
  await page.locator("html[lang=de]").waitFor({ state: "attached" });
  await page.locator("#language").or(page.getByTestId("start")).first().waitFor();
  await page.evaluate(() => { location.hash = "#/settings"; });
  await page.locator("#language").selectOption("en");
  await page.locator("html[lang=en]").waitFor({ state: "attached" });
  await page.getByRole("heading", { level: 1, name: "Settings", exact: true }).waitFor();
  await page.evaluate(() => { location.hash = "#/"; });
  await page.goto(its.host.url);
  await openById(page, "port-scan");
  await hash(page);
  await go(page, "findings");
  assert.equal(await text(), before, "English is as it was");
  await close();
});

test("a report is in the language of the page, JSON is not", { timeout: 120_000 }, async () => {
  const { page, close } = await open(its, { locale: "de" });
  await openById(page, "port-scan");
  await hash(page);
  const save = async (name, pick) => {
    await page.getByRole("button", { name, exact: true }).click();
    await pick?.();
    const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".report-form button[type=submit]").click()]);
    return readFileSync(await download.path(), "utf8");
  };
  const html = await save(de("Save report"));
  assert.match(html, /<html lang="de">/);
  assert.ok(html.includes(de("Findings")) && !html.includes(">Findings<"));
  const json = await save(de("Save report"), () => page.getByRole("radio", { name: "JSON" }).check());
  assert.ok(JSON.parse(json).findings[0].title.includes(" scanned "), "programs read JSON");
  await close();
});

test("a catalogue that cannot be loaded leaves the page English, with a notice", async () => {
  const { page, close } = await open(its, {
    locale: "de",
    init: () => {
      const real = window.fetch;
      window.fetch = (what, ...rest) => (String(what).includes("languages/") ? Promise.resolve(new Response("", { status: 404 })) : real(what, ...rest));
    },
  });
  assert.equal(await page.getAttribute("html", "lang"), "en");
  await page.getByRole("alert").filter({ hasText: "The page stays in English" }).waitFor();
  await page.getByRole("button", { name: "Open a file" }).first().waitFor();
  await close();
});

/** Words of the catalogue as names, each of which nothing of ours says by itself in the views that are looked at. */
const PLANTED = ["jitter", "scans", "tunnels", "beacons", "outlier", "exfiltration", "nanoseconds"];
const [SERVER_NAME, HTTP_HOST, FILE, USER, COLUMN, CLASS, CELL] = PLANTED;

const planted = {
  "a capture": () => {
    const path = join(scratch(), "planted.pcap");
    writeFileSync(path, pcap([nameAnswer(SERVER_NAME), ...request(HTTP_HOST, FILE), ...login(USER, FILE)]));
    return path;
  },
  "a table": () => {
    const path = join(scratch(), "planted.csv");
    const rows = Array.from({ length: 60 }, (_, i) => `10.0.0.${i % 7},10.1.0.${i % 3},${i * 17},${CELL},${i % 5 ? CLASS : "other"}`);
    writeFileSync(path, `Source IP,Destination IP,Total Bytes,${COLUMN},Label\n${rows.join("\n")}\n`);
    return path;
  },
};
for (const [what, make] of Object.entries(planted)) {
  test(`names in ${what} that are words of the catalogue stay as they are`, { timeout: 240_000 }, async () => {
    const path = make();
    /** How often each planted word stands by itself in each view. */
    const counted = async (locale) => {
      const { page, close } = await open(its, { locale });
      await give(page, path);
      await hash(page);
      const found = {};
      for (const id of (await ids(page)).filter((id) => id !== "settings" && id !== "learn")) {
        await go(page, id);
        const texts = await page.evaluate(() => {
          const all = [];
          const walker = document.createTreeWalker(document.querySelector("main"), NodeFilter.SHOW_TEXT);
          while (walker.nextNode()) all.push(walker.currentNode.data.trim());
          return all;
        });
        for (const word of PLANTED) {
          assert.notEqual(de(word), word);
          const n = texts.filter((text) => text === word).length;
          if (n > 0) found[`${id} ${word}`] = n;
        }
      }
      const [download] = await Promise.all([page.waitForEvent("download"), (async () => {
        await page.locator(".top-save button").first().click();
        await page.locator(".report-form button[type=submit]").click();
      })()]);
      const report = readFileSync(await download.path(), "utf8").match(/>[^<>]+</g).map((text) => text.slice(1, -1).trim());
      for (const word of PLANTED) {
        const n = report.filter((text) => text === word).length;
        if (n > 0) found[`report ${word}`] = n;
      }
      await close();
      return found;
    };
    const [english, german] = [await counted("en"), await counted("de")];
    console.log(JSON.stringify(english));
    assert.ok(Object.keys(english).length >= 8, "hardly any name is shown");
    assert.deepEqual(german, english);
  });
}

/** Opens a file in German and answers the sentences of its summary. */
async function told(page, path) {
  await give(page, path);
  await hash(page);
  await page.evaluate(() => { location.hash = "#/overview"; });
  const all = page.getByRole("region", { name: de("Summary") }).getByRole("listitem");
  await all.first().waitFor();
  return all.allInnerTexts();
}

/** The report as a reader sees it, once `choose` has chosen. */
async function written(page, choose = async () => {}) {
  await page.getByRole("button", { name: de("Save report"), exact: true }).click();
  await choose(page.getByRole("dialog"));
  const [download] = await Promise.all([page.waitForEvent("download"), page.locator(".report-form button[type=submit]").click()]);
  const html = readFileSync(await download.path(), "utf8");
  const reader = await page.context().newPage();
  await reader.setContent(html);
  const text = await reader.locator("body").innerText();
  await reader.close();
  return text.replace(/\s+/g, " ");
}

test("an analyst and an administrator work in German from the file to the report", { timeout: 120_000 }, async () => {
  const { page, close } = await open(its, { locale: "de-AT" });
  const seen = await told(page, join(ROOT, "static/samples/arp_spoof.pcap"));
  assert.match(seen[0], /^(Um|Seit|Ab) \d\d\.\d\d\.\d{4} \d\d:\d\d:\d\d UTC/);
  assert.match(seen.join(" "), /Gefährdet: .* Zuerst: /);
  assert.deepEqual(seen.filter((sentence) => ENGLISH_WORDS.test(sentence)), []);
  await go(page, "findings");
  await page.locator("main a[href^='#/findings/']").first().click();
  const finding = page.getByTestId("finding");
  await finding.getByText(de("What to do"), { exact: true }).waitFor();
  await finding.getByRole("radio", { name: de("True"), exact: true }).check();
  const note = finding.getByRole("textbox").last();
  await note.fill("scans: mail 1,234.5");
  await note.blur();
  const title = await finding.getByRole("heading", { level: 2 }).innerText();
  const report = await written(page);
  for (const part of [title, "scans: mail 1,234.5", de("Summary"), de("Hosts involved")]) {
    assert.ok(report.includes(part.replace(/\s+/g, " ")), `the report lacks: ${part}`);
  }
  await close();

  const boss = await open(its, { locale: "de-DE" });
  const slow = await told(boss.page, join(ROOT, "tests/fixtures/captures/slow_server/attack.pcap"));
  assert.match(slow[0], /^Das Netz ist für .* langsam oder teilweise gestört, seit \d\d\.\d\d\.\d{4} /);
  assert.match(slow[0], /deutet auf den Server, nicht das Netz hin/);
  assert.match(slow[0], /\d+,\d+ s/);
  const short = await written(boss.page, (dialog) => dialog.getByRole("radio", { name: de("Short, for managers") }).check());
  assert.ok(short.includes("den Server, nicht das Netz"), short.slice(0, 400));
  await boss.close();
});

test("a teacher works in German from a lesson to a method at work", { timeout: 120_000 }, async () => {
  const { page, close } = await open(its, { locale: "de-DE" });
  await page.evaluate(() => { location.hash = "#/learn"; });
  await page.getByRole("link", { name: de("The curious host") }).first().click();
  await page.getByRole("button", { name: /curious-host\.pcap/ }).click();
  await hash(page);
  const question = page.getByRole("list", { name: de("Questions") }).locator("> li").first();
  await question.getByRole("button", { name: de("Show the answer") }).click();
  await question.getByRole("link", { name: de("See it") }).click();
  const finding = page.getByTestId("finding");
  await finding.waitFor();
  assert.match(await finding.getByRole("heading", { level: 2 }).innerText(), /274 TCP-Ports/);
  const lines = (await finding.innerText()).split("\n").filter((line) => ENGLISH_WORDS.test(line));
  // Names of what detectors rest on are titles of papers.
  assert.deepEqual(lines.filter((line) => !/Jung/.test(line)), []);
  await go(page, "anomalies");
  await page.getByRole("radio", { name: de("Teaching"), exact: true }).check();
  const step = page.getByTestId("demonstration-step");
  await step.waitFor();
  const first = await step.innerText();
  await page.getByRole("button", { name: de("Next step") }).click();
  await page.waitForFunction((before) => document.querySelector("[data-testid=demonstration-step]").innerText !== before, first);
  const second = await step.innerText();
  assert.ok(!ENGLISH_WORDS.test(first) && !ENGLISH_WORDS.test(second), `${first}\n${second}`);
  await close();
});
