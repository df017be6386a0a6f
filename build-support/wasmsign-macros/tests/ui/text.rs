use wasmsign_macros::*;

fn main() {
    include_signed!("text.wasm", keys = ["keys/one.pub"]);
}
