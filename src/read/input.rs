//! One file as it is to records: unpacks it where it holds another file in another form, also several times, and hands the
//! plain bytes to the reader.

use super::member;
use super::table::{Options, Part};
use super::unpack::{self, UnpackError, UnpackQuota, Unpacker};
use super::{InputReport, Reader, Record, UnsupportedFile};
use crate::issue::{IssueKind, IssueLog};

/// So many forms may be packed into each other: a capture, compressed, in an archive, compressed.
const MOST_LAYERS: usize = 4;
/// So much of what was unpacked is read at a time, so that little waits for the packets of other files.
const PART_BYTES: usize = 1 << 16;
/// So many names of an archive's members are kept to say what it holds.
const MOST_NAMES: usize = 4;

enum Packing {
    /// Too few bytes have come to tell.
    Unknown(Vec<u8>),
    Plain,
    Packed(Unpacker),
    /// Packed, but nothing more can be unpacked.
    Ended(Unpacker),
}

/// One form around the next.
struct Layer {
    packing: Packing,
    /// Bytes that waited until the packing was known, and how many of them are done with.
    waited: Vec<u8>,
    n_waited: usize,
    /// What was unpacked, and how many bytes of it the next layer is done with.
    plain: Vec<u8>,
    n_plain: usize,
}

/// Reads one file that is fed to it in slices.
pub struct Input {
    layers: Vec<Layer>,
    reader: Reader,
    quota: UnpackQuota,
    /// The last byte that was given is done with, but it was said that it is not, so that more is asked for.
    is_owed: bool,
    /// Names of an archive's members, the first ones, and how many there are.
    names: Vec<String>,
    n_members: u64,
}

/// Where what happens on the way is put.
struct Outlet<'a> {
    issues: &'a mut IssueLog,
    keep: &'a mut dyn FnMut(&[u8]),
    sink: &'a mut dyn FnMut(Record<'_>),
}

impl Layer {
    fn new() -> Layer {
        let packing = Packing::Unknown(Vec::new());
        Layer { packing, waited: Vec::new(), n_waited: 0, plain: Vec::new(), n_plain: 0 }
    }

    fn unpacker(&self) -> Option<&Unpacker> {
        match &self.packing {
            Packing::Packed(unpacker) | Packing::Ended(unpacker) => Some(unpacker),
            Packing::Unknown(_) | Packing::Plain => None,
        }
    }

    /// Decides by the front.
    fn decide(&mut self, front: &[u8], is_deepest: bool, quota: UnpackQuota) {
        let unpacker = if is_deepest { None } else { Unpacker::of(front, quota) };
        self.packing = unpacker.map_or(Packing::Plain, Packing::Packed);
    }

    /// Nothing more is unpacked.
    fn close(&mut self) {
        self.packing = match std::mem::replace(&mut self.packing, Packing::Plain) {
            Packing::Packed(unpacker) => Packing::Ended(unpacker),
            other => other,
        };
    }
}

impl Input {
    /// For the file of this number, see [`super::RawPacket::file`]; tables are read as `table_options` say, if at all.
    pub fn new(file: u8, table_options: Option<Options>, quota: UnpackQuota) -> Input {
        let reader = Reader::new(file, table_options);
        Input { layers: vec![Layer::new()], reader, quota, is_owed: false, names: Vec::new(), n_members: 0 }
    }

    /// From the next row of a table on only this part is wanted.
    pub fn want(&mut self, part: Part) {
        self.reader.want(part);
    }

