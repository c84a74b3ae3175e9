// A few packets made by hand, for what no sample has.

const CLIENT = [192, 0, 2, 10];
const SERVER = [203, 0, 113, 80];

/** A classic pcap of these Ethernet frames, a millisecond apart. */
export function pcap(frames) {
  const head = Buffer.from("d4c3b2a1020004000000000000000000ffff000001000000", "hex");
  const records = frames.flatMap((frame, place) => {
    const record = Buffer.alloc(16);
    record.writeUInt32LE(1_700_000_000, 0);
    record.writeUInt32LE(place * 1000, 4);
    record.writeUInt32LE(frame.length, 8);
    record.writeUInt32LE(frame.length, 12);
    return [record, frame];
  });
  return Buffer.concat([head, ...records]);
}

function ipv4(protocol, from, to, payload) {
  const ethernet = Buffer.from("0200000000010200000000020800", "hex");
  const ip = Buffer.alloc(20);
  ip[0] = 0x45;
  ip.writeUInt16BE(20 + payload.length, 2);
  ip[8] = 64;
  ip[9] = protocol;
  Buffer.from(from).copy(ip, 12);
  Buffer.from(to).copy(ip, 16);
  return Buffer.concat([ethernet, ip, payload]);
}

function tcp(from, to, flags, [sequence, acknowledged], data = "") {
  const [[fromHost, fromPort], [toHost, toPort]] = [from, to];
  const head = Buffer.alloc(20);
  head.writeUInt16BE(fromPort, 0);
  head.writeUInt16BE(toPort, 2);
  head.writeUInt32BE(sequence, 4);
  head.writeUInt32BE(acknowledged, 8);
  head[12] = 0x50;
  head[13] = flags;
  head.writeUInt16BE(8192, 14);
  return ipv4(6, fromHost, toHost, Buffer.concat([head, Buffer.from(data)]));
}

/** An answer of a name server: `name` has the server's address. */
export function nameAnswer(name) {
  const label = Buffer.from(name);
  const question = Buffer.concat([Buffer.from([label.length]), label, Buffer.from([0, 0, 1, 0, 1])]);
  const answer = Buffer.concat([Buffer.from("c00c000100010000003c0004", "hex"), Buffer.from(SERVER)]);
  const dns = Buffer.concat([Buffer.from("123481800001000100000000", "hex"), question, answer]);
  const udp = Buffer.alloc(8);
  udp.writeUInt16BE(53, 0);
  udp.writeUInt16BE(40_000, 2);
  udp.writeUInt16BE(8 + dns.length, 4);
  return ipv4(17, [192, 0, 2, 53], CLIENT, Buffer.concat([udp, dns]));
}

/** A connection that asks `host` for a page, or for a file of its. */
export function request(host, file = "") {
  const [client, server] = [[CLIENT, 40_001], [SERVER, 80]];
  const [SYN, ACK, PUSH] = [2, 16, 8];
  return [
    tcp(client, server, SYN, [100, 0]),
    tcp(server, client, SYN | ACK, [500, 101]),
    tcp(client, server, ACK, [101, 501]),
    tcp(client, server, ACK | PUSH, [101, 501], `GET /${file} HTTP/1.1\r\nHost: ${host}\r\n\r\n`),
    tcp(server, client, ACK | PUSH, [501, 200], "HTTP/1.1 200 OK\r\n\r\n"),
  ];
}

/** A connection on which `user` logs in to an FTP server and asks for `file`. */
export function login(user, file) {
  const [client, server] = [[CLIENT, 40_002], [SERVER, 21]];
  const lines = [[server, "220 ready"], [client, `USER ${user}`], [server, "331 password"], [client, "PASS x"], [server, "230 in"],
    [client, `RETR ${file}`], [server, "226 done"]];
  const next = new Map([[client, 101], [server, 501]]);
  const frames = [tcp(client, server, 2, [100, 0]), tcp(server, client, 18, [500, 101]), tcp(client, server, 16, [101, 501])];
  for (const [from, line] of lines) {
    const to = from === client ? server : client;
    frames.push(tcp(from, to, 24, [next.get(from), next.get(to)], `${line}\r\n`));
    next.set(from, next.get(from) + line.length + 2);
  }
  return frames;
}
