use wasmsign_macros::*;

fn main() {
    include_signed!("cut.wasm", keys = ["keys/one.pub"]);
}
