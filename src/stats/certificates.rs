//! The rows of a log of certificates (Zeek's x509.log) to what each says of a certificate.

use super::rows::{RowStore, cell};
use std::collections::BTreeMap;

/// A certificate, as far as its row says.
#[derive(Clone, PartialEq, Debug, Default)]
pub struct CertificateRow {
    /// When it was seen, seconds since 1970.
    pub seen: Option<f64>,
    /// From when and until when it is valid, seconds since 1970.
    pub valid: (Option<f64>, Option<f64>),
    /// Whom it is of; empty if the row does not say.
    pub subject: String,
    /// It is signed with its own key.
    pub is_own: bool,
    /// It is an authority's, which comes along with that of a server.
    pub is_authority: bool,
    /// Bits of its key; none of a curve, whose keys are shorter.
    pub key_bits: Option<f64>,
    /// The name of its signature.
    pub signature: Option<String>,
}

/// Where the columns stand.
struct Columns<'a> {
    rows: &'a RowStore,
    /// By their names in lower case, the first of each.
    places: BTreeMap<String, usize>,
}

impl Columns<'_> {
    fn place(&self, name: &str) -> Option<usize> {
        self.places.get(name).copied()
    }

    fn text(&self, name: &str, row: usize) -> Option<String> {
        let place = self.place(name)?;
        let text = self.rows.text(place, self.rows.cell(place, row))?;
        Some(String::from_utf8_lossy(text).into_owned()).filter(|text| !matches!(text.as_str(), "" | "-" | "(empty)"))
    }

    fn number(&self, name: &str, row: usize) -> Option<f64> {
        cell::as_number(self.rows.cell(self.place(name)?, row)).filter(|number| number.is_finite())
    }

    fn is_so(&self, name: &str, row: usize) -> Option<bool> {
        let of_text = || self.text(name, row).map(|text| matches!(text.as_str(), "T" | "true"));
        self.number(name, row).map(|number| number != 0.0).or_else(of_text)
    }

    fn certificate(&self, row: usize) -> CertificateRow {
        let (subject, issuer) = (self.text("certificate.subject", row), self.text("certificate.issuer", row));
        let kind = self.text("certificate.key_type", row).or_else(|| self.text("certificate.key_alg", row));
        let is_of_curve = kind.is_none_or(|kind| kind.to_ascii_lowercase().contains("ec"));
        CertificateRow {
            seen: self.number("ts", row),
            valid: (self.number("certificate.not_valid_before", row), self.number("certificate.not_valid_after", row)),
            is_own: subject.is_some() && subject == issuer,
            subject: subject.unwrap_or_default(),
            is_authority: match self.is_so("host_cert", row) {
                Some(is_host) => !is_host,
                None => self.is_so("basic_constraints.ca", row).unwrap_or(false),
            },
            key_bits: self.number("certificate.key_length", row).filter(|bits| !is_of_curve && *bits > 0.0),
            signature: self.text("certificate.sig_alg", row),
        }
    }
}

/// The certificates of the kept rows; none if the table is no log of certificates.
pub fn certificates(rows: &RowStore) -> Option<impl Iterator<Item = CertificateRow>> {
    let mut columns = Columns { rows, places: BTreeMap::new() };
    for (place, column) in rows.layout().columns.iter().enumerate() {
        columns.places.entry(column.name.trim().to_lowercase()).or_insert(place);
    }
    columns.place("certificate.subject").and(columns.place("certificate.issuer"))?;
    Some((0..rows.len()).map(move |row| columns.certificate(row)))
}
