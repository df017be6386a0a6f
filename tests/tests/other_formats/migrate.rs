//! `migrate`: a signature of another format becomes one of the current format.

use std::fs;

use end_to_end::fixtures::{call, hex, identity, names, snapshot, vector};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::given::{ED25519, directory, verdict};

#[test]
fn each_format_is_left_behind() {
    let all = ED25519.iter().map(|&(format, suffix)| (format, suffix, "one.secret", "one.public"));
    for (format, suffix, secret, public) in all.chain([("wasm-sign", None, "ec.pem", "ec.pub")]) {
        let directory = directory();
        let path = directory.path();
        call(path, &format!("sign add.wasm --as {format} -k {secret}")).exits(0);
        let old = hex(&Sha256::digest(fs::read(path.join("add.wasm")).unwrap()));
        let line = format!(
            "migrate add.wasm --from {format} -K {public} -k two.secret --record log.jsonl"
        );
        let said = call(path, &format!("{line} --format json")).exits(0);
        let new = identity(&vector("add.wasm"));
        let found = &said.json()[0];
        assert_eq!(
            (&found["old"], &found["new"]),
            (&format!("sha256:{old}").into(), &new.clone().into())
        );
        verdict(path, "add.wasm -K two.public", 0);
        if let Some(suffix) = suffix {
            assert!(!path.join(format!("add.wasm{suffix}")).exists(), "{format}");
        }
        let record: Value = fs::read_to_string(path.join("log.jsonl")).unwrap().parse().unwrap();
        assert_eq!(record["from"], format);
        assert_eq!(record["new"], new);
        let keys: Vec<_> = record.as_object().unwrap().keys().cloned().collect();
        assert_eq!(keys, ["module", "from", "old", "new", "time"]);
    }
}

#[test]
fn nothing_is_written_without_the_old_signature() {
    let directory = directory();
    let path = directory.path();
    call(path, "sign add.wasm --as minisign -k one.secret").exits(0);
    let (before, all) = (snapshot(&path.join("add.wasm")), names(path));
    let line = "migrate add.wasm --from minisign -k two.secret --record log.jsonl";
    call(path, &format!("{line} -K two.public")).exits(1);
    call(path, "migrate add.wasm --from wasmsign1 -K one.public -k two.secret").exits(1);
    call(path, &format!("{line} -K one.public -k nowhere")).exits(2);
    assert_eq!((snapshot(&path.join("add.wasm")), names(path)), (before.clone(), all));
    // Another output leaves all that there is.
    call(path, &format!("{line} -K one.public -o new.wasm")).exits(0);
    assert_eq!(snapshot(&path.join("add.wasm")), before);
    assert!(path.join("add.wasm.minisig").exists());
    verdict(path, "new.wasm -K two.public", 0);
}
