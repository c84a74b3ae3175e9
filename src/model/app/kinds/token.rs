//! Any of the enums of fields to two bytes that are stored, compared and named without knowing which enum it was.

use crate::model::app::kinds::directory::FileOperation;
use crate::model::app::kinds::directory::KerberosCipher;
use crate::model::app::kinds::directory::KerberosError;
use crate::model::app::kinds::directory::KerberosMessage;
use crate::model::app::kinds::directory::PreAuth;
use crate::model::app::kinds::directory::RpcFault;
use crate::model::app::kinds::directory::RpcFunction;
use crate::model::app::kinds::directory::SmbFault;
use crate::model::app::kinds::infra::DhcpMessage;
use crate::model::app::kinds::infra::NtpCommand;
use crate::model::app::kinds::infra::NtpMessage;
use crate::model::app::kinds::infra::TftpError;
use crate::model::app::kinds::infra::TftpMessage;
use crate::model::app::kinds::link::ArpMessage;
use crate::model::app::kinds::link::IcmpMessage;
use crate::model::app::kinds::link::IcmpUnreachable;
use crate::model::app::kinds::link::Icmpv6Message;
use crate::model::app::kinds::link::Icmpv6Unreachable;
use crate::model::app::kinds::link::StpMessage;
use crate::model::app::kinds::link::StpVersion;
use crate::model::app::kinds::login::Method;
use crate::model::app::kinds::login::Outcome;
use crate::model::app::kinds::login::Security;
use crate::model::app::kinds::login::YesNo;
use crate::model::app::kinds::names::DnsCode;
use crate::model::app::kinds::names::DnsMessage;
use crate::model::app::kinds::names::DnsType;
use crate::model::app::kinds::names::NbnsOperation;
use crate::model::app::kinds::shell::ShellMessage;
use crate::model::app::kinds::web::TlsFault;
use crate::model::app::kinds::web::TlsMessage;
use crate::model::app::kinds::web::TlsVersion;

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

    /// The variant of this enum that it is; none if it is one of another enum.
    pub fn kind<K: Kind>(self) -> Option<K> {
        if self.vocabulary == K::VOCABULARY { K::VARIANTS.get(usize::from(self.variant)).copied() } else { None }
    }
}

macro_rules! vocabularies {
    ($($name:ident),* $(,)?) => {
        #[derive(Clone, Copy)]
        #[repr(u8)]
        enum Vocabulary { $($name),* }

        /// The words of every enum.
        static LABELS: &[&[&str]] = &[$($name::LABELS),*];

        $(
            impl Kind for $name {
                const VOCABULARY: u8 = Vocabulary::$name as u8;
                const VARIANTS: &'static [$name] = $name::ALL;
            }

            impl From<$name> for Token {
                fn from(variant: $name) -> Token {
                    Token { vocabulary: Vocabulary::$name as u8, variant: variant as u8 }
                }
            }
        )*
    };
}

vocabularies! {
    KerberosMessage,
    KerberosError,
    PreAuth,
    SmbFault,
    FileOperation,
    RpcFunction,
    RpcFault,
    KerberosCipher,
    DhcpMessage,
    NtpMessage,
    NtpCommand,
    TftpMessage,
    TftpError,
    IcmpMessage,
    IcmpUnreachable,
    Icmpv6Message,
    Icmpv6Unreachable,
    ArpMessage,
    StpVersion,
    StpMessage,
    Outcome,
    Security,
    YesNo,
    Method,
    DnsMessage,
    DnsType,
    DnsCode,
    NbnsOperation,
    ShellMessage,
    TlsMessage,
    TlsFault,
    TlsVersion,
}

#[cfg(test)]
mod tests {
    use super::*;

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