    /// Takes some bytes at the front of `bytes`, so that little is unpacked at a time; gives how many, perhaps none.
    /// Unpacked bytes are shown to `keep` before their records are given.
    ///
    /// # Errors
    /// The file is of no format that is read.
    pub fn step(
        &mut self,
        bytes: &[u8],
        issues: &mut IssueLog,
        keep: &mut dyn FnMut(&[u8]),
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<usize, UnsupportedFile> {
        let mut outlet = Outlet { issues, keep, sink };
        if self.go_on(&mut outlet)? {
            return Ok(0);
        }
        if std::mem::take(&mut self.is_owed) {
            return Ok(bytes.len().min(1));
        }
        let n = self.take(0, bytes, &mut outlet)?;
        // What was unpacked is worked off before the end of the file is told.
        self.is_owed = n == bytes.len() && n > 0 && self.waiting().is_some();
        Ok(n - usize::from(self.is_owed))
    }

    /// The file has ended.
    ///
    /// # Errors
    /// It was too short to be anything that is read.
    pub fn end(
        &mut self,
        issues: &mut IssueLog,
        keep: &mut dyn FnMut(&[u8]),
        sink: &mut dyn FnMut(Record<'_>),
    ) -> Result<(), UnsupportedFile> {
        let mut outlet = Outlet { issues, keep, sink };
        self.end_layers(0, &mut outlet)?;
        if self.layers.iter().filter_map(Layer::unpacker).any(Unpacker::has_undated) {
            outlet.issues.add(IssueKind::TimesUndated, None, None);
        }
        let ended = self.reader.end(outlet.issues, outlet.sink);
        ended.map_err(|refusal| self.empty_archive().unwrap_or_else(|| self.inside(refusal)))
    }

    /// The rest of the file will not come: what waits for it is no damage.
    pub fn give_up(&mut self) {
        for layer in &mut self.layers {
            layer.close();
            layer.plain.clear();
            layer.waited.clear();
            (layer.n_plain, layer.n_waited) = (0, 0);
        }
        self.reader.give_up();
    }

    /// What is known of the file so far; what went wrong is in the log that [`Input::step`] was given.
    pub fn report(&self) -> InputReport {
        let report = self.reader.report();
        let forms: Vec<String> = self.layers.iter().filter_map(|layer| self.describe(layer)).collect();
        if forms.is_empty() {
            return report;
        }
        InputReport { format: format!("{}, {}", forms.join(", "), report.format), is_packed: true, ..report }
    }

    /// A layer in words; of an archive also which of its members were read.
    fn describe(&self, layer: &Layer) -> Option<String> {
        let unpacker = layer.unpacker()?;
        let read = self.reader.members_read();
        Some(match read {
            [name, more @ ..] if unpacker.is_archive() => match more.len() {
                0 => format!("{unpacker} ({name})"),
                n => format!("{unpacker} ({name} and {n} more)"),
            },
            _ => unpacker.to_string(),
        })
    }

    /// The deepest layer for which bytes wait here, and whether these are its own that waited or what the one before
    /// unpacked.
    fn waiting(&self) -> Option<(usize, bool)> {
        self.layers.iter().enumerate().rev().find_map(|(at, layer)| {
            if layer.n_plain < layer.plain.len() {
                Some((at + 1, false))
            } else {
                (layer.n_waited < layer.waited.len()).then_some((at, true))
            }
        })
    }

    /// Works off some of the bytes that wait; false if there are none.
    fn go_on(&mut self, outlet: &mut Outlet<'_>) -> Result<bool, UnsupportedFile> {
        let Some((at, is_own)) = self.waiting() else { return Ok(false) };
        // They are taken out while they are worked off, as what is done may change the layers behind.
        let from = if is_own { at } else { at - 1 };
        let Some(layer) = self.layers.get_mut(from) else { return Ok(false) };
        let (buffer, n) = if is_own { (&mut layer.waited, layer.n_waited) } else { (&mut layer.plain, layer.n_plain) };
        let bytes = std::mem::take(buffer);
        let rest = bytes.get(n..).unwrap_or(&[]);
        let taken = self.take(at, rest.get(..PART_BYTES).unwrap_or(rest), outlet);
        if let Some(layer) = self.layers.get_mut(from) {
            let (buffer, done) =
                if is_own { (&mut layer.waited, &mut layer.n_waited) } else { (&mut layer.plain, &mut layer.n_plain) };
            *buffer = bytes;
            *done = n + *taken.as_ref().unwrap_or(&0);
        }
        taken?;
        Ok(true)
    }

    /// A layer takes bytes; gives how many.
    fn take(&mut self, at: usize, bytes: &[u8], outlet: &mut Outlet<'_>) -> Result<usize, UnsupportedFile> {
        if at == self.layers.len() {
            self.layers.push(Layer::new());
        }
        let is_deepest = at + 1 >= MOST_LAYERS;
        let quota = self.quota;
        let n_given = self.reader.n_given().unwrap_or(0);
        let Some(layer) = self.layers.get_mut(at) else { return Ok(bytes.len()) };
        match &mut layer.packing {
            Packing::Plain => {
                if at > 0 {
                    (outlet.keep)(bytes);
                }
                let fed = self.reader.feed(bytes, outlet.issues, outlet.sink);
                fed.map_err(|refusal| self.inside(refusal))?;
                Ok(bytes.len())
            }
            Packing::Unknown(front) if front.is_empty() && bytes.len() >= unpack::NEEDED_BYTES => {
                layer.decide(bytes.get(..unpack::NEEDED_BYTES).unwrap_or(bytes), is_deepest, quota);
                Ok(0)
            }
            Packing::Unknown(front) => {
                let n = (unpack::NEEDED_BYTES - front.len()).min(bytes.len());
                front.extend(bytes.iter().take(n));
                if front.len() == unpack::NEEDED_BYTES {
                    let front = std::mem::take(front);
                    layer.decide(&front, is_deepest, quota);
                    (layer.waited, layer.n_waited) = (front, 0);
                }
                Ok(n)
            }
            Packing::Packed(unpacker) => {
                layer.plain.clear();
                layer.n_plain = 0;
                let is_past = unpacker.is_past(n_given);
                let done = if is_past { Err(UnpackError::TooMuch) } else { unpacker.step(bytes, &mut layer.plain) };
                let begun = unpacker.take_begun();
                if let Some(name) = begun {
                    self.begin_member(at, name, outlet)?;
                }
                done.or_else(|error| {
                    // What could be unpacked before counts first.
                    while self.go_on(outlet)? {}
                    self.error(at, error, outlet.issues);
                    Ok(bytes.len())
                })
            }
            Packing::Ended(_) => Ok(bytes.len()),
        }
    }

    /// A member of the archive that is this layer begins.
    fn begin_member(&mut self, at: usize, name: String, outlet: &mut Outlet<'_>) -> Result<(), UnsupportedFile> {
        self.end_layers(at + 1, outlet)?;
        self.layers.truncate(at + 1);
        self.n_members += 1;
        if self.names.len() < MOST_NAMES {
            self.names.push(member::shown(&name));
        }
        self.reader.begin_member(name, outlet.issues, outlet.sink)
    }

    /// No more bytes come for the layers from this one on.
    fn end_layers(&mut self, first: usize, outlet: &mut Outlet<'_>) -> Result<(), UnsupportedFile> {
        let mut at = first;
        while let Some(layer) = self.layers.get_mut(at) {
            if let Packing::Unknown(front) = &mut layer.packing {
                let front = std::mem::take(front);
                layer.decide(&front, at + 1 >= MOST_LAYERS, self.quota);
                (layer.waited, layer.n_waited) = (front, 0);
            }
            while self.go_on(outlet)? {}
            if let Some(Layer { packing: Packing::Packed(unpacker), plain, n_plain, .. }) = self.layers.get_mut(at) {
                plain.clear();
                *n_plain = 0;
                let ended = unpacker.end(plain);
                while self.go_on(outlet)? {}
                if let Err(error) = ended {
                    self.error(at, error, outlet.issues);
                }
            }
            at += 1;
        }
        Ok(())
    }

    fn error(&mut self, at: usize, error: UnpackError, issues: &mut IssueLog) {
        // Where the form around this one broke off, it does too.
        let is_cause = !self.layers.iter().take(at).any(|layer| matches!(layer.packing, Packing::Ended(_)));
        let kind = match error {
            UnpackError::Cut => IssueKind::UnpackCut,
            UnpackError::Damaged => IssueKind::UnpackDamaged,
            UnpackError::TooMuch => IssueKind::UnpackLimit,
            UnpackError::Window => IssueKind::UnpackWindow,
        };
        if is_cause {
            issues.add(kind, self.reader.n_given(), None);
        }
        if let Some(layer) = self.layers.get_mut(at) {
            layer.close();
        }
        // A packet or row that waits for its rest is part of the same trouble.
        self.reader.cut_short();
    }

    /// Why an archive in which nothing is read is refused; none if the file is no archive.
    fn empty_archive(&self) -> Option<UnsupportedFile> {
        let unpacker = self.layers.iter().filter_map(Layer::unpacker).find(|unpacker| unpacker.is_archive())?;
        if let Some((name, is_locked)) = unpacker.unread() {
            let name = member::shown(name);
            return Some(UnsupportedFile(if is_locked {
                format!(
                    "The {unpacker} archive is protected by a password ({name}). Unpack it with the password, for \
                     example with 7z x, and open the capture inside."
                )
            } else {
                format!(
                    "The {unpacker} archive uses an unsupported compression method ({name}). Unpack it and open the \
                     capture inside."
                )
            }));
        }
        let has = |folder: &str| self.names.iter().any(|name| name.starts_with(folder));
        if has("xl/") || has("word/") || has("ppt/") || has("[Content_Types].xml") {
            let text = "This is an Office document, such as an Excel workbook. Save the sheet as CSV (File, Save As, CSV UTF-8) \
                        and open that.";
            return Some(UnsupportedFile(text.to_owned()));
        }
        let names = self.names.join(", ");
        let more = self.n_members.saturating_sub(self.names.len() as u64);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let why = self.reader.first_refusal().map(|why| format!(" {why}")).unwrap_or_default();
        Some(UnsupportedFile(if names.is_empty() {
            format!("The {unpacker} archive is empty.")
        } else {
            format!("The {unpacker} archive contains no capture and no table: {names}{more}.{why}")
        }))
    }

    /// A refusal of what is inside says so.
    fn inside(&self, refusal: UnsupportedFile) -> UnsupportedFile {
        let forms: Vec<String> = self.layers.iter().filter_map(Layer::unpacker).map(Unpacker::to_string).collect();
        if forms.is_empty() {
            return refusal;
        }
        UnsupportedFile(format!("Inside {}: {}", forms.join(", in it "), refusal.0))
    }
}
