use wasmsign_macros::*;

fn main() {
    include_signed!("changed.wasm", keys = ["keys/one.pub"]);
}
