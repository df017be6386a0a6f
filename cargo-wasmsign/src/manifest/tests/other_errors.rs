//! Every error of keys, of a workspace and of the environment, with its exact message.

use std::ffi::OsString;

use super::super::{CommandLine, Environment};
use super::{KEYS, Scratch, check, key_error, package};

#[test]
fn keys_that_are_not_right() {
    let cases = "
public = 1
    ROOT:2:10: `public`: expected a string, found an integer
public = ''
    ROOT:2:10: `public`: expected a path or a public key, found an empty string
publc = 'a'
    ROOT:2:1: unknown key `publc` in [workspace.metadata.wasmsign.keys.release]; did you mean `public`?
public = 'a'
secret = 1
    ROOT:3:10: `secret`: expected a table, found an integer
public = 'a'
secret = {}
    ROOT:3:1: `secret`: expected exactly one of `env`, `env-file`, `file`, `ssh-agent`, `pkcs11` and `command`, found none
public = 'a'
secret = { env = 'A', file = 'b' }
    ROOT:3:1: `secret`: expected exactly one of `env`, `env-file`, `file`, `ssh-agent`, `pkcs11` and `command`, found `env` and `file`
public = 'a'
secret.evn = 'A'
    ROOT:3:8: unknown key `evn` in [workspace.metadata.wasmsign.keys.release.secret]; did you mean `env`?
public = 'a'
secret = { vault = 'x' }
    ROOT:3:12: unknown key `vault` in [workspace.metadata.wasmsign.keys.release.secret]; the known keys are: `env`, `env-file`, `file`, `ssh-agent`, `pkcs11`, `command`, `passphrase-env` and `pin-env`
secret = { file = 'a', passphrase-env = 'not a name' }
    ROOT:2:41: `passphrase-env`: expected the name of an environment variable, found something else
secret = { ssh-agent = 'SHA256:1rcmPGRLXnWJeFv7LOhpgSFmRTZ9UcMwYRFDSFnVPp8', passphrase-env = 'A' }
    ROOT:2:78: `passphrase-env`: a key with `ssh-agent` has no `passphrase-env`
secret = { passphrase-env = 'A' }
    ROOT:2:1: `secret`: expected exactly one of `env`, `env-file`, `file`, `ssh-agent`, `pkcs11` and `command`, found none
public = 'a'
secret.env = 1
    ROOT:3:14: `env`: expected a string, found an integer
public = 'a'
secret.file = ''
    ROOT:3:15: `file`: expected a path, found an empty string
";
    check(cases, key_error);
}

#[test]
fn secrets_in_a_manifest_are_refused_and_not_repeated() {
    let cases = r#"
public = 'a'
secret = 'hush'
    ROOT:3:10: `secret`: a manifest must not contain secrets; say where to find this one: { env = "VARIABLE" }, { env-file = "VARIABLE" } or { file = "PATH" }
public = '-----BEGIN PRIVATE KEY----- hush'
    ROOT:2:10: `public`: a manifest must not contain secrets; say where to find this one: { env = "VARIABLE" }, { env-file = "VARIABLE" } or { file = "PATH" }
public = 'a'
secret.file = '-----BEGIN PRIVATE KEY----- hush'
    ROOT:3:15: `file`: a manifest must not contain secrets; say where to find this one: { env = "VARIABLE" }, { env-file = "VARIABLE" } or { file = "PATH" }
public = 'a'
secret.env = 'hush hush'
    ROOT:3:14: `env`: expected the name of an environment variable, found something else
public = 'a'
secret.env-file = '8hush'
    ROOT:3:19: `env-file`: expected the name of an environment variable, found something else
public = 'a'
secret = hush
    ROOT:3:10: string values must be quoted, expected literal string
public = 'a'
secret = { env = 'A', env = 'hush' }
    ROOT:3:23: duplicate key
"#;
    check(cases, key_error);
}

