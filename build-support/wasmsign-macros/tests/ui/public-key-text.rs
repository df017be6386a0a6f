use wasmsign_macros::*;

fn main() {
    let text = "damaged";
    public_key!("ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIgarbage");
}
