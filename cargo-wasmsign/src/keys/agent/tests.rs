//! Agents that behave and agents that do not.

use std::io::{Read, Write};
use std::os::unix::net::{UnixListener, UnixStream};
use std::thread;

use tempfile::TempDir;
use wasmsign_core::{KeyEncoding, SecretKey};

use super::*;
use crate::exit::Exit;

const MESSAGE: &[u8] = b"wasmsig";
const LIST: u8 = 11;

/// A socket at which a thread answers each request with what `answer` makes of it, which may be less than a
/// message. It ends with the test.
fn agent(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> (TempDir, PathBuf) {
    let directory = TempDir::new().unwrap();
    let path = directory.path().join("agent");
    let listener = UnixListener::bind(&path).unwrap();
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let request = read_request(&mut stream);
            // The other side may have gone, having heard enough.
            let _ = stream.write_all(&answer(&request));
        }
    });
    (directory, path)
}

fn read_request(stream: &mut UnixStream) -> Vec<u8> {
    let mut length = [0; 4];
    stream.read_exact(&mut length).unwrap();
    let mut request = vec![0; u32::from_be_bytes(length) as usize];
    stream.read_exact(&mut request).unwrap();
    request
}

fn string(bytes: &[u8]) -> Vec<u8> {
    [&u32::try_from(bytes.len()).unwrap().to_be_bytes(), bytes].concat()
}

fn key(seed: u8) -> SecretKey {
    let seed: [u8; 32] = [seed; 32];
    SecretKey::from_seed(&seed)
}

fn blob(key: &SecretKey) -> Vec<u8> {
    [string(b"ssh-ed25519"), string(key.public_key().as_bytes())].concat()
}

fn identities(blobs: &[Vec<u8>]) -> Vec<u8> {
    let count = u32::try_from(blobs.len()).unwrap().to_be_bytes();
    let keys = blobs.iter().flat_map(|blob| [string(blob), string(b"a\x1b[2Jcomment")].concat());
    string(&[&[12][..], &count, &keys.collect::<Vec<_>>()].concat())
}

fn signature(algorithm: &[u8], bytes: &[u8]) -> Vec<u8> {
    let blob = [string(algorithm), string(bytes)].concat();
    string(&[vec![14], string(&blob)].concat())
}

/// An agent that lists the keys 1 and 2, and answers the other request with `answer`.
fn signing(answer: impl Fn(&[u8]) -> Vec<u8> + Send + 'static) -> (TempDir, PathBuf) {
    agent(move |request| match request {
        [LIST] => identities(&[blob(&key(1)), blob(&key(2))]),
        other => answer(other),
    })
}

fn find(socket: &Path, key: &SecretKey) -> Result<Agent> {
    Agent::find(socket.to_owned(), fingerprint(key))
}

fn fingerprint(key: &SecretKey) -> Fingerprint {
    let line = key.public_key().encode(KeyEncoding::OpenSsh);
    wanted(std::str::from_utf8(&line).unwrap()).unwrap()
}

