use wasmsign_macros::*;

fn main() {
    include_signed!("keys", keys = ["keys/one.pub"]);
}
