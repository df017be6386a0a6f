//! An ssh-agent that holds one key.

use std::path::Path;

use wasmsign_core::SecretKey;

/// Answers until somebody ends it.
#[cfg(unix)]
pub(crate) fn serve(key: &SecretKey, socket: &Path) {
    use std::io::{Read, Write};
    use std::os::unix::net::UnixListener;
    let listener = UnixListener::bind(socket).expect("the socket can be made");
    for stream in listener.incoming() {
        let mut stream = stream.expect("somebody has called");
        let mut length = [0; 4];
        stream.read_exact(&mut length).expect("a request has a length");
        let mut request = vec![0; u32::from_be_bytes(length) as usize];
        stream.read_exact(&mut request).expect("a request has as many bytes");
        // Whoever has heard enough may be gone.
        let _ = stream.write_all(&reply(key, &request));
    }
}

/// Agents listen at sockets that other systems do not have.
#[cfg(not(unix))]
pub(crate) fn serve(_key: &SecretKey, _socket: &Path) {
    panic!("there are no agents here");
}

/// The answer to a request, as draft-ietf-sshm-ssh-agent has it.
#[cfg(unix)]
fn reply(key: &SecretKey, request: &[u8]) -> Vec<u8> {
    use crate::fault::answer;
    let refused = || string(&[5]);
    match request {
        [11] => answer("list", || identities(key), &string(&[12, 0, 0, 0, 0])),
        [13, asked @ ..] => {
            let message = field(field(asked).1).0;
            answer("sign", || signature(key, message), &signature(key, b"another message"))
        }
        _ => refused(),
    }
}

#[cfg(unix)]
fn identities(key: &SecretKey) -> Vec<u8> {
    let blob = [string(b"ssh-ed25519"), string(key.public_key().as_bytes())].concat();
    string(&[&[12, 0, 0, 0, 1], &*string(&blob), &string(b"shim")].concat())
}

#[cfg(unix)]
fn signature(key: &SecretKey, message: &[u8]) -> Vec<u8> {
    let blob = [string(b"ssh-ed25519"), string(&key.sign(message))].concat();
    string(&[&[14], &*string(&blob)].concat())
}

/// A `string` of RFC 4251.
#[cfg(unix)]
fn string(bytes: &[u8]) -> Vec<u8> {
    let length = u32::try_from(bytes.len()).expect("messages are short");
    [&length.to_be_bytes(), bytes].concat()
}

/// The first `string`, and what follows it.
#[cfg(unix)]
fn field(bytes: &[u8]) -> (&[u8], &[u8]) {
    let (length, rest) = bytes.split_first_chunk::<4>().expect("there is a length");
    rest.split_at(u32::from_be_bytes(*length) as usize)
}
