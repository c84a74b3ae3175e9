// How long the page's own thread is kept busy at a time while large and wide tables are read and shown. A task that is long of
// itself is long in every round; one that is long in some only was held up by other work on the machine, which the processor's
// time leaves out only in part where the machine is a virtual one.

import { open, scratch } from "../browser/lib/browser.mjs";
import { longTable, visit, wideTable } from "../browser/lib/large_tables.mjs";

/** [{what, busy}]: for each table, ms of the processor that the longest task of each round took. */
export async function smooth(its, rounds) {
  const folder = scratch();
  const rows = [];
  for (const [what, path] of [
    ["2,000,000 flows", await longTable(folder, 2_000_000)],
    ["2,000 columns", await wideTable(folder, 2000)],
  ]) {
    console.log(`the page's thread with a table of ${what}: its longest tasks`);
    const busy = [];
    for (let round = 0; round < rounds; round += 1) {
      const tasks = await tasksWhile(its, path);
      console.log(`  ${tasks.slice(0, 3).map(({ where, worked, took }) => `${where}: ${worked} ms of work in ${took} ms`).join("; ")}`);
      busy.push(tasks[0].worked);
    }
    rows.push({ what, busy });
  }
  console.log();
  return rows;
}

/** Opens a table and visits its views; answers the tasks of the page's thread, the longest first. */
async function tasksWhile(its, path) {
  const { page, close } = await open(its);
  const places = [];
  await its.browser.startTracing(page, { categories: ["toplevel"] });
  await visit(page, path, (what) => places.push({ what, from: Number(process.hrtime.bigint() / 1000n) }));
  const { traceEvents } = JSON.parse((await its.browser.stopTracing()).toString());
  await close();
  const threads = traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const isOfPage = ({ pid, tid }) => threads.some((thread) => thread.pid === pid && thread.tid === tid);
  const where = ({ ts }) => places.findLast(({ from }) => from <= ts)?.what;
  const ms = (microseconds) => Math.round(microseconds / 1000);
  return traceEvents.filter((event) => event.name === "ThreadControllerImpl::RunTask" && event.tdur && isOfPage(event))
    .map((task) => ({ where: where(task), worked: ms(task.tdur), took: ms(task.dur) }))
    .sort((one, other) => other.worked - one.worked);
}
