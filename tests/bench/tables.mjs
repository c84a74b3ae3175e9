// The tables that are measured, made of the flows that the command finds in the mixed capture: as CICFlowMeter writes them,
// without addresses as in CIC-IDS2017's files for machine learning, and as Zeek's conn.log in JSON lines.

import { execFileSync } from "node:child_process";
import { createReadStream, createWriteStream, existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { commandPath } from "../browser/lib/browser.mjs";

/** Columns of CICFlowMeter v4 that CIC-IDS2017's files for machine learning have not, and what they call the others. */
const NOT_IN_ML = new Set(["Flow ID", "Src IP", "Src Port", "Dst IP", "Protocol", "Timestamp", "anomaly_score", "severity", "findings"]);
const ML_NAMES = { "Dst Port": " Destination Port", "Total Fwd Packet": " Total Fwd Packets", "Total Bwd packets": " Total Backward Packets" };

/** [{name, path, bytes, rows}] of the flows in this capture. */
export async function tables(capture) {
  const path = (name) => capture.replace(/\.pcap$/, `-${name}`);
  const flows = path("flows.csv");
  if (!existsSync(flows)) {
    execFileSync(commandPath(), ["analyze", capture, "--quiet", "--flows", `${flows}.part`], { stdio: ["ignore", "ignore", "inherit"] });
    execFileSync("mv", [`${flows}.part`, flows]);
  }
  return [
    { name: "flows", what: "CICFlowMeter v4, CSV", ...(await made(flows, flows, null)) },
    { name: "learning", what: "CIC-IDS2017 for machine learning, CSV", ...(await made(flows, path("learning.csv"), learning)) },
    { name: "zeek", what: "Zeek conn.log, JSON lines", ...(await made(flows, path("conn.json"), zeek)) },
  ];
}

/** Writes `path` of the lines of `from`, unless it is there; its size and its number of rows. */
async function made(from, path, as) {
  const note = `${path}.rows`;
  if (!existsSync(path) || !existsSync(note) || statSync(from).mtimeMs > statSync(note).mtimeMs) {
    const lines = createInterface({ input: createReadStream(from, { highWaterMark: 1 << 20 }) });
    const out = as && createWriteStream(path, { highWaterMark: 1 << 20 });
    let write;
    let rows = -1;
    for await (const line of lines) {
      rows += 1;
      const cells = as && line.split(",");
      if (as && rows === 0) write = as(cells, (text) => out.write(text));
      else if (as && !write(cells)) await once(out, "drain");
    }
    if (out) {
      out.end();
      await once(out, "finish");
    }
    writeFileSync(note, String(rows));
  }
  return { path, bytes: statSync(path).size, rows: Number(readFileSync(note, "utf8")) };
}

function learning(heading, write) {
  const kept = heading.map((name, place) => [name, place]).filter(([name]) => !NOT_IN_ML.has(name));
  write(`${kept.map(([name]) => ML_NAMES[name] ?? name).join(",")}\n`);
  return (cells) => write(`${kept.map(([name, place]) => (name === "Label" ? "BENIGN" : cells[place])).join(",")}\n`);
}

function zeek(heading, write) {
  const at = Object.fromEntries(heading.map((name, place) => [name, place]));
  let n = 0;
  return (cells) => {
    const number = (name) => Number(cells[at[name]]);
    const ts = Date.parse(cells[at.Timestamp].replace(/\.\d+/, "")) / 1000 + Number(/\.\d+/.exec(cells[at.Timestamp])?.[0] ?? 0);
    n += 1;
    return write(`${JSON.stringify({
      ts, uid: `C${(n * 2654435761 % 2 ** 32).toString(36)}x${n.toString(36)}`,
      "id.orig_h": cells[at["Src IP"]], "id.orig_p": number("Src Port"), "id.resp_h": cells[at["Dst IP"]], "id.resp_p": number("Dst Port"),
      proto: { 6: "tcp", 17: "udp", 1: "icmp", 58: "icmp" }[number("Protocol")] ?? "unknown_transport", duration: number("Flow Duration") / 1e6,
      orig_bytes: number("Total Length of Fwd Packet"), resp_bytes: number("Total Length of Bwd Packet"),
      conn_state: number("Total Bwd packets") > 0 ? "SF" : "S0", missed_bytes: 0, history: "ShADadFf",
      orig_pkts: number("Total Fwd Packet"), orig_ip_bytes: number("Total Length of Fwd Packet") + 40 * number("Total Fwd Packet"),
      resp_pkts: number("Total Bwd packets"), resp_ip_bytes: number("Total Length of Bwd Packet") + 40 * number("Total Bwd packets"),
    })}\n`);
  };
}
