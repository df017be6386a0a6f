//! The table of a crate's rooms, as docs/ARCHITECTURE.md shows it.

use std::collections::{BTreeMap, BTreeSet};

use crate::graph::Graph;

/// Which room may use which.
pub struct Table {
    rooms: BTreeMap<String, BTreeSet<String>>,
}

impl Table {
    /// Reads the table whose head ends with "may use", below the heading of a crate, and the sentence "All may use …"
    /// behind it.
    pub fn read(page: &str, name: &str) -> Self {
        let heading = format!("\n## {name}\n");
        let (_, section) = page.split_once(&heading).expect("the crate has a section");
        let section = section.split("\n## ").next().unwrap_or(section);
        let mut rows = section.lines().skip_while(|line| !line.ends_with("| may use |")).skip(2);
        let rows: Vec<_> =
            rows.by_ref().take_while(|line| line.starts_with('|')).map(cells).collect();
        assert!(!rows.is_empty(), "{name} has no table of rooms");
        let always = section.lines().find(|line| line.starts_with("All may use "));
        let ground: BTreeSet<String> = always.map(quoted).unwrap_or_default().into_iter().collect();
        let all: BTreeSet<String> = rows.iter().flat_map(|row| quoted(row[0])).collect();
        let mut rooms = BTreeMap::new();
        for row in &rows {
            let mut allowed: BTreeSet<_> = match row[2] {
                "all" => all.clone(),
                words => quoted(words).into_iter().collect(),
            };
            for room in quoted(row[0]) {
                if !ground.contains(&room) {
                    allowed.extend(ground.iter().cloned());
                }
                rooms.insert(room, allowed.clone());
            }
        }
        for (room, allowed) in &mut rooms {
            allowed.remove(room);
        }
        Self { rooms }
    }

    /// The rooms that the table has.
    pub fn rooms(&self) -> impl Iterator<Item = &str> {
        self.rooms.keys().map(String::as_str)
    }

    /// Whether one room may use another.
    pub fn allows(&self, user: &str, used: &str) -> bool {
        self.rooms.get(user).is_some_and(|allowed| allowed.contains(used))
    }

    /// The table as a graph.
    pub fn graph(&self) -> Graph<String> {
        self.rooms.clone()
    }
}

fn cells(row: &str) -> Vec<&str> {
    let cells: Vec<_> = row.trim_matches('|').split('|').map(str::trim).collect();
    assert_eq!(cells.len(), 3, "a row has a room, its job and what it may use: {row}");
    cells
}

/// The words between backticks that are names of rooms.
fn quoted(text: &str) -> Vec<String> {
    text.split('`').skip(1).step_by(2).map(|word| word.trim_end_matches('/').to_owned()).collect()
}

#[test]
fn a_table_is_read() {
    let page = "# P\n\n## c\n\ntext\n\n| room | its one job | may use |\n| --- | --- | --- |\n\
        | `a` | x `y` | all |\n| `b/` | x | `c` |\n| `c` | x | |\n| `ground` | x | |\n\nAll may use `ground`.\n\n## d\n";
    let table = Table::read(page, "c");
    assert_eq!(table.rooms().collect::<Vec<_>>(), ["a", "b", "c", "ground"]);
    let allowed = [("a", "b"), ("a", "ground"), ("b", "c"), ("b", "ground"), ("c", "ground")];
    allowed.iter().for_each(|(user, used)| assert!(table.allows(user, used), "{user} {used}"));
    for (user, used) in [("c", "b"), ("b", "a"), ("ground", "c"), ("a", "a")] {
        assert!(!table.allows(user, used), "{user} {used}");
    }
}
