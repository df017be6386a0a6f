//! What `init` adds to projects that are there: manifests of every kind, keys, trust files, workflows.

use std::path::Path;
use std::process::Command;

use end_to_end::project::{CDYLIB, LIBRARY, PROGRAM, Project, package};
use end_to_end::{Said, files, key_pair, run, scratch, strays, wasmsign, write};
use tempfile::TempDir;

/// A call of `init` in a directory.
fn init(directory: &Path, arguments: &[&str]) -> Said {
    run(wasmsign(directory).arg("init").args(arguments))
}

/// A project with this manifest in a repository of its own.
fn project(manifest: &str) -> TempDir {
    let project = scratch();
    write(&project.path().join("Cargo.toml"), manifest);
    write(&project.path().join("src/lib.rs"), LIBRARY);
    git(project.path(), &["init", "--quiet"]);
    project
}

fn git(directory: &Path, arguments: &[&str]) -> String {
    let mut git = Command::new("git");
    git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
    run(git.current_dir(directory)).exits(0).out
}

fn manifest(project: &Path) -> String {
    std::fs::read_to_string(project.join("Cargo.toml")).expect("there is a manifest")
}

/// A package with a cdylib, and what follows.
fn tiny(rest: &str) -> String {
    package("tiny", &format!("{CDYLIB}{rest}"))
}

/// Asserts that all lines of the old text are in the new one, byte for byte and in order, and gives the others.
#[track_caller]
fn added(old: &str, new: &str) -> String {
    let mut kept = old.split_inclusive('\n').peekable();
    let is_added = |line: &&str| match kept.next_if_eq(line) {
        Some(_) => false,
        // The last line of a file may have had no end.
        None => kept.next_if(|kept| !kept.ends_with('\n') && **kept == *line.trim_end()).is_none(),
    };
    let added: String = new.split_inclusive('\n').filter(is_added).collect();
    assert_eq!(kept.next(), None, "a line is gone of\n{old}\n--- which is now\n{new}");
    added
}

/// What stands in the manifests that are tried: each takes the tables, and keeps all that it has.
const MANIFESTS: [(&str, &str); 9] = [
    ("nothing else", ""),
    (
        "comments",
        "# a\n\n  # b\n[profile.release] # c\nlto = true # d\n# e\n\n# the end, without a newline",
    ),
    (
        "another tool's tables",
        "[package.metadata.docs.rs]\nall-features = true\n[workspace.metadata.other]\na = 1\n",
    ),
    (
        "a workspace",
        "[workspace]\nresolver = \"3\" # why\n\n# far below\n[profile.dev]\nopt-level = 1\n",
    ),
    (
        "settings of ours",
        "[workspace.metadata.wasmsign]\n# small\noptimize = \"z\"\n\n[profile.dev]\n",
    ),
    ("tables below ours", "[workspace.metadata.wasmsign.optimize]\nlevel = \"z\"\n"),
    (
        "dotted keys",
        "[workspace]\nmetadata.other.a = 1\nmetadata.wasmsign.optimize = \"z\"\n[package.metadata]\na.b = 1\n",
    ),
    (
        "inline tables",
        "[workspace]\nmetadata = { other = { a = 1 }, wasmsign = { optimize = \"z\" } } # in one line\n",
    ),
    ("an inline table at the root", "[workspace.metadata]\nwasmsign = {}\n"),
];

