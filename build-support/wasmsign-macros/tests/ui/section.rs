use wasmsign_macros::*;

embed_section!("signature", "text");
embed_section!("name", "text");
embed_section!("", "text");
embed_section!("policy");
embed_section!("policy", path = "missing.txt");
embed_section!("policy", file = "Cargo.toml");
embed_section!("policy", "a", "b");

fn main() {}
