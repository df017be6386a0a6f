use wasmsign_macros::*;

fn main() {
    include_signed!("stripped.wasm", keys = ["keys/one.pub"]);
}
