//! Reading the header and the sections of a binary.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use super::error::{Malformed, Rule};
use super::leb128::{Step, Varuint32};
use super::section::{Custom, Kind, Section};
use crate::limits::MAX_NAME_BYTES;
use crate::stream::chunks::{Sink, Tee};
use crate::stream::source::Source;

impl<I, S> Tee<I, S>
where
    I: Source,
    S: Sink,
    S::Error: From<Malformed>,
{
    /// Reads the header of the binary.
    pub(crate) fn kind(&mut self) -> Result<Kind, S::Error> {
        let mut found = Vec::with_capacity(8);
        self.append(8, &mut found)?;
        let known = Kind::ALL.into_iter().find(|kind| found == kind.header());
        known.ok_or_else(|| {
            let rule = if found.is_empty() { Rule::Empty } else { Rule::Header { found } };
            Malformed::module(0, rule).into()
        })
    }

    /// Reads the frame of the next section up to its content; `None` at the end of the file.
    pub(crate) fn section(&mut self) -> Result<Option<Section>, S::Error> {
        let offset = self.offset();
        let Some(id) = self.byte()? else { return Ok(None) };
        let (size, size_padded) = self.varuint32("the section's size")?;
        let start = self.offset();
        let payload = start..start + u64::from(size);
        let (custom, name_padded) =
            if id == 0 { self.custom(offset, &payload)? } else { (None, false) };
        let padded = size_padded || name_padded;
        Ok(Some(Section { id, offset, payload, custom, padded }))
    }

    /// Passes over the rest of a section whose frame was just read.
    pub(crate) fn skip_content(&mut self, section: &Section) -> Result<(), S::Error> {
        let rest = section.end() - self.offset();
        let found = self.skip(rest)?;
        self.whole(section, rest, found)
    }

    /// Appends the rest of a section whose frame was just read to `out`.
    pub(crate) fn append_content(
        &mut self,
        section: &Section,
        out: &mut Vec<u8>,
    ) -> Result<(), S::Error> {
        let rest = section.end() - self.offset();
        let found = self.append(rest, out)?;
        self.whole(section, rest, found)
    }

    fn whole(&self, section: &Section, wanted: u64, found: u64) -> Result<(), S::Error> {
        if found == wanted {
            return Ok(());
        }
        Err(leaves_file(section.offset, &section.payload, self.offset()).into())
    }

    /// What a custom section has beside its frame, and whether its name's length is padded.
    fn custom(
        &mut self,
        offset: u64,
        payload: &Range<u64>,
    ) -> Result<(Option<Custom>, bool), S::Error> {
        let at = self.offset();
        if payload.is_empty() {
            return Err(Malformed::module(offset, Rule::NameMissing).into());
        }
        let (claimed, padded) = match self.number("the section name's length")? {
            // The frame is what is wrong where even the length of the name lies behind the end.
            Err(Rule::Truncated { .. }) if self.offset() < payload.end => {
                return Err(leaves_file(offset, payload, self.offset()).into());
            }
            read => read.map_err(|rule| Malformed::module(at, rule))?,
        };
        let found = payload.end.saturating_sub(self.offset());
        if self.offset() > payload.end || u64::from(claimed) > found {
            return Err(Malformed::module(at, Rule::NameLeavesSection { claimed, found }).into());
        }
        if claimed > MAX_NAME_BYTES {
            return Err(Malformed::module(at, Rule::NameTooLong { claimed }).into());
        }
        let name = self.name(offset, payload, claimed)?;
        Ok((Some(Custom { name, content: self.offset()..payload.end }), padded))
    }

    fn name(&mut self, offset: u64, payload: &Range<u64>, length: u32) -> Result<String, S::Error> {
        let start = self.offset();
        let mut bytes = Vec::new();
        if self.append(length.into(), &mut bytes)? < u64::from(length) {
            return Err(leaves_file(offset, payload, self.offset()).into());
        }
        String::from_utf8(bytes).map_err(|error| {
            let at = start + error.utf8_error().valid_up_to() as u64;
            Malformed::module(at, Rule::NameNotUtf8).into()
        })
    }

    /// Reads a varuint32, and tells whether it is padded.
    fn varuint32(&mut self, what: &'static str) -> Result<(u32, bool), S::Error> {
        let start = self.offset();
        let read = self.number(what)?;
        read.map_err(|rule| Malformed::module(start, rule).into())
    }

    /// As [`Tee::varuint32`]; the inner error is the rule that the number breaks.
    fn number(&mut self, what: &'static str) -> Result<Result<(u32, bool), Rule>, S::Error> {
        let mut number = Varuint32::default();
        loop {
            let Some(byte) = self.byte()? else { return Ok(Err(Rule::Truncated { what })) };
            match number.push(byte) {
                Step::More => {}
                Step::Done { value, padded } => return Ok(Ok((value, padded))),
                Step::TooLong => return Ok(Err(Rule::Varuint32 { what })),
            }
        }
    }
}

fn leaves_file(offset: u64, payload: &Range<u64>, file_end: u64) -> Malformed {
    let claimed = u32::try_from(payload.end - payload.start).unwrap_or(u32::MAX);
    let found = file_end.saturating_sub(payload.start);
    Malformed::module(offset, Rule::SectionLeavesFile { claimed, found })
}
