//! From a trust file, a name and a time to a verifier.

use alloc::collections::BTreeMap;
use alloc::sync::Arc;
use alloc::vec::Vec;

use super::model::{Owner, Role, Rule, Term, Trust, TrustedKey};
use super::order;
use super::time::Time;
use crate::formats::sections::Layout;
use crate::keys::{Algorithm, PublicKey};
use crate::verify::{
    Bar, Barred, Criteria, Group, GroupNames, Keys, Member, Policy, Requirement, Ruling, Verifier,
};

/// A question to a trust file, of which [`TrustVerifierBuilder::build`] makes a [`Verifier`]; made by [`Trust::verifier`].
#[derive(Debug, Clone)]
#[must_use = "`build` makes the verifier"]
pub struct TrustVerifierBuilder<'t> {
    trust: &'t Trust,
    rule: Option<usize>,
    time: Time,
    identity: bool,
    layout: Layout,
}

impl Trust {
    /// What decides about the module of this name at this time.
    ///
    /// The name is the one that the rules' `modules` are matched with: that under which the host knows the module, and
    /// not one that came with it. Where no rule matches, every module is refused
    /// ([`Reason::NoRule`](crate::verify::Reason::NoRule)).
    ///
    /// ```
    /// use wasmsign_core::trust::{Time, Trust};
    /// # use std::io::Cursor;
    /// # use wasmsign_core::{SecretKey, sign};
    /// # let secret = SecretKey::from_seed(&[7; 32]);
    /// # let mut signed = Cursor::new(Vec::new());
    /// # sign::embed(Cursor::new(b"\0asm\x01\0\0\0"), &mut signed, &[sign::NewSignature::by(&secret)])?;
    /// # let (file, key) = (signed.into_inner(), secret.public_key());
    /// let text = format!(
    ///     "version = 1\n\
    ///      [keys.ci]\n\
    ///      public = \"{key}\"\n\
    ///      valid-from = 2026-01-01\n\
    ///      [[rules]]\n\
    ///      modules = [\"codec.wasm\"]\n\
    ///      require = [\"ci\"]\n"
    /// );
    /// let trust = Trust::load(&text, |path| std::fs::read(path))?;
    /// let verifier = trust.verifier("codec.wasm", Time::now()).build();
    /// let module = verifier.verify_bytes(&file)?;
    /// assert_eq!(module.verified().rule(), Some(0));
    /// assert_eq!(&*module.verified().roles()[0].keys[0], "ci");
    ///
    /// let earlier = trust.verifier("codec.wasm", "2025-12-31T23:59:59Z".parse()?).build();
    /// assert_eq!(earlier.verify_bytes(&file).unwrap_err().code(), "key-not-valid");
    /// let other = trust.verifier("other.wasm", Time::now()).build();
    /// assert_eq!(other.verify_bytes(&file).unwrap_err().code(), "no-rule");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn verifier(&self, name: &str, time: Time) -> TrustVerifierBuilder<'_> {
        TrustVerifierBuilder {
            trust: self,
            rule: self.rule_for(name),
            time,
            identity: false,
            layout: Layout::default(),
        }
    }
}

impl TrustVerifierBuilder<'_> {
    /// Computes the [`Identity`](crate::Identity) as well: see
    /// [`VerifierBuilder::with_identity`](crate::verify::VerifierBuilder::with_identity). Where the trust file revokes
    /// modules, it is computed anyway.
    pub fn with_identity(mut self) -> Self {
        self.identity = true;
        self
    }

    /// Reads signature data in the literal form of the tool-conventions text: see
    /// [`VerifierBuilder::literal_form`](crate::verify::VerifierBuilder::literal_form).
    pub fn literal_form(mut self) -> Self {
        self.layout = Layout::Literal;
        self
    }

    /// Makes the verifier.
    #[must_use]
    pub fn build(self) -> Verifier {
        let Self { trust, rule, time, identity, layout } = self;
        let asked = rule.map(|rule| &trust.rules[rule]);
        let mut candidates = Candidates { trust, time, keys: Vec::new(), places: BTreeMap::new() };
        let mut roles = Roles::default();
        for role in asked.iter().flat_map(|rule| &rule.require) {
            roles.add(role, asked.map(algorithms).unwrap_or_default(), &mut candidates);
        }
        let unsigned = asked.filter(|rule| rule.unsigned).map(|_| candidates.add_all());
        let order = candidates.order();
        let at = |key: usize| order[key];
        let Roles { mut groups, names, mut barred } = roles;
        let members = groups.iter_mut().flat_map(|group| &mut group.members);
        let barred_members = barred.iter_mut().map(|barred| &mut barred.member);
        members.chain(barred_members).for_each(|member| member.key = at(member.key));
        let unsigned = unsigned.map(|bars| in_order(&order, bars));
        Verifier::of(Arc::new(Criteria {
            keys: candidates.into_keys(&order),
            requirement: Requirement { groups },
            policy: asked
                .map_or_else(|| Policy::default().expect(None), |rule| rule.policy.clone()),
            identity: identity || !trust.revoked.is_empty(),
            layout,
            ruling: Some(Ruling {
                rule,
                names,
                barred,
                unsigned,
                revoked: Arc::clone(&trust.revoked),
                formats: asked.map(|rule| rule.formats.clone()).unwrap_or_default(),
            }),
        }))
    }
}

