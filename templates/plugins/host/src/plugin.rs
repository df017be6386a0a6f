//! What a plugin may do: turn a text into another, within a second and some memory, and nothing else.

use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use wasmsign_core::VerifiedModule;
use wasmtime::{Config, Instance, Module, Result, Store, StoreLimits, StoreLimitsBuilder};

/// Memory of a plugin, in bytes.
const MAX_MEMORY: usize = 256 << 20;
/// References in each of its tables.
const MAX_ELEMENTS: usize = 1 << 16;
/// How long a plugin may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// What compiles and runs plugins.
pub struct Engine(wasmtime::Engine);

impl Engine {
    /// An engine whose code looks at the clock.
    pub fn new() -> Result<Self> {
        let mut config = Config::new();
        config.epoch_interruption(true);
        Ok(Self(wasmtime::Engine::new(&config)?))
    }

    /// What a plugin makes of a text. Only verifying makes a `VerifiedModule`, and only what it covers is compiled. A plugin
    /// that imports anything is not instantiated.
    pub fn run(&self, plugin: &VerifiedModule<'_>, text: &str) -> Result<String> {
        let module = Module::from_binary(&self.0, plugin.covered_bytes())?;
        let mut store = self.store();
        let _clock = self.start_clock();
        let instance = Instance::new(&mut store, &module, &[])?;
        let alloc = instance.get_typed_func::<u32, u32>(&mut store, "alloc")?;
        let process = instance.get_typed_func::<(), u32>(&mut store, "process")?;
        let output = instance.get_typed_func::<(), u32>(&mut store, "output")?;
        let memory = instance.get_memory(&mut store, "memory");
        let memory = memory.ok_or_else(|| wasmtime::format_err!("it has no memory"))?;

        let at = alloc.call(&mut store, u32::try_from(text.len())?)?;
        memory.write(&mut store, at as usize, text.as_bytes())?;
        let length = process.call(&mut store, ())? as usize;
        let at = output.call(&mut store, ())? as usize;
        let answer = memory.data(&store).get(at..).and_then(|rest| rest.get(..length));
        let answer =
            answer.ok_or_else(|| wasmtime::format_err!("its answer is not in its memory"))?;
        Ok(String::from_utf8_lossy(answer).into_owned())
    }

    /// A store in which code is stopped when its time is over.
    fn store(&self) -> Store<StoreLimits> {
        let limits = StoreLimitsBuilder::new().memories(1).memory_size(MAX_MEMORY);
        let mut store = Store::new(&self.0, limits.tables(16).table_elements(MAX_ELEMENTS).build());
        store.limiter(|limits| limits);
        store.set_epoch_deadline(1);
        store
    }

    /// Stops the plugin that runs when its time is over, unless what this gives is dropped before.
    fn start_clock(&self) -> Sender<()> {
        let (running, ended) = channel();
        let engine = self.0.clone();
        thread::spawn(move || {
            if ended.recv_timeout(PATIENCE) == Err(RecvTimeoutError::Timeout) {
                engine.increment_epoch();
            }
        });
        running
    }
}