#[test]
fn manifests_keep_what_they_have() {
    for (about, rest) in MANIFESTS {
        for end in ["\n", "\r\n"] {
            let before = tiny(rest).replace('\n', end);
            let project = project(&before);
            init(project.path(), &[]).exits(0);
            let after = manifest(project.path());
            let inline = about.contains("inline");
            if !inline {
                let added = added(&before, &after);
                assert!(added.contains("[package.metadata.wasmsign]"), "{about}: {added}");
                assert!(added.contains("keys.release]"), "{about}: {added}");
            }
            // What stands in one line is changed there, and nowhere else.
            let lines = |text: &str| -> Vec<String> {
                let lines = text.split_inclusive('\n').map(str::to_owned);
                lines.filter(|line| !line.contains("wasmsign")).collect()
            };
            lines(&before).iter().for_each(|line| {
                assert!(after.contains(line.trim_end_matches(['\r', '\n'])), "{about}: {line}");
            });
            let bare = after.replace("\r\n", "");
            assert_eq!(bare.contains('\n'), end == "\n", "{about}: other ends of lines");

            // It is what a build reads.
            let config =
                run(wasmsign(project.path()).args(["config", "--format", "json"])).exits(0);
            assert!(config.out.contains("keys/release.key"), "{about}: {}", config.out);
            // And a second time, nothing is changed.
            let files_before = files(project.path());
            let again = init(project.path(), &[]).exits(0).prints(&["Kept Cargo.toml"]);
            assert!(
                !again.out.contains("Created") && !again.out.contains("Changed"),
                "{}",
                again.out
            );
            assert_eq!(files(project.path()), files_before, "{about}");
        }
    }
}

#[test]
fn a_byte_order_mark_and_mixed_line_ends_stay() {
    let before = format!("\u{feff}{}", tiny("# b\r\n# c\n"));
    let project = project(&before);
    init(project.path(), &[]).exits(0);
    let after = manifest(project.path());
    added(&before, &after);
    assert!(after.starts_with('\u{feff}') && after.contains("# b\r\n# c\n"), "{after:?}");
}

#[test]
fn a_project_is_signed_after_one_command() {
    let project = project(&tiny(""));
    let said = init(project.path(), &["--trust"]).exits(0);
    let next: Vec<_> =
        said.out.lines().filter_map(|line| line.trim().strip_prefix("Next ")).collect();
    assert_eq!(
        next,
        [
            "cargo wasmsign build --release",
            "cargo wasmsign verify target/wasmsign/wasm32-unknown-unknown/release/tiny.wasm"
        ]
    );
    for line in &next {
        let words: Vec<_> = line.split(' ').skip(2).collect();
        run(wasmsign(project.path()).args(words)).exits(0);
    }
    let mut verify = wasmsign(project.path());
    verify.args(["verify", "--policy", "wasmsign-trust.toml"]);
    run(verify.arg("target/wasmsign/wasm32-unknown-unknown/release/tiny.wasm")).exits(0);
    // The secret key is the only file that git leaves out, and nobody else may read it.
    let ignored =
        git(project.path(), &["status", "--porcelain", "--ignored", "--untracked-files=all"]);
    let ignored: Vec<_> = ignored.lines().filter(|line| line.starts_with("!!")).collect();
    assert_eq!(ignored, ["!! keys/release.key"]);
    use std::os::unix::fs::PermissionsExt;
    let secret = std::fs::metadata(project.path().join("keys/release.key")).expect("it is there");
    assert_eq!(secret.permissions().mode() & 0o777, 0o600);
    git(project.path(), &["add", "."]);
    git(project.path(), &["commit", "--quiet", "-m", "start"]);
    git(project.path(), &["fsck", "--strict"]);
}

#[test]
fn packages_get_tables_where_they_make_modules() {
    let members = [("one", CDYLIB, LIBRARY), ("two", CDYLIB, LIBRARY), ("tool", "", PROGRAM)];
    let has_table = |project: &Project, name: &str| {
        let text = std::fs::read_to_string(project.join(name).join("Cargo.toml"));
        text.expect("it has a manifest").contains("[package.metadata.wasmsign]")
    };
    let all = Project::workspace("", &members);
    let said = init(all.path(), &["--format", "json"]).exits(0);
    let actions = said.json()[0]["changes"].as_array().map(Vec::len);
    assert_eq!(actions, Some(6), "{}", said.out);
    assert!(has_table(&all, "one") && has_table(&all, "two") && !has_table(&all, "tool"));

    let named = Project::workspace("", &members);
    init(named.path(), &["-p", "tool"]).exits(0);
    assert!(has_table(&named, "tool") && !has_table(&named, "one"));
    // Whoever has chosen has chosen.
    init(named.path(), &[]).exits(0);
    assert!(!has_table(&named, "one"));
    init(named.path(), &["-p", "on"]).exits(2).says(&["did you mean `one`?"]);

    // From a member's directory, for that member; the keys are those of the workspace.
    let below = Project::workspace("", &members);
    init(&below.join("two"), &[]).exits(0).prints(&["Changed Cargo.toml", "keys/release.key"]);
    assert!(has_table(&below, "two") && !has_table(&below, "one"));

    let none = Project::workspace("", &[("tool", "", PROGRAM)]);
    let before = files(none.path());
    init(none.path(), &[]).exits(2).says(&["no package here makes a WebAssembly module", "`-p`"]);
    assert_eq!(files(none.path()), before);
}

