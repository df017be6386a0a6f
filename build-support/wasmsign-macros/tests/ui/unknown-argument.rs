use wasmsign_macros::*;

fn main() {
    include_signed!("one.wasm", key = ["keys/one.pub"]);
}
