//! Attempts at a verifier: a binary with what is asked of it.
//!
//! An input that begins as WebAssembly does is taken for a file. Any other is a recipe, by which pieces of what was
//! really signed are put together anew: what an attacker would do, and a mutation of bytes rarely does.

use wasmsign_core::wasm::Kind;
use wasmsign_core::{Policy, PublicKey, Require, SectionNames, Verifier};

use crate::encode::leb;
use crate::originals::{LITERAL_SETS, ORIGINALS, PLAIN_SETS, SECTIONS, custom, public};

/// Longer binaries only take time.
const MAX_BYTES: usize = 1 << 20;

/// How much of a file must be covered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Coverage {
    /// All of it.
    Whole,
    /// What runs.
    Prefix,
    /// That, and custom sections with the name `a`.
    PrefixWithA,
}

/// What a verifier is asked for.
#[derive(Debug, Clone, Copy)]
pub struct Demand {
    /// How much must be covered.
    pub coverage: Coverage,
    /// How many keys must have signed.
    pub require: Require,
    /// The keys are those from 1 up to here.
    pub keys: u8,
    /// The kind that is expected.
    pub expect: Option<Kind>,
    /// Whether signature data is read in the literal form.
    pub literal: bool,
}

/// A binary, and a verifier to put it before.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// The binary.
    pub module: Vec<u8>,
    /// The signature data, where it is not that inside the binary.
    pub detached: Option<Vec<u8>>,
    /// What is asked for.
    pub demand: Demand,
    /// How the binary arrives.
    pub pattern: [u8; 3],
}

/// The attempts that an input makes.
pub fn attempts(data: &[u8]) -> Vec<Attempt> {
    match data.starts_with(b"\0asm") {
        true => with_each_coverage(data),
        false => vec![by_recipe(data)],
    }
}

fn with_each_coverage(file: &[u8]) -> Vec<Attempt> {
    let pattern = *file.last_chunk().expect("it has the four bytes of the magic number");
    let attempt = |coverage| Attempt {
        module: file.to_vec(),
        detached: None,
        demand: Demand { coverage, require: Require::Any, keys: 2, expect: None, literal: false },
        pattern,
    };
    [Coverage::Whole, Coverage::Prefix, Coverage::PrefixWithA].map(attempt).into()
}

impl Demand {
    /// A verifier that asks for this.
    pub fn verifier(&self) -> Verifier {
        let builder = Verifier::builder(self.keys()).policy(self.policy()).with_identity();
        let builder = if self.literal { builder.literal_form() } else { builder };
        builder.build().expect("demands want no more signers than keys")
    }

    /// The keys that are trusted.
    pub fn keys(&self) -> Vec<PublicKey> {
        (1..=self.keys).map(public).collect()
    }

    fn policy(&self) -> Policy {
        let policy = Policy::default().require(self.require).expect(self.expect);
        match self.coverage {
            Coverage::Whole => policy,
            Coverage::Prefix => policy.prefix(),
            Coverage::PrefixWithA => policy.prefix_with(SectionNames::exactly(["a"])),
        }
    }

    /// What two bytes ask for.
    fn of(coverage: u8, keys: u8) -> Self {
        let coverages = [Coverage::Whole, Coverage::Prefix, Coverage::PrefixWithA];
        let two = 2.try_into().expect("2 is not 0");
        let requires = [Require::Any, Require::All, Require::AtLeast(two)];
        let kinds = [Some(Kind::Module), None, Some(Kind::Component)];
        // Of no keys, or of fewer than are asked for, there is no verifier.
        let count = (keys % 4).max(1);
        let require = match pick(&requires, coverage / 3) {
            Require::AtLeast(wanted) if wanted.get() > usize::from(count) => Require::All,
            require => require,
        };
        Self {
            coverage: pick(&coverages, coverage),
            require,
            keys: count,
            expect: pick(&kinds, keys / 4),
            literal: coverage >= 0xe0,
        }
    }
}

