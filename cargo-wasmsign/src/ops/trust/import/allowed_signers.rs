//! Files of allowed signers, as OpenSSH has them.

use super::trusted::{Requirement, Trusted};
use crate::keys::{AllowedSigner, Moment, signers};
use crate::text::escape::escape;

/// The namespace of signatures of modules.
const NAMESPACE: &str = "wasm";

/// Reads a file.
///
/// # Errors
///
/// Which line is not one of such a file.
pub(super) fn read(text: &str) -> Result<Trusted, String> {
    let mut trusted = Trusted::default();
    for line in signers(text) {
        let number = line.number;
        let signer = line.signer.map_err(|why| format!("line {number}: {why}"))?;
        if let Err(why) = add(&mut trusted, number, &signer) {
            trusted.left_out.push(format!("line {number}: {why}"));
        }
    }
    let keys: Vec<_> = trusted.keys.iter().map(|key| key.name.clone()).collect();
    trusted.require = vec![Requirement { keys, threshold: 1 }];
    Ok(trusted)
}

/// Takes a signer over, or says why that cannot be.
fn add(trusted: &mut Trusted, number: usize, signer: &AllowedSigner<'_>) -> Result<(), String> {
    let public = signer.public_key().map_err(|error| error.to_string())?;
    let options = &signer.options;
    if let Some(option) = options.others.first() {
        return Err(format!("the option `{}`", escape(option)));
    }
    if let Some(patterns) = options.namespaces.as_ref().filter(|_| !options.allow(NAMESPACE)) {
        let patterns = escape(patterns);
        return Err(format!(
            "the namespaces are `{patterns}`, and modules are signed in `{NAMESPACE}`"
        ));
    }
    let key = trusted.add(signer.principals, public);
    key.valid_from = options.valid_after.as_ref().map(Moment::to_string);
    key.valid_until = options.valid_before.as_ref().map(Moment::to_string);
    // ssh-keygen reads such a time in the time zone of its machine, on which no trust file may depend.
    let moments = [&options.valid_after, &options.valid_before].into_iter().flatten();
    for Moment { written, .. } in moments.filter(|moment| moment.is_local) {
        let written = escape(written);
        let note = format!("line {number}: `{written}` has no `Z`, and is taken as a time in UTC");
        trusted.notes.push(note);
    }
    Ok(())
}
