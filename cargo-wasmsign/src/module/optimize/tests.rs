//! Modules through the whole optimizer.

use super::testing::*;
use super::*;
use crate::exit::Exit;

fn features(module: &[u8]) -> Result<Vec<&'static str>> {
    Ok(detect::detect(Path::new("m.wasm"), module)?.names().collect())
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
    assert_eq!(features(&module).unwrap(), ["sign-ext", "wide-arithmetic"]);
}

/// i64.mul_wide_u of two extended arguments, one half dropped, the other wrapped.
const WIDE: [u8; 10] = [0x20, 0, 0xad, 0x20, 1, 0xad, 0xfc, 0x16, 0x1a, 0xa7];

/// What a tool that calls itself so is given of a module, or lacks.
fn prepared(version: &str, module: &[u8]) -> Prepared {
    let dir = TempDir::new();
    let job = job(dir.write("in.wasm", module), dir.0.join("out.wasm"));
    let abilities = Abilities::new(version, None);
    prepare::prepare(&job, &dir.0.join("edited.wasm"), &abilities).unwrap()
}

#[test]
fn features_beyond_a_tool_are_named_whether_declared_or_not() {
    let bare = function(&WIDE);
    let declared = [bare.clone(), target_features(&["+wide-arithmetic"])].concat();
    for module in [&bare, &declared] {
        let need = prepare::Need { what: "wide-arithmetic".into(), since: 130 };
        assert_eq!(prepared("wasm-opt version 129", module), Prepared::Unreadable(vec![need]));
        let Prepared::Ready(ready) = prepared("wasm-opt version 130", module) else {
            panic!("130 knows it")
        };
        assert!(ready.flags.contains(&"wide-arithmetic".to_owned()), "{:?}", ready.flags);
    }
    // What is declared and not used keeps nobody from reading the module.
    let unused = [adder(), target_features(&["+wide-arithmetic"])].concat();
    let Prepared::Ready(ready) = prepared("wasm-opt version 116", &unused) else {
        panic!("it is harmless")
    };
    assert!(ready.flags.is_empty());
}

#[test]
fn shared_memory_means_atomics_though_nothing_says_so() {
    let mut module = adder();
    let memory = module.windows(5).position(|bytes| bytes == [5, 3, 1, 0, 1]).unwrap();
    module.splice(memory..memory + 5, [5, 4, 1, 3, 1, 2]);
    assert_eq!(features(&module).unwrap(), ["threads"]);
    let Prepared::Ready(ready) = prepared("116", &module) else { panic!("it is old") };
    assert_eq!(ready.flags, ["threads"]);
}

#[test]
fn legacy_exceptions_are_not_new_ones() {
    // try … catch_all … end, and block … try_table (catch_all 0) … end end
    let legacy = function(&[0x06, 0x40, 0x19, 0x0b, 0x20, 0]);
    let new = function(&[0x02, 0x40, 0x1f, 0x40, 1, 2, 0, 0x0b, 0x0b, 0x20, 0]);
    assert_eq!(features(&legacy).unwrap(), ["legacy-exceptions"]);
    assert_eq!(features(&new).unwrap(), ["exceptions"]);
    assert!(matches!(prepared("116", &legacy), Prepared::Ready(_)));
    let Prepared::Unreadable(needs) = prepared("116", &new) else { panic!("it is new") };
    assert!(needs[0].what.contains("try_table") && needs[0].since == 117, "{needs:?}");
    assert!(matches!(prepared("117", &new), Prepared::Ready(_)));
    // Whoever declares the one kind alone may have the other as well.
    for (module, declared) in [(&new, "+legacy-exceptions"), (&legacy, "+exceptions")] {
        let module = [&module[..], &target_features(&[declared])].concat();
        assert_eq!(features(&module).unwrap(), ["exceptions", "legacy-exceptions"]);
    }
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
    assert_eq!(found.names().collect::<Vec<_>>(), ["mutable-globals", "sign-ext"]);
    assert_eq!(found.names_beyond(&listed), ["sign-ext"]);
}

#[cfg(feature = "embedded-optimizer")]
mod embedded;

#[cfg(unix)]
mod external;
