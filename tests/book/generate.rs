//! Writes the pages and pictures of the book that are made from the program: see `end_to_end::book`.

use end_to_end::book;
use end_to_end::repository;

fn main() {
    let made = book::pages();
    #[cfg(unix)]
    let made = made.into_iter().chain(book::pictures());
    for (path, text) in made {
        let path = repository().join("docs").join(path);
        std::fs::write(&path, text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
}
