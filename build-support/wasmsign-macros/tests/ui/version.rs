use wasmsign_macros::*;

fn main() {
    include_signed!("codec.wasm", keys = ["keys/one.pub"], version = "one");
}
