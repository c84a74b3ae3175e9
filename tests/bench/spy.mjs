// Notes in the page when messages to and from the worker pass, without changing them. Runs before the page's own scripts.

/** A message's first bytes: the job, which is small here, then the places of the variants in `Request`, `Reply` and `Stage`. */
export function spy() {
  const OPEN = 0;
  const [PROGRESS, DONE, SHA256] = [1, 3, 4];
  const JUDGING = 1;
  const spied = {};
  window.spied = spied;
  const note = (name) => { spied[name] ??= performance.now(); };
  window.Worker = class extends window.Worker {
    constructor(...given) {
      super(...given);
      this.addEventListener("message", ({ data: { bytes } }) => {
        if (bytes[1] === PROGRESS && bytes[2] === JUDGING) note("judging");
        if (bytes[1] === DONE) note("done");
        if (bytes[1] === SHA256) note("hashed");
      });
    }

    postMessage(message, ...rest) {
      if (message.bytes[1] === OPEN) note("opened");
      super.postMessage(message, ...rest);
    }
  };
}
