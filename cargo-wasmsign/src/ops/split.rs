//! `cargo wasmsign split`.

use wasmsign_core::limits::MAX_HASHES_PER_SET;
use wasmsign_core::sign::Earlier;
use wasmsign_core::split;

use crate::cli::args::Split;
use crate::error::{Error, Result, of_rewriting};
use crate::exit::Exit;
use crate::module::rewrite;
use crate::module::seal;
use crate::module::shape::random_delimiters;
use crate::report::{Report, Splitting};

pub(crate) fn run(arguments: &Split, report: &Report) -> Result<Exit> {
    let module = &arguments.module;
    let output = arguments.output.as_deref().unwrap_or(module);
    report.keeps_out_of(output)?;
    let input = seal::open(module)?;
    let earlier = if arguments.drop_signatures { Earlier::Drop } else { Earlier::Refuse };
    let mut delimiters = random_delimiters(MAX_HASHES_PER_SET as usize)?.into_iter();
    let written = rewrite::write(
        module,
        output,
        |file| {
            let matches = |name: &str| takes(arguments, name);
            let delimiter = |_: &[u8; 32]| {
                delimiters.next().expect("there are as many as a module may have delimiters")
            };
            let split = split::split(&input, file, matches, delimiter, earlier);
            split.map_err(|error| match error {
                wasmsign_core::Error::Signed => signed(arguments),
                other => of_rewriting(module, output, "split", other),
            })
        },
        |split, found| {
            found.signatures.is_none()
                && found.identity == Some(split.identity)
                && found.boundaries == split.parts
        },
    )?;
    let is_changed = written.value.added > 0 || written.value.signatures_dropped;
    let split = written.publish_if(is_changed || !rewrite::same_file(module, output))?;
    report.split(&Splitting { module, output, split: &split })?;
    Ok(Exit::Ok)
}

/// Whether a custom section of this name belongs with those that are not custom.
fn takes(arguments: &Split, name: &str) -> bool {
    arguments.sections.is_empty() || arguments.sections.iter().any(|glob| glob.is_match(name))
}

fn signed(arguments: &Split) -> Error {
    let module = arguments.module.display();
    Error::usage(format!("`{module}` is signed, and its signatures are not for what split makes"))
        .advice("split it before it is signed, or give `--drop-signatures`: they go then")
}
