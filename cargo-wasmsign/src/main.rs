//! `cargo wasmsign`.

fn main() -> std::process::ExitCode {
    cargo_wasmsign::main(std::env::args_os().collect())
}
