use wasmsign_macros::*;

fn main() {
    include_signed!("plugin.wasm", keys = ["keys/one.pub"]);
}
