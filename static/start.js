// Starts the app: reads the hashed names that the build wrote on this script's tag, and says in words when it cannot start.

const tag = document.querySelector("script[data-js][data-wasm]");
const address = (name) => new URL(name, document.baseURI).href;

// What the app starts its workers with.
self.ownScript = address(tag.dataset.worker);
self.ownWasm = address(tag.dataset.workerWasm);
// What app and worker load when they first need it.
self.ownExtra = address(tag.dataset.extra);
self.ownExtraWasm = address(tag.dataset.extraWasm);

try {
  if (typeof WebAssembly !== "object") throw new Error("this browser has no WebAssembly");
  const app = await import(address(tag.dataset.js));
  await app.default({ module_or_path: address(tag.dataset.wasm) });
} catch (error) {
  const boot = document.getElementById("boot") ?? document.body.appendChild(document.createElement("p"));
  boot.setAttribute("role", "alert");
  boot.textContent = `Packetloupe could not start: ${error.message ?? error}. Reload the page; if that does not help, `
    + "try a current Firefox, Chromium or Safari.";
  throw error;
}
