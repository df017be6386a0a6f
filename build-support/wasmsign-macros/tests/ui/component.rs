use wasmsign_macros::*;

fn main() {
    include_signed!("component.wasm", keys = ["keys/one.pub"]);
}
