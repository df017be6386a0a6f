//! The templates that there are, and what is filled in.

/// What a project is made from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Template {
    /// One module.
    Module,
    /// Two modules and a program.
    Workspace,
    /// A host with a trust file, and plugins of two publishers.
    Plugins,
    /// A host on wasmtime.
    HostWasmtime,
    /// A web page that verifies.
    HostWeb,
}

/// A key pair that a project gets.
#[derive(Debug)]
pub(super) struct Pair {
    /// The name of its files.
    pub(super) name: &'static str,
    /// The name of the pair that hands over to it.
    pub(super) succeeds: Option<&'static str>,
}

const RELEASE: &[Pair] = &[Pair { name: "release", succeeds: None }];
const PUBLISHERS: &[Pair] = &[
    Pair { name: "acme", succeeds: None },
    Pair { name: "globex", succeeds: None },
    Pair { name: "globex-2", succeeds: Some("globex") },
];

impl Template {
    /// All of them.
    #[cfg(test)]
    pub(super) const ALL: [Self; 5] =
        [Self::Module, Self::Workspace, Self::Plugins, Self::HostWasmtime, Self::HostWeb];

    /// Its name.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::Module => "module",
            Self::Workspace => "workspace",
            Self::Plugins => "plugins",
            Self::HostWasmtime => "host-wasmtime",
            Self::HostWeb => "host-web",
        }
    }

    /// The name of the package that gets another one. It stands for nothing else in any file.
    pub(super) fn placeholder(self) -> &'static str {
        match self {
            Self::Module => "card-mask",
            Self::Workspace => "module-list",
            Self::Plugins => "plugin-host",
            Self::HostWasmtime => "host-wasmtime",
            Self::HostWeb => "web-verifier",
        }
    }

    /// The key pairs that sign its modules.
    pub(super) fn pairs(self) -> &'static [Pair] {
        match self {
            Self::Module | Self::Workspace => RELEASE,
            Self::Plugins => PUBLISHERS,
            Self::HostWasmtime | Self::HostWeb => &[],
        }
    }

    /// What to type next.
    pub(super) fn next(self, name: &str) -> Vec<String> {
        let build = "cargo wasmsign build --release";
        let verify = "cargo wasmsign verify target/wasmsign/wasm32-unknown-unknown/release/";
        let lines: &[String] = match self {
            Self::Module => &[build.into(), format!("{verify}{}.wasm", name.replace('-', "_"))],
            Self::Workspace => &[build.into(), format!("{verify}invoice.wasm")],
            Self::Plugins => {
                &[build.into(), "cargo run --release -- \"write to ann@example.com\"".into()]
            }
            Self::HostWasmtime => &["cargo run --release -- --help".into()],
            Self::HostWeb => &["./build".into()],
        };
        lines.to_vec()
    }

    /// A file of it with the name of a project, and with the crates that were published beside this program.
    pub(super) fn filled(self, text: &str, name: &str) -> String {
        let (old, snake) = (self.placeholder(), self.placeholder().replace('-', "_"));
        let parts = text.split(old).map(|part| part.replace(&snake, &name.replace('-', "_")));
        published(&parts.collect::<Vec<_>>().join(name))
    }
}

/// A text without the paths of crates in the repository of this program, which stand beside their versions.
fn published(text: &str) -> String {
    let (mut rest, mut whole) = (text, String::with_capacity(text.len()));
    while let Some((before, behind)) = rest.split_once("path = \"../") {
        let is_ours = behind.split_once("\", ").filter(|(path, _)| path.contains("build-support/"));
        whole.push_str(before);
        match is_ours {
            Some((_, behind)) => rest = behind,
            None => {
                whole.push_str("path = \"../");
                rest = behind;
            }
        }
    }
    whole + rest
}