/// The message of an error with its causes.
fn told(error: &Error) -> String {
    let mut text = error.to_string();
    let mut source = std::error::Error::source(error);
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

#[track_caller]
fn fails<T: std::fmt::Debug>(result: Result<T>, exit: Exit, words: &[&str]) {
    let error = result.unwrap_err();
    let text = told(&error);
    assert_eq!(error.exit(), exit, "{text}");
    assert!(error.what_to_do().is_some(), "{text}");
    words.iter().for_each(|word| assert!(text.contains(word), "no `{word}` in {text}"));
}

#[test]
fn keys_are_named_in_many_ways() {
    let expected = fingerprint(&key(1));
    let public = key(1).public_key().clone();
    let texts = [KeyEncoding::Pem, KeyEncoding::OpenSsh].map(|encoding| public.encode(encoding));
    let texts = texts.map(|text| String::from_utf8(text).unwrap());
    let hex = crate::text::hex::public_key_text(&public);
    let commented = format!("{} me@home\n", texts[1].trim());
    for text in [&texts[0], &texts[1], &hex, &commented, &format!(" {expected}\n")] {
        assert_eq!(wanted(text).unwrap(), expected, "{text}");
    }
    // As `ssh-keygen -lf` says.
    assert_eq!(expected.to_string(), "SHA256:fe85JkIjo8VPe+XqXJGH5Mau1EMFdK1OdKvJUFicyA8");
    for text in ["", "SHA256:", "SHA256:abc", "MD5:ab:cd", "no key", "keys/release.pub"] {
        assert!(wanted(text).is_err(), "{text}");
    }
}

#[test]
fn the_right_key_signs_the_bytes_themselves() {
    let (_directory, socket) = signing(|request| {
        let expected = [&[13][..], &string(&blob(&key(2))), &string(MESSAGE), &[0; 4]].concat();
        assert_eq!(request, expected);
        signature(b"ssh-ed25519", &key(2).sign(MESSAGE))
    });
    let agent = find(&socket, &key(2)).unwrap();
    assert_eq!(agent.public_key(), key(2).public_key());
    // Several times, from several threads.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert_eq!(agent.sign(MESSAGE).unwrap(), key(2).sign(MESSAGE)));
        }
    });
}

#[test]
fn a_missing_key_is_told_with_those_there_are() {
    let (_directory, socket) = signing(|_| unreachable!("nothing is signed"));
    let held = fingerprint(&key(2)).to_string();
    let wanted = fingerprint(&key(3)).to_string();
    let words = [&*wanted, &held, "ssh-ed25519 a\\u{1b}[2Jcomment"];
    fails(find(&socket, &key(3)), Exit::Usage, &words);
    let many: Vec<_> = (10..60).map(|seed| blob(&key(seed))).collect();
    let (_directory, socket) = agent(move |_| identities(&many));
    fails(find(&socket, &key(3)), Exit::Usage, &["and 30 more"]);
}

#[test]
fn a_locked_agent_is_told() {
    // OpenSSH's lists nothing, others fail.
    for answer in [identities(&[]), string(&[5])] {
        let (_directory, socket) = agent(move |_| answer.clone());
        fails(find(&socket, &key(1)), Exit::Usage, &["locked"]);
    }
}

#[test]
fn keys_of_other_kinds_are_refused() {
    let token = [
        string(b"sk-ssh-ed25519@openssh.com"),
        string(key(1).public_key().as_bytes()),
        string(b"ssh:"),
    ]
    .concat();
    let weak = [string(b"ssh-ed25519"), string(&[0; 32])].concat();
    for (other, word) in [(token, "sk-ssh-ed25519@openssh.com"), (weak, "SHA256:")] {
        let fingerprint = Fingerprint::Sha256(Sha256::digest(&other).into());
        let (_directory, socket) = agent(move |_| identities(std::slice::from_ref(&other)));
        fails(Agent::find(socket, fingerprint), Exit::Usage, &[word]);
    }
}

#[test]
fn nobody_listening_is_told() {
    let directory = TempDir::new().unwrap();
    let gone = directory.path().join("gone");
    fails(find(&gone, &key(1)), Exit::Usage, &["gone"]);
    drop(UnixListener::bind(&gone).unwrap());
    fails(find(&gone, &key(1)), Exit::Usage, &["gone", "refused"]);
}

#[test]
fn an_agent_may_refuse() {
    let (_directory, socket) = signing(|_| string(&[5]));
    fails(find(&socket, &key(1)).unwrap().sign(MESSAGE), Exit::Tool, &["refused"]);
}

