//! The pages beside what they tell of, and the scripts that README.md names.

#[cfg(unix)]
mod book;
mod commands;
#[cfg(unix)]
mod dist;
mod generated;
mod hosts;
mod links;
mod reuse_optimizer;
mod trust;

/// The chapters of the book, by their paths below docs/, as SUMMARY.md lists them.
fn chapters() -> Vec<String> {
    let summary = end_to_end::repository().join("docs/SUMMARY.md");
    let summary = std::fs::read_to_string(summary).expect("the book has a summary");
    let links = summary.split("](").skip(1).filter_map(|rest| rest.split(')').next());
    links.map(str::to_owned).collect()
}

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
