//! The programs that people have, both ways.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::fixtures::call;

use super::given::{directory, openssl, succeeds, verdict};

fn program(directory: &Path, name: &str, line: &str) -> Command {
    let mut command = Command::new(name);
    command.args(line.split(' ')).current_dir(directory);
    command
}

#[test]
fn minisign_of_debian() {
    let directory = directory();
    let path = directory.path();
    succeeds(&mut program(path, "minisign", "-G -W -p mini.pub -s mini.key"));
    for flags in ["", " --legacy"] {
        call(path, &format!("sign add.wasm --as minisign -k mini.key{flags}")).exits(0);
        let said = succeeds(&mut program(path, "minisign", "-V -p mini.pub -m add.wasm"));
        assert!(said.contains("file:add.wasm"), "{said}");
        verdict(path, "add.wasm --as minisign -K mini.pub", 0);
    }
    for flags in ["", " -l"] {
        let line = format!("-S -s mini.key -m add.wasm -t some-comment{flags}");
        succeeds(&mut program(path, "minisign", &line));
        verdict(path, "add.wasm --as minisign -K mini.pub", 0);
        verdict(path, "add.wasm -S add.wasm.minisig -K mini.pub", 0);
    }
    // A key of another encoding answers to any number.
    call(path, "key convert mini.pub -o plain.pub --encoding pem --public").exits(0);
    verdict(path, "add.wasm --as minisign -K plain.pub", 0);
}

#[test]
fn ssh_keygen() {
    let directory = directory();
    let path = directory.path();
    succeeds(
        Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-f", "id"])
            .current_dir(path),
    );
    let public = fs::read_to_string(path.join("id.pub")).unwrap();
    fs::write(path.join("allowed"), format!("alice@example.org namespaces=\"wasm\" {public}"))
        .unwrap();
    call(path, "sign add.wasm --as sshsig -k id").exits(0);
    let check = || {
        let mut check = program(
            path,
            "ssh-keygen",
            "-Y verify -f allowed -I alice@example.org -n wasm -s add.wasm.sig",
        );
        check.stdin(Stdio::from(fs::File::open(path.join("add.wasm")).unwrap()));
        succeeds(&mut check)
    };
    assert!(check().contains("Good \"wasm\" signature"));
    fs::remove_file(path.join("add.wasm.sig")).unwrap();
    for hash in ["", " -O hashalg=sha256"] {
        succeeds(&mut program(
            path,
            "ssh-keygen",
            &format!("-Y sign -f id -n wasm{hash} add.wasm"),
        ));
        verdict(path, "add.wasm --as sshsig -K id.pub", 0);
        let allowed = "add.wasm --as sshsig -K allowed-signers:allowed --identity";
        verdict(path, &format!("{allowed} alice@example.org"), 0);
        verdict(path, &format!("{allowed} bob@example.org"), 1);
        fs::remove_file(path.join("add.wasm.sig")).unwrap();
    }
    fs::write(path.join("allowed"), format!("alice cert-authority {public}")).unwrap();
    succeeds(&mut program(path, "ssh-keygen", "-Y sign -f id -n wasm add.wasm"));
    let line = "verify add.wasm --as sshsig -K allowed-signers:allowed --identity alice";
    let said = call(path, line).exits(2);
    assert!(said.err.contains("cert-authority"), "{}", said.err);
}

#[test]
fn openssl_and_wasm_sign() {
    const SECTION: usize = 118;
    let directory = directory();
    let path = directory.path();
    let unsigned = fs::read(path.join("add.wasm")).unwrap();
    call(path, "sign add.wasm --as wasm-sign -k ec.pem").exits(0);
    let signed = fs::read(path.join("add.wasm")).unwrap();
    let section = &signed[signed.len() - SECTION..];
    assert_eq!(&section[..13], b"\0\x74\x09signature\0");
    let length = usize::from(section[13]);
    fs::write(path.join("body"), &unsigned).unwrap();
    fs::write(path.join("der"), &section[14..14 + length]).unwrap();
    openssl(path, "dgst -sha256 -verify ec.pub -signature der body");
    // openssl makes a high S every second time.
    for _ in 0..8 {
        openssl(path, "dgst -sha256 -sign ec.pem -out der body");
        let der = fs::read(path.join("der")).unwrap();
        let mut section = b"\0\x74\x09signature\0".to_vec();
        section.push(der.len() as u8);
        section.extend(&der);
        section.resize(SECTION, 0);
        fs::write(path.join("add.wasm"), [&unsigned[..], &section].concat()).unwrap();
        verdict(path, "add.wasm --as wasm-sign -K ec.pub", 0);
    }
    // PKCS#8 is read too.
    openssl(path, "pkcs8 -topk8 -nocrypt -in ec.pem -out ec8.pem");
    call(path, "sign add.wasm --as wasm-sign -k ec8.pem").exits(0);
    verdict(path, "add.wasm --as wasm-sign -K ec.pub", 0);
}

#[test]
fn openssl_and_oak() {
    let directory = directory();
    let path = directory.path();
    openssl(path, "genpkey -algorithm ed25519 -out oak.pem");
    openssl(path, "pkey -in oak.pem -pubout -out oak.pub");
    call(path, "sign add.wasm --as oak -k oak.pem").exits(0);
    let text = fs::read_to_string(path.join("add.wasm.endorsement")).unwrap();
    let block = |label: &str| {
        let text = text.split(&format!("-----BEGIN {label}-----\n")).nth(1).unwrap();
        let digits = text.split("-----END").next().unwrap().to_owned();
        fs::write(path.join("block"), digits).unwrap();
        openssl(path, &format!("base64 -d -in block -out {label}"));
    };
    block("SIGNATURE");
    block("HASH");
    openssl(path, "pkeyutl -verify -pubin -inkey oak.pub -rawin -in HASH -sigfile SIGNATURE");
    openssl(path, "dgst -sha256 -binary -out digest add.wasm");
    openssl(path, "pkeyutl -sign -inkey oak.pem -rawin -in digest -out made");
    let armor = |label: &str, file: &str| {
        openssl(path, &format!("base64 -in {file} -out block"));
        let digits = fs::read_to_string(path.join("block")).unwrap();
        format!("-----BEGIN {label}-----\n{digits}-----END {label}-----\n")
    };
    let public = fs::read_to_string(path.join("oak.pub")).unwrap();
    let text = public + &armor("SIGNATURE", "made") + &armor("HASH", "digest");
    fs::write(path.join("add.wasm.endorsement"), text).unwrap();
    verdict(path, "add.wasm --as oak -K oak.pub", 0);
}
