//! `-K github:NAME`: every Ed25519 key of an account, from a server on this machine.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Command, Stdio};

use end_to_end::fixtures::{call, snapshot, vector, workdir};
use end_to_end::project::{Project, eventually};
use end_to_end::{Said, run, wasmsign};
use wasmsign_core::{KeyEncoding, PublicKey};

use crate::server::{Server, ok, redirect, status};

const BASE: &str = "WASMSIGN_GITHUB_URL";

/// The line of one of the vectors' keys.
fn line(name: &str) -> String {
    let key = PublicKey::decode(&vector(&format!("{name}.public"))).expect("it is one");
    let line = String::from_utf8(key.encode(KeyEncoding::OpenSsh)).expect("it is text");
    line.trim().to_owned()
}

/// The keys of an account: two that count, and others.
fn keys() -> String {
    format!("ssh-rsa AAAAB3\n{}\necdsa-sha2-nistp256 AAAA\n{}", line("one"), line("two"))
}

fn asking(directory: &Path, base: &str, line: &str) -> Command {
    let mut command = wasmsign(directory);
    command.args(line.split(' ')).env(BASE, base);
    command
}

#[test]
fn each_ed25519_key_of_an_account_counts() {
    let workdir = workdir(&["add.wasm"]);
    let server = Server::start(|_| ok(&keys()));
    let ask = |line: &str| run(&mut asking(workdir.path(), &server.base, line));
    ask("sign add.wasm -k one.secret -K github:octo-cat").exits(0);
    ask("verify add.wasm -K github:octo-cat").exits(0);
    ask("verify add.wasm -K github:octo-cat --require all").exits(1).prints(&["policy-not-met"]);
    ask("verify add.wasm -K github:octo-cat --require 3").exits(2).says(&["(2)"]);
    call(workdir.path(), "sign add.wasm -k two.secret").exits(0);
    ask("verify add.wasm -K github:octo-cat -K two.public --require all").exits(0);
    assert_eq!(server.asked(), vec!["/octo-cat.keys"; 5]);
}

#[test]
fn what_is_not_the_list_of_an_account_is_told() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    let before = snapshot(&workdir.path().join("add.wasm"));
    let elsewhere = Server::start(|_| ok(&keys()));
    let other = elsewhere.base.clone();
    let server = Server::start(move |path| match path.trim_matches('/') {
        "missing.keys" => status("404 Not Found"),
        "broken.keys" => status("500 Internal Server Error"),
        "created.keys" => status("201 Created"),
        "long.keys" => ok(&"ssh-rsa AAAA\n".repeat(100_000)),
        "moved.keys" => redirect("/octocat.keys"),
        "loop.keys" => redirect("/loop.keys"),
        "away.keys" => redirect(&format!("{other}/octocat.keys")),
        "nowhere.keys" => redirect("file:///etc/passwd"),
        "cut.keys" => ok(&keys())[..120].to_vec(),
        "silent.keys" => Vec::new(),
        "rsa.keys" => ok("ssh-rsa AAAAB3\nsk-ssh-ed25519@openssh.com AAAA\n"),
        "page.keys" => ok("<html>\x1b[2J</html>"),
        "none.keys" => ok(""),
        "damaged.keys" => ok("ssh-ed25519 AAAA\n"),
        _ => ok(&keys()),
    });
    let verify = |name: &str| -> Said {
        run(&mut asking(workdir.path(), &server.base, &format!("verify add.wasm -K github:{name}")))
    };
    verify("moved").exits(0);
    for (name, code, texts) in [
        ("missing", 4, &["404", "`missing`", "check the name"][..]),
        ("broken", 4, &["500"]),
        ("created", 4, &["201"]),
        ("long", 4, &["longer than 1048576 bytes"]),
        ("loop", 4, &["more than 5 times"]),
        ("away", 4, &["only `https`"]),
        ("nowhere", 4, &["only `https`"]),
        ("cut", 4, &["/cut.keys"]),
        ("silent", 4, &["/silent.keys"]),
        ("rsa", 2, &["no Ed25519 key", "sk-ssh-ed25519@openssh.com, ssh-rsa"]),
        ("page", 2, &["no Ed25519 key"]),
        ("none", 2, &["no Ed25519 key"]),
        ("damaged", 3, &["key 1 of the GitHub account `damaged`"]),
    ] {
        let said = verify(name).exits(code).says(texts);
        assert!(said.out.is_empty() && !said.err.contains('\x1b'), "{name}: {}", said.err);
        let sign = format!("sign add.wasm -k two.secret -K github:{name}");
        run(&mut asking(workdir.path(), &server.base, &sign)).exits(code);
    }
    assert_eq!(snapshot(&workdir.path().join("add.wasm")), before);
    assert!(elsewhere.asked().is_empty(), "{:?}", elsewhere.asked());
}

