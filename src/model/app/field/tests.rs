//! Fields of messages are kept in their order and found by what they mean.

use super::*;
use crate::model::app::kinds::login::Outcome;

#[test]
fn messages_keep_their_facts_apart_and_a_mark_forgets() {
    let mut fields = FieldBuffer::default();
    fields.begin();
    fields.text(FieldId::User, "anna");
    fields.begin();
    fields.number(FieldId::Reply, 230);
    let mark = fields.mark();
    fields.begin();
    fields.text(FieldId::Password, "secret");
    fields.forget(mark);
    let messages: Vec<_> = fields.messages().collect();
    assert_eq!(messages.len(), 2);
    assert_eq!(messages[0].text(FieldId::User), Some("anna"));
    assert_eq!(messages[1].number(FieldId::Reply), Some(230));
    assert_eq!(messages[1].text(FieldId::User), None);
}

#[test]
fn the_facts_of_another_are_added() {
    let (mut fields, mut other) = (FieldBuffer::default(), FieldBuffer::default());
    fields.text(FieldId::User, "anna");
    other.number(FieldId::Reply, 230);
    other.text(FieldId::Host, "example.org");
    fields.append(&other);
    let all: Vec<_> = fields.iter().map(|(_, value)| value).collect();
    assert_eq!(all, [FieldValue::Text("anna"), FieldValue::Number(230), FieldValue::Text("example.org")]);
}

#[test]
fn values_come_back_as_they_were_and_also_from_another() {
    let (mut fields, mut all) = (FieldBuffer::default(), FieldBuffer::default());
    all.addr(FieldId::DnsAnswer, Ipv6Addr::LOCALHOST);
    fields.addr(FieldId::Address, Ipv6Addr::UNSPECIFIED);
    fields.addr(FieldId::Address, Ipv4Addr::new(192, 0, 2, 1));
    fields.mac(FieldId::Mac, [2, 0, 0, 0, 0, 1]);
    fields.time(FieldId::CertUntil, 253_402_300_799);
    fields.token(FieldId::Login, Outcome::Refused);
    all.append(&fields);
    let all = all.messages().next().unwrap();
    let shown: Vec<String> = all.iter().map(|(_, value)| value.to_string()).collect();
    assert_eq!(shown, ["::1", "::", "192.0.2.1", "02:00:00:00:00:01", "253402300799", "refused"]);
    assert!(all.addrs(FieldId::Address).eq([Addr::v6([0; 16]), Addr::v4([192, 0, 2, 1])]));
    assert_eq!((all.mac(FieldId::Mac), all.time_ns(FieldId::CertUntil)), (Some([2, 0, 0, 0, 0, 1]), Some(i64::MAX)));
    assert!(all.is(FieldId::Login, Outcome::Refused) && all.has(FieldId::Login) && !all.has(FieldId::User));
    assert_eq!(all.kind(FieldId::Login), Some(Outcome::Refused));
}

#[test]
fn long_text_is_cut_between_characters() {
    let mut fields = FieldBuffer::default();
    fields.text(FieldId::HttpPath, &"ü".repeat(MOST_TEXT_BYTES));
    assert_eq!(fields.texts.len(), MOST_TEXT_BYTES);
}