/// The algorithms of which each role must have signatures; one that is `None` is any. Nothing where this version verifies
/// one of them not: no role is met then.
fn algorithms(rule: &Rule) -> Vec<Option<Algorithm>> {
    match &rule.algorithms[..] {
        [] => Vec::from([None]),
        all if all.iter().all(|algorithm| algorithm.is_verified_here()) => {
            all.iter().copied().map(Some).collect()
        }
        _ => Vec::new(),
    }
}

/// The keys that matter to one question, each once.
struct Candidates<'t> {
    trust: &'t Trust,
    time: Time,
    keys: Vec<Candidate<'t>>,
    /// Where each stands in the list.
    places: BTreeMap<&'t PublicKey, usize>,
}

struct Candidate<'t> {
    key: &'t PublicKey,
    id: [u8; 12],
    /// Whether it counts in some role.
    counts: bool,
}

/// A key under one of its names.
struct Named<'t> {
    place: usize,
    owner: Owner,
    name: &'t Arc<str>,
    bar: Option<Bar>,
}

impl<'t> Candidates<'t> {
    /// A key of the file and its successors, as far as they fit.
    fn add(&mut self, key: &'t TrustedKey, fits: impl Fn(&PublicKey) -> bool) -> Vec<Named<'t>> {
        let terms = key.terms().filter(|term| fits(term.key));
        terms.filter_map(|term| self.add_term(&key.name, term)).collect()
    }

    fn add_term(&mut self, name: &'t Arc<str>, term: Term<'t>) -> Option<Named<'t>> {
        let owner = self.trust.signers.owner(term.key)?;
        let keys = &mut self.keys;
        let place = *self.places.entry(term.key).or_insert_with(|| {
            keys.push(Candidate { key: term.key, id: owner.key_id, counts: false });
            keys.len() - 1
        });
        let bar = match (owner.revoked, term.contains(self.time)) {
            (true, _) => Some(Bar::Revoked),
            (false, false) => Some(Bar::NotValid),
            (false, true) => None,
        };
        Some(Named { place, owner, name, bar })
    }

    /// All keys of the file. For each of the candidates why its signatures do not count, unless they do under one of its
    /// names.
    fn add_all(&mut self) -> Vec<Option<Bar>> {
        let mut bars = BTreeMap::new();
        for key in &self.trust.keys {
            for Named { place, bar, .. } in self.add(key, |_| true) {
                let known = bars.entry(place).or_insert(bar);
                *known = known.and(bar);
            }
        }
        bars.into_values().collect()
    }

    /// The new place of each candidate: those that count go first, and keep their order.
    fn order(&self) -> Vec<usize> {
        let counting = self.keys.iter().filter(|candidate| candidate.counts).count();
        let (mut first, mut others) = (0..counting, counting..);
        let place = |candidate: &Candidate<'_>| match candidate.counts {
            true => first.next(),
            false => others.next(),
        };
        self.keys.iter().filter_map(place).collect()
    }

    fn into_keys(self, order: &[usize]) -> Keys {
        let counting = self.keys.iter().filter(|candidate| candidate.counts).count();
        let keys = self.keys.iter().map(|candidate| (candidate.key.clone(), candidate.id));
        let (keys, ids): (Vec<_>, Vec<_>) = in_order(order, keys).into_iter().unzip();
        Keys::with_ids(keys, &ids, counting)
    }
}

/// What is put in a new order.
fn in_order<T>(places: &[usize], values: impl IntoIterator<Item = T>) -> Vec<T> {
    let placed = places.iter().copied().zip(values).collect();
    order::by(placed, |(place, _)| *place).into_iter().map(|(_, value)| value).collect()
}

/// The roles of a rule, as a verifier has them.
#[derive(Default)]
struct Roles {
    groups: Vec<Group>,
    names: Vec<GroupNames>,
    barred: Vec<Barred>,
}

impl Roles {
    /// Adds a role: once for each algorithm that it needs, of which its other keys do not count.
    fn add<'t>(
        &mut self,
        role: &Role,
        algorithms: Vec<Option<Algorithm>>,
        candidates: &mut Candidates<'t>,
    ) {
        match algorithms.is_empty() {
            true => self.add_group(role, |_| false, candidates),
            false => algorithms.into_iter().for_each(|algorithm| {
                let fits = |key: &PublicKey| algorithm.is_none_or(|it| it == key.algorithm());
                self.add_group(role, fits, candidates);
            }),
        }
    }

    fn add_group<'t>(
        &mut self,
        role: &Role,
        fits: impl Fn(&PublicKey) -> bool,
        candidates: &mut Candidates<'t>,
    ) {
        let trust = candidates.trust;
        let (group, wanted) = (self.groups.len(), role.threshold);
        let (mut members, mut names) = (Vec::new(), Vec::new());
        for key in role.keys.iter().map(|&key| &trust.keys[key]) {
            for Named { place, owner, name, bar } in candidates.add(key, &fits) {
                let member = Member { key: place, signer: owner.signer };
                match bar {
                    Some(bar) => self.barred.push(Barred { group, member, bar }),
                    None => {
                        candidates.keys[place].counts = true;
                        members.push(member);
                        names.push(Arc::clone(name));
                    }
                }
            }
        }
        self.groups.push(Group { wanted, members, signers: trust.keys.len() });
        self.names.push(GroupNames { name: Arc::clone(&role.name), members: names, wanted });
    }
}
