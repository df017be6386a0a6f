//! Modules through the whole optimizer.

use super::testing::*;
use super::*;
use crate::exit::Exit;

fn features(module: &[u8]) -> Result<Vec<&'static str>> {
    Ok(detect::detect(Path::new("m.wasm"), module)?.flags().collect())
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

#[test]
fn what_hosts_know_is_not_what_a_module_declares() {
    let module = [function(&[0x20, 0, 0xc0]), target_features(&["+simd128"])].concat();
    let listed = Features::from_names(["mutable-globals"]).unwrap();
    let found = detect::detect_beyond(Path::new("m.wasm"), &module, &listed).unwrap();
    assert_eq!(found.flags().collect::<Vec<_>>(), ["mutable-globals", "sign-ext"]);
    assert_eq!(found.names_beyond(&listed), ["sign-ext"]);
}

#[cfg(not(feature = "embedded-optimizer"))]
#[test]
fn a_build_without_binaryen_says_so() {
    let error = Optimizer::embedded(None).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.what_to_do().unwrap().contains("optimize.tool"));
}

#[cfg(feature = "embedded-optimizer")]
mod embedded;

#[cfg(unix)]
mod external;
