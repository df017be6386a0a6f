use wasmsign_macros::*;

fn main() {
    include_signed!("one.wasm", keys = ["keys/one.pub"], package = "codec");
}
