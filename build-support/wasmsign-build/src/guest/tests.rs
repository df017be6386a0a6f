use super::*;

fn script(hosted_docs: bool) -> Script {
    let out = std::env::temp_dir().join(format!("wasmsign-build-guest-{}", std::process::id()));
    fs::create_dir_all(&out).unwrap();
    Script {
        package: "/host".into(),
        out,
        hosted_docs,
        jobs: Some("3".into()),
        started: std::time::SystemTime::now(),
    }
}

#[test]
fn a_stub_needs_neither_guest_nor_tool() {
    let wished = Guest::new("nowhere").or_stub(true).or_stub(false);
    for (guest, script) in [(wished, script(false)), (Guest::new("nowhere"), script(true))] {
        let mut told = Told::default();
        let module = guest.run(&script, &mut told).unwrap();
        assert!(module.is_stub() && module.identity().is_none());
        assert_eq!(fs::read(module.path()).unwrap(), crate::module::STUB);
        let lines = told.lines().unwrap();
        assert!(lines.contains(&"cargo::rerun-if-env-changed=DOCS_RS".to_owned()), "{lines:?}");
        assert!(lines.iter().any(|line| line.contains("never verifies")), "{lines:?}");
    }
}

#[test]
fn a_guest_that_is_not_there_is_told_by_its_place() {
    let error = Guest::new("nowhere").run(&script(false), &mut Told::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Io);
    assert!(format!("{error:?}").contains("nowhere"), "{error:?}");
}

#[test]
fn a_key_that_is_missing_is_told_before_anything_is_built() {
    let script = Script { package: env!("CARGO_MANIFEST_DIR").into(), ..script(false) };
    let guest = Guest::new(".").public_key("missing.pub").toolchain("there is none");
    let error = guest.run(&script, &mut Told::default()).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Key, "{error:?}");
    assert!(format!("{error:?}").contains("missing.pub"), "{error:?}");
}

#[test]
fn relative_keys_begin_at_the_host() {
    let script = script(false);
    assert_eq!(key_path(&script, Path::new("env:KEY")), Path::new("env:KEY"));
    assert_eq!(key_path(&script, Path::new("keys/a.key")), Path::new("/host/keys/a.key"));
}

#[test]
fn the_last_word_on_signing_counts() {
    let arguments = |guest: Guest| {
        let mut command = Command::new("cargo");
        guest.place(&script(false), &mut command);
        guest.signers(&script(false), &mut command);
        let words = command.get_args().map(|word| word.to_string_lossy().into_owned());
        words.collect::<Vec<_>>()
    };
    let unsigned = arguments(Guest::new("a").key("k").unsigned());
    assert_eq!(unsigned[2..], ["--jobs", "3", "--no-sign"]);
    let signed = arguments(Guest::new("a").unsigned().key("env:K"));
    assert_eq!(signed[2..], ["--jobs", "3", "--key", "env:K"]);
    assert!(signed[1].contains("A_WASM-"), "{signed:?}");
}

#[test]
fn guests_of_one_name_have_target_directories_of_their_own() {
    let directory = |path: &str| Guest::new(path).target_directory(&script(false));
    assert_eq!(directory("old/plugin"), directory("old/plugin"));
    assert_ne!(directory("old/plugin"), directory("new/plugin"));
}
