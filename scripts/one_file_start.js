// Starts the app where the page is one file (scripts/one_file.mjs): everything is unpacked from the page itself. The lines that
// define __wbg_init stand above this.

/** A file that is inside of the page, deflated, as a blob. */
function deflated(name) {
  const packed = document.getElementById(`file:${name}`);
  if (!packed) throw new Error(`${name} is not in this file`);
  const text = atob(packed.textContent);
  const bytes = new Uint8Array(text.length);
  for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
  return new Blob([bytes]);
}

/** The same as it is. */
async function unpack(name) {
  const unpacked = deflated(name).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Blob([await new Response(unpacked).arrayBuffer()]);
}

// Samples and lessons; what the app starts its workers with.
self.ownFile = (path) => unpack(path);

try {
  if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly");
  self.ownScriptText = await (await unpack("worker.js")).text();
  // Unpacked and compiled by whoever first needs it.
  self.ownExtraText = await (await unpack("extra.js")).text();
  self.ownExtraFile = deflated("extra_bg.wasm");
  self.ownModule = await WebAssembly.compile(await (await unpack("worker_bg.wasm")).arrayBuffer());
  await __wbg_init({ module_or_path: await (await unpack("app_bg.wasm")).arrayBuffer() });
} catch (error) {
  const boot = document.getElementById("boot") ?? document.body.appendChild(document.createElement("p"));
  boot.setAttribute("role", "alert");
  boot.textContent = `Packetloupe could not start: ${error.message ?? error}. Open the file again; if that does not help, `
    + "try a current Firefox, Chromium or Safari.";
  throw error;
}
