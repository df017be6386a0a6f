//! Jobs from end to end, with programs of shell in the place of Binaryen.

use std::error::Error as _;

use super::*;

/// Reads like `wasm-opt`: `$output` and `$input` are the files.
const HEAD: &str = "[ \"$1\" = --version ] && echo 'wasm-opt version 999 (of shell)' && exit\n\
    [ \"$1\" = --help ] && exit 1\n\
    echo \"$@\" >>\"$0.calls\"\nwhile [ $# -gt 2 ]; do shift; done\noutput=$1 input=$2\n";

const COPY: &str = "cat \"$input\" >\"$output\"";

/// A directory with a module, and a tool that does `script`.
struct Fixture {
    dir: TempDir,
    tool: PathBuf,
    input: PathBuf,
}

impl Fixture {
    fn new(module: &[u8], script: &str) -> Self {
        let dir = TempDir::new();
        let tool = tool(&dir, "wasm-opt", &format!("{HEAD}{script}"));
        let input = dir.write("-in.wasm", module);
        Self { dir, tool, input }
    }

    fn job(&self) -> Job {
        Job { name: "m.wasm".into(), ..job(&self.input, self.dir.0.join("out.wasm")) }
    }

    /// Does a job with the tool; the module.
    fn run(&self, job: &Job, cache: Option<&Cache>) -> Result<(Outcome, Vec<u8>)> {
        let outcome = run(job, &Optimizer::external(&self.tool, None)?, cache, &|_| ())?;
        Ok((outcome, std::fs::read(&job.output).unwrap()))
    }

    fn refuses(&self, job: &Job) -> Error {
        self.run(job, None).unwrap_err()
    }

    fn calls(&self) -> usize {
        std::fs::read_to_string(self.dir.0.join("wasm-opt.calls"))
            .map_or(0, |text| text.lines().count())
    }
}

fn cause(error: &Error) -> String {
    error.source().unwrap().to_string()
}

fn only(names: &[&str]) -> Allowed {
    Allowed::Only(Features::from_names(names).unwrap())
}

/// Extends a sign.
const EXTEND: [u8; 3] = [0x20, 0, 0xc0];

#[test]
fn a_tool_is_asked_and_used() {
    let fixture = Fixture::new(&adder(), COPY);
    Optimizer::external(&fixture.tool, Some(999)).unwrap();
    let (outcome, module) = fixture.run(&fixture.job(), None).unwrap();
    assert_eq!((outcome.cached, module), (false, adder()));
    assert_eq!(outcome.tool.unwrap().version, "wasm-opt version 999 (of shell)");
    assert!(!fixture.dir.0.join("out.wasm.edited").exists());
}

#[test]
fn four_ways_to_fail_are_told_apart() {
    let missing = Optimizer::external("no-such-wasm-opt", None).unwrap_err();
    assert_eq!(missing.to_string(), "there is no optimizer `no-such-wasm-opt`");
    assert!(missing.what_to_do().unwrap().contains("install Binaryen"));
    let fixture = Fixture::new(&adder(), COPY);
    let old = Optimizer::external(&fixture.tool, Some(1000)).unwrap_err();
    assert!(old.to_string().contains("version 999 (of shell), is too old"), "{old}");
    assert!(old.to_string().contains("requires 1000"), "{old}");
    for (script, message, words) in [
        (
            "echo 'Fatal: bad' >&2; exit 7",
            "refused `m.wasm`: it ended with exit code 7",
            "Fatal: bad",
        ),
        (
            "echo hm >&2; kill -SEGV $$",
            "crashed while optimizing `m.wasm`: it was killed by signal 11",
            "hm",
        ),
        ("echo hm >&2; kill -ABRT $$", "signal 6 (SIGABRT: it aborted)", "hm"),
        ("echo hm >&2; exit 0", "wrote no output", "hm"),
        ("echo hm >&2; echo x >\"$output\"", "wrote no complete module", "hm"),
    ] {
        let fixture = Fixture::new(&adder(), script);
        let error = fixture.refuses(&fixture.job());
        assert_eq!(error.exit(), Exit::Tool, "{script}");
        assert!(error.to_string().contains(message), "{error}");
        assert_eq!(cause(&error), words);
    }
    let errors = [missing, old];
    assert!(errors.iter().all(|error| error.exit() == Exit::Tool));
}

