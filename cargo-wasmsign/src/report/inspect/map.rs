//! A small map of a file: its parts, and how far each set of signatures agrees with it.

use super::Inspect;

/// Columns of the map.
const WIDTH: u64 = 60;

/// The file as one line: `-` what no signature covers by its nature, `=` the body, `|` the end of a part.
pub(super) fn file(what: &Inspect) -> String {
    row(what, |_| '=')
}

/// The same line for a set: `=` where its hashes agree with the file, `.` where they do not.
pub(super) fn covered(what: &Inspect, covered: u64) -> String {
    row(what, |end| if end <= covered { '=' } else { '.' })
}

/// One character a column; `body` decides by the offset at which a column of the body ends.
fn row(what: &Inspect, body: impl Fn(u64) -> char) -> String {
    let body_start = what.parts.first().map_or(what.size, |part| part.start);
    let offset = |column: u64| what.size * column / WIDTH;
    let columns = (0..WIDTH).map(|column| {
        let (start, end) = (offset(column), offset(column + 1));
        let is_boundary =
            |boundary: u64| start < boundary && boundary <= end && boundary < what.size;
        if end <= body_start {
            '-'
        } else if what.boundaries.iter().any(|boundary| is_boundary(boundary.end)) {
            '|'
        } else {
            body(end)
        }
    });
    columns.collect()
}
