//! A small map of a file: its parts, and how far each set of signatures agrees with it.

use wasmsign_core::inspect::{Agreement, Inspection};
use wasmsign_core::signature_data::SignatureSet;

/// Columns of the map.
const WIDTH: u64 = 60;

/// Where the body starts: behind the header and the signature section.
fn body_start(what: &Inspection) -> u64 {
    match what.sections.first() {
        Some(section) if section.is_signature() => section.end(),
        _ => what.kind.header().len() as u64,
    }
}

/// The parts of the file, as ranges of bytes in file order.
pub(super) fn parts(what: &Inspection) -> Vec<(u64, u64)> {
    let ends = what.boundaries.iter().map(|boundary| boundary.end);
    let starts = std::iter::once(body_start(what)).chain(ends.clone());
    starts.zip(ends).collect()
}

/// The file as one line: `-` what no signature covers by its nature, `=` the body, `|` the end of a part.
pub(super) fn file(what: &Inspection) -> String {
    row(what, |_| '=')
}

/// The same line for one set: `=` where its hashes agree with the file, `.` where they do not.
pub(super) fn set(what: &Inspection, set: &SignatureSet) -> String {
    let covered = match what.agreement(set) {
        Agreement::Whole => what.total,
        Agreement::Prefix(end) => end,
        Agreement::Nothing => 0,
    };
    row(what, |end| if end <= covered { '=' } else { '.' })
}

/// One character a column; `body` decides by the offset at which a column of the body ends.
fn row(what: &Inspection, body: impl Fn(u64) -> char) -> String {
    let offset = |column: u64| what.total * column / WIDTH;
    let columns = (0..WIDTH).map(|column| {
        let (start, end) = (offset(column), offset(column + 1));
        let is_boundary =
            |boundary: u64| start < boundary && boundary <= end && boundary < what.total;
        if end <= body_start(what) {
            '-'
        } else if what.boundaries.iter().any(|boundary| is_boundary(boundary.end)) {
            '|'
        } else {
            body(end)
        }
    });
    columns.collect()
}
