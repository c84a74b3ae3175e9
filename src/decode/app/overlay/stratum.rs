//! Stratum, the protocol between cryptocurrency miners and their pools: JSON-RPC in lines, in the forms for Bitcoin,
//! Ethereum and Monero.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Stratum,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Stratum::default()) }),
    frame: None,
};

/// Most logins that may wait for their results.
const MOST_WAITING: usize = 16;

/// A method that only miners and their servers call.
fn guess(bytes: &[u8], _: &PortPair) -> ProbeResult {
    if bytes.first() != Some(&b'{') {
        return ProbeResult::NotForUs;
    }
    let Some(line) = memchr::memchr(b'\n', bytes).and_then(|at| bytes.get(..at)).or(Some(bytes)) else {
        return ProbeResult::NotForUs;
    };
    match text(line, b"method") {
        Some(method) if method.starts_with(b"mining.") => ProbeResult::Certain,
        Some(b"eth_submitLogin" | b"eth_getWork" | b"eth_submitWork" | b"eth_submitHashrate") => ProbeResult::Certain,
        // Monero's: the wallet is called a login once more.
        Some(b"login") if text(line, b"login").is_some() => ProbeResult::Certain,
        Some(b"submit" | b"job" | b"keepalived") if memchr::memmem::find(line, b"job_id").is_some() => {
            ProbeResult::Certain
        }
        _ => ProbeResult::NotForUs,
    }
}

#[derive(Default)]
struct Stratum {
    /// Ids of the requests that log in.
    waiting: Vec<Box<[u8]>>,
}

impl StreamParser for Stratum {
    fn on_data(&mut self, _: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        fields.begin();
        let method = text(line, b"method");
        match method.filter(|method| !method.is_empty()) {
            Some(method) => self.call(method, line, fields),
            None => self.result(line, fields),
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

impl Stratum {
    fn call(&mut self, method: &[u8], line: &[u8], fields: &mut FieldBuffer) {
        fields.bytes(FieldId::Command, method);
        let mut parameters = strings(line);
        match method {
            b"mining.subscribe" => fields.bytes(FieldId::Agent, parameters.next().unwrap_or(&[])),
            b"mining.authorize" | b"eth_submitLogin" => {
                fields.bytes(FieldId::User, parameters.next().unwrap_or(&[]));
                fields.bytes(FieldId::Password, parameters.next().unwrap_or(&[]));
                fields.bytes(FieldId::Client, text(line, b"worker").unwrap_or(&[]));
                self.wait(line);
            }
            b"login" => {
                fields.bytes(FieldId::User, text(line, b"login").unwrap_or(&[]));
                fields.bytes(FieldId::Password, text(line, b"pass").unwrap_or(&[]));
                fields.bytes(FieldId::Agent, text(line, b"agent").unwrap_or(&[]));
                fields.bytes(FieldId::Client, text(line, b"rigid").unwrap_or(&[]));
                self.wait(line);
            }
            b"mining.submit" => fields.bytes(FieldId::User, parameters.next().unwrap_or(&[])),
            _ => {}
        }
    }

    fn wait(&mut self, line: &[u8]) {
        if self.waiting.len() < MOST_WAITING
            && let Some(id) = scalar(line, b"id")
        {
            self.waiting.push(id.into());
        }
    }

    fn result(&mut self, line: &[u8], fields: &mut FieldBuffer) {
        let result = scalar(line, b"result").unwrap_or(&[]);
        let error = scalar(line, b"error").unwrap_or(b"null");
        let is_good = error == b"null" && !matches!(result, b"false" | b"null");
        fields.text(FieldId::Reply, if is_good { "result" } else { "error" });
        if !is_good {
            fields.bytes(FieldId::Argument, text(line, b"message").unwrap_or(&[]));
        }
        let Some(id) = scalar(line, b"id") else { return };
        let Some(at) = self.waiting.iter().position(|waiting| waiting.as_ref() == id) else { return };
        self.waiting.remove(at);
        fields.token(FieldId::Login, if is_good { Outcome::Accepted } else { Outcome::Refused });
    }
}

/// What stands behind a key and its colon. Lines are short and flat, and may be cut: no whole reader of JSON is needed.
fn value<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut from = 0;
    loop {
        let at = from + memchr::memmem::find(line.get(from..)?, key)?;
        from = at + key.len();
        let is_quoted = at.checked_sub(1).and_then(|at| line.get(at)) == Some(&b'"');
        let rest = line.get(from..)?;
        if let (true, Some(rest)) = (is_quoted, rest.strip_prefix(b"\""))
            && let Some(value) = rest.trim_ascii_start().strip_prefix(b":")
        {
            return Some(value.trim_ascii_start());
        }
    }
}

/// The text of a key.
fn text<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let text = value(line, key)?.strip_prefix(b"\"")?;
    text.get(..memchr::memchr(b'"', text)?)
}

/// The number, word or text of a key as it is written; of an array or object its first mark.
fn scalar<'a>(line: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let value = value(line, key)?;
    let n = value.iter().position(|byte| matches!(byte, b',' | b'}' | b']' | b' ')).unwrap_or(value.len());
    value.get(..n)
}

