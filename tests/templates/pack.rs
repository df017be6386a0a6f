//! Packs the templates into `cargo-wasmsign/templates.json`, which travels in the program.

fn main() -> std::io::Result<()> {
    let path = end_to_end::repository().join("cargo-wasmsign/templates.json");
    std::fs::write(path, end_to_end::templates::packed())
}
