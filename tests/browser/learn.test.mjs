// Lessons as a learner and a teacher use them, lessons of one's own, and the tour.

import assert from "node:assert/strict";
import { copyFileSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { ROOT, analysis, done, open, openSample, sample, scratch, shot, start, view } from "./lib/browser.mjs";

const { lessons, title: course } = JSON.parse(readFileSync(join(ROOT, "static", "lessons", "lessons.json"), "utf8"));
let its;
before(async () => { its = await start(); });
after(() => its.stop());

test("lessons are loaded when they are looked at, not before", async () => {
  const { page, host, close } = await open(its);
  const loaded = () => host.seen.filter(({ path }) => path.includes("/lessons/")).map(({ path }) => path);
  const before = loaded().length;
  await view(page, "Lessons");
  const list = page.getByRole("list", { name: "Lessons" });
  await list.waitFor();
  assert.deepEqual(await list.getByRole("link").allInnerTexts(), lessons.map(({ title }) => title));
  assert.deepEqual(loaded().slice(before), ["/lessons/lessons.json"]);
  await close();
});

test("a learner opens the capture, takes hints one by one, and sees an answer only on asking", async () => {
  const { page, close } = await open(its);
  await view(page, "Lessons");
  const [lesson] = lessons;
  await page.getByRole("link", { name: lesson.title }).click();
  const question = page.getByRole("list", { name: "Questions" }).locator("> li").first();
  const { hints, answer } = lesson.questions[0];
  const text = () => question.innerText();
  assert.ok(!(await page.locator("main").innerHTML()).includes(answer), "the answer is there before it is asked for");
  for (const [place, hint] of hints.entries()) {
    assert.ok(!(await text()).includes(hint));
    await question.getByRole("button", { name: `Hint ${place + 1} of ${hints.length}` }).click();
    await question.getByText(hint).waitFor();
  }
  assert.equal(await question.getByRole("button", { name: /^Hint/ }).count(), 0);
  await page.getByRole("button", { name: `Open ${lesson.file}` }).click();
  await done(page);
  assert.equal((await analysis(page)).findings[0].title, lesson.findings[0].title);
  assert.match(page.url(), new RegExp(`#/learn/${lesson.id}$`), "the overview would give the answers away");
  await view(page, "Packets");
  await page.getByRole("link", { name: "Back to its questions" }).click();
  await question.getByText(hints[0]).waitFor();
  await question.getByRole("button", { name: "Show the answer" }).click();
  await question.getByText(answer).waitFor();
  await shot(page, "lesson");
  await question.getByRole("link", { name: "See it" }).click();
  await page.getByTestId("finding").waitFor();
  await page.goBack();
  await question.getByRole("button", { name: "Hide the answer" }).click();
  assert.ok(!(await text()).includes(answer));
  const word = page.locator("details.word").first();
  await word.locator("summary").click();
  assert.ok((await word.innerText()).length > 40);
  await close();
});

test("every lesson's capture opens and gives what its answers rest on", { timeout: 240_000 }, async () => {
  const { page, host, close } = await open(its);
  for (const { id, file, findings } of lessons) {
    await page.goto(`${host.url}?${id}#/learn/${id}`);
    await page.getByRole("button", { name: `Open ${file}` }).click();
    await done(page);
    const titles = (await analysis(page)).findings.filter(({ severity }) => severity !== "info").map(({ title }) => title);
    assert.deepEqual(titles, findings.map(({ title }) => title), id);
  }
  await close();
});

test("at the address for a class there are no answers", async () => {
  const { page, close } = await open(its);
  await view(page, "Lessons");
  await page.getByRole("link", { name: "An address for a class" }).click();
  await page.waitForURL(/#\/learn\?class=1/);
  await page.getByRole("link", { name: lessons[3].title }).click();
  await page.getByRole("list", { name: "Questions" }).waitFor();
  assert.match(page.url(), /#\/learn\/steady-visitor\?class=1/);
  assert.equal(await page.getByRole("button", { name: "Show the answer" }).count(), 0);
  assert.ok(await page.getByRole("button", { name: "Hint 1 of 2" }).first().isVisible());
  await page.getByRole("button", { name: `Open ${lessons[3].file}` }).click();
  await done(page);
  await page.getByText("It is open").waitFor();
  assert.match(page.url(), /class=1/);
  await close();
});

test("lessons of one's own are taken from a file beside its captures; what is wrong with one is said", async () => {
  const folder = scratch();
  const own = { packetloupe: "lessons", version: 1, title: "Our own", lessons: [{ id: "mine", title: "Mine <b>bold</b>", file: "mine.pcap",
    minutes: 5, story: "A story.", questions: [{ ask: "What?", answer: "A scan." }] }] };
  copyFileSync(sample("portscan_syn.pcap"), join(folder, "mine.pcap"));
  writeFileSync(join(folder, "own.json"), JSON.stringify(own));
  writeFileSync(join(folder, "wrong.json"), JSON.stringify({ ...own, version: 3 }));
  const { page, close } = await open(its);
  await view(page, "Lessons");
  const input = page.getByTestId("lessons-input");
  await input.setInputFiles([join(folder, "wrong.json"), join(folder, "mine.pcap")]);
  await page.getByRole("alert").filter({ hasText: "version 1" }).waitFor();
  await input.setInputFiles([join(folder, "own.json")]);
  await page.getByRole("link", { name: "Mine <b>bold</b>" }).click();
  await page.getByRole("button", { name: "Open mine.pcap" }).click();
  await page.getByText("was not given beside").waitFor();
  await page.getByRole("link", { name: "All lessons" }).click();
  await input.setInputFiles([join(folder, "mine.pcap"), join(folder, "own.json")]);
  await page.getByRole("link", { name: "Mine" }).click();
  await page.getByRole("button", { name: "Open mine.pcap" }).click();
  await done(page);
  assert.equal((await analysis(page)).file.name, "mine.pcap");
  await view(page, "Lessons");
  await page.getByRole("button", { name: "Back to the lessons of the page" }).click();
  await page.getByText(course).first().waitFor();
  await close();
});

test("the tour points at parts of the page, by keyboard, and Escape ends it", async () => {
  const { page, close } = await open(its, { reducedMotion: "reduce" });
  await view(page, "Lessons");
  const begin = page.getByRole("button", { name: "Take the tour of the page" });
  await begin.click();
  const tour = page.getByRole("dialog", { name: "Welcome" });
  await tour.waitFor();
  assert.equal(await page.locator(".tour-target").count(), 1);
  await page.keyboard.press("ArrowRight");
  await page.getByRole("dialog", { name: "Views" }).waitFor();
  await page.keyboard.press("ArrowLeft");
  await tour.waitFor();
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("#tour, .tour-target").count(), 0);
  assert.ok(await begin.evaluate((element) => element === document.activeElement));
  // With a file there is more to see; the last step ends it.
  await page.goto(`${its.host.url}?tour`);
  await openSample(page, "portscan_syn");
  await view(page, "Lessons");
  await begin.click();
  const names = [];
  for (;;) {
    names.push(await page.locator("#tour-title").innerText());
    const box = await page.locator("#tour").boundingBox();
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= 1440 && box.y + box.height <= 900, names.at(-1));
    if (names.length === 3) await shot(page, "tour");
    const next = page.locator("#tour").getByRole("button", { name: /^(Next|Done)$/ });
    const isLast = (await next.innerText()) === "Done";
    await next.click();
    if (isLast) break;
  }
  assert.ok(names.includes("Findings") && names.includes("Timeline") && names.length >= 8, names.join(", "));
  assert.equal(await page.locator("#tour").count(), 0);
  await close();
});
