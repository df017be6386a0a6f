//! Modules through the whole optimizer.

use super::testing::*;
use super::*;
use crate::exit::Exit;

fn features(module: &[u8]) -> Result<Vec<&'static str>> {
    Ok(detect(Path::new("m.wasm"), module)?.flags().collect())
}

#[test]
fn what_a_module_declares_is_believed() {
    let names = ["+sign-ext", "+nontrapping-fptoint", "-atomics", "=simd128"];
    let module = [adder(), target_features(&names)].concat();
    assert_eq!(features(&module).unwrap(), ["sign-ext", "simd", "nontrapping-float-to-int"]);
}

#[test]
fn what_a_module_forgot_to_declare_is_found() {
    let body = [0x20, 0, 0xc0];
    let module = [function(&body), target_features(&["+mutable-globals"])].concat();
    assert_eq!(features(&module).unwrap(), ["mutable-globals", "sign-ext"]);
}

#[test]
fn without_a_declaration_the_smallest_set_is_found() {
    let cases: [(&[u8], &[&str]); 6] = [
        (&[0x20, 0], &[]),
        (&[0x20, 0, 0xc0], &["sign-ext"]),
        (&[0x43, 0, 0, 0, 0, 0xfc, 0], &["nontrapping-float-to-int"]),
        (&[0x41, 0, 0x41, 0, 0x41, 0, 0xfc, 0x0b, 0, 0x20, 0], &["bulk-memory"]),
        (&[0xd0, 0x70, 0xd1], &["reference-types"]),
        (&[0x20, 0, 0xfd, 0x11, 0xfd, 0x63], &["simd"]),
    ];
    for (body, expected) in cases {
        assert_eq!(features(&function(body)).unwrap(), expected, "{body:x?}");
    }
}

#[test]
fn unknown_features_are_harmless_where_unused() {
    let names = ["+wide-arithmetic", "+frobnicate", "+call-indirect-overlong", "+sign-ext"];
    let module = [adder(), target_features(&names)].concat();
    assert_eq!(features(&module).unwrap(), ["sign-ext"]);
}

#[test]
fn unknown_features_in_use_are_refused() {
    // i64.mul_wide_u of two extended arguments, one half dropped, the other wrapped
    let body = [0x20, 0, 0xad, 0x20, 1, 0xad, 0xfc, 0x16, 0x1a, 0xa7];
    let module = [function(&body), target_features(&["+wide-arithmetic"])].concat();
    let error = features(&module).unwrap_err();
    assert_eq!(error.exit(), Exit::Tool);
    assert!(error.to_string().contains("`wide-arithmetic`"), "{error}");
    assert!(error.what_to_do().unwrap().contains("optimize = false"));
}

#[test]
fn what_is_cut_or_wrong_is_malformed_at_its_offset() {
    use std::error::Error as _;
    let module = [adder(), target_features(&["+sign-ext"])].concat();
    for end in [0, 6, 9, 30, module.len() - 3] {
        let error = features(&module[..end]).unwrap_err();
        assert_eq!(error.exit(), Exit::Malformed, "{end}");
        assert!(error.source().unwrap().to_string().contains("offset 0x"), "{end}");
    }
    let wrong = [adder(), target_features(&["*sign-ext"])].concat();
    assert_eq!(features(&wrong).unwrap_err().exit(), Exit::Malformed);
    assert_eq!(features(&function(&[0x42, 0])).unwrap_err().exit(), Exit::Malformed);
}

#[test]
fn components_are_told_apart() {
    let error = features(b"\0asm\x0d\0\x01\0").unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.what_to_do().unwrap().contains("optimize = false"));
}

/// An external optimizer of shell, which copies its last argument to the one before.
#[cfg(unix)]
fn fake_tool(dir: &TempDir, script: &str) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let version = "#!/bin/sh\n[ \"$1\" = --version ] && echo wasm-opt version 999 && exit\n";
    let path = dir.write("wasm-opt", format!("{version}{script}\n").as_bytes());
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[cfg(unix)]
fn run_external(script: &str) -> Result<String> {
    let dir = TempDir::new();
    let tool = Optimizer::external(fake_tool(&dir, script))?;
    let job = job(dir.write("-in.wasm", &adder()), dir.0.join("out.wasm"));
    run(&job, &tool)?;
    Ok(tool.version().to_owned())
}

#[cfg(unix)]
const COPY: &str = "while [ $# -gt 2 ]; do shift; done; cp \"$2\" \"$1\"";

#[cfg(unix)]
#[test]
fn an_external_tool_is_asked_and_used() {
    assert_eq!(run_external(COPY).unwrap(), "wasm-opt version 999");
}

#[cfg(unix)]
#[test]
fn failures_of_an_external_tool_are_told() {
    let cases = [
        ("echo 'Fatal: bad' >&2; exit 7", "ended with exit code 7"),
        ("kill -SEGV $$", "signal 11 (SIGSEGV)"),
        ("exit 0", "left no output"),
        ("while [ $# -gt 2 ]; do shift; done; echo x >\"$1\"", "left no whole module"),
    ];
    for (script, expected) in cases {
        let error = run_external(script).unwrap_err();
        assert_eq!(error.exit(), Exit::Tool, "{script}");
        assert!(error.to_string().contains(expected), "{error}");
    }
}

#[cfg(not(feature = "embedded-optimizer"))]
#[test]
fn a_build_without_binaryen_says_so() {
    let error = Optimizer::embedded().unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.what_to_do().unwrap().contains("optimize.tool"));
}

#[cfg(feature = "embedded-optimizer")]
mod embedded;
