// Keeps the page for when there is no network: registers the service worker (sw.js), and says when a new release is ready.

// After the page itself, which is what people wait for.
if (document.readyState !== "complete") await new Promise((done) => addEventListener("load", done, { once: true }));

const registration = "serviceWorker" in navigator && isSecureContext
  // The browser's own cache must not hold it back: its bytes tell that there is another release.
  ? await navigator.serviceWorker.register("sw.js", { updateViaCache: "none" }).catch(() => null)
  : null;

if (registration) {
  // A worker that waits beside another one is a new release; the first one does not wait.
  const look = () => { if (registration.waiting && navigator.serviceWorker.controller) say(registration.waiting); };
  look();
  registration.addEventListener("updatefound", () => registration.installing?.addEventListener("statechange", look));
}

/** Says that a new release is ready; it is used when people want it, and at the latest when no page is open any more. */
function say(waiting) {
  const make = (tag, properties, ...children) => {
    const element = Object.assign(document.createElement(tag), properties);
    element.append(...children);
    return element;
  };
  document.getElementById("update")?.remove();
  const reload = make("button", { type: "button", className: "button main" }, "Reload now");
  const later = make("button", { type: "button", className: "button" }, "Later");
  const note = make("div", { id: "update", className: "notice calm update" },
    make("div", { className: "notice-text" },
      make("p", {}, make("strong", {}, "A new release of Packetloupe is ready."),
        " This page goes on with the one that it began with. Reload to use the new one: an open file is closed by that, while settings, verdicts and notes stay."),
      make("p", { className: "buttons" }, reload, later)));
  note.setAttribute("role", "status");
  later.addEventListener("click", () => note.remove());
  reload.addEventListener("click", () => {
    // Only this page reloads: others go on with their release, whose files are kept as long as they are open.
    navigator.serviceWorker.addEventListener("controllerchange", () => location.reload(), { once: true });
    waiting.postMessage("take over");
  });
  document.body.append(note);
}
