use wasmsign_macros::*;

fn main() {
    public_key!("keys/one.secret");
}
