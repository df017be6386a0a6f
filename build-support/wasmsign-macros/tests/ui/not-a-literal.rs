use wasmsign_macros::*;

fn main() {
    include_signed!(concat!("one", ".wasm"), keys = ["keys/one.pub"]);
}
