use wasmsign_macros::*;

fn main() {
    include_signed!("unsigned.wasm", keys = ["keys/one.pub"]);
}
