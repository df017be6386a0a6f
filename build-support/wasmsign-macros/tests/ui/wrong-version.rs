use wasmsign_macros::*;

fn main() {
    include_signed!("codec.wasm", keys = ["keys/one.pub"], package = "codec", version = ">=1.5");
}