#[test]
fn keys_that_are_there_are_used() {
    let keys = scratch();
    key_pair(keys.path(), "mine");
    key_pair(keys.path(), "other");
    let path = |name: &str| keys.path().join(name).display().to_string();
    let (secret, public) = (path("mine.key"), path("mine.pub"));

    // Outside of the repository: the manifest knows no path of this machine.
    let outside = project(&tiny(""));
    let said = init(outside.path(), &["--key", &secret]).exits(0);
    said.prints(&[&format!("Next cargo wasmsign build --release -k {secret}")]);
    let text = manifest(outside.path());
    assert!(text.contains("secret = { env = \"WASMSIGN_RELEASE_KEY\" }"), "{text}");
    assert!(text.contains("public = \"keys/release.pub\"") && !text.contains(&secret), "{text}");
    assert!(!outside.path().join(".gitignore").exists());
    run(wasmsign(outside.path()).args(["build", "--release", "-k", &secret])).exits(0);
    let module = "target/wasmsign/wasm32-unknown-unknown/release/tiny.wasm";
    run(wasmsign(outside.path()).args(["verify", "-K", &public, module])).exits(0);

    // Only the public half: somebody else has the other one. It need not be in the repository.
    let half = project(&tiny(""));
    init(half.path(), &["--public", &public]).exits(0);
    let text = manifest(half.path());
    assert!(text.contains("public = \"ssh-ed25519 ") && text.contains("env = "), "{text}");
    assert!(!half.path().join("keys").exists());

    // Inside: git ignores it from now on, unless it does so already.
    let inside = project(&tiny(""));
    key_pair(inside.path(), "own");
    init(inside.path(), &["--key", "own.key", "--public", "own.pub"]).exits(0);
    assert!(manifest(inside.path()).contains("secret = { file = \"own.key\" }"));
    assert_eq!(std::fs::read_to_string(inside.path().join(".gitignore")).unwrap(), "/own.key\n");
    let ignoring = project(&tiny(""));
    write(&ignoring.path().join(".gitignore"), "*.key");
    init(ignoring.path(), &[]).exits(0).prints(&["Kept .gitignore"]);
    assert_eq!(std::fs::read_to_string(ignoring.path().join(".gitignore")).unwrap(), "*.key");

    // What does not belong together, or is not what it should be.
    for (arguments, code, words) in [
        (
            ["--key", &secret, "--public", &path("other.pub")],
            2,
            "does not belong to the secret key",
        ),
        (["--key", &path("none.key"), "--public", &public], 2, "but no secret key"),
        (["--key", &public, "--public", "keys/a.pub"], 2, "is a public key, not a secret one"),
        (["--key", "a.key", "--public", &secret], 2, "is a secret key, not a public one"),
        (["--key", "a.key", "--public", &path("new.pub")], 2, "outside of the repository"),
        (["--key", "Cargo.toml", "--public", "keys/a.pub"], 3, "Cargo.toml"),
    ] {
        let wrong = project(&tiny(""));
        let before = files(wrong.path());
        init(wrong.path(), &arguments).exits(code).says(&[words]);
        assert_eq!(files(wrong.path()), before, "{arguments:?}");
    }

    // One that everybody with the repository has.
    let tracked = project(&tiny(""));
    key_pair(tracked.path(), "own");
    git(tracked.path(), &["add", "own.key"]);
    init(tracked.path(), &["--key", "own.key"]).exits(2).says(&["git tracks the secret key"]);
}

