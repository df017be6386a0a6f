//! cargo's flags for cargo: those that decide nothing about where the artifacts are, as they were given.

use crate::cli::args::{Compilation, Resolution, Screen, Targets};
use crate::ops::jobs;

/// The flags of cargo that are passed on as they are.
pub(crate) fn of(
    compilation: &Compilation,
    targets: &Targets,
    resolution: &Resolution,
    screen: Screen,
) -> Vec<String> {
    let mut flags = Flags(Vec::new());
    flags.switch("--release", compilation.mode.release);
    flags.value("--profile", compilation.mode.profile.as_ref());
    flags.switch("--all-features", compilation.all_features);
    flags.switch("--no-default-features", compilation.no_default_features);
    flags.value("--jobs", jobs::for_cargo(compilation));
    flags.switch("--keep-going", compilation.keep_going);
    flags.timings(compilation.timings.as_ref());
    flags.switch("--future-incompat-report", compilation.future_incompat_report);
    flags.switch("--ignore-rust-version", resolution.ignore_rust_version);
    flags.targets(targets);
    flags.screen(screen);
    flags.0
}

/// The features, one by one.
pub(crate) fn features(compilation: &Compilation) -> Vec<String> {
    let words = compilation.features.iter().flat_map(|text| text.split([' ', ',']));
    words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

struct Flags(Vec<String>);

impl Flags {
    fn switch(&mut self, name: &str, given: bool) {
        self.0.extend(given.then(|| name.to_owned()));
    }

    fn value(&mut self, name: &str, value: Option<&String>) {
        self.0.extend(value.into_iter().flat_map(|value| [name.to_owned(), value.clone()]));
    }

    /// A flag without its value is cargo's to refuse: it tells what there is to name.
    fn values(&mut self, name: &str, values: &[String]) {
        values.iter().for_each(|value| match value.is_empty() {
            true => self.switch(name, true),
            false => self.value(name, Some(value)),
        });
    }

    fn timings(&mut self, timings: Option<&Option<String>>) {
        self.0.extend(timings.map(|formats| match formats {
            Some(formats) => format!("--timings={formats}"),
            None => "--timings".to_owned(),
        }));
    }

    fn targets(&mut self, targets: &Targets) {
        self.switch("--lib", targets.lib);
        self.values("--bin", &targets.bin);
        self.switch("--bins", targets.bins);
        self.values("--example", &targets.example);
        self.switch("--examples", targets.examples);
    }

    fn screen(&mut self, screen: Screen) {
        self.switch("--quiet", screen.quiet);
        (0..screen.verbose).for_each(|_| self.switch("--verbose", true));
        self.value("--color", screen.color.map(|color| color.word().to_owned()).as_ref());
    }
}
