// A guided tour of the page: steps that point at its parts, one at a time. Arrow keys or buttons go on and back, Escape ends it.

const STEPS = [
  { at: "header .brand", title: "Welcome", text: "Packetloupe reads network captures and tables of flows, finds what does not belong in them and explains why. This tour points at the parts of the page." },
  { at: ".drop-box", title: "Open a file", text: "Choose captures or a table here, or drop them anywhere on the page. They are read on your machine; nothing is sent anywhere." },
  { at: ".samples", title: "Or a sample", text: "Without a file at hand, begin with one of these. The lessons have ten more, with questions." },
  { at: "header .file", title: "Your file", text: "What is open, and how large it is." },
  { at: "#views", title: "Views", text: "Each view is one way to look at the file. What a file cannot have is not offered. The keys [ and ] go from one to the next." },
  { at: '#views a[data-view="findings"]', title: "Findings", text: "What was found, the most severe first: each with evidence, what it means, what else it could be and what to do next." },
  { at: '#views a[data-view="anomalies"]', title: "Anomalies", text: "What differs most from everything else, by methods that learn from this file alone. Unusual is not evil." },
  { at: ".strip", title: "Timeline", text: "All views show what is selected here. Drag over a time, or move the two edges with the arrow keys; back undoes it." },
  { at: ".top-save", title: "Take it with you", text: "Reports and exports are made here, as files on your machine." },
  { at: 'header .tools [aria-keyshortcuts]', title: "Go to…", text: "Ctrl+K goes to any view, host or finding by a few letters of its name. The key ? lists all keys." },
  { at: '#views a[data-view="settings"]', title: "Settings", text: "Every threshold, with the source of its default. Changes take effect at once." },
  { at: '#views a[data-view="learn"]', title: "Lessons", text: "Cases to solve, with hints and answers, alone or with a class. That is the end of the tour." },
];

const make = (tag, properties, ...children) => {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
};
const target = ({ at }) => [...document.querySelectorAll(at)].find((element) => element.getClientRects().length > 0);
const isCalm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let end = null;

/** Begins the tour; steps whose part is not on the page now are left out. */
self.startTour = async () => {
  end?.();
  const steps = STEPS.filter(target);
  const before = document.activeElement;
  let place = 0;
  const title = make("h2", { id: "tour-title", tabIndex: -1 });
  const text = make("p", { id: "tour-text" });
  const count = make("span", { className: "hint" });
  const back = make("button", { type: "button", className: "button" }, "Back");
  const next = make("button", { type: "button", className: "button main" });
  const close = make("button", { type: "button", className: "button quiet" }, "End the tour");
  const card = make("div", { className: "tour", id: "tour" }, title, text, make("p", { className: "buttons" }, back, next, close, count));
  card.setAttribute("role", "dialog");
  card.setAttribute("aria-labelledby", "tour-title");
  card.setAttribute("aria-describedby", "tour-text");

  const unmark = () => document.querySelectorAll(".tour-target").forEach((element) => element.classList.remove("tour-target"));
  const lay = () => {
    const part = target(steps[place]);
    if (!part) return;
    const box = part.getBoundingClientRect();
    const [width, height, edge] = [card.offsetWidth, card.offsetHeight, 12];
    // Below its part, else above it, else at the foot of the window.
    const below = box.bottom + edge;
    const top = below + height < innerHeight ? below : box.top - edge - height > 0 ? box.top - edge - height : innerHeight - height - edge;
    card.style.setProperty("top", `${Math.max(edge, top)}px`);
    card.style.setProperty("left", `${Math.max(edge, Math.min(box.left, innerWidth - width - edge))}px`);
  };
  const show = () => {
    unmark();
    const step = steps[place];
    const part = target(step);
    title.textContent = step.title;
    text.textContent = step.text;
    count.textContent = `${place + 1} of ${steps.length}`;
    back.disabled = place === 0;
    next.textContent = place + 1 === steps.length ? "Done" : "Next";
    part?.classList.add("tour-target");
    part?.scrollIntoView({ block: "center", behavior: isCalm() ? "auto" : "smooth" });
    lay();
    title.focus({ preventScroll: true });
  };
  const go = (by) => {
    if (place + by >= steps.length) return end();
    place = Math.max(0, place + by);
    show();
  };
  const onKey = (event) => {
    const does = { Escape: () => end(), ArrowRight: () => go(1), ArrowLeft: () => go(-1) }[event.key];
    if (!does || event.ctrlKey || event.altKey || event.metaKey) return;
    // Before the page's own keys, which would move what lies below.
    event.preventDefault();
    event.stopPropagation();
    does();
  };
  end = () => {
    end = null;
    unmark();
    card.remove();
    removeEventListener("keydown", onKey, true);
    removeEventListener("resize", lay);
    removeEventListener("scroll", lay);
    before?.focus?.();
  };
  back.addEventListener("click", () => go(-1));
  next.addEventListener("click", () => go(1));
  close.addEventListener("click", () => end());
  addEventListener("keydown", onKey, true);
  addEventListener("resize", lay);
  addEventListener("scroll", lay, { passive: true });
  document.body.append(card);
  show();
};