/// An encrypted key is asked about nobody where there is no terminal, and a new pair asks nobody anything.
#[test]
fn without_a_terminal_it_is_said_what_to_set() {
    let project = project(&tiny(""));
    let mut keygen = wasmsign(project.path());
    keygen.args([
        "keygen",
        "--encrypt",
        "--passphrase-env",
        "PASS",
        "-k",
        "own.key",
        "-K",
        "own.pub",
    ]);
    run(keygen.env("PASS", "open sesame")).exits(0);
    let before = files(project.path());
    let arguments = ["init", "--key", "own.key", "--public", "own.pub"];
    let alone = |command: &mut Command| {
        use std::os::unix::process::CommandExt;
        // Of a process that leads no session, the terminal would be that of whoever runs the tests.
        command.env("CI", "1").process_group(0);
        run(command.stdin(std::process::Stdio::null()))
    };
    alone(wasmsign(project.path()).args(arguments)).exits(2).says(&["--passphrase-env"]);
    assert_eq!(files(project.path()), before);
    let mut with = wasmsign(project.path());
    with.args(arguments).args(["--passphrase-env", "PASS"]).env("PASS", "open sesame");
    alone(&mut with).exits(0);
    let other = self::project(&tiny(""));
    alone(wasmsign(other.path()).arg("init")).exits(0).prints(&["Created keys/release.key"]);
}

#[test]
fn what_is_there_is_kept_and_named() {
    let project = project(&tiny(""));
    let all = ["--trust", "--ci", "github"];
    for path in ["wasmsign-trust.toml", ".github/workflows/wasmsign.yml", ".gitlab-ci.yml"] {
        write(&project.path().join(path), "mine: true\n");
    }
    init(project.path(), &all)
        .exits(0)
        .prints(&["Kept wasmsign-trust.toml", "Kept .github/workflows/wasmsign.yml"]);
    let said = init(project.path(), &["--ci", "gitlab"]).exits(0);
    let said = said.prints(&["Created .gitlab/wasmsign.yml", "Kept .gitlab-ci.yml"]);
    said.says(&["add `- local: .gitlab/wasmsign.yml` to `include`"]);
    for path in ["wasmsign-trust.toml", ".github/workflows/wasmsign.yml", ".gitlab-ci.yml"] {
        let text = std::fs::read_to_string(project.path().join(path)).expect("it is there");
        assert_eq!(text, "mine: true\n", "{path}");
    }
    // A trust file for keys that the manifest has already.
    std::fs::remove_file(project.path().join("wasmsign-trust.toml")).expect("it is there");
    init(project.path(), &["--trust"]).exits(0).prints(&["Created wasmsign-trust.toml"]);
    run(wasmsign(project.path()).args(["trust", "check", "wasmsign-trust.toml"])).exits(0);
}

#[test]
fn a_dry_run_shows_what_a_run_does_and_writes_nothing() {
    for rest in ["", "# a comment\t\n[profile.dev]\nopt-level = 1"] {
        let project = project(&tiny(rest));
        let before = files(project.path());
        let all = ["--ci", "gitlab", "--trust"];
        let said = init(project.path(), &[&all[..], &["--dry-run"]].concat()).exits(0);
        let said = said.prints(&["Would create keys/release.key", "Would change Cargo.toml"]);
        assert_eq!(files(project.path()), before);
        // The difference is one that others understand, and it says all but the keys.
        let patched = scratch();
        write(&patched.path().join("Cargo.toml"), tiny(rest));
        let from = said.out.find("--- ").expect("there is a difference");
        write(&patched.path().join("patch"), &said.out[from..]);
        git(patched.path(), &["init", "--quiet"]);
        git(patched.path(), &["apply", "patch"]);
        init(project.path(), &all).exits(0);
        for path in ["Cargo.toml", ".gitignore", "wasmsign-trust.toml", ".gitlab/wasmsign.yml"] {
            let read =
                |place: &TempDir| std::fs::read(place.path().join(path)).expect("it is there");
            assert!(read(&patched) == read(&project), "{path}");
        }
        let told = init(project.path(), &["--dry-run", "--format", "json"]).exits(0).json();
        assert_eq!((&told[0]["dry_run"], &told[0]["schema"]), (&true.into(), &1.into()));
    }
}

