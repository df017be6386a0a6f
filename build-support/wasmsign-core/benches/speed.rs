//! Speed of the library: `cargo bench -p wasmsign-core`.

fn main() {
    divan::main();
}
