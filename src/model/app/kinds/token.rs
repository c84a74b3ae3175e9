//! Any of the enums of fields to two bytes that are stored, compared and named without knowing which enum it was.

use crate::model::app::kinds::{
    database, directory, industrial, infra, link, login, media, names, overlay, shell, web,
};

/// An enum of words that fields can hold.
pub trait Kind: Copy + Into<Token> + 'static {
    /// Which one: its place in the table below.
    const VOCABULARY: u8;
    /// Its variants, by number.
    const VARIANTS: &'static [Self];
}

/// A variant of one of the enums.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub struct Token {
    vocabulary: u8,
    variant: u8,
}

impl Token {
    /// The words for people.
    pub fn label(self) -> &'static str {
        let labels = LABELS.get(usize::from(self.vocabulary)).copied().unwrap_or_default();
        labels.get(usize::from(self.variant)).copied().unwrap_or_default()
    }

    /// Its variant of this enum; none if it belongs to another enum.
    pub fn kind<K: Kind>(self) -> Option<K> {
        if self.vocabulary == K::VOCABULARY { K::VARIANTS.get(usize::from(self.variant)).copied() } else { None }
    }
}

macro_rules! vocabularies {
    ($($room:ident { $($name:ident),* $(,)? })*) => {
        #[derive(Clone, Copy)]
        #[repr(u8)]
        enum Vocabulary { $($($name,)*)* }

        /// The words of every enum.
        static LABELS: &[&[&str]] = &[$($($room::$name::LABELS,)*)*];

        $($(
            impl Kind for $room::$name {
                const VOCABULARY: u8 = Vocabulary::$name as u8;
                const VARIANTS: &'static [$room::$name] = $room::$name::ALL;
            }

            impl From<$room::$name> for Token {
                fn from(variant: $room::$name) -> Token {
                    Token { vocabulary: Vocabulary::$name as u8, variant: variant as u8 }
                }
            }
        )*)*
    };
}

vocabularies! {
    database { MySqlError, MsSqlMessage, MsSqlCommand, PostgreSqlMessage }
    directory { KerberosMessage, KerberosError, PreAuth, SmbFault, FileOperation, RpcFunction, RpcFault, ComClass, WmiClass, LdapTarget, KerberosCipher, LdapMessage, LdapError, RadiusMessage, SmbMessage, Smb1Command, SmbVersion }
    industrial { Dnp3Function, Dnp3Message, ModbusFunction, ModbusError, MqttMessage, MqttError, S7Message, S7Function, S7Error, EnipCommand, CipMessage, CipService, PcccFunction, CipClass, CipError, Iec104Message, Iec104Type, Iec104Cause, Iec104Error }
    infra { DhcpMessage, NtpMessage, NtpCommand, TftpMessage, TftpError, SnmpMessage, SnmpError, Dhcpv6Error, Dhcpv6Message, SsdpMessage }
    link { IcmpMessage, IcmpUnreachable, Icmpv6Message, Icmpv6Unreachable, ArpMessage, StpVersion, StpMessage, EapolMessage, EapMethod, Announcement }
    login { Outcome, Security, YesNo, Method, RdpMessage, RdpError }
    media { StunClass, StunMethod, RtcpMessage }
    names { DnsMessage, DnsType, DnsCode, NbnsOperation, NbdgmMessage, BrowserCommand }
    overlay { OpenVpnMessage, WireGuardMessage, BitTorrentMessage, SocksCommand, SocksReply }
    shell { ShellMessage }
    web { TlsMessage, TlsFault, TlsAlert, TlsVersion, WsmanAction }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::app::kinds::login::Outcome;
    use crate::model::app::kinds::names::DnsType;

    #[test]
    fn a_token_gives_its_variant_and_words_back() {
        let token = Token::from(DnsType::Axfr);
        assert_eq!((token.kind::<DnsType>(), token.label()), (Some(DnsType::Axfr), "AXFR"));
        assert_eq!(token.kind::<Outcome>(), None);
        assert_ne!(Token::from(Outcome::Accepted), Token::from(Outcome::Refused));
    }

    #[test]
    fn words_are_filled_and_unique_within_an_enum() {
        for labels in LABELS {
            let unique: std::collections::BTreeSet<_> = labels.iter().collect();
            assert_eq!(unique.len(), labels.len(), "{labels:?}");
            assert!(labels.iter().all(|label| !label.is_empty()), "{labels:?}");
        }
    }
}
