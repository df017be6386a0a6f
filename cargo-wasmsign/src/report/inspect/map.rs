//! A small map of a file: its parts, and how far each set of signatures agrees with it.

/// Columns of the map.
const WIDTH: u64 = 60;

/// Where a file's body and its parts are, as offsets in bytes.
pub(super) struct Map {
    /// The length of the file.
    pub(super) size: u64,
    /// Where the body begins.
    pub(super) body: u64,
    /// Where each part ends.
    pub(super) ends: Vec<u64>,
}

impl Map {
    /// The file as one line: `-` what no signature covers by its nature, `=` the body, `|` the end of a part.
    pub(super) fn file(&self) -> String {
        self.row(|_| '=')
    }

    /// The same line for a set: `=` where its hashes agree with the file, `.` where they do not.
    pub(super) fn covered(&self, covered: u64) -> String {
        self.row(|end| if end <= covered { '=' } else { '.' })
    }

    /// One character a column; `body` decides by the offset at which a column of the body ends.
    fn row(&self, body: impl Fn(u64) -> char) -> String {
        let offset = |column: u64| self.size * column / WIDTH;
        let columns = (0..WIDTH).map(|column| {
            let (start, end) = (offset(column), offset(column + 1));
            let is_boundary =
                |boundary: u64| start < boundary && boundary <= end && boundary < self.size;
            if end <= self.body {
                '-'
            } else if self.ends.iter().any(|end| is_boundary(*end)) {
                '|'
            } else {
                body(end)
            }
        });
        columns.collect()
    }
}
