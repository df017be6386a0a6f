//! A call of an exported function with integers.

use wasmtime::{Engine, ExternType, FuncType, Instance, Module, Val, ValType};

use crate::failure::Failure;
use crate::limits;

/// A call that fits the module: all that can be refused is refused before any of the module runs.
pub struct Call<'a> {
    module: &'a Module,
    function: &'a str,
    values: Vec<Val>,
    results: usize,
}

impl<'a> Call<'a> {
    /// Compares what is wanted with what the module has.
    pub fn new(module: &'a Module, function: &'a str, integers: &[i128]) -> Result<Self, Failure> {
        if let Some(import) = module.imports().next() {
            let name = format!("{}.{}", import.module(), import.name());
            return Err(Failure::refused("this host provides no imports", name));
        }
        let signature = signature(module, function)?;
        let values = values(function, &signature, integers)?;
        match signature.results().find(|kind| !is_number(kind)) {
            Some(kind) => Err(Failure::refused(
                &format!("the function `{function}`"),
                format!("a result of type {kind} cannot be printed"),
            )),
            None => Ok(Self { module, function, values, results: signature.results().len() }),
        }
    }

    /// Instantiates the module and calls the function; gives its results in one line.
    pub fn run(&self, engine: &Engine, seconds: u64) -> Result<String, Failure> {
        let mut store = limits::store(engine, seconds);
        let instance = Instance::new(&mut store, self.module, &[])
            .map_err(|error| Failure::failed("the module cannot be instantiated", error))?;
        let function = instance
            .get_func(&mut store, self.function)
            .expect("a function of this name was among the module's exports");
        let mut results = vec![Val::I32(0); self.results];
        function
            .call(&mut store, &self.values, &mut results)
            .map_err(|error| Failure::failed(&format!("`{}` failed", self.function), error))?;
        Ok(results.iter().map(text).collect::<Vec<_>>().join(" "))
    }
}

fn signature(module: &Module, function: &str) -> Result<FuncType, Failure> {
    match module.get_export(function) {
        Some(ExternType::Func(signature)) => Ok(signature),
        Some(_) => {
            Err(Failure::refused(&format!("the export `{function}`"), "it is not a function"))
        }
        None => Err(Failure::refused("the module", format!("it has no export `{function}`"))),
    }
}

fn values(function: &str, signature: &FuncType, integers: &[i128]) -> Result<Vec<Val>, Failure> {
    let (wanted, given) = (signature.params().len(), integers.len());
    if wanted != given {
        return Err(Failure::refused(
            &format!("the function `{function}`"),
            format!("it takes {wanted} arguments, {given} were given"),
        ));
    }
    let pairs = signature.params().zip(integers);
    pairs.map(|(kind, &integer)| value(&kind, integer)).collect()
}

/// An integer as a value. WebAssembly's integers have no sign: what fits with or without one is taken.
fn value(kind: &ValType, integer: i128) -> Result<Val, Failure> {
    let value = match kind {
        ValType::I32 => {
            let bits =
                i32::try_from(integer).or_else(|_| u32::try_from(integer).map(u32::cast_signed));
            bits.ok().map(Val::I32)
        }
        ValType::I64 => {
            let bits =
                i64::try_from(integer).or_else(|_| u64::try_from(integer).map(u64::cast_signed));
            bits.ok().map(Val::I64)
        }
        _ => None,
    };
    value.ok_or_else(|| {
        Failure::refused("the arguments", format!("{integer} cannot be given as {kind}"))
    })
}

fn is_number(kind: &ValType) -> bool {
    matches!(kind, ValType::I32 | ValType::I64 | ValType::F32 | ValType::F64)
}

fn text(value: &Val) -> String {
    match value {
        Val::I32(integer) => integer.to_string(),
        Val::I64(integer) => integer.to_string(),
        Val::F32(bits) => f32::from_bits(*bits).to_string(),
        Val::F64(bits) => f64::from_bits(*bits).to_string(),
        _ => unreachable!("other types were refused before the call"),
    }
}
