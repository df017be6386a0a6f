//! templates/host-web, built.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use crate::build_host::path_with;
use crate::{program, repository, run};

/// What `templates/host-web/build` makes, with the tool of this checkout.
pub fn dist() -> &'static Path {
    static DIST: OnceLock<PathBuf> = OnceLock::new();
    DIST.get_or_init(|| {
        let profile = program().parent().expect("a program is in a directory");
        let target = profile.parent().expect("a profile has a directory above it");
        let place = target.join("tmp/host-web");
        let mut build = Command::new(repository().join("templates/host-web/build"));
        build.arg(place.join("dist")).env("CARGO_TARGET_DIR", place.join("target"));
        build.env("PATH", path_with(profile));
        for name in ["CARGO_BUILD_TARGET", "RUSTFLAGS", "CARGO_ENCODED_RUSTFLAGS"] {
            build.env_remove(name);
        }
        run(&mut build).exits(0);
        place.join("dist")
    })
}