fn pick<T: Copy>(choices: &[T], byte: u8) -> T {
    choices[usize::from(byte) % choices.len()]
}

/// What is put together so far.
#[derive(Default)]
struct Kitchen {
    body: Vec<u8>,
    sets: Vec<Vec<u8>>,
    edits: Vec<Edit>,
}

/// A change of the finished file.
enum Edit {
    Change { at: usize, flip: u8 },
    Remove { at: usize, count: usize },
    Cut { count: usize },
}

/// The bytes of a recipe: zeros, once they run out.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn next(&mut self) -> u8 {
        self.0.split_off_first().copied().unwrap_or(0)
    }

    fn place(&mut self) -> usize {
        usize::from(self.next()) << 8 | usize::from(self.next())
    }

    fn run(&mut self) -> &'a [u8] {
        let count = usize::from(self.next()).min(self.0.len());
        self.0.split_off(..count).unwrap_or_default()
    }
}

fn by_recipe(data: &[u8]) -> Attempt {
    let mut bytes = Bytes(data);
    let (shape, demand) = (bytes.next(), Demand::of(bytes.next(), bytes.next()));
    let pattern = [bytes.next(), bytes.next(), bytes.next()];
    let mut kitchen = Kitchen::default();
    while !bytes.0.is_empty() && kitchen.body.len() < MAX_BYTES {
        kitchen.step(&mut bytes, demand.literal);
    }
    kitchen.serve(shape, demand, pattern)
}

impl Kitchen {
    /// Does what the next bytes say.
    fn step(&mut self, bytes: &mut Bytes<'_>, literal: bool) {
        let sets = if literal { &LITERAL_SETS } else { &PLAIN_SETS };
        match bytes.next() % 10 {
            0 | 1 => self.body.extend(pick(&SECTIONS, bytes.next())),
            2 | 3 => self.sets.push(sets[usize::from(bytes.next()) % sets.len()].clone()),
            4 | 5 => self.sections_of(bytes.next(), bytes.next(), bytes.next()),
            6 => self.body.extend(bytes.run()),
            7 => self.sets.push(bytes.run().to_vec()),
            8 => self.body.extend(custom("signature", bytes.run())),
            _ => self.edits.push(Edit::of(bytes)),
        }
    }

    /// Adds some sections of one module in their order.
    fn sections_of(&mut self, original: u8, from: u8, count: u8) {
        let original = &ORIGINALS[usize::from(original) % ORIGINALS.len()];
        let sections = original.sections.iter().skip(usize::from(from));
        self.body.extend(sections.take(usize::from(count)).flatten());
    }

    fn serve(self, shape: u8, demand: Demand, pattern: [u8; 3]) -> Attempt {
        let kind = if shape & 1 == 0 { Kind::Module } else { Kind::Component };
        let count = leb(self.sets.len());
        let data = [&[1, 1, 1], &count[..], &self.sets.concat()].concat();
        let embedded = match shape & 2 {
            0 => custom("signature", &data),
            _ => Vec::new(),
        };
        let mut module = [&kind.header(), &embedded[..], &self.body].concat();
        self.edits.iter().for_each(|edit| edit.apply(&mut module));
        let detached = (shape & 4 != 0).then_some(data);
        Attempt { module, detached, demand, pattern }
    }
}

impl Edit {
    fn of(bytes: &mut Bytes<'_>) -> Self {
        match bytes.next() % 4 {
            0 | 1 => Self::Change { at: bytes.place(), flip: bytes.next() },
            2 => Self::Remove { at: bytes.place(), count: bytes.next().into() },
            _ => Self::Cut { count: bytes.next().into() },
        }
    }

    fn apply(&self, file: &mut Vec<u8>) {
        let length = file.len();
        match *self {
            Self::Change { at, flip } => {
                if let Some(byte) = file.get_mut(at) {
                    *byte ^= flip;
                }
            }
            Self::Remove { at, count } => {
                file.drain(at.min(length)..(at + count).min(length));
            }
            Self::Cut { count } => file.truncate(length.saturating_sub(count)),
        }
    }
}
