//! A case with its bytes.

use std::path::Path;
use std::{fs, io};

use end_to_end::conformance::{Asked, Case, Verdict};

use crate::keys::{self, ALICE};

/// A case before it is written. Alice's key is given where nothing else is said.
pub struct Draft {
    case: Case,
    module: Vec<u8>,
    signature: Option<Vec<u8>>,
    keys: Vec<(String, Vec<u8>)>,
    trust_file: Vec<u8>,
    /// Files that the trust file names.
    beside: Vec<(String, Vec<u8>)>,
    /// The same for the module, by the endings of their names.
    beside_module: Vec<(String, Vec<u8>)>,
}

pub fn verified(name: &str, about: &str, module: Vec<u8>) -> Draft {
    Draft::new(name, about, module, Verdict::Verified, &[])
}

pub fn refused(name: &str, reason: &str, about: &str, module: Vec<u8>) -> Draft {
    Draft::new(name, about, module, Verdict::Refused, &[reason])
}

pub fn malformed(name: &str, reason: &str, about: &str, module: Vec<u8>) -> Draft {
    Draft::new(name, about, module, Verdict::Malformed, &[reason])
}

impl Draft {
    fn new(name: &str, about: &str, module: Vec<u8>, verdict: Verdict, reasons: &[&str]) -> Self {
        let case = Case {
            name: name.into(),
            rule: String::new(),
            section: String::new(),
            about: about.into(),
            module: String::new(),
            signature: None,
            public_keys: Vec::new(),
            require: None,
            coverage: None,
            sections: Vec::new(),
            expect: None,
            package: None,
            version: None,
            trust: None,
            formats: None,
            additional_data: None,
            namespace: None,
            verdict,
            reasons: reasons.iter().map(|&reason| reason.into()).collect(),
        };
        let (trust_file, beside, beside_module) = (Vec::new(), Vec::new(), Vec::new());
        let (signature, keys) = (None, Vec::new());
        Self { case, module, signature, keys, trust_file, beside, beside_module }.keys(&[ALICE])
    }

    /// The keys of these people are given, and no others.
    pub fn keys(mut self, names: &[&str]) -> Self {
        let file = |name: &&str| ((*name).to_owned(), [&[1], &keys::public(name)[..]].concat());
        self.keys = names.iter().map(file).collect();
        self
    }

    /// This one key file is given, under the case's own name.
    pub fn key_file(mut self, content: &[u8]) -> Self {
        self.keys = vec![(String::new(), content.to_vec())];
        self
    }

    pub fn detached(mut self, signature: Vec<u8>) -> Self {
        self.signature = Some(signature);
        self
    }

    pub fn require(mut self, require: &str) -> Self {
        self.case.require = Some(require.into());
        self
    }

    pub fn coverage(mut self, coverage: &str) -> Self {
        self.case.coverage = Some(coverage.into());
        self
    }

    pub fn has_coverage(&self) -> bool {
        self.case.coverage.is_some()
    }

    pub fn prefix(self) -> Self {
        self.coverage("prefix")
    }

    pub fn sections(mut self, globs: &[&str]) -> Self {
        self.case.sections = globs.iter().map(|&glob| glob.into()).collect();
        self
    }

    pub fn expect(mut self, kind: &str) -> Self {
        self.case.expect = Some(kind.into());
        self
    }

    pub fn package(mut self, name: &str) -> Self {
        self.case.package = Some(name.into());
        self
    }

    pub fn version(mut self, requirement: &str) -> Self {
        self.case.version = Some(requirement.into());
        self
    }

    /// A trust file of this text decides about the module of this name, by the rule of this index if by any, and no keys
    /// are given.
    pub fn trust(mut self, text: &str, name: &str, rule: Option<usize>) -> Self {
        let (policy, at) = (String::new(), "2026-06-01T00:00:00Z".into());
        self.trust_file = text.into();
        self.case.trust = Some(Asked { policy, name: name.into(), at, rule });
        self.keys(&[])
    }

    /// The trust file is asked at this time.
    pub fn at(mut self, time: &str) -> Self {
        self.case.trust.as_mut().expect("a trust file is asked").at = time.into();
        self
    }

    /// This file lies beside the trust file.
    pub fn beside(mut self, name: &str, content: Vec<u8>) -> Self {
        self.beside.push((name.into(), content));
        self
    }

    /// The signature must be one of this format; the case is named after it.
    pub fn in_format(mut self, format: &str) -> Self {
        self.case.name = format!("{format}-{}", self.case.name);
        self.in_formats(format)
    }

    /// There must be signatures of these formats.
    pub fn in_formats(mut self, formats: &str) -> Self {
        self.case.formats = Some(formats.into());
        self
    }

    pub fn additional_data(mut self, text: &str) -> Self {
        self.case.additional_data = Some(text.into());
        self
    }

    pub fn namespace(mut self, namespace: &str) -> Self {
        self.case.namespace = Some(namespace.into());
        self
    }

    /// A file lies beside the module whose name is the module's with this behind it.
    pub fn beside_module(mut self, ending: &str, content: Vec<u8>) -> Self {
        self.beside_module.push((ending.into(), content));
        self
    }

    /// The rule stands elsewhere than that of the neighbours.
    pub fn section(mut self, section: &str) -> Self {
        self.case.section = section.into();
        self
    }

    /// Puts the case into a group of rules, and names its files.
    pub fn under(mut self, rule: &str, section: &str) -> Self {
        let case = &mut self.case;
        case.name = format!("{rule}-{}", case.name);
        case.rule = rule.into();
        if case.section.is_empty() {
            case.section = section.into();
        }
        case.module = format!("{}.wasm", case.name);
        if let Some(asked) = &mut case.trust {
            asked.policy = format!("{}.toml", case.name);
        }
        case.signature = self.signature.as_ref().map(|_| format!("{}.sig", case.name));
        let own = |name: &String| if name.is_empty() { case.name.clone() } else { name.clone() };
        self.keys.iter_mut().for_each(|(name, _)| *name = format!("{}.public", own(name)));
        case.public_keys = self.keys.iter().map(|(name, _)| name.clone()).collect();
        self
    }

    pub fn write(&self, directory: &Path) -> io::Result<()> {
        fs::write(directory.join(&self.case.module), &self.module)?;
        if let (Some(name), Some(signature)) = (&self.case.signature, &self.signature) {
            fs::write(directory.join(name), signature)?;
        }
        if let Some(asked) = &self.case.trust {
            fs::write(directory.join(&asked.policy), &self.trust_file)?;
        }
        for (ending, content) in &self.beside_module {
            fs::write(directory.join(format!("{}{ending}", self.case.module)), content)?;
        }
        let mut files = self.keys.iter().chain(&self.beside);
        files.try_for_each(|(name, content)| fs::write(directory.join(name), content))
    }

    pub fn into_case(self) -> Case {
        self.case
    }
}