#[cfg(unix)]
#[test]
fn a_program_that_cannot_be_started_is_none_of_these() {
    let dir = TempDir::new();
    let error = Optimizer::external(dir.write("wasm-opt", b"no program"), None).unwrap_err();
    assert!(error.to_string().contains("failed to start"), "{error}");
}

#[test]
fn what_was_optimized_before_is_copied() {
    let fixture = Fixture::new(&adder(), COPY);
    let cache = Cache::new(fixture.dir.0.join("cache"), 1 << 20);
    let job = fixture.job();
    let cached = |job: &Job| {
        let (outcome, module) = fixture.run(job, Some(&cache)).unwrap();
        assert_eq!(module, adder());
        outcome.cached
    };
    assert!(!cached(&job) && cached(&job));
    assert_eq!(fixture.calls(), 1);
    let other = Job { level: Level::Oz, ..job.clone() };
    assert!(!cached(&other) && cached(&other) && cached(&job));
    cache.clear().unwrap();
    assert!(!cached(&job));
    // Another tool of the same name and version is another tool.
    tool(&fixture.dir, "wasm-opt", &format!("{HEAD}{COPY}; true"));
    assert!(!cached(&job) && cached(&job));
}

#[test]
fn a_failure_is_not_kept() {
    let fixture = Fixture::new(&adder(), "exit 0");
    let cache = Cache::new(fixture.dir.0.join("cache"), 1 << 20);
    assert!(fixture.run(&fixture.job(), Some(&cache)).is_err());
    assert!(fixture.run(&fixture.job(), Some(&cache)).is_err());
    assert_eq!(fixture.calls(), 2);
}

#[test]
fn a_feature_that_is_not_listed_is_named_with_its_user() {
    let module = [function(&EXTEND), target_features(&["+sign-ext", "+simd128"])].concat();
    let fixture = Fixture::new(&module, COPY);
    let job = Job { features: only(&["mutable-globals"]), ..fixture.job() };
    let error = fixture.refuses(&job);
    assert_eq!(error.exit(), Exit::Usage);
    let message = "`m.wasm` needs `sign-ext`, which `optimize.features` does not list";
    assert_eq!(error.to_string(), message);
    assert!(cause(&error).contains("in `f`, at offset 0x"), "{}", cause(&error));
    assert!(error.what_to_do().unwrap().contains("signext-lowering"));
    let calls = std::fs::read_to_string(fixture.dir.0.join("wasm-opt.calls")).unwrap();
    let allowed = "--enable-mutable-globals --enable-sign-ext --strip-dwarf";
    assert!(calls.contains(allowed) && !calls.contains("simd"), "{calls}");
    let job = Job { features: only(&["sign-ext"]), ..job };
    let (_, left) = fixture.run(&job, None).unwrap();
    assert_eq!(left, [function(&EXTEND), target_features(&["+sign-ext"])].concat());
}

#[test]
fn what_a_pass_has_lowered_is_needed_no_more() {
    let fixture = Fixture::new(&function(&EXTEND), "cat \"$0.lowered\" >\"$output\"");
    fixture.dir.write("wasm-opt.lowered", &adder());
    let job = Job { features: only(&[]), ..fixture.job() };
    assert_eq!(fixture.run(&job, None).unwrap().1, adder());
}

#[test]
fn a_user_without_a_name_is_looked_for_in_the_built_module() {
    let anonymous = |mut module: Vec<u8>| {
        let export = module.windows(5).position(|bytes| bytes == b"\x01\x01f\0\0").unwrap();
        // An export of the memory in place of that of the function.
        module[export + 3] = 2;
        module
    };
    let left = anonymous(function(&EXTEND));
    let names = custom("name", b"\x01\x08\x01\0\x05built");
    let fixture = Fixture::new(&[left.clone(), names].concat(), "cat \"$0.left\" >\"$output\"");
    fixture.dir.write("wasm-opt.left", &left);
    let error = fixture.refuses(&Job { features: only(&[]), ..fixture.job() });
    let cause = cause(&error);
    assert!(cause.starts_with("in function 0, at offset 0x"), "{cause}");
    assert!(cause.contains("\nin `built`, at offset 0x") && cause.contains("as it was built"));
}

