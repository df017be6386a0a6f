//! The pages beside what they tell of, and the scripts that README.md names.

mod commands;
mod hosts;
mod reuse_optimizer;
mod trust;

/// The blocks of code in a language, each with the text before it.
fn blocks<'a>(guide: &'a str, language: &str) -> Vec<(&'a str, &'a str)> {
    let pieces: Vec<_> = guide.split("```").collect();
    let pairs = pieces.chunks_exact(2).map(|pair| (pair[0], pair[1].split_once('\n')));
    let wanted = pairs.filter_map(|(before, block)| {
        let (named, code) = block.expect("a block has a first line");
        (named == language).then_some((before, code))
    });
    wanted.collect()
}