#[test]
fn nothing_is_asked_for_a_name_that_is_none_or_without_the_network() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    let server = Server::start(|_| ok(&keys()));
    for name in ["", "a/b", "../a", "a.b", "a_b", "a%2Fb", "a?b", "-a", "ä", &"a".repeat(40)] {
        let mut verify = wasmsign(workdir.path());
        verify
            .args(["verify", "add.wasm", "-K", &format!("github:{name}")])
            .env(BASE, &server.base);
        run(&mut verify).exits(2).says(&["--public-key", "the name of a GitHub account"]);
    }
    for line in [
        "verify add.wasm -K github:octocat --offline",
        "sign add.wasm -k one.secret -K github:octocat --offline",
    ] {
        run(&mut asking(workdir.path(), &server.base, line))
            .exits(2)
            .says(&["`octocat`", "--offline"]);
    }
    run(&mut asking(workdir.path(), &server.base, "sign add.wasm -k github:octocat"))
        .exits(2)
        .says(&["names public keys"]);
    assert!(server.asked().is_empty(), "{:?}", server.asked());
    call(workdir.path(), "verify add.wasm -K one.public --offline").exits(0);
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let workdir = workdir(&["add.wasm"]);
    let listener = TcpListener::bind("127.0.0.1:0").expect("there is a free port");
    let gone = format!("http://{}", listener.local_addr().expect("it has an address"));
    drop(listener);
    let verify = "verify add.wasm -K github:octocat";
    run(&mut asking(workdir.path(), &gone, verify)).exits(4).says(&[&gone, "octocat"]);
    for base in ["github.com", "ftp://github.com", "https://me:word@github.com", "http://a?b"] {
        run(&mut asking(workdir.path(), base, verify)).exits(2).says(&[BASE]);
    }
}

#[test]
fn a_manifest_names_an_account() {
    let project = Project::tiny("optimize = false");
    let ours = PublicKey::decode(&std::fs::read(project.join("release.pub")).expect("it is there"));
    let ours = ours.expect("it is one").encode(KeyEncoding::OpenSsh);
    let ours = String::from_utf8(ours).expect("it is text");
    let server = Server::start(move |path| match path {
        "/octocat.keys" => ok(&format!("{}\n{ours}", line("two"))),
        _ => ok(&line("two")),
    });
    let build = |arguments: &[&str]| {
        let mut build = project.build(arguments);
        build.env(BASE, &server.base);
        build
    };
    project.replace("Cargo.toml", "public = \"release.pub\"", "public = \"github:octocat\"");
    let config = run(wasmsign(project.path()).arg("config")).exits(0);
    config.prints(&["github:octocat"]);
    for offline in [&["--offline"][..], &["--config", "net.offline=true"], &["--", "--offline"]] {
        run(&mut build(offline)).exits(2).says(&["`octocat`", "--offline"]);
    }
    assert!(server.asked().is_empty(), "{:?}", server.asked());
    run(&mut build(&[])).exits(0);
    project.replace("Cargo.toml", "github:octocat", "github:another");
    run(&mut build(&[])).exits(2).says(&["`release`", "does not belong"]);
    project.replace("Cargo.toml", "github:another", "github:a.b");
    run(&mut build(&[])).exits(2).says(&["Cargo.toml:", "the name of a GitHub account"]);
}

/// What the system trusts is in a file that a variable names, where it is not asked through an interface of its own.
#[cfg(target_os = "linux")]
#[test]
fn a_server_is_asked_by_https_where_the_system_trusts_it() {
    let workdir = workdir(&["add.wasm"]);
    call(workdir.path(), "sign add.wasm -k one.secret").exits(0);
    std::fs::write(workdir.path().join("octocat.keys"), ok(&keys())).expect("it can be written");
    let extensions = "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth\n";
    std::fs::write(workdir.path().join("extensions"), extensions).expect("as before");
    let openssl = |line: &str| {
        let mut openssl = Command::new("openssl");
        openssl.current_dir(workdir.path()).args(line.split(' '));
        openssl
    };
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    run(&mut openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -subj /CN=ca"))).exits(0);
    run(&mut openssl(&format!("req {key} -keyout key.pem -out request -subj /CN=localhost")))
        .exits(0);
    let sign = "x509 -req -in request -CA ca.pem -CAkey ca.key -out cert.pem -extfile extensions";
    run(&mut openssl(sign)).exits(0);
    let port = TcpListener::bind("127.0.0.1:0").and_then(|server| server.local_addr());
    let port = port.expect("there is a free port").port();
    let serve =
        format!("s_server -accept 127.0.0.1:{port} -cert cert.pem -key key.pem -HTTP -quiet");
    let mut server = openssl(&serve);
    let mut server = server.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("it starts");
    eventually("the server listens", || TcpStream::connect(("127.0.0.1", port)).is_ok());
    let verify = |trusted: &str| {
        let base = format!("https://localhost:{port}");
        let mut verify = asking(workdir.path(), &base, "verify add.wasm -K github:octocat");
        run(verify.env("SSL_CERT_FILE", workdir.path().join(trusted)))
    };
    let (trusted, other) = (verify("ca.pem"), verify("extensions"));
    server.kill().expect("it is our child");
    server.wait().expect("it is our child");
    trusted.exits(0);
    other.exits(4).says(&["certificate", "octocat"]);
}
