//! What all signers have in common.

use super::*;
use crate::exit::Exit;

fn key_config(secret: SecretSource, public: Option<&str>) -> KeyConfig {
    KeyConfig {
        name: "release".into(),
        public: public.map(|text| KeyText::Text(text.into())),
        secret: Some(secret),
        manifest: "Cargo.toml".into(),
        line: 7,
        column: 1,
    }
}

#[test]
fn signers_go_to_other_threads() {
    fn check<T: Send + Sync>() {}
    check::<Signer>();
}

#[test]
fn debug_shows_no_secret() {
    let seed = [0xab; 32];
    let hand = Hand::Ours(SecretKey::from_seed(&seed));
    let signer = Signer { name: "release".into(), hand, warning: None };
    let text = format!("{signer:?}");
    assert!(text.contains("release") && !text.contains(&"ab".repeat(4)), "{text}");
    assert!(!text.contains("171, 171"), "{text}");
}

#[test]
fn a_command_needs_a_public_key() {
    let secret = SecretSource::Command { argv: vec!["cat".into()], directory: ".".into() };
    let error = Signer::from_manifest(&key_config(secret, None)).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.to_string().starts_with("Cargo.toml:7: the key `release`"), "{error}");
    assert!(error.what_to_do().unwrap().contains("`public`"));
}

#[test]
fn the_text_for_the_agent_is_checked_first() {
    let error =
        Signer::from_manifest(&key_config(SecretSource::SshAgent("x".into()), None)).unwrap_err();
    assert_eq!(error.exit(), Exit::Usage);
    assert!(error.what_to_do().unwrap().contains("ssh-add -l"), "{error}");
}
