//! What is refused before anything is built, and what stays as it was.

use end_to_end::fixtures::names;
use end_to_end::project::{CDYLIB, LIBRARY, PROGRAM, Project, SIGNED, times};
use end_to_end::{run, write};

use crate::support::{commit, contents, index, lock, release, released, tiny, verify, workspace};

#[test]
fn a_dirty_tree_is_released_only_if_somebody_says_so() {
    let project = tiny();
    project.replace("src/lib.rs", "42", "43");
    run(&mut release(&project, &[])).exits(2).says(&["differs from the commit", "--allow-dirty"]);
    project.is_untouched();
    let out = released(&project, "out", &["--allow-dirty"]);
    assert_eq!(index(&out)["dirty"], true);
    verify(&project, &out, &[]).exits(0);
    project.replace("src/lib.rs", "43", "42");
    run(&mut release(&project, &[])).exits(0);
    // What cargo would compile by its name alone.
    project.write("src/bin/more.rs", PROGRAM);
    run(&mut release(&project, &["--force"])).exits(2).says(&["differs from the commit"]);
    std::fs::remove_file(project.join("src/bin/more.rs")).unwrap();
    project.write("notes.txt", "nobody compiles this");
    run(&mut release(&project, &[])).exits(0);
}

#[test]
fn a_tag_is_that_of_the_release() {
    let project = tiny();
    for tag in ["v0.1.1", "0.1.0", "v0.1", "tiny-0.1.0", "other-v0.1.0", ""] {
        run(&mut release(&project, &["--tag", tag]))
            .exits(2)
            .says(&["--tag"[2..].as_ref(), "v0.1.0"]);
    }
    project.is_untouched();
    run(&mut release(&project, &["--tag", "tiny-v0.1.0"])).exits(0);
    let project = workspace();
    run(&mut release(&project, &["--tag", "beta-v0.1.0"])).exits(2).says(&["-p beta"]);
    project.is_untouched();
}

#[test]
fn other_content_is_replaced_only_by_force() {
    let project = tiny();
    let out = project.join("out");
    write(&out.join("mine.txt"), "mine");
    run(&mut release(&project, &["--out", "out"])).exits(2).says(&["already exists", "--force"]);
    project.is_untouched();
    assert_eq!(names(&out), ["mine.txt"]);
    run(&mut release(&project, &["--out", "out", "--force"])).exits(0);
    assert!(!out.join("mine.txt").exists());
    // Another tag is another statement.
    let before = times(&out);
    run(&mut release(&project, &["--out", "out", "--tag", "v0.1.0"]))
        .exits(2)
        .says(&["other files"]);
    assert_eq!(times(&out), before);
    project.replace("src/lib.rs", "42", "43");
    commit(&project);
    run(&mut release(&project, &["--out", "out"])).exits(2).says(&["another git revision"]);
    assert_eq!(times(&out), before);
    for precious in [".", "target", ".."] {
        run(&mut release(&project, &["--out", precious, "--force"])).exits(2).says(&["--out"]);
    }
    run(&mut release(&project, &["--out", "Cargo.toml"])).exits(2).says(&["is a file"]);
    std::fs::create_dir(project.join("target/empty")).unwrap();
    run(&mut release(&project, &["--out", "target/empty"])).exits(0);
}

#[test]
fn versions_and_names_that_are_missing_or_there_twice() {
    let project = tiny();
    project.replace("Cargo.toml", "version = \"0.1.0\"\n", "");
    lock(&project);
    commit(&project);
    run(&mut release(&project, &[])).exits(2).says(&["`tiny` has no version", "version"]);
    project.is_untouched();
    let programs = "[[bin]]\nname = \"b\"\npath = \"src/main.rs\"\n[[bin]]\nname = \"c\"\npath = \"src/main.rs\"\n[package.metadata.wasmsign]\n";
    let single = "[[bin]]\nname = \"other\"\npath = \"src/main.rs\"\n[package.metadata.wasmsign]\n";
    let project = Project::workspace(SIGNED, &[("a", programs, PROGRAM), ("a-b", single, PROGRAM)]);
    lock(&project);
    commit(&project);
    run(&mut release(&project, &[])).exits(2).says(&["`a-b-0.1.0.wasm`", "-p"]);
    project.is_untouched();
}

#[test]
fn numbers_of_parts_and_flags_that_do_not_fit() {
    let project = tiny();
    for part in ["hash:0/2", "hash:3/2", "1/2", "hash:1/0"] {
        run(&mut release(&project, &["--partition", part])).exits(2).says(&["hash:K/N"]);
    }
    run(&mut release(&project, &["--message-format", "json"])).exits(2).says(&["--format json"]);
    run(&mut release(&project, &["-k", "gone.key"])).exits(2).says(&["gone.key"]);
    project.is_untouched();
}

#[test]
fn without_a_key_it_is_said_what_to_do() {
    let project = Project::workspace("", &[("alpha", CDYLIB, LIBRARY)]);
    lock(&project);
    commit(&project);
    run(&mut release(&project, &[])).exits(2).says(&["no signer", "--no-sign"]);
    project.is_untouched();
}

#[test]
fn a_build_that_fails_leaves_no_release() {
    let project = tiny();
    let out = released(&project, "out", &[]);
    let before = contents(&out);
    project.replace("src/lib.rs", "42", "\"42\"");
    commit(&project);
    run(release(&project, &["--force", "--out"]).arg(&out)).exits(101);
    assert_eq!(contents(&out), before);
    assert!(names(&project.join("target")).iter().all(|name| !name.contains("wasmsign-")));
}

#[test]
fn a_directory_that_cannot_be_written_is_an_error_of_files() {
    let project = tiny();
    run(&mut release(&project, &["--out", "Cargo.toml/out"])).exits(4).says(&["Cargo.toml/out"]);
}
