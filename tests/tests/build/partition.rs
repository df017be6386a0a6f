//! `--partition`: the packages of a selection, shared among machines.

use end_to_end::project::{CDYLIB, LIBRARY, Project};
use end_to_end::run;

/// Four packages: by the hashes of their names, `alpha` and `delta` are of the first of two parts.
fn workspace() -> Project {
    let members = ["alpha", "beta", "gamma", "delta"].map(|name| (name, CDYLIB, LIBRARY));
    Project::workspace("", &members)
}

#[test]
fn parts_are_the_whole_and_have_nothing_in_common() {
    let project = workspace();
    let mut parts: Vec<Vec<String>> = Vec::new();
    for part in 1..=3 {
        let directory = format!("part-{part}");
        let partition = format!("hash:{part}/3");
        let flags = ["--no-sign", "--partition", &partition, "--target-dir", &directory];
        run(&mut project.build(&flags)).exits(0);
        parts.push(end_to_end::project::published(&project.join(&directory)));
    }
    let mut together = parts.concat();
    together.sort();
    run(&mut project.build(&["--no-sign"])).exits(0);
    assert_eq!(together, project.published());
    assert!(parts.iter().any(|part| part.len() < 4), "{parts:?}");
}

#[test]
fn an_empty_part_succeeds_and_wants_no_key() {
    let project = workspace();
    let is_empty = |part: &u32| {
        let flags = ["--dry-run", "--no-sign", "--partition", &format!("hash:{part}/9")];
        run(&mut project.build(&flags)).exits(0).out.is_empty()
    };
    let empty = (1..=9).find(is_empty).expect("four packages do not fill nine parts");
    let partition = format!("hash:{empty}/9");
    run(&mut project.build(&["--partition", &partition])).exits(0).says(&["contains no package"]);
    let lines = run(&mut project.build(&["--partition", &partition, "--format", "json"])).exits(0);
    assert_eq!(lines.json()[0]["success"], true);
    project.is_untouched();
}

#[test]
fn numbers_out_of_range_are_refused() {
    let project = workspace();
    for part in ["hash:0/2", "hash:3/2", "hash:1/0", "1/2", "hash:1", "slice:1/2", ""] {
        run(&mut project.build(&["--partition", part])).exits(2).says(&["hash:K/N"]);
    }
    project.is_untouched();
}
