//! Names that are nearly right, and tables that got lost.

use end_to_end::project::{CDYLIB, LIBRARY, Project, SIGNED};
use end_to_end::{run, wasmsign};

const PLAIN: &str = "optimize = false";

#[test]
fn a_profile_that_is_nearly_one_is_refused_with_its_place() {
    let table = format!("{PLAIN}\n[package.metadata.wasmsign.profile.relase]\nkey-id = \"none\"");
    let project = Project::tiny(&table);
    let place = "Cargo.toml:9:36";
    for command in ["build", "config"] {
        let mut call = wasmsign(project.path());
        run(call.arg(command)).exits(2).says(&[place, "`relase`", "did you mean `release`?"]);
    }
    project.is_untouched();
    // One that there is, wherever it is described.
    let describe = "inherits = \"dev\"";
    project.write(".cargo/config.toml", "include = [\"more.toml\"]");
    project.write(".cargo/more.toml", format!("[profile.relase]\n{describe}"));
    run(&mut project.build(&["--no-sign"])).exits(0);
    project.write(".cargo/more.toml", "");
    run(project.build(&["--no-sign"]).env("CARGO_PROFILE_RELASE_INHERITS", "dev")).exits(0);
    project.replace(
        "Cargo.toml",
        "[workspace]",
        &format!("[profile.relase]\n{describe}\n[workspace]"),
    );
    let said = run(&mut project.build(&["--no-sign"])).exits(0);
    assert!(!said.err.contains("relase"), "{}", said.err);
}

#[test]
fn a_profile_that_nobody_has_is_a_warning() {
    let table =
        format!("{PLAIN}\n[package.metadata.wasmsign.profile.elsewhere]\nkey-id = \"none\"");
    let project = Project::tiny(&table);
    let says = ["Cargo.toml:9:36", "there is no profile named `elsewhere`", "has no effect"];
    run(&mut project.build(&["--no-sign"])).exits(0).says(&says);
    run(wasmsign(project.path()).arg("config")).exits(0).says(&says);
}

#[test]
fn a_variable_that_is_nearly_one_is_refused() {
    let project = Project::tiny(PLAIN);
    for (name, meant) in [
        ("CARGO_WASMSIGN_SIGNWITH", "CARGO_WASMSIGN_SIGN_WITH"),
        ("CARGO_WASMSING_KEY_ID", "CARGO_WASMSIGN_KEY_ID"),
    ] {
        let mut build = project.build(&[]);
        run(build.env(name, "release")).exits(2).says(&[name, &format!("did you mean `{meant}`?")]);
    }
    project.is_untouched();
    // Empty is unset; and a variable that a key is in is not ours to name.
    let mut build = project.build(&["--no-sign"]);
    build.env("CARGO_WASMSIGN_SIGNWITH", "").env("CARGO_WASMSIGN_RELEASE_KEY", "secret");
    run(&mut build).exits(0);
    let secret = "secret = { env = \"CARGO_WASMSIGN_TARGETS\" }";
    project.replace("Cargo.toml", "secret = { file = \"release.key\" }", secret);
    run(project.build(&["--no-sign"]).env("CARGO_WASMSIGN_TARGETS", "x")).exits(0);
}

#[test]
fn an_unpacked_package_says_what_it_has_lost() {
    let described = "license = \"MIT\"\ndescription = \"a guest\"\n";
    let guest = format!("{described}{CDYLIB}[package.metadata.wasmsign]\n{PLAIN}\n");
    let project = Project::workspace(SIGNED, &[("guest", &guest, LIBRARY)]);
    let mut package = std::process::Command::new(end_to_end::cargo());
    package.args([
        "package",
        "--no-verify",
        "--allow-dirty",
        "-p",
        "guest",
        "--target-dir",
        "packed",
    ]);
    package.current_dir(project.path());
    run(&mut package).exits(0);
    let elsewhere = end_to_end::scratch();
    let mut unpack = std::process::Command::new("tar");
    unpack.arg("xzf").arg(project.join("packed/package/guest-0.1.0.crate"));
    run(unpack.current_dir(elsewhere.path())).exits(0);
    let unpacked = elsewhere.path().join("guest-0.1.0");
    let build = |flags: &[&str]| run(wasmsign(&unpacked).arg("build").args(flags));
    let says = ["Cargo.toml", "`cargo package`", "the workspace", "[workspace.metadata.wasmsign]"];
    build(&[]).exits(2).says(&says);
    build(&["--no-sign"]).exits(2).says(&says);
    assert!(!unpacked.join("target").exists());
    // Whoever adds the tables, or says that none are missing, knows.
    let manifest = std::fs::read_to_string(unpacked.join("Cargo.toml")).expect("it can be read");
    end_to_end::write(&unpacked.join("Cargo.toml"), format!("{manifest}\n[workspace]\n"));
    build(&["--no-sign"]).exits(0);
    build(&[]).exits(2).says(&["no signer is set"]);
}
