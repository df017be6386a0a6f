//! The conformance vectors: the library and the program give the verdict and the reason of every case.
#![cfg(unix)]

use std::ffi::OsString;
use std::fs;
use std::path::Path;
use std::process::Command;

use end_to_end::conformance::{self, Case, Outcome, Suite, Verdict, on_all};
use end_to_end::{files, json_lines, program, repository, scratch};
use globset::{Glob, GlobSet, GlobSetBuilder};
use sha2::{Digest, Sha256};
use wasmsign_core::formats::{FileSignatures, FormatError, sshsig};
use wasmsign_core::trust::Trust;
use wasmsign_core::wasm::Kind;
use wasmsign_core::{Policy, PublicKey, Require, SectionNames, Verifier, VerifyError};

fn suite() -> Suite {
    Suite::read(&conformance::directory()).unwrap()
}

/// What every case that `wrong` finds something wrong with has given.
#[track_caller]
fn none_wrong(cases: &[Case], wrong: impl Fn(&Case) -> Option<String> + Sync) {
    let wrong: Vec<_> =
        on_all(cases, |case| wrong(case).map(|what| format!("{}: {what}", case.name)));
    let wrong: Vec<_> = wrong.into_iter().flatten().collect();
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

/// The verdict and the word for its reason; the word is `key` where a key is none.
type Answer = (Verdict, Option<&'static str>);

fn by_library(case: &Case) -> Answer {
    let Some(verifier) = verifier(case) else { return NO_KEY };
    let module = read(&case.module);
    if let Some(formats) = &case.formats {
        return formats.split(',').map(|format| in_format(case, &verifier, format)).max().unwrap();
    }
    answer(match &case.signature {
        Some(signature) => verifier.verify_detached(&module[..], &read(signature)),
        None => verifier.verify(&module[..]),
    })
}

/// By a signature of this format, which the case names, or which lies beside the module.
fn in_format(case: &Case, verifier: &Verifier, format: &str) -> Answer {
    let module = read(&case.module);
    let file = || match &case.signature {
        Some(signature) => Some(read(signature)),
        None => fs::read(conformance::directory().join(format!("{}.minisig", case.module))).ok(),
    };
    let namespace = case.namespace.as_deref().unwrap_or(sshsig::NAMESPACE);
    let decoded = match format {
        "wasmsign2" => return answer(verifier.verify(&module[..])),
        "wasmsign1" => {
            FileSignatures::wasmsign1(case.additional_data.as_deref().unwrap_or("").as_bytes())
        }
        "wasm-sign" => Ok(FileSignatures::wasm_sign()),
        "minisign" => match file() {
            Some(file) => FileSignatures::minisign(&file),
            None => return (Verdict::Refused, Some("no-signature")),
        },
        "sshsig" => FileSignatures::sshsig(&file().unwrap(), namespace),
        "oak" => FileSignatures::oak(&file().unwrap()),
        other => panic!("{}: an unknown format {other}", case.name),
    };
    match decoded {
        Ok(given) if module.starts_with(b"\0asm") => {
            answer(verifier.verify_with(&module[..], &given))
        }
        Ok(given) => answer(verifier.verify_file(&module[..], &given)),
        Err(FormatError::Malformed(fault)) => (Verdict::Malformed, Some(fault.rule.code())),
        Err(error) => panic!("{error}"),
    }
}

/// As [`by_library`], with hashes that the library has not computed.
fn with_hashes_from_elsewhere(case: &Case) -> Answer {
    let Some(verifier) = verifier(case) else { return NO_KEY };
    let module = read(&case.module);
    let prehashed = match &case.signature {
        Some(signature) => verifier.prehashed_detached(&module, &read(signature)),
        None => verifier.prehashed(&module),
    };
    answer(prehashed.and_then(|prehashed| {
        let offset = |offset| usize::try_from(offset).expect("the file is in memory");
        let start = offset(prehashed.start());
        let hash = |&end: &u64| Sha256::digest(&module[start..offset(end)]).into();
        let hashes: Vec<_> = prehashed.ends().iter().map(hash).collect();
        prehashed.judge(&hashes)
    }))
}

const NO_KEY: Answer = (Verdict::Malformed, Some("key"));

/// What the case asks for; `None` where a key is none.
fn verifier(case: &Case) -> Option<Verifier> {
    if let Some(asked) = &case.trust {
        let text = String::from_utf8(read(&asked.policy)).unwrap();
        let trust = Trust::load(&text, |path| Ok(read(path))).unwrap();
        let verifier = trust.verifier(&asked.name, asked.at.parse().unwrap()).build();
        assert_eq!(trust.rule_for(&asked.name), asked.rule, "{}", case.name);
        return Some(verifier);
    }
    let keys: Result<Vec<_>, _> =
        case.public_keys.iter().map(|name| PublicKey::decode_any(&read(name))).collect();
    Verifier::builder(keys.ok()?).policy(policy(case)).build().ok()
}

fn read(name: &str) -> Vec<u8> {
    fs::read(conformance::directory().join(name)).unwrap()
}

fn answer<T>(verified: Result<T, VerifyError>) -> Answer {
    match verified {
        Ok(_) => (Verdict::Verified, None),
        Err(VerifyError::Refused(refusal)) => (Verdict::Refused, Some(refusal.reason().code())),
        Err(VerifyError::Malformed(fault)) => (Verdict::Malformed, Some(fault.rule.code())),
        Err(error) => panic!("{error}"),
    }
}

fn policy(case: &Case) -> Policy {
    let policy = Policy::default().require(match case.require.as_deref() {
        None | Some("any") => Require::Any,
        Some("all") => Require::All,
        Some(count) => Require::AtLeast(count.parse().unwrap()),
    });
    let policy = policy.expect(match case.expect.as_deref() {
        None | Some("module") => Some(Kind::Module),
        Some("component") => Some(Kind::Component),
        _ => None,
    });
    let policy = case.package.iter().fold(policy, |policy, name| policy.package(name));
    let version = |policy: Policy, text: &String| policy.version(text.parse().unwrap());
    let policy = case.version.iter().fold(policy, version);
    let globs = globs(&case.sections);
    match case.coverage.as_deref() {
        _ if !globs.is_empty() => policy
            .prefix_with(SectionNames::matching(&case.sections, move |name| globs.is_match(name))),
        Some("prefix") => policy.prefix(),
        _ => policy,
    }
}

fn globs(patterns: &[String]) -> GlobSet {
    let mut globs = GlobSetBuilder::new();
    patterns.iter().for_each(|pattern| {
        globs.add(Glob::new(pattern).unwrap());
    });
    globs.build().unwrap()
}

/// The program's exit code, and the reason in its JSON.
fn by_program(case: &Case) -> (Option<i32>, Option<String>) {
    let mut call = Command::new(program());
    call.arg("verify").args(case.arguments(&conformance::directory())).args(["--format", "json"]);
    let output = call.output().unwrap();
    // One line for each format that is asked for.
    let lines = json_lines(&output.stdout);
    let reason = lines.iter().rev().find_map(|line| line["reason"].as_str());
    (output.status.code(), reason.map(Into::into))
}

#[test]
fn the_suite_is_large_and_every_name_is_its_own() {
    let cases = suite().cases;
    assert!(cases.len() >= 140, "{}", cases.len());
    let mut names: Vec<_> = cases.iter().map(|case| &case.name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), cases.len());
    let page = fs::read_to_string(repository().join("docs/CONFORMANCE.md")).unwrap();
    let total = format!("| **all** | {0} | {0} |", cases.len());
    assert!(page.contains(&total), "docs/CONFORMANCE.md has other numbers: run conformance-run");
    for verdict in [Verdict::Verified, Verdict::Refused, Verdict::Malformed] {
        assert!(cases.iter().filter(|case| case.verdict == verdict).count() >= 30, "{verdict:?}");
    }
}

#[test]
fn the_generator_writes_the_same_bytes_again() {
    let again = scratch();
    let generated =
        Command::new(env!("CARGO_BIN_EXE_conformance-generate")).arg(again.path()).status();
    assert!(generated.unwrap().success());
    let relative = |directory: &Path| -> Vec<_> {
        let strip = |(path, bytes): (std::path::PathBuf, _)| {
            (path.strip_prefix(directory).unwrap().to_owned(), bytes)
        };
        files(directory).into_iter().map(strip).collect()
    };
    let (before, after) = (relative(&conformance::directory()), relative(again.path()));
    let names = |files: &[(std::path::PathBuf, Vec<u8>)]| -> Vec<_> {
        files.iter().map(|(path, _)| path.clone()).collect()
    };
    assert_eq!(names(&before), names(&after));
    for ((path, before), (_, after)) in before.iter().zip(&after) {
        assert!(
            before == after,
            "{} is another file now: run conformance-generate",
            path.display()
        );
    }
}

#[test]
fn the_library_gives_verdict_and_reason() {
    none_wrong(&suite().cases, |case| wrong_answer(case, by_library(case)));
}

#[test]
fn hashes_from_elsewhere_give_verdict_and_reason() {
    // The other formats have other hashes.
    let cases: Vec<_> = suite().cases.into_iter().filter(|case| case.formats.is_none()).collect();
    none_wrong(&cases, |case| wrong_answer(case, with_hashes_from_elsewhere(case)));
}

fn wrong_answer(case: &Case, (verdict, reason): Answer) -> Option<String> {
    let reason_fits = match reason {
        None => case.reasons.is_empty(),
        Some(reason) => case.reasons.iter().any(|expected| expected == reason),
    };
    let fits = verdict == case.verdict && reason_fits;
    (!fits).then(|| {
        format!("expected {:?} {:?}, found {verdict:?} {reason:?}", case.verdict, case.reasons)
    })
}

#[test]
fn the_program_gives_verdict_and_reason() {
    none_wrong(&suite().cases, |case| {
        let (code, reason) = by_program(case);
        // Of a key that is none, the program says so before it looks at any module.
        let expected = case.reasons.iter().find(|reason| *reason != "key");
        let reason_fits = match &reason {
            None => expected.is_none(),
            Some(reason) => case.reasons.contains(reason),
        };
        let fits = code == Some(case.verdict.exit_code()) && reason_fits;
        (!fits).then(|| {
            format!(
                "expected {} {:?}, found {code:?} {reason:?}",
                case.verdict.exit_code(),
                case.reasons
            )
        })
    });
}

/// Memory follows the bytes that are there, never a length that a file claims.
#[test]
fn nothing_aborts_in_512_mib() {
    let script = "ulimit -v 524288 && exec \"$@\"";
    let mut command: Vec<OsString> = ["sh", "-c", script, "sh"].map(Into::into).to_vec();
    command.extend([program().into(), "verify".into()]);
    none_wrong(&suite().cases, |case| {
        let code = case.ask(&command, &conformance::directory()).unwrap();
        let outcome = case.verdict.outcome(code);
        (outcome != Outcome::Agrees).then(|| format!("{outcome:?}, exit code {code:?}"))
    });
}

/// The runner tells every outcome from the others.
#[test]
fn the_runner_counts() {
    let run = |command: &[&str]| {
        let mut runner = Command::new(env!("CARGO_BIN_EXE_conformance-run"));
        let output = runner.args(["--json", "--"]).args(command).output().unwrap();
        let outcomes = json_lines(&output.stdout);
        let count = |word: &str| outcomes.iter().filter(|case| case["outcome"] == word).count();
        let words = ["agrees", "accepts", "rejects", "other-refusal", "fails", "not-offered"];
        (output.status.code(), words.map(count))
    };
    let cases = suite().cases;
    let of = |verdict| cases.iter().filter(|case| case.verdict == verdict).count();
    let (verified, refused, malformed) =
        (of(Verdict::Verified), of(Verdict::Refused), of(Verdict::Malformed));
    assert_eq!(run(&["true"]), (Some(1), [verified, refused + malformed, 0, 0, 0, 0]));
    assert_eq!(run(&["false"]), (Some(1), [refused, 0, verified, malformed, 0, 0]));
    assert_eq!(run(&["sh", "-c", "exit 2"]), (Some(0), [0, 0, 0, 0, 0, cases.len()]));
    assert_eq!(run(&["sh", "-c", "kill -9 $$"]), (Some(1), [0, 0, 0, 0, cases.len(), 0]));
}
