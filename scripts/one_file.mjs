// Makes one file of a built page: node scripts/one_file.mjs FOLDER OUT
// Everything is inside, so that it opens from disk (file://): scripts and style as they are, programs, samples, lessons and languages
// deflated in base64. Its policy names the scripts and the style by their hashes and lets it load nothing. There is no service
// worker. The same folder gives the same bytes.

import { createHash } from "node:crypto";
import { readFileSync, readdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { deflateRawSync } from "node:zlib";

const [folder, out] = process.argv.slice(2);
const names = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile())
  .map((entry) => join(entry.parentPath ?? entry.path, entry.name).slice(join(folder, "/").length)).sort();
const read = (name) => readFileSync(join(folder, name));
/** The only file of this form. */
function named(form) {
  const found = names.filter((name) => form.test(name));
  if (found.length !== 1) throw new Error(`${found.length} files like ${form}`);
  return found[0];
}

/** A script or style as an element, whose hash goes into the policy. */
const hashes = { script: [], style: [] };
function inline(tag, attributes, text) {
  if (/<\/(script|style)|<!--/i.test(text)) throw new Error(`a ${tag} would end too early`);
  hashes[tag].push(`'sha256-${createHash("sha256").update(text).digest("base64")}'`);
  return `<${tag}${attributes}>${text}</${tag}>`;
}
const script = (text) => inline("script", ' type="module"', text);
const packed = (id, name) => `<script type="text/plain" id="file:${id}">${deflateRawSync(read(name), { level: 9 }).toString("base64")}</script>`;

// The app is a module; here it stands in the script that starts it, and exports nothing.
const app = read(named(/^app-\w+\.js$/)).toString();
const plain = app.replace(/^export \{[^}]*\};?$/gm, "").replace(/^export (function|class|const)/gm, "$1");
if (!/\b__wbg_init\b/.test(plain) || /^(export|import) /m.test(plain)) throw new Error("the app is not written as expected");
const start = readFileSync(join(dirname(fileURLToPath(import.meta.url)), "one_file_start.js"), "utf8");

const scripts = [
  script(read(named(/^handles-\w+\.js$/)).toString()),
  script(read(named(/^tour-\w+\.js$/)).toString()),
  script(`${plain}\n${start}`),
];
const style = inline("style", "", read(named(/^style-\w+\.css$/)).toString());
const icon = `<link rel="icon" type="image/svg+xml" href="data:image/svg+xml;base64,${read("icon.svg").toString("base64")}">`;
const files = [
  packed("app_bg.wasm", named(/^app-\w+_bg\.wasm$/)),
  packed("worker.js", named(/^worker-\w+\.js$/)),
  packed("worker_bg.wasm", named(/^worker-\w+_bg\.wasm$/)),
  packed("extra.js", named(/^extra-\w+\.js$/)),
  packed("extra_bg.wasm", named(/^extra-\w+_bg\.wasm$/)),
  ...names.filter((name) => /^(samples|lessons|languages)\//.test(name)).map((name) => packed(name, name)),
];
const policy = `default-src 'none'; script-src ${hashes.script.join(" ")} 'wasm-unsafe-eval'; style-src ${hashes.style.join(" ")}; `
  + "img-src data: blob:; worker-src blob:; base-uri 'none'; form-action 'none'";

let page = read("index.html").toString();
page = page.replace(/(<meta http-equiv="Content-Security-Policy" content=")[^"]*/, (_, begin) => begin + policy);
page = page.replace(/<link\b[^>]*>\s*/g, "").replace(/<script\b[^>]*><\/script>\s*/g, "");
if (!page.includes(policy) || /(src|href)="(?!#)/.test(page)) throw new Error("index.html is not written as expected");
page = page.replace("</head>", () => `${icon}\n${style}\n</head>`).replace("</body>", () => `${[...files, ...scripts].join("\n")}\n</body>`);
writeFileSync(out, page);
console.log(`${out}: ${page.length} bytes`);
