//! What differs from a baseline to lines of CSV.

use crate::export::rows::{RowCell, RowFormat, heading, line};
use crate::protocol::comparison::Comparison;

/// One line for each thing, rate and distribution.
pub fn csv(of: &Comparison) -> String {
    let heads = ["change", "kind", "name", "flows", "bytes", "first", "before", "now", "unit", "p", "cliffs_delta"];
    let heads = heads.map(str::to_owned);
    let mut out = heading(RowFormat::Csv, &heads);
    let text = |text: &str| RowCell::Text(text.to_owned());
    let nothing = || RowCell::Number(None);
    let number = |x: f64| RowCell::Number(Some(x));
    for kind in &of.kinds {
        for (name, flows, bytes, first_ns) in &kind.things {
            let first = if *first_ns == 0 { nothing() } else { RowCell::Time(*first_ns) };
            let change = if kind.is_new { "new" } else { "vanished" };
            let front =
                [text(change), text(&kind.nouns.0), text(name), number(*flows as f64), number(*bytes as f64), first];
            let rest = [nothing(), nothing(), text(""), nothing(), nothing()];
            out.extend(line(RowFormat::Csv, &heads, &[front.as_slice(), rest.as_slice()].concat()));
        }
    }
    for rate in &of.rates {
        let [before, now] = rate.per_hour.map(number);
        let front = [text("rate"), text(&rate.kind), text(&rate.name), nothing(), nothing(), nothing()];
        let rest = [before, now, text("flows/h"), number(rate.p), nothing()];
        out.extend(line(RowFormat::Csv, &heads, &[front.as_slice(), rest.as_slice()].concat()));
    }
    for values in &of.shifts {
        let [before, now] = values.medians.map(number);
        let front = [text("shift"), text("distribution"), text(&values.name), nothing(), nothing(), nothing()];
        let rest = [before, now, text(&values.unit), number(values.p), number(values.delta)];
        out.extend(line(RowFormat::Csv, &heads, &[front.as_slice(), rest.as_slice()].concat()));
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::protocol::comparison::{ChangedKind, ChangedRate, ChangedValues};

    #[test]
    fn every_change_is_a_line() {
        let things = vec![("=a.example".to_owned(), 3, 900, 1_000_000_000)];
        let nouns = ("server name".to_owned(), "server names".to_owned());
        let of = Comparison {
            kinds: vec![ChangedKind { nouns, is_new: true, n: 1, things }],
            rates: vec![ChangedRate {
                kind: "server port".into(),
                name: "tcp/22".into(),
                per_hour: [1.0, 50.0],
                p: 0.5,
            }],
            shifts: vec![ChangedValues {
                name: "duration of a flow".into(),
                unit: "s".into(),
                medians: [1.0, 2.5],
                distance: 0.5,
                p: 0.25,
                delta: -0.5,
                effect: "large".into(),
            }],
            ..Comparison::default()
        };
        let text = csv(&of);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[1], "new,server name,'=a.example,3,900,1970-01-01T00:00:01.000000Z,,,,,");
        assert_eq!(lines[2], "rate,server port,tcp/22,,,,1,50,flows/h,0.5,");
        assert_eq!(lines[3], "shift,distribution,duration of a flow,,,,1,2.5,s,0.25,-0.5");
    }
}
