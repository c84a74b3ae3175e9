//! Crafted tables, and captures made of other blocks than packets: a row or block is made of its number alone.

use super::crafted::frames::{Ends, SYN, inside, mix, tcp};
use super::crafted::{Taken, analyse};
use std::io::Write;

/// A kind of table.
pub struct Table {
    pub name: &'static str,
    /// What would suffer.
    pub aims_at: &'static str,
    /// Rows that a benchmark begins with.
    pub n: u64,
    pub head: fn() -> Vec<u8>,
    pub row: fn(u64, &mut Vec<u8>),
}

/// Analyses a table of `n` rows.
pub fn table(table: &Table, n: u64) -> Taken {
    analyse(table.name, &(table.head)(), n, |number, out| (table.row)(number, out))
}

const fn row_by_row(
    name: &'static str,
    aims_at: &'static str,
    n: u64,
    head: fn() -> Vec<u8>,
    row: fn(u64, &mut Vec<u8>),
) -> Table {
    Table { name, aims_at, n, head, row }
}

pub const ALL: &[Table] = &[
    row_by_row("table-columns", "columns", 1_000, || head(4000), |n, row| numbers(n, 4000, row)),
    row_by_row("table-texts", "different texts", 200_000, || head(8), texts),
    row_by_row("table-labels", "classes", 200_000, || b"bytes,label\n".to_vec(), labels),
    row_by_row("table-flows", "flows of a table", 200_000, flow_head, |n, row| flow(n, row, (0.1, 1))),
    row_by_row("table-long-flows", "seconds of services", 50_000, flow_head, |n, row| flow(n, row, (1800.0, 9000))),
    row_by_row("table-quotes", "quotes that stay open", 200_000, || head(4), quotes),
    row_by_row("table-ragged", "cells without a column", 200_000, || head(4), ragged),
    row_by_row("json-keys", "columns that come late", 50_000, Vec::new, keys),
    row_by_row("json-nested", "depth", 20_000, Vec::new, nested),
    row_by_row("interfaces", "interfaces of a pcapng", 250_000, section, interface),
    row_by_row("comments", "comments of a pcapng", 250_000, one_interface, comment),
];

fn head(n: u64) -> Vec<u8> {
    let names: Vec<String> = (0..n).map(|at| format!("c{at}")).collect();
    format!("{}\n", names.join(",")).into_bytes()
}

fn numbers(n: u64, n_columns: u64, row: &mut Vec<u8>) {
    for at in 0..n_columns {
        let comma = if at > 0 { "," } else { "" };
        let _ = write!(row, "{comma}{}.{}", mix(n * n_columns + at) % 1000, at % 10);
    }
    row.push(b'\n');
}

fn ragged(n: u64, row: &mut Vec<u8>) {
    numbers(n, if n < 1000 { 4 } else { n % 40 + 1 }, row);
}

fn texts(n: u64, row: &mut Vec<u8>) {
    let cells: Vec<String> = (0..8).map(|at| format!("t{:08x}-{at}", mix(n))).collect();
    let _ = writeln!(row, "{}", cells.join(","));
}

fn labels(n: u64, row: &mut Vec<u8>) {
    let _ = writeln!(row, "{},class {n}", mix(n) % 1500);
}

fn flow_head() -> Vec<u8> {
    b"ts,src_ip,src_port,dst_ip,dst_port,proto,duration,packets,bytes\n".to_vec()
}

/// A flow of UDP from a source that comes once; what is long goes to services that come once too.
fn flow(n: u64, row: &mut Vec<u8>, (seconds, packets): (f64, u32)) {
    let ([a, b, c, d], [_, e, f, g]) = (mix(n).to_be_bytes(), inside(n / 100));
    let (from, to) = (1024 + mix(n + 1) % 60_000, if packets > 1 { 1 + n % 100 } else { 443 });
    let start = 1.7e9 + n as f64 / 10.0;
    let _ =
        writeln!(row, "{start:.3},{a}.{b}.{c}.{d},{from},10.{e}.{f}.{g},{to},17,{seconds},{packets},{}", packets * 60);
}

fn quotes(n: u64, row: &mut Vec<u8>) {
    let _ = writeln!(row, "{n},\"a{n}, \"\"b\"\",{},", n % 7);
}

fn keys(n: u64, row: &mut Vec<u8>) {
    let _ = writeln!(row, "{{\"a\":{n},\"k{n}\":1}}");
}

fn nested(n: u64, row: &mut Vec<u8>) {
    let _ = writeln!(row, "{{\"a\":{n},\"b\":{}1{}}}", "{\"c\":[".repeat(40), "]}".repeat(40));
}

fn section() -> Vec<u8> {
    block(0x0a0d_0d0a, &[0x4d, 0x3c, 0x2b, 0x1a, 1, 0, 0, 0, 255, 255, 255, 255, 255, 255, 255, 255])
}

fn one_interface() -> Vec<u8> {
    [section(), block(1, &[1, 0, 0, 0, 0, 0, 4, 0])].concat()
}

/// An interface of a link type of its own, and a packet of it.
fn interface(n: u64, out: &mut Vec<u8>) {
    out.extend(block(1, &[n as u8, (n >> 8) as u8, 0, 0, 0, 0, 4, 0]));
    out.extend(packet(n as u32, n, &[]));
}

fn comment(n: u64, out: &mut Vec<u8>) {
    let text = format!("comment {n:016}");
    out.extend(packet(0, n, &[&[1, 0, 24, 0][..], text.as_bytes(), &[0, 0, 0, 0]].concat()));
}

fn packet(interface: u32, n: u64, options: &[u8]) -> Vec<u8> {
    let frame = tcp(Ends::new((inside(n), 40_000), ([203, 0, 113, 80], 80)), SYN, 1, b"");
    let length = (frame.len() as u32).to_le_bytes();
    let micros = 1_700_000_000_000_000 + n;
    let time = [((micros >> 32) as u32).to_le_bytes(), (micros as u32).to_le_bytes()].concat();
    let head = [&interface.to_le_bytes()[..], &time, &length, &length].concat();
    block(6, &[&head[..], &frame, &[0; 2], options].concat())
}

fn block(kind: u32, body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u32 + 12).to_le_bytes();
    [&kind.to_le_bytes()[..], &length, body, &length].concat()
}