#[test]
fn nothing_is_half_written() {
    // The last file cannot be written: the manifest lies in a directory that is read-only for all but its content.
    let project = project(&tiny(""));
    for place in ["keys", ".github"] {
        write(&project.path().join(place), "a file where a directory should be\n");
        let before = files(project.path());
        let said = init(project.path(), &["--ci", "github"]).exits(4);
        said.says(&[place]);
        assert_eq!(files(project.path()), before, "{place}");
        std::fs::remove_file(project.path().join(place)).expect("it is ours");
    }
    assert!(strays(project.path()).is_empty());
    // Manifests that cannot be read.
    for (text, code, words) in [
        ("[package", 101, "cargo metadata failed"),
        (&*tiny("[package.metadata.wasmsign]\noptimise = \"z\"\n"), 2, "optimize"),
        (&*tiny("[workspace.metadata]\nwasmsign = 1\n"), 2, "wasmsign"),
    ] {
        write(&project.path().join("Cargo.toml"), text);
        let before = files(project.path());
        init(project.path(), &[]).exits(code).says(&[words]);
        assert_eq!(files(project.path()), before);
    }
    let empty = scratch();
    init(empty.path(), &[]).exits(101).says(&["run this in a project's directory"]);
}

/// The kernel refuses to write, as it does in a repository that is mounted read-only.
#[cfg(target_os = "linux")]
#[test]
fn a_repository_that_is_read_only_stays_as_it_is() {
    let project = project(&tiny(""));
    let before = files(project.path());
    let call = wasmsign(project.path());
    let mut traced = Command::new("strace");
    traced.args(["-f", "-o", "/dev/null", "-e", "trace=mkdir,rename,renameat,renameat2"]);
    traced.args(["-e", "inject=mkdir,rename,renameat,renameat2:error=EROFS"]);
    traced.arg(call.get_program()).args(call.get_args()).arg("init").current_dir(project.path());
    traced.env("CARGO", end_to_end::cargo());
    run(&mut traced).exits(4).says(&["Read-only file system", "help: write to another directory"]);
    assert_eq!(files(project.path()), before);
    assert!(strays(project.path()).is_empty());
}

/// A project somewhere in a repository: the workflows lie at its top, and lead there.
#[test]
fn workflows_lie_at_the_top_of_the_repository() {
    let repository = scratch();
    git(repository.path(), &["init", "--quiet"]);
    let project = repository.path().join("code/my guest");
    write(&project.join("Cargo.toml"), tiny(""));
    write(&project.join("src/lib.rs"), LIBRARY);
    init(&project, &["--ci", "github"]).exits(0);
    init(&project, &["--ci", "gitlab"]).exits(0);
    for path in [".github/workflows/wasmsign.yml", ".gitlab/wasmsign.yml"] {
        let text = std::fs::read_to_string(repository.path().join(path)).expect("it is at the top");
        assert!(text.contains("PROJECT: \"code/my guest\"\n"), "{text}");
        assert!(text.contains("PUBLIC_KEY: keys/release.pub\n"), "{text}");
    }
    assert!(project.join(".gitignore").is_file());
    // A key elsewhere in the repository is ignored there.
    let elsewhere = scratch();
    git(elsewhere.path(), &["init", "--quiet"]);
    let project = elsewhere.path().join("guest");
    write(&project.join("Cargo.toml"), tiny(""));
    write(&project.join("src/lib.rs"), LIBRARY);
    init(&project, &["--key", "../secrets/a.key"]).exits(0);
    let ignored = std::fs::read_to_string(elsewhere.path().join(".gitignore"));
    assert_eq!(ignored.expect("it is at the top"), "/secrets/a.key\n");
    assert!(manifest(&project).contains("secret = { file = \"../secrets/a.key\" }"));
}