#[test]
fn edits_are_made_before_the_tool_runs() {
    let fixture = Fixture::new(&adder(), COPY);
    let job = Job { exports: Some(vec!["f".into()]), producers: true, ..fixture.job() };
    let (_, module) = fixture.run(&job, None).unwrap();
    let text = String::from_utf8_lossy(&module).into_owned();
    assert!(text.contains("processed-by") && text.contains("cargo-wasmsign"), "{text}");
    assert_eq!(std::fs::read(&fixture.input).unwrap(), adder());
    let error = fixture.refuses(&Job { exports: Some(vec!["g".into()]), ..fixture.job() });
    assert_eq!(error.exit(), Exit::Usage);
    assert_eq!(fixture.calls(), 1, "the tool is not even started");
}

#[test]
fn what_is_no_module_never_reaches_the_tool() {
    let fixture = Fixture::new(&adder()[..30], COPY);
    assert_eq!(fixture.refuses(&fixture.job()).exit(), Exit::Malformed);
    assert_eq!(fixture.calls(), 0);
}

#[test]
fn the_program_is_recorded_without_an_optimizer() {
    let fixture = Fixture::new(&adder(), COPY);
    let job = Job { producers: true, ..fixture.job() };
    assert!(without_optimizer(&job).unwrap());
    assert!(std::fs::read(&job.output).unwrap().starts_with(&adder()));
    assert!(!without_optimizer(&fixture.job()).unwrap(), "nothing is asked for");
    let error = without_optimizer(&Job { input: "/nonexistent".into(), ..job }).unwrap_err();
    assert_eq!(error.exit(), Exit::Io);
    assert!(error.to_string().contains("`m.wasm`"), "{error}");
}

#[test]
fn a_tool_is_asked_where_its_number_says_too_little() {
    const HELP: &str = "[ \"$1\" = --help ] && echo '  --enable-sign-ext   --enable-wide-arithmetic   Yes\n\
        --enable-frobnication  New' && echo asked >>\"$0.asked\" && exit\n";
    // i64.mul_wide_u
    let wide = function(&[0x20, 0, 0xad, 0x20, 1, 0xad, 0xfc, 0x16, 0x1a, 0xa7]);
    let declared = [adder(), target_features(&["+frobnication"])].concat();
    for (version, module, asked, flags) in [
        ("129", [&wide[..], &custom("twin", &[])].concat(), 1, Some("--enable-wide-arithmetic")),
        ("129 (version_129-7-gabc)", wide.clone(), 1, Some("--enable-wide-arithmetic")),
        ("130", wide, 0, Some("--enable-wide-arithmetic")),
        ("130", declared, 1, Some("--enable-frobnication")),
        ("130", function(&EXTEND), 0, Some("--enable-sign-ext")),
        // `threads` is not among what it lists.
        ("a tool", function(&[0x20, 0, 0x41, 0, 0xfe, 0x10, 2, 0, 0x1a]), 1, None),
    ] {
        let fixture = Fixture::new(&module, COPY);
        let head = HEAD.replace("999 (of shell)", version);
        tool(&fixture.dir, "wasm-opt", &format!("{HELP}{head}{COPY}"));
        let done = fixture.run(&fixture.job(), None);
        assert_eq!(done.is_ok(), flags.is_some(), "{version}");
        let asked_for = std::fs::read_to_string(fixture.dir.0.join("wasm-opt.asked"));
        assert_eq!(asked_for.map_or(0, |text| text.lines().count()), asked, "{version}");
        let calls = std::fs::read_to_string(fixture.dir.0.join("wasm-opt.calls"));
        flags.iter().for_each(|flag| assert!(calls.as_ref().unwrap().contains(flag), "{calls:?}"));
    }
}
