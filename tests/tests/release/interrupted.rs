//! A release that is ended in the middle is the old one or none.

use std::process::Stdio;

use end_to_end::fixtures::names;
use end_to_end::project::{eventually, script};
use end_to_end::run;

use crate::support::{contents, release, released, workspace};

/// A signer of modules that never ends with a statement, but tells that it was asked for one: the release is half made then.
const SIGNER: &str = r#"
here=$(cd "$(dirname "$0")" && pwd)
cat > "$here/message.$$"
if [ "$(head -c 6 "$here/message.$$")" = DSSEv1 ]; then touch "$here/asked"; exec sleep 20; fi
openssl pkeyutl -sign -rawin -inkey "$here/../release.key" -in "$here/message.$$" -out "$here/signature.$$" || exit 1
cat "$here/signature.$$"
rm "$here/message.$$" "$here/signature.$$"
"#;

#[test]
fn a_release_that_is_ended_leaves_what_was_there() {
    let project = workspace();
    let out = released(&project, "out", &["--no-sign"]);
    let before = contents(&out);
    script(&project.join("target/signer.sh"), SIGNER);
    project.replace(
        "Cargo.toml",
        "secret = { file = \"release.key\" }",
        "secret = { command = [\"./target/signer.sh\"] }",
    );
    for signal in ["-TERM", "-INT", "-KILL"] {
        let _ = std::fs::remove_file(project.join("target/asked"));
        let mut command = release(&project, &["--allow-dirty", "--force", "--out"]);
        let mut child = command
            .arg(&out)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program starts");
        eventually("the signer is asked", || project.join("target/asked").exists());
        let staged = names(&project.join("target"));
        assert!(staged.iter().any(|name| name.contains(".wasmsign-")), "{staged:?}");
        let pid = child.id().to_string();
        let killed = std::process::Command::new("kill").args([signal, &pid]).status();
        assert!(killed.expect("kill is there").success());
        assert!(!child.wait().expect("it ends").success());
        assert_eq!(contents(&out), before, "{signal}");
    }
    project.replace(
        "Cargo.toml",
        "{ command = [\"./target/signer.sh\"] }",
        "{ file = \"release.key\" }",
    );
    run(release(&project, &["--force", "--out"]).arg(&out)).exits(0);
    // What was left by a process that was killed is gone.
    let left = names(&project.join("target"));
    assert!(left.iter().all(|name| !name.contains(".wasmsign-")), "{left:?}");
}
