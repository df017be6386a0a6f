//! cargo's flags that are refused, each with what to do instead.

use clap::Args;

const HARNESSES: &str = "tests and benches are not published; build them with cargo";
const CHOOSE: &str = "select what to publish: `--lib`, `--bins`, `--examples`";
const GRAPH: &str =
    "it builds nothing; pass it to cargo, or use `--dry-run` to see what would be done";
const RENAMED: &str = "use its new name, `--artifact-dir`";

/// Flags that cargo takes and that have no meaning here.
const REFUSED: [(&str, &str); 7] = [
    ("--tests", HARNESSES),
    ("--test", HARNESSES),
    ("--benches", HARNESSES),
    ("--bench", HARNESSES),
    ("--all-targets", CHOOSE),
    ("--unit-graph", GRAPH),
    ("--out-dir", RENAMED),
];

/// What to do instead of giving this flag, where it is one that is refused.
pub fn instead_of(flag: &str) -> Option<&'static str> {
    REFUSED.iter().find(|(refused, _)| *refused == flag).map(|(_, advice)| *advice)
}

/// Such flags as they were typed: taken, so that they can be refused with a reason.
#[derive(Debug, Default, Args)]
pub struct Refused {
    #[arg(long, hide = true)]
    tests: bool,
    #[arg(long, hide = true, num_args = 0..=1)]
    test: Option<Vec<String>>,
    #[arg(long, hide = true)]
    benches: bool,
    #[arg(long, hide = true, num_args = 0..=1)]
    bench: Option<Vec<String>>,
    #[arg(long, hide = true)]
    all_targets: bool,
    #[arg(long, hide = true)]
    unit_graph: bool,
    #[arg(long, hide = true)]
    out_dir: Option<std::path::PathBuf>,
}

impl Refused {
    /// The first of them that was given.
    pub fn first(&self) -> Option<&'static str> {
        let given = [
            self.tests,
            self.test.is_some(),
            self.benches,
            self.bench.is_some(),
            self.all_targets,
            self.unit_graph,
            self.out_dir.is_some(),
        ];
        REFUSED.iter().zip(given).find(|(_, given)| *given).map(|((flag, _), _)| *flag)
    }
}
