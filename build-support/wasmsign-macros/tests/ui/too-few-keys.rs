use wasmsign_macros::*;

fn main() {
    include_signed!("two.wasm", keys = ["keys/one.pub", "keys/one.pub"], require = 2);
}
