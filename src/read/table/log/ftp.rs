//! Logs of FTP: a command and the server's reply.

use super::cells::Cells;
use super::contract::{COMMON, FieldForm, Log, names};
use super::message::Messages;
use crate::model::app::field::FieldId;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::protocol::AppProto;
use crate::model::flow::Direction;

pub static LOG: Log = Log {
    id: "ftp",
    marks: &[&["command", "arg", "reply_code"], &["user", "command", "reply_code"]],
    protocol: Some(AppProto::Ftp),
    transport: 6,
    columns: &[
        names("command", "ftp.command", ""),
        names("arg", "ftp.command_data", ""),
        names("reply_code", "ftp.completion_code", ""),
        names("user", "", ""),
        names("password", "", ""),
    ],
    more: Some(both),
    ..COMMON
};

const COMMAND: usize = 0;
const ARGUMENT: usize = 1;
const REPLY: usize = 2;
const USER: usize = 3;
const PASSWORD: usize = 4;

/// Zeek repeats who is logged in with every command; only the first commands, and rows of no command, are the login.
fn both(cells: &Cells<'_>, messages: &mut Messages) {
    let command = cells.text(COMMAND).unwrap_or_default().to_ascii_uppercase();
    let id = match command.as_str() {
        "USER" => FieldId::User,
        "PASS" => FieldId::Password,
        "RETR" | "STOR" | "DELE" | "APPE" => FieldId::File,
        _ => FieldId::Argument,
    };
    messages.message(Direction::ToResponder, |fields| {
        fields.text(FieldId::Command, &command);
        let argument = cells.text(ARGUMENT);
        match (id, argument.as_deref()) {
            // Zeek names files as addresses: ftp://192.0.2.1/pub/a.
            (FieldId::File, Some(file)) => fields.text(id, file),
            (FieldId::Argument, Some(ports)) if command == "PORT" => match port_command(ports) {
                Some((address, port)) => {
                    fields.addr(FieldId::Address, address);
                    fields.number(FieldId::Port, port);
                }
                None => fields.text(id, ports),
            },
            (_, Some(argument)) => fields.text(id, argument),
            _ => {}
        }
        if id != FieldId::User {
            cells.add(FieldId::User, FieldForm::Text, USER, fields);
        }
        if id != FieldId::Password {
            cells.add(FieldId::Password, FieldForm::Text, PASSWORD, fields);
        }
    });
    messages.message(Direction::ToOriginator, |fields| {
        cells.add(FieldId::Reply, FieldForm::Number, REPLY, fields);
        match cells.count(REPLY) {
            Some(230) => fields.token(FieldId::Login, Outcome::Accepted),
            // With other commands it says that one must log in first.
            Some(430 | 530) if matches!(command.as_str(), "" | "USER" | "PASS" | "ACCT") => {
                fields.token(FieldId::Login, Outcome::Refused);
            }
            _ => {}
        }
    });
}

/// Where a client waits for the data: four numbers of an address and two of a port (RFC 959, section 4.1.2).
fn port_command(argument: &str) -> Option<([u8; 4], u64)> {
    let mut numbers = argument.split(',').map(|number| number.trim().parse::<u8>());
    let mut next = || numbers.next()?.ok();
    let address = [next()?, next()?, next()?, next()?];
    Some((address, u64::from(next()?) << 8 | u64::from(next()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn six_numbers_are_an_address_and_a_port() {
        assert_eq!(port_command("192,0,2,1,4,1"), Some(([192, 0, 2, 1], 1025)));
        assert_eq!((port_command("192,0,2,1,4"), port_command("192,0,2,300,4,1")), (None, None));
    }
}
