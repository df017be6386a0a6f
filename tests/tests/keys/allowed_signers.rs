//! Files of allowed signers: a line counts here where it counts for ssh-keygen, and nowhere else. But ssh-keygen passes over
//! some damaged lines, which are refused here.

use std::fs::{self, File};
use std::path::Path;
use std::process::Command;

use end_to_end::fixtures::{call, vector};
use end_to_end::scratch;

fn ssh_keygen(directory: &Path, line: &[&str]) -> Command {
    let mut command = Command::new("ssh-keygen");
    // A time without a zone is local there, and in UTC here.
    command.args(line).current_dir(directory).env("TZ", "UTC");
    command
}

/// Whether a program succeeds, which must be there.
fn succeeds(command: &mut Command) -> bool {
    command.output().expect("ssh-keygen is installed").status.success()
}

/// A directory with a module that `key` has signed.
fn signed() -> tempfile::TempDir {
    let directory = scratch();
    let path = directory.path();
    fs::write(path.join("add.wasm"), vector("add.wasm")).expect("a file can be written");
    for (kind, name) in [("ed25519", "key"), ("ed25519", "other"), ("rsa", "rsa")] {
        let line = ["-q", "-t", kind, "-N", "", "-C", name, "-f", name];
        assert!(succeeds(&mut ssh_keygen(path, &line)));
    }
    assert!(succeeds(&mut ssh_keygen(
        path,
        &["-q", "-Y", "sign", "-n", "wasm", "-f", "key", "add.wasm"]
    )));
    directory
}

/// A public key of ssh-keygen's, without its comment.
fn public(directory: &Path, name: &str) -> String {
    let text = fs::read_to_string(directory.join(format!("{name}.pub"))).expect("it is there");
    text.split(' ').take(2).collect::<Vec<_>>().join(" ")
}

#[test]
fn lines_count_as_for_ssh_keygen() {
    let directory = signed();
    let path = directory.path();
    let [key, other, rsa] = ["key", "other", "rsa"].map(|name| public(path, name));
    let mut accepted = 0;
    for (identity, line) in [
        ("bob", "bob KEY"),
        ("bob", "alice,bob KEY comment"),
        ("bob", "Bob KEY"),
        ("bob", "b?b KEY"),
        ("bob", "b* KEY"),
        ("bob", "*o* KEY"),
        ("bob", "b?? OTHER\n* RSA\n* KEY"),
        ("bob", "b[o]b KEY"),
        ("bob", "!bob,* KEY"),
        ("bob", "*,!bob KEY"),
        ("bob", "*,!eve KEY"),
        ("bob", "!eve KEY"),
        ("bob", "# bob KEY"),
        ("bob", "\n  bob KEY"),
        ("bob b", "\"bob b\" KEY"),
        ("bob", "\"bob b\" KEY"),
        ("bob", "bob namespaces=\"wasm\" KEY"),
        ("bob", "bob NAMESPACES=\"git,wasm\" KEY"),
        ("bob", "bob namespaces=\"git\" KEY"),
        ("bob", "bob namespaces=\"git, wasm\" KEY"),
        ("bob", "bob namespaces=\"w?s*\" KEY"),
        ("bob", "bob namespaces=\"*,!wasm\" KEY"),
        ("bob", "bob namespaces=\"!wasm,*\" KEY"),
        ("bob", "bob namespaces=\"\" KEY"),
        ("bob", "bob valid-after=\"20200101\" KEY"),
        ("bob", "bob valid-after=\"20200101Z\",valid-before=\"209901011230Z\" KEY"),
        ("bob", "bob valid-before=\"20200101120000Z\" KEY"),
        ("bob", "bob valid-after=\"20990101UTC\" KEY"),
        ("bob", "bob OTHER"),
        ("bob", "bob RSA"),
        ("eve", "bob KEY"),
        // Damaged for both.
        ("bob", "bob cert-authority KEY"),
        ("bob", "bob foo KEY"),
        ("bob", "bob namespaces KEY"),
        ("bob", "bob namespaces=\"wasm\",namespaces=\"wasm\" KEY"),
        ("bob", "bob namespaces=\"wasm\"x KEY"),
        ("bob", "bob valid-after=\"202001011260Z\" KEY"),
        ("bob", "bob valid-after=\"2020\" KEY"),
        ("bob", "bob valid-after=\"20300101\",valid-before=\"20200101\" KEY"),
        ("bob", "\"bob KEY"),
        ("bob", "bob"),
    ] {
        let text = line.replace("KEY", &key).replace("OTHER", &other).replace("RSA", &rsa);
        fs::write(path.join("allowed"), text + "\n").expect("a file can be written");
        let check =
            ["-Y", "verify", "-f", "allowed", "-I", identity, "-n", "wasm", "-s", "add.wasm.sig"];
        let mut check = ssh_keygen(path, &check);
        check.stdin(File::open(path.join("add.wasm")).expect("it is there"));
        let expected = succeeds(&mut check);
        let mut ours = end_to_end::wasmsign(path);
        ours.args(["verify", "add.wasm", "--as", "sshsig", "-K", "allowed-signers:allowed"]);
        let said = end_to_end::run(ours.args(["--identity", identity]));
        assert_eq!(said.code == Some(0), expected, "{line}: {}{}", said.out, said.err);
        assert!([0, 1, 2].contains(&said.code.unwrap_or(-1)), "{line}: {:?}", said.code);
        accepted += usize::from(expected);
    }
    assert!(accepted > 12, "only {accepted} lines count");
}

#[test]
fn a_damaged_line_is_told_with_its_number_whomever_it_is_about() {
    let directory = signed();
    let path = directory.path();
    let key = public(path, "key");
    for (line, word) in
        [("eve cert-authority KEY", "cert-authority"), ("eve ssh-ed25519 AAAA", "line 2")]
    {
        let text = format!("bob {key}\n{}\n", line.replace("KEY", &key));
        fs::write(path.join("allowed"), text).expect("a file can be written");
        let call =
            call(path, "verify add.wasm --as sshsig -K allowed-signers:allowed --identity bob");
        call.exits(2).says(&["line 2 of the allowed signers in `allowed`", word]);
    }
    call(path, "verify add.wasm --as sshsig -K allowed-signers:gone --identity bob")
        .exits(2)
        .says(&["there is no file of allowed signers"]);
}
