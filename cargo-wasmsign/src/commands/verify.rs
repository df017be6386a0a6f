//! `cargo wasmsign verify`.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::thread;

use wasmsign_core::limits::MAX_SIGNATURE_BYTES;
use wasmsign_core::section::Kind;
use wasmsign_core::{Policy, Require, Verified, Verifier};

use super::build::rebuild;
use crate::args::{Coverage, Expect, Required, Screen, Verify};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::report::{Failure, Report, Verdict};
use crate::signers;

pub(super) fn run(arguments: &Verify, screen: Screen, report: &Report) -> Result<Exit> {
    if arguments.rebuild.rebuild {
        return rebuilt(arguments, screen, report);
    }
    let verifier = verifier(arguments)?;
    let signature = arguments.signature.as_deref();
    if signature.is_some() && arguments.modules.len() > 1 {
        return Err(Error::usage("`--signature` is of one module, but several are given")
            .advice("verify them one by one"));
    }
    let mut exit = Exit::Ok;
    in_parallel(
        &arguments.modules,
        |module| verify(&verifier, module, signature),
        |module, result| {
            let verdict = Verdict { module, result: &result };
            exit = exit.worst(report.verdict(&verdict)?);
            Ok(())
        },
    )?;
    Ok(exit)
}

/// Compares a module with what its source gives, and verifies it where keys are given.
fn rebuilt(arguments: &Verify, screen: Screen, report: &Report) -> Result<Exit> {
    let [module] = &arguments.modules[..] else {
        return Err(Error::usage("`--rebuild` is of one module, but several are given")
            .advice("compare them one by one"));
    };
    if arguments.public_keys.is_empty() && arguments.signature.is_some() {
        return Err(Error::usage("a signature is given, and no key to verify it with")
            .advice("give the public key that you trust with `--public-key`"));
    }
    let result = match arguments.public_keys.is_empty() {
        true => None,
        false => Some(verify(&verifier(arguments)?, module, arguments.signature.as_deref())),
    };
    let verdict = result.as_ref().map(|result| Verdict { module, result });
    match rebuild::run(module, &arguments.rebuild, screen, report)? {
        Ok(rebuilt) => report.rebuilt(module, &rebuilt, verdict.as_ref()),
        Err(exit) => Ok(exit),
    }
}

fn verifier(arguments: &Verify) -> Result<Verifier> {
    if arguments.public_keys.is_empty() {
        return Err(Error::usage("no key to verify with").advice(
            "give the public key that you trust with `--public-key`: a path, or the key's own text",
        ));
    }
    let keys = arguments
        .public_keys
        .iter()
        .map(|key| signers::public_key(key))
        .collect::<Result<Vec<_>>>()?;
    let verifier = Verifier::new(keys);
    let require = match arguments.require {
        Required::Any => Require::Any,
        Required::All => Require::All,
        Required::AtLeast(count) if count.get() > verifier.keys().len() => {
            let given = verifier.keys().len();
            return Err(Error::usage(format!("`--require {count}` wants more keys than are given: {given}"))
                .advice("give more keys with `--public-key`, or require fewer; a key that is given twice counts once"));
        }
        Required::AtLeast(count) => Require::AtLeast(count),
    };
    let policy = Policy::default().require(require).expect(match arguments.expect {
        Expect::Module => Some(Kind::Module),
        Expect::Component => Some(Kind::Component),
        Expect::Any => None,
    });
    Ok(verifier.policy(covering(policy, arguments)?).with_identity())
}

/// The policy with the coverage that is asked for.
fn covering(policy: Policy, arguments: &Verify) -> Result<Policy> {
    let sections = arguments.sections.clone();
    match (arguments.coverage, sections.is_empty()) {
        (Some(Coverage::Whole), false) => {
            Err(Error::usage("`--sections` asks for a prefix, `--coverage whole` for everything")
                .advice("leave one of the two out; everything holds the sections as well"))
        }
        (None | Some(Coverage::Whole), true) => Ok(policy),
        (_, _) => {
            Ok(policy.prefix_with(move |name| sections.iter().any(|glob| glob.is_match(name))))
        }
    }
}

fn verify(
    verifier: &Verifier,
    module: &Path,
    signature: Option<&Path>,
) -> Result<Verified, Failure> {
    let failed = |source| Error::io(format!("failed to read `{}`", module.display()), source);
    let file = File::open(module).map_err(failed)?;
    if file.metadata().map_err(failed)?.is_dir() {
        return Err(failed(io::Error::from(io::ErrorKind::IsADirectory)).into());
    }
    let verified = match signature {
        Some(path) => verifier.verify_detached(file, &signature_data(path)?),
        None => verifier.verify(file),
    };
    verified.map_err(Failure::Core)
}

/// The content of a detached signature.
pub(super) fn signature_data(path: &Path) -> Result<Vec<u8>> {
    read_signature(path).map_err(|source| {
        Error::io(format!("failed to read the signature `{}`", path.display()), source)
    })
}

/// The content of a detached signature, if there is such a file.
pub(super) fn signature_data_if_any(path: &Path) -> Result<Option<Vec<u8>>> {
    match read_signature(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(source) => {
            Err(Error::io(format!("failed to read the signature `{}`", path.display()), source))
        }
        Ok(data) => Ok(Some(data)),
    }
}

/// Reads one byte more than the cap at most: enough for the core to refuse it.
fn read_signature(path: &Path) -> io::Result<Vec<u8>> {
    let mut data = Vec::new();
    File::open(path)?.take(u64::from(MAX_SIGNATURE_BYTES) + 1).read_to_end(&mut data)?;
    Ok(data)
}

/// Does `work` on each item, on as many threads as there are cores, and gives the results to `done` in
/// the order of the items.
fn in_parallel<P: AsRef<Path> + Sync, T: Send>(
    items: &[P],
    work: impl Fn(&Path) -> T + Sync,
    mut done: impl FnMut(&Path, T) -> Result<()>,
) -> Result<()> {
    // To ask for the cores takes longer than to verify a small module.
    let cores = || thread::available_parallelism().map_or(1, usize::from);
    let threads = if items.len() == 1 { 1 } else { cores().min(items.len()) };
    if threads == 1 {
        return items.iter().try_for_each(|item| done(item.as_ref(), work(item.as_ref())));
    }
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let (results, inbox) = mpsc::sync_channel(threads * 4);
        for _ in 0..threads {
            let (results, next, work) = (results.clone(), &next, &work);
            let worker = move || {
                while let Some((index, item)) = take_next(items, next) {
                    // The other end is gone only when the results are not wanted any more.
                    if results.send((index, work(item.as_ref()))).is_err() {
                        break;
                    }
                }
            };
            // Where the system has no more threads, those that run share the work.
            let _ = thread::Builder::new().spawn_scoped(scope, worker);
        }
        drop(results);
        let mut waiting = std::collections::BTreeMap::new();
        let mut reported = 0;
        for (index, result) in inbox {
            waiting.insert(index, result);
            while let Some(result) = waiting.remove(&reported) {
                done(items[reported].as_ref(), result)?;
                reported += 1;
            }
        }
        // What is left where not a single thread was to be had.
        items[reported..].iter().try_for_each(|item| done(item.as_ref(), work(item.as_ref())))
    })
}

fn take_next<'a, P>(items: &'a [P], next: &AtomicUsize) -> Option<(usize, &'a P)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    items.get(index).map(|item| (index, item))
}
