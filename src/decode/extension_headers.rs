//! The extension headers of an IPv6 packet, one after the other (RFC 8200, section 4).

use etherparse::Ipv6ExtensionsSlice;

/// The extension headers of IPv6 that are there as a whole: the number of each, and its bytes (RFC 8200, section 4).
/// etherparse 0.21 has an iterator too, which reads past the end where a later header of a lax slice is cut.
pub(super) fn extensions<'a>(all: &Ipv6ExtensionsSlice<'a>) -> impl Iterator<Item = (u8, &'a [u8])> + use<'a> {
    let (mut next, mut rest) = (all.first_header().map(|first| first.0), all.slice());
    std::iter::from_fn(move || {
        let number = next?;
        let (follows, length) = match (number, rest) {
            (0 | 43 | 60, [follows, length, ..]) => (*follows, (usize::from(*length) + 1) * 8),
            (44, [follows, ..]) => (*follows, 8),
            // RFC 4302, section 2.2: in words of four bytes, less two.
            (51, [follows, length, ..]) => (*follows, (usize::from(*length) + 2) * 4),
            _ => return None,
        };
        let (header, behind) = rest.split_at_checked(length)?;
        (next, rest) = (Some(follows), behind);
        Some((number, header))
    })
}
