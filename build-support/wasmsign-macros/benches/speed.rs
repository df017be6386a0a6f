//! What `include_signed!` of 10 MB costs beyond `include_bytes!`, for docs/BENCHMARKS.md:
//! `cargo bench -p wasmsign-macros`.

#[path = "../tests/common/mod.rs"]
mod common;

use std::fs::File;
use std::time::{Duration, Instant, SystemTime};

use common::*;

const ROUNDS: usize = 15;

const CALLS: [(&str, &str); 2] = [
    ("include_bytes", r#"const BYTES: &[u8] = include_bytes!("../../m.wasm");"#),
    (
        "include_signed",
        r#"const BYTES: &[u8] = wasmsign_macros::include_signed!("m.wasm", keys = ["k.pub"]).as_bytes();"#,
    ),
];

/// 10 MB that do not repeat themselves: a literal of zeros would be quicker than one of code.
fn plugin() -> Vec<u8> {
    let mut state = 1_u64;
    let noise = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    });
    module(&[custom("data", &noise.take(10_000_000).collect::<Vec<_>>())])
}

fn check(project: &Project, name: &str) -> Duration {
    let source = File::options().append(true).open(project.path(&format!("src/bin/{name}.rs")));
    source.unwrap().set_modified(SystemTime::now()).unwrap();
    let start = Instant::now();
    project.succeed(&["check", "-q", "--bin", name]);
    start.elapsed()
}

fn main() {
    for level in [0, 3] {
        let profile = format!("\n[profile.dev.build-override]\nopt-level = {level}\n");
        let project = Project::new(&format!("speed-{level}"), &(dependencies() + &profile));
        project.write("m.wasm", signed(&plugin(), &[1]));
        project.write("k.pub", public_text(1));
        for (name, call) in CALLS {
            let source =
                format!("{call}\n\nfn main() {{\n    println!(\"{{}}\", BYTES.len());\n}}\n");
            project.write(&format!("src/bin/{name}.rs"), source);
            check(&project, name);
        }
        let mut times = [Vec::new(), Vec::new()];
        for _ in 0..ROUNDS {
            for (times, (name, _)) in times.iter_mut().zip(CALLS) {
                times.push(check(&project, name));
            }
        }
        // The least, because whatever else runs can only add to it.
        let [plain, signed] = times.map(|times| times.into_iter().min().expect("there are rounds"));
        println!("opt-level {level}: include_bytes {plain:?}, include_signed {signed:?}");
    }
}
