// Seals a page that Trunk has built: node scripts/seal.mjs FOLDER
// Gives scripts and worker names with the hash of their content, as a cache may keep such a name for ever; and tells the service
// worker every file with its hash, so that it keeps one release as a whole. The same files give the same bytes.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, renameSync, writeFileSync } from "node:fs";
import { join, relative, sep } from "node:path";

const folder = process.argv[2];
const read = (name) => readFileSync(join(folder, name));
const hash = (bytes, encoding) => createHash("sha256").update(bytes).digest(encoding);
/** Replaces the only place; a build without it is broken. */
function replace(text, from, to) {
  if (text.split(from).length !== 2) throw new Error(`not there once: ${from}`);
  return text.replace(from, () => to);
}

let page = read("index.html").toString();
for (const name of ["handles.js", "start.js", "offline.js", "tour.js", "worker.js", "worker_bg.wasm", "extra.js", "extra_bg.wasm"]) {
  const [, stem, rest] = /^([a-z]+)(.*)$/.exec(name);
  const hashed = `${stem}-${hash(read(name), "hex").slice(0, 16)}${rest}`;
  renameSync(join(folder, name), join(folder, hashed));
  page = replace(page, `/${name}"`, `/${hashed}"`);
}
writeFileSync(join(folder, "index.html"), page);

const paths = readdirSync(folder, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile())
  .map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)).split(sep).join("/"))
  .filter((path) => path !== "sw.js")
  .sort();
// The page is asked for as the folder: some hosts send whoever asks for index.html there.
const listed = paths.map((path) => [path === "index.html" ? "./" : path, `sha256-${hash(read(path), "base64")}`]);
const isFurther = ([path]) => /^(samples|lessons|languages)\//.test(path);
const list = (files) => JSON.stringify(files, null, 1).replaceAll("\n  ", " ").replaceAll("\n ]", " ]");

let worker = read("sw.js").toString();
worker = replace(worker, 'BUILD = ""', `BUILD = "${hash(JSON.stringify(listed), "hex").slice(0, 16)}"`);
worker = replace(worker, "NEEDED = []", `NEEDED = ${list(listed.filter((file) => !isFurther(file)))}`);
worker = replace(worker, "FURTHER = []", `FURTHER = ${list(listed.filter(isFurther))}`);
writeFileSync(join(folder, "sw.js"), worker);
