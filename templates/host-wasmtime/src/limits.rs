//! What a module may use. A signature says whose code it is, not that it ends.

use std::thread;
use std::time::Duration;

use wasmtime::{Config, Engine, Store, StoreLimits, StoreLimitsBuilder};

use crate::failure::Failure;

/// Memory of the module, in bytes.
const MAX_MEMORY: usize = 1 << 30;
/// References in each of its tables. To fill a longer one takes seconds in which nobody looks at the clock.
const MAX_ELEMENTS: usize = 1 << 20;

/// An engine whose code looks at the clock.
pub fn engine() -> Result<Engine, Failure> {
    let mut config = Config::new();
    config.epoch_interruption(true);
    Engine::new(&config).map_err(|error| Failure::failed("the engine cannot be set up", error))
}

/// A store in which code is stopped after so many seconds.
pub fn store(engine: &Engine, seconds: u64) -> Store<StoreLimits> {
    let limits = StoreLimitsBuilder::new().memories(1).memory_size(MAX_MEMORY);
    let limits = limits.tables(16).table_elements(MAX_ELEMENTS).build();
    let mut store = Store::new(engine, limits);
    store.limiter(|limits| limits);
    store.set_epoch_deadline(1);
    let engine = engine.clone();
    // It ends with the process, which has nothing else to do.
    thread::spawn(move || {
        thread::sleep(Duration::from_secs(seconds));
        engine.increment_epoch();
    });
    store
}