#[test]
fn an_agent_may_lose_the_key_before_it_signs() {
    for left in [vec![], vec![blob(&key(2))]] {
        let asked = std::cell::Cell::new(0);
        let (_directory, socket) =
            agent(move |request| match (request, asked.replace(asked.get() + 1)) {
                ([LIST], 0) => identities(&[blob(&key(1))]),
                ([LIST], _) => identities(&left),
                _ => string(&[5]),
            });
        let agent = find(&socket, &key(1)).unwrap();
        fails(agent.sign(MESSAGE), Exit::Usage, &["has no key", &fingerprint(&key(1)).to_string()]);
    }
}

#[test]
fn an_agent_with_keys_of_other_algorithms_alone_is_told() {
    let rsa = [string(b"ssh-rsa"), string(&[1, 0, 1]), string(&[0x7f; 256])].concat();
    let token = [string(b"sk-ssh-ed25519@openssh.com"), string(&[7; 32]), string(b"ssh:")].concat();
    let (_directory, socket) = agent(move |_| identities(&[rsa.clone(), token.clone()]));
    let words =
        ["none of its keys is an ssh-ed25519 key", " ssh-rsa ", " sk-ssh-ed25519@openssh.com "];
    fails(find(&socket, &key(1)), Exit::Usage, &words);
    let named = wanted("ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAAAgQC7 me").unwrap_err().to_string();
    assert!(named.contains("RSA") && !named.contains("AAAA"), "{named}");
}

#[test]
fn signatures_are_checked() {
    let wrong: [Vec<u8>; 2] = [key(1).sign(b"other").to_vec(), key(2).sign(MESSAGE).to_vec()];
    for bytes in wrong {
        let (_directory, socket) = signing(move |_| signature(b"ssh-ed25519", &bytes));
        let result = find(&socket, &key(1)).unwrap().sign(MESSAGE);
        fails(result, Exit::Tool, &["does not verify"]);
    }
}

#[test]
fn what_is_no_signature_is_no_protocol() {
    let good = key(1).sign(MESSAGE);
    let wrong = [
        signature(b"ssh-rsa", &good),
        signature(b"ssh-ed25519", &good[1..]),
        signature(b"ssh-ed25519", &[&good[..], &[0]].concat()),
        string(&[14]),
        string(&[&[14][..], &string(&good)].concat()),
        string(&[&signature(b"ssh-ed25519", &good)[4..], &[0]].concat()),
        identities(&[]),
    ];
    for answer in wrong {
        let (_directory, socket) = signing(move |_| answer.clone());
        let result = find(&socket, &key(1)).unwrap().sign(MESSAGE);
        fails(result, Exit::Tool, &["does not answer like an ssh agent"]);
    }
}

#[test]
fn what_is_no_list_is_no_protocol() {
    let list = identities(&[blob(&key(1))]);
    let wrong = [
        vec![],
        list[..list.len() - 1].to_vec(),
        list[..3].to_vec(),
        string(&[]),
        string(b"HTTP/1.1 400 Bad Request"),
        b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec(),
        // Longer than any answer, with more keys than bytes, with bytes behind the keys.
        u32::MAX.to_be_bytes().to_vec(),
        string(&[12, 255, 255, 255, 255]),
        string(&[12, 0, 0, 0, 1, 255, 255, 255, 255, 0]),
        string(&[&list[4..], &[0]].concat()),
        signature(b"ssh-ed25519", &[0; 64]),
    ];
    for answer in wrong {
        let (_directory, socket) = agent(move |_| answer.clone());
        fails(find(&socket, &key(1)), Exit::Tool, &["does not answer like an ssh agent"]);
    }
}

#[test]
fn a_silent_agent_is_not_waited_for() {
    let late = strange(Path::new("a"), io::ErrorKind::WouldBlock.into());
    assert!(told(&late).contains("did not answer for 60 seconds"));
    let (here, there) = UnixStream::pair().unwrap();
    here.set_read_timeout(Some(Duration::from_millis(10))).unwrap();
    let error = protocol::identities(&mut &here).unwrap_err();
    assert!(told(&strange(Path::new("a"), error)).contains("did not answer"));
    drop(there);
}
