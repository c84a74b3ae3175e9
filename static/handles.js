// Remembers how to open files again, where the browser has handles of files (Chromium), and hands the page what the system
// opens with it. Handles stay in this browser's own database. Names and sizes are the app's to remember.

const canKeep = "indexedDB" in self && "FileSystemFileHandle" in self && isSecureContext;
const MOST = 10;
/** What files are found again by: the name of the first, which the app's name for several begins with, and all bytes. */
const marks = (files) => ({ first: files[0].name, bytes: files.reduce((sum, file) => sum + file.size, 0) });

/** Gives the app files: again and again until it listens, as it may still be starting. */
async function open(files) {
  const give = () => dispatchEvent(new CustomEvent("open-files", { detail: files, cancelable: true }));
  for (let n = 0; n < 200 && give(); n++) await new Promise((done) => setTimeout(done, 50));
}

/** Does something with the store of handles; answers what the request answers. */
async function withStore(mode, act) {
  const asked = indexedDB.open("packetloupe", 1);
  asked.onupgradeneeded = () => asked.result.createObjectStore("handles", { keyPath: "key" });
  const answer = (request) => new Promise((done, fail) => {
    request.onsuccess = () => done(request.result);
    request.onerror = () => fail(request.error);
  });
  const database = await answer(asked);
  try {
    return await answer(act(database.transaction("handles", mode).objectStore("handles")));
  } finally {
    database.close();
  }
}

const all = async () => (await withStore("readonly", (store) => store.getAll())).sort((a, b) => b.at - a.at);
const letGo = async (entries) => {
  for (const entry of entries) await withStore("readwrite", (store) => store.delete(entry.key));
};

let keepsAll = false;

/** Keeps the handles of files that were opened; only the latest unless people want more. */
async function keep(handles) {
  try {
    const files = await Promise.all(handles.map((handle) => handle.getFile()));
    const { first, bytes } = marks(files);
    await withStore("readwrite", (store) => store.put({ key: `${bytes} ${first}`, first, bytes, handles, at: Date.now() }));
    await letGo((await all()).slice(keepsAll ? MOST : 1));
  } catch {
    // Storage is forbidden or full: then the page asks for the file.
  }
}

/** Opens files by their handles. */
async function openAll(handles) {
  const files = await Promise.all(handles.map((handle) => handle.getFile()));
  await open(files);
  await keep(handles);
}

if (canKeep) {
  addEventListener("drop", async (event) => {
    // Asked for at once: what was dropped is gone after the event.
    const asked = [...(event.dataTransfer?.items ?? [])].filter((item) => item.kind === "file").map((item) => item.getAsFileSystemHandle?.());
    const handles = (await Promise.all(asked).catch(() => [])).filter((handle) => handle?.kind === "file");
    if (handles.length > 0 && handles.length === asked.length) await keep(handles);
  }, { capture: true });

  self.fileHandles = {
    /** Lets people choose files. */
    pick: "showOpenFilePicker" in self && (async () => {
      const handles = await showOpenFilePicker({ multiple: true }).catch(({ name }) => {
        // Not allowed here, as in a frame: then by the page's own input.
        if (name !== "AbortError") document.querySelector("input[type=file][multiple]")?.click();
        return [];
      });
      if (handles.length > 0) await openAll(handles);
    }),
    /** Opens files of this name and size again; answers whether that worked. */
    reopen: async (name, bytes) => {
      try {
        const entry = (await all()).find((entry) => name.startsWith(entry.first) && entry.bytes === bytes);
        if (!entry) return false;
        for (const handle of entry.handles) {
          const asked = { mode: "read" };
          if (await handle.queryPermission(asked) !== "granted" && await handle.requestPermission(asked) !== "granted") return false;
        }
        await openAll(entry.handles);
        return true;
      } catch {
        return false;
      }
    },
    keepAll: async (wanted) => {
      keepsAll = wanted;
      if (!wanted) await letGo((await all()).slice(1));
    },
    forget: async () => letGo(await all()),
  };
}

// What the system opens with the installed page.
self.launchQueue?.setConsumer(async ({ files }) => {
  if (files.length === 0) return;
  if (canKeep) await openAll(files);
  else await open(await Promise.all(files.map((handle) => handle.getFile())));
});