/// The texts among the parameters, if they are an array.
fn strings(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    let inside = value(line, b"params").and_then(|value| value.strip_prefix(b"[")).unwrap_or(&[]);
    let inside = inside.split(|byte| *byte == b']').next().unwrap_or(inside);
    inside.split(|byte| *byte == b'"').skip(1).step_by(2)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decode::app::support::listed;

    fn parse_all(said: &[(Direction, &[u8])]) -> Vec<String> {
        let (mut parser, mut fields) = (Stratum::default(), FieldBuffer::default());
        for (direction, line) in said {
            let line = [line, &b"\n"[..]].concat();
            assert_eq!(parser.on_data(*direction, &line, &mut fields), ParseStep::Took(line.len()));
        }
        listed(&fields)
    }

    #[test]
    fn a_miner_of_bitcoin_is_read() {
        let subscribe = br#"{"id": 1, "method": "mining.subscribe", "params": ["cgminer/4.9"]}"#;
        assert_eq!(guess(subscribe, &PortPair::new(true, 50_000, 443)), ProbeResult::Certain);
        let said = parse_all(&[
            (Direction::ToResponder, subscribe),
            (Direction::ToResponder, br#"{"id":2,"method":"mining.authorize","params":["wallet.rig","x"]}"#),
            (Direction::ToOriginator, br#"{"id":1,"result":[[["mining.notify","a"]],"08",4],"error":null}"#),
            (Direction::ToOriginator, br#"{"id":2,"result":true,"error":null}"#),
            (Direction::ToOriginator, br#"{"id":null,"method":"mining.notify","params":["1"]}"#),
        ]);
        let expected = [
            "command=mining.subscribe",
            "agent=cgminer/4.9",
            "command=mining.authorize",
            "user=wallet.rig",
            "password=x",
            "reply=result",
            "reply=result",
            "login=accepted",
            "command=mining.notify",
        ];
        assert_eq!(said, expected);
    }

    #[test]
    fn miners_of_monero_and_ethereum_are_read() {
        let login = br#"{"method":"login","params":{"login":"4AB","pass":"p","agent":"XMRig/6"},"id":1}"#;
        assert_eq!(guess(login, &PortPair::new(true, 50_000, 443)), ProbeResult::Certain);
        let said = parse_all(&[
            (Direction::ToResponder, login),
            (Direction::ToOriginator, br#"{"id":1,"error":{"code":-1,"message":"Banned"}}"#),
        ]);
        let expected = [
            "command=login",
            "user=4AB",
            "password=p",
            "agent=XMRig/6",
            "reply=error",
            "argument=Banned",
            "login=refused",
        ];
        assert_eq!(said, expected);
        let said = parse_all(&[(
            Direction::ToResponder,
            br#"{"worker":"rig","id":1,"method":"eth_submitLogin","params":["0xab"]}"#,
        )]);
        assert_eq!(said, ["command=eth_submitLogin", "user=0xab", "client=rig"]);
        assert_eq!(guess(br#"{"method":"login","params":["a"]}"#, &PortPair::new(true, 1, 2)), ProbeResult::NotForUs);
    }
}