#[test]
fn agents_and_commands_that_are_not_right() {
    let cases = "
public = 'a'
secret.ssh-agent = 1
    ROOT:3:20: `ssh-agent`: expected a string, found an integer
public = 'a'
secret.ssh-agent = 'release'
    ROOT:3:20: `ssh-agent`: expected a fingerprint (`SHA256:` and 43 digits of base64) or a public key, found `release`
public = 'a'
secret.ssh-agent = 'SHA256:abc'
    ROOT:3:20: `ssh-agent`: expected a fingerprint (`SHA256:` and 43 digits of base64) or a public key, found `SHA256:abc`
secret.ssh-agent = '-----BEGIN OPENSSH PRIVATE KEY----- hush'
    ROOT:2:20: `ssh-agent`: a manifest must not contain secrets; say where to find this one: { env = \"VARIABLE\" }, { env-file = \"VARIABLE\" } or { file = \"PATH\" }
public = 'a'
secret.command = 'sign'
    ROOT:3:18: `command`: expected a list of strings, found a string
public = 'a'
secret.command = []
    ROOT:3:18: `command`: expected a list of strings, found an empty list
public = 'a'
secret.command = ['']
    ROOT:3:19: `command`: expected a program, found an empty string
public = 'a'
secret.command = ['sign', 1]
    ROOT:3:27: `command`: expected a string, found an integer
public = 'a'
secret.command = ['sign', '-----BEGIN PRIVATE KEY----- hush']
    ROOT:3:27: `command`: a manifest must not contain secrets; say where to find this one: { env = \"VARIABLE\" }, { env-file = \"VARIABLE\" } or { file = \"PATH\" }
secret.command = ['sign']
    ROOT:2:18: `command`: a command does not report its public key; set `public` as well as `secret`
public = 'a'
secret = { env = 'A', command = ['x'] }
    ROOT:3:1: `secret`: expected exactly one of `env`, `env-file`, `file`, `ssh-agent`, `pkcs11` and `command`, found `env` and `command`
";
    check(cases, key_error);
}

#[test]
fn workspaces_that_are_not_right() {
    let cases = "
[workspace.metadata.wasmsign]
sign-with = ['release']
    ROOT:2:14: `sign-with`: there is no key named `release`; describe it in [workspace.metadata.wasmsign.keys.release]
[workspace.metadata.wasmsign]
kyes = {}
    ROOT:2:1: unknown key `kyes` in [workspace.metadata.wasmsign]; did you mean `keys`?
[workspace.metadata.wasmsign]
traust = {}
    ROOT:2:1: unknown key `traust` in [workspace.metadata.wasmsign]; did you mean `trust`?
[workspace.metadata.wasmsign.profile.x]
keys = {}
    ROOT:2:1: `keys` does not belong in [workspace.metadata.wasmsign.profile.x], only in [workspace.metadata.wasmsign]
[workspace.metadata.wasmsign.profile.x]
trust = {}
    ROOT:2:1: `trust` does not belong in [workspace.metadata.wasmsign.profile.x], only in [workspace.metadata.wasmsign]
[workspace.metadata.wasmsign]
keys = []
    ROOT:2:8: `keys`: expected a table, found a list
[workspace.metadata.wasmsign]
keys.a = 'hush'
    ROOT:2:10: `a`: expected a table, found a string
[workspace.metadata]
wasmsign = 1
    ROOT:2:12: `wasmsign`: expected a table, found an integer
[[workspace.metadata.wasmsign]]
    ROOT:1:22: `wasmsign`: expected a table, found a list of tables
[workspace.metadata.wasmsign
    ROOT:1:29: unclosed table, expected `]`
";
    check(cases, |workspace| Scratch::new().error(workspace, ""));
}

#[test]
fn variables_that_are_not_right() {
    let cases = "
TARGET=a,,b
    `CARGO_WASMSIGN_TARGET`: expected a target triple, found an empty string
TARGET=a,a
    `CARGO_WASMSIGN_TARGET`: `a` is listed twice
SIGN_WITH=relase
    `CARGO_WASMSIGN_SIGN_WITH`: there is no key named `relase`; did you mean `release`?
SIGN_WITH=dev, dev
    `CARGO_WASMSIGN_SIGN_WITH`: `dev` is listed twice
SIGNATURE=x
    `CARGO_WASMSIGN_SIGNATURE`: expected `embedded`, `detached` or `both`, found `x`
KEY_ID=hex:1
    `CARGO_WASMSIGN_KEY_ID`: expected an even number of hexadecimal digits after `hex:`, found `hex:1`
OPTIMIZE=9
    `CARGO_WASMSIGN_OPTIMIZE`: expected `true`, `false` or a level (0, 1, 2, 3, 4, s or z), found `9`
";
    check(cases, |variable| {
        let (name, value) = variable.split_once('=').expect("a case is NAME=value");
        variable_error(&format!("CARGO_WASMSIGN_{name}"), value.into())
    });
}

#[test]
fn secret_keys_without_a_frame_are_refused_too() {
    let key = wasmsign_core::SecretKey::from_seed(&[7; 32]);
    let compact = key.encode(wasmsign_core::KeyEncoding::Compact);
    let hex: String = compact.iter().map(|byte| format!("{byte:02x}")).collect();
    let pem = key.encode(wasmsign_core::KeyEncoding::Pem);
    let pem = std::str::from_utf8(&pem).expect("PEM is text");
    for secret in [&*hex, pem.lines().nth(1).expect("the content of the frame")] {
        for line in [
            format!("public = '{secret}'"),
            format!("secret.file = '{secret}'"),
            format!("public = 'a'\nsecret.command = ['sign', '{secret}']"),
        ] {
            let message = key_error(&line);
            assert!(message.contains("a manifest must not contain secrets"), "{message}");
            assert!(!message.contains(secret), "{message}");
        }
    }
}

#[cfg(unix)]
#[test]
fn variables_that_are_not_text() {
    let value = std::os::unix::ffi::OsStringExt::from_vec(vec![0xff]);
    let message = variable_error("CARGO_WASMSIGN_TARGET", value);
    assert_eq!(message, "`CARGO_WASMSIGN_TARGET`: expected UTF-8, found other bytes");
}

fn variable_error(name: &str, value: OsString) -> String {
    let scratch = Scratch::new();
    let manifests = scratch.read(KEYS, "").expect("the manifests are right");
    let env = Environment::new([(name, value)]);
    scratch.message(package(&manifests, "dev", &env).expect_err("the variable is wrong"))
}

#[test]
fn a_secret_key_on_the_command_line_is_not_repeated() {
    let scratch = Scratch::new();
    let manifests = scratch.read(KEYS, "").expect("the manifests are right");
    let key = wasmsign_core::SecretKey::from_seed(&[7; 32]);
    let pem = key.encode(wasmsign_core::KeyEncoding::Pem);
    let pem = std::str::from_utf8(&pem).expect("PEM is text");
    for secret in [pem, "-----BEGIN PRIVATE KEY----- cut"] {
        let keys = vec!["a.key".into(), secret.into()];
        let flags = CommandLine { keys, ..CommandLine::default() };
        let error = manifests.settings("app", "dev", &super::nothing(), &flags).unwrap_err();
        let message = scratch.message(error);
        let expected = "`--key` takes the location of a secret key, but this is ";
        assert!(message.starts_with(expected), "{message}");
        assert!(!message.contains("PRIVATE KEY"), "{message}");
    }
}

#[test]
fn packages_that_nobody_read() {
    let scratch = Scratch::new();
    let manifests = scratch.read("", "").unwrap();
    let error =
        manifests.settings("ap", "dev", &super::nothing(), &CommandLine::default()).unwrap_err();
    assert_eq!(scratch.message(error), "this workspace has no package named `ap`");
}

#[test]
fn a_manifest_that_cannot_be_read() {
    let error = super::Manifests::read("/nowhere/Cargo.toml".as_ref(), &[]).unwrap_err();
    assert_eq!(error.exit(), crate::exit::Exit::Io);
    assert_eq!(error.to_string(), "failed to read `/nowhere/Cargo.toml`");
}
