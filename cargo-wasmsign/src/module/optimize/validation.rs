//! Validation in full, function bodies too, on several threads.

use std::thread;

use wasmparser::{
    Error, FuncToValidate, FuncValidatorAllocations, FunctionBody, Parser, ValidPayload, Validator,
    ValidatorResources, WasmFeatures, types::Types,
};

/// A function whose body was not looked into.
type Function<'a> = (FuncToValidate<ValidatorResources>, FunctionBody<'a>);

/// Validates a module, or a component with all that is in it, with `features` alone, on as many threads.
///
/// # Errors
///
/// The first fault.
pub(super) fn validate(
    module: &[u8],
    features: WasmFeatures,
    threads: usize,
) -> Result<Types, Error> {
    let (types, functions) = read(module, features)?;
    bodies(functions, threads.max(1))?;
    Ok(types)
}

/// Validates everything but function bodies, which are left out.
///
/// # Errors
///
/// The first fault.
pub(super) fn outline(module: &[u8]) -> Result<Types, Error> {
    read(module, WasmFeatures::all()).map(|(types, _)| types)
}

fn read(module: &[u8], features: WasmFeatures) -> Result<(Types, Vec<Function<'_>>), Error> {
    let mut validator = Validator::new_with_features(features);
    let mut parser = Parser::new(0);
    parser.set_features(features);
    let (mut types, mut functions) = (None, Vec::new());
    for payload in parser.parse_all(module) {
        match validator.payload(&payload?)? {
            ValidPayload::Func(function, body) => functions.push((function, body)),
            // That of the whole comes last, after those of what is in it.
            ValidPayload::End(of_it) => types = Some(of_it),
            _ => {}
        }
    }
    Ok((types.expect("the parser gives an end or an error"), functions))
}

/// Each thread takes functions of some as many bytes as any other.
fn bodies(functions: Vec<Function<'_>>, threads: usize) -> Result<(), Error> {
    let total: u64 = functions.iter().map(size).sum();
    let share = total / threads as u64 + 1;
    let mut shares: Vec<Vec<Function<'_>>> = Vec::new();
    let mut room = 0;
    for function in functions {
        if room == 0 {
            shares.push(Vec::new());
            room = share;
        }
        room = room.saturating_sub(size(&function));
        shares.last_mut().expect("one was begun").push(function);
    }
    let results: Vec<_> = thread::scope(|scope| {
        let threads: Vec<_> =
            shares.into_iter().map(|share| scope.spawn(|| in_turn(share))).collect();
        threads.into_iter().map(joined).collect()
    });
    // They are in the order of the module: the first fault is the first of them.
    results.into_iter().collect()
}

fn joined<T>(thread: thread::ScopedJoinHandle<'_, T>) -> T {
    thread.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}

fn size((_, body): &Function<'_>) -> u64 {
    let range = body.range();
    range.end - range.start
}

fn in_turn(functions: Vec<Function<'_>>) -> Result<(), Error> {
    let mut allocations = FuncValidatorAllocations::default();
    for (function, body) in functions {
        let mut validator = function.into_validator(allocations);
        validator.validate(&body)?;
        allocations = validator.into_allocations();
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::module::optimize::testing::{adder, function, section};

    /// A module of these bodies, each a function without parameters and results.
    fn module(bodies: &[&[u8]]) -> Vec<u8> {
        let count = u8::try_from(bodies.len()).unwrap();
        let mut code = vec![count];
        for body in bodies {
            code.push(u8::try_from(body.len() + 2).unwrap());
            code.extend([&[0], *body, &[0x0b]].concat());
        }
        let mut functions = vec![count];
        functions.extend(vec![0; bodies.len()]);
        let types = section(1, &[1, 0x60, 0, 0]);
        [b"\0asm\x01\0\0\0".to_vec(), types, section(3, &functions), section(10, &code)].concat()
    }

    #[test]
    fn the_first_fault_is_found_on_any_number_of_threads() {
        let (good, bad): (&[u8], &[u8]) = (&[0x01], &[0x1a]);
        let bodies = [good, good, bad, good, bad, good];
        let module = module(&bodies);
        let first = module.iter().position(|byte| *byte == 0x1a).unwrap() as u64;
        for threads in [0, 1, 2, 3, 100] {
            let fault = validate(&module, WasmFeatures::all(), threads).err().unwrap();
            assert_eq!(fault.offset(), first, "{threads}");
        }
        assert!(outline(&module).is_ok(), "bodies are none of its business");
    }

    #[test]
    fn features_count_in_bodies_and_outside() {
        let extends = function(&[0x20, 0, 0xc0]);
        assert!(validate(&extends, WasmFeatures::SIGN_EXTENSION, 2).is_ok());
        assert!(validate(&extends, WasmFeatures::FLOATS, 2).is_err());
        assert!(validate(&adder(), WasmFeatures::empty(), 2).is_ok());
        assert!(validate(&adder()[..20], WasmFeatures::all(), 2).is_err());
    }
}
