//! OpenSSH's agent, and what it is given.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use crate::project::{Project, eventually};
use crate::{Said, run};

/// The variable that names the agent's socket.
pub const SOCKET: &str = "SSH_AUTH_SOCK";

/// Runs a tool of the tests to its good end.
pub fn tool(program: &str, arguments: &[&str], socket: &Path) -> Said {
    let mut command = Command::new(program);
    run(command.args(arguments).env(SOCKET, socket)).exits(0)
}

/// OpenSSH's agent, which ends with this value.
pub struct Agent {
    process: Child,
    /// Where it listens.
    pub socket: PathBuf,
}

impl Agent {
    /// Starts it with its socket in a directory.
    pub fn start(directory: &Path) -> Self {
        let socket = directory.join("agent");
        let mut command = Command::new("ssh-agent");
        // In the foreground, so that it is our child; it asks nobody but the program that says no.
        command.arg("-D").arg("-a").arg(&socket).stdin(Stdio::null()).stdout(Stdio::null());
        command
            .env("SSH_ASKPASS", "false")
            .env("SSH_ASKPASS_REQUIRE", "force")
            .env("DISPLAY", "no");
        let process = command.spawn().expect("OpenSSH is installed");
        let agent = Self { process, socket };
        eventually("the agent listens", || agent.socket.exists());
        agent
    }

    /// Makes a key pair `name` in a directory and gives it to the agent.
    pub fn add(&self, directory: &Path, name: &str, flags: &[&str]) -> PathBuf {
        let key = directory.join(name);
        let path = key.to_str().expect("temporary directories have plain names");
        tool("ssh-keygen", &["-q", "-t", "ed25519", "-N", "", "-f", path], &self.socket);
        tool("ssh-add", &[&["-q"], flags, &[path]].concat(), &self.socket);
        key.with_extension("pub")
    }

    /// `cargo wasmsign build` in a project, with this agent.
    pub fn build(&self, project: &Project, arguments: &[&str]) -> Command {
        let mut build = project.build(arguments);
        build.env(SOCKET, &self.socket);
        build
    }
}

impl Drop for Agent {
    fn drop(&mut self) {
        self.process.kill().expect("it is our child");
        self.process.wait().expect("it is our child");
    }
}

/// The fingerprint of a public key, as OpenSSH tells it.
pub fn fingerprint(public: &Path) -> String {
    let path = public.to_str().expect("temporary directories have plain names");
    let line = tool("ssh-keygen", &["-lf", path], Path::new("")).out;
    line.split(' ').nth(1).expect("the second word is the fingerprint").to_owned()
}
