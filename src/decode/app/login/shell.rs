//! A command shell without a protocol around it: prompts in one direction, commands in the other. Recognised by the
//! first prompt.

use crate::decode::app::parser::Entry;
use crate::decode::app::parser::ParseStep;
use crate::decode::app::parser::PortPair;
use crate::decode::app::parser::ProbeResult;
use crate::decode::app::parser::Stream;
use crate::decode::app::parser::StreamParser;
use crate::decode::app::support::lines;
use crate::model::app::field::FieldBuffer;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::shell::ShellMessage;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

/// The protocol's entry in the register.
pub const ENTRY: Entry = Entry {
    protocol: AppProto::Shell,
    datagram: None,
    stream: Some(Stream { guess, sender: |_| None, parser: || Box::new(Shell::default()) }),
    frame: None,
};

/// What shells write first: the words of shells without a terminal, and Windows' banners.
const BEGINNINGS: [&[u8]; 7] = [
    b"Microsoft Windows [Version",
    b"Windows PowerShell",
    b"PS C:\\",
    b"C:\\",
    b"bash: cannot set terminal process group",
    b"/bin/sh: 0: can't access tty",
    b"sh: no job control in this shell",
];
/// Unix prompts of users and of root, which shells write first.
const PROMPTS: [&[u8]; 4] = [b"$ ", b"# ", b"sh-", b"bash-"];
/// Longest first prompt.
const MOST_PROMPT_BYTES: usize = 200;

fn guess(bytes: &[u8], ends: &PortPair) -> ProbeResult {
    let bytes = without_controls(bytes);
    let is_prompt = bytes.len() <= MOST_PROMPT_BYTES
        && (PROMPTS.iter().any(|prompt| bytes.starts_with(prompt)) || names_user_and_host(bytes))
        && (bytes.ends_with(b"$ ") || bytes.ends_with(b"# "));
    let begins = is_script(bytes) || BEGINNINGS.iter().any(|beginning| bytes.starts_with(beginning));
    // Telnet says the same with a protocol around it.
    match (is_prompt || begins, ends.hint) {
        (true, Some(AppProto::Telnet)) | (false, _) => ProbeResult::NotForUs,
        (true, _) => ProbeResult::Certain,
    }
}

/// What is behind the sequences for the terminal at the start (ECMA-48): modes and colours, which end with a letter, and titles,
/// which end with a bell. Shells with line editing switch on a mode before each prompt.
fn without_controls(bytes: &[u8]) -> &[u8] {
    let mut rest = bytes;
    loop {
        let (sequence, end) = match rest {
            [0x1b, b'[', sequence @ ..] => (sequence, sequence.iter().position(|byte| (0x40..=0x7e).contains(byte))),
            [0x1b, b']', sequence @ ..] => (sequence, sequence.iter().position(|byte| *byte == 7)),
            _ => return rest,
        };
        match end.and_then(|end| sequence.get(end + 1..)) {
            Some(behind) => rest = behind,
            None => return rest,
        }
    }
}

/// The prompts that distributions set up: `user@host:~$ `, `[user@host ~]$ `.
fn names_user_and_host(bytes: &[u8]) -> bool {
    let prompt = bytes.strip_prefix(b"[").unwrap_or(bytes);
    let is_of_name = |byte: &u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    let n_user = prompt.iter().take_while(|byte| is_of_name(byte)).count();
    let Some((b'@', behind)) = prompt.get(n_user..).and_then(<[u8]>::split_first) else { return false };
    let n_host = behind.iter().take_while(|byte| is_of_name(byte)).count();
    let ends_host = matches!(behind.get(n_host), Some(b':' | b' '));
    n_user > 0 && n_host > 0 && ends_host && !prompt.contains(&b'\n')
}

/// A script for a shell, by its first line, that is sent as it is.
fn is_script(bytes: &[u8]) -> bool {
    [&b"#!/bin/"[..], b"#!/usr/bin/", b"#! /bin/"].iter().any(|start| bytes.starts_with(start))
}

/// Who wrote the prompt: the other side gives the commands.
#[derive(Default)]
struct Shell {
    prompter: Option<Direction>,
}

impl StreamParser for Shell {
    fn on_data(&mut self, direction: Direction, bytes: &[u8], fields: &mut FieldBuffer) -> ParseStep {
        if self.prompter.is_none() && is_script(bytes) {
            let Some((line, _)) = lines::first(bytes) else { return ParseStep::Took(0) };
            fields.begin();
            fields.token(FieldId::Message, ShellMessage::Script);
            fields.bytes(FieldId::Command, line);
            return ParseStep::Done;
        }
        let prompter = *self.prompter.get_or_insert(direction);
        if direction == prompter {
            return ParseStep::Took(bytes.len());
        }
        let Some((line, n)) = lines::first(bytes) else { return ParseStep::Took(0) };
        let (word, argument) = lines::word(line);
        if !word.is_empty() {
            fields.begin();
            fields.token(
                FieldId::Message,
                if prompter == Direction::ToResponder { ShellMessage::ReverseShell } else { ShellMessage::Shell },
            );
            fields.bytes(FieldId::Command, word);
            fields.bytes(FieldId::Argument, argument);
        }
        ParseStep::Took(n)
    }

    fn on_gap(&mut self, _: Direction) -> bool {
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prompts_are_known_and_the_other_side_gives_commands() {
        let ends = PortPair::new(true, 50_000, 4444);
        assert_eq!(guess(b"$ ", &ends), ProbeResult::Certain);
        assert_eq!(guess(b"Microsoft Windows [Version 10.0.19045]\r\n", &ends), ProbeResult::Certain);
        for prompt in
            [&b"root@web:~# "[..], b"[ann@db-1 tmp]$ ", b"\x1b]0;ann@db: ~\x07ann@db:~$ ", b"\x1b[?2004hroot@vm:/tmp# "]
        {
            assert_eq!(guess(prompt, &ends), ProbeResult::Certain, "{}", prompt.escape_ascii());
        }
        for no_prompt in [&b"mail ann@db # "[..], b"@db:~$ ", b"ann@:~$ ", b"ann@db:~\nls$ "] {
            assert_eq!(guess(no_prompt, &ends), ProbeResult::NotForUs, "{}", no_prompt.escape_ascii());
        }
        assert_eq!(without_controls(b"\x1b[?2004h\x1b]0;a title"), b"\x1b]0;a title", "one that does not end");
        assert_eq!(guess(b"# a comment\n", &ends), ProbeResult::NotForUs);
        assert_eq!(guess(b"GET / HTTP/1.1\r\n", &ends), ProbeResult::NotForUs);
        let script = b"#!/bin/sh\nwget x\n";
        let mut fields = FieldBuffer::default();
        assert_eq!(
            (guess(script, &ends), Shell::default().on_data(Direction::ToResponder, script, &mut fields)),
            (ProbeResult::Certain, ParseStep::Done)
        );
        assert_eq!(fields.messages().next().unwrap().kind(FieldId::Message), Some(ShellMessage::Script));
        let mut shell = Shell::default();
        let mut fields = FieldBuffer::default();
        shell.on_data(Direction::ToResponder, b"$ ", &mut fields);
        assert_eq!(shell.on_data(Direction::ToOriginator, b"ls /tmp\n", &mut fields), ParseStep::Took(8));
        let said = fields.messages().next().unwrap();
        assert_eq!(said.text(FieldId::Command), Some("ls"));
        assert_eq!(said.kind(FieldId::Message), Some(ShellMessage::ReverseShell));
    }
}
