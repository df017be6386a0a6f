//! The cache, and what may happen to its files.

use std::io::Read;
use std::time::Duration;

use super::*;
use crate::module::optimize::testing::{TempDir, job};

/// A cache in a directory of its own.
struct Fixture {
    dir: TempDir,
    cache: Cache,
}

impl Fixture {
    fn new(limit: u64) -> Self {
        let dir = TempDir::new();
        let cache = Cache::new(dir.0.join("a/cache"), limit);
        Self { dir, cache }
    }

    fn store(&self, name: &str, content: &[u8]) {
        let path = self.dir.write("module", content);
        self.cache.store(&key(name), &File::open(path).unwrap());
    }

    fn fetch(&self, name: &str) -> Option<Vec<u8>> {
        fetch(&self.cache, &self.dir.0.join("output"), name)
    }

    fn entry(&self, name: &str) -> PathBuf {
        self.cache.path(&key(name))
    }

    /// All files in the directory of the cache.
    fn files(&self) -> usize {
        std::fs::read_dir(&self.cache.directory).map_or(0, Iterator::count)
    }
}

fn key(name: &str) -> Key {
    Key::new(&job("in", "out"), name)
}

/// What is there; a miss has to leave the output empty.
fn fetch(cache: &Cache, output: &Path, name: &str) -> Option<Vec<u8>> {
    let mut file = File::create(output).unwrap();
    let hit = cache.fetch(&key(name), &mut file);
    let mut content = Vec::new();
    File::open(output).unwrap().read_to_end(&mut content).unwrap();
    assert!(hit || content.is_empty());
    hit.then_some(content)
}

#[test]
fn what_was_stored_is_there() {
    let fixture = Fixture::new(MIB);
    assert_eq!(fixture.fetch("a"), None);
    fixture.store("a", b"content");
    fixture.store("empty", b"");
    assert_eq!(fixture.fetch("a").unwrap(), b"content");
    assert_eq!(fixture.fetch("empty").unwrap(), b"");
    assert_eq!(fixture.fetch("b"), None);
    assert_eq!(fixture.files(), 2);
}

#[test]
fn what_is_torn_or_changed_is_noticed_and_removed() {
    let whole = {
        let fixture = Fixture::new(MIB);
        fixture.store("a", b"content");
        std::fs::read(fixture.entry("a")).unwrap()
    };
    let cuts = (0..whole.len()).map(|end| whole[..end].to_vec());
    let flips = (0..whole.len()).map(|at| {
        let mut flipped = whole.clone();
        flipped[at] ^= 1;
        flipped
    });
    let longer = [&whole[..], b"x"].concat();
    let fixture = Fixture::new(MIB);
    for broken in cuts.chain(flips).chain([longer]) {
        fixture.store("a", b"content");
        std::fs::write(fixture.entry("a"), broken).unwrap();
        assert_eq!(fixture.fetch("a"), None);
        assert!(!fixture.entry("a").exists());
    }
}

#[test]
fn an_entry_under_anothers_name_is_none() {
    let fixture = Fixture::new(MIB);
    fixture.store("a", b"content");
    std::fs::rename(fixture.entry("a"), fixture.entry("b")).unwrap();
    assert_eq!(fixture.fetch("b"), None);
    assert_eq!(fixture.files(), 0);
}

/// A limit for two entries of [`HALF`] bytes, and not for three.
const LIMIT_FOR_TWO: u64 = 5 * HALF as u64 / 2;
const HALF: usize = 4096;

#[test]
fn what_was_not_used_for_longest_goes_first() {
    let fixture = Fixture::new(LIMIT_FOR_TWO);
    let aged = |name: &str, content: &[u8], age: u64| {
        fixture.store(name, content);
        let file = OpenOptions::new().write(true).open(fixture.entry(name)).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(age)).unwrap();
    };
    aged("old", &[1; HALF], 200);
    aged("older", &[2; HALF], 300);
    assert!(fixture.fetch("older").is_some(), "which makes it the younger");
    fixture.store("new", &[3; HALF]);
    assert_eq!(fixture.fetch("old"), None);
    assert!(fixture.fetch("older").is_some() && fixture.fetch("new").is_some());
    fixture.store("huge", &[4; 3 * HALF]);
    assert_eq!(fixture.fetch("huge"), None);
    assert_eq!(fixture.files(), 2, "what does not fit drives nothing out");
}

#[test]
fn a_reader_outlives_eviction() {
    let fixture = Fixture::new(LIMIT_FOR_TWO);
    fixture.store("a", &[1; HALF]);
    let open = File::open(fixture.entry("a")).unwrap();
    assert_eq!(fixture.cache.clear().unwrap().files, 1);
    let mut output = File::create(fixture.dir.0.join("output")).unwrap();
    let found = entry::read(&key("a"), &open, &mut output).unwrap();
    assert_eq!(found, entry::Found::Whole);
}

#[test]
fn zero_turns_it_off() {
    let fixture = Fixture::new(MIB);
    fixture.store("a", b"content");
    let off = Cache::new(fixture.cache.directory(), 0);
    assert_eq!(fetch(&off, &fixture.dir.0.join("output"), "a"), None);
    off.store(&key("b"), &File::open(fixture.dir.0.join("module")).unwrap());
    assert_eq!(fixture.files(), 1);
}

#[test]
fn many_at_once_do_not_disturb_each_other() {
    let fixture = Fixture::new(LIMIT_FOR_TWO);
    fixture.dir.write("module", &[7; HALF]);
    std::thread::scope(|scope| {
        for thread in 0..4 {
            let fixture = &fixture;
            scope.spawn(move || {
                let path = fixture.dir.0.join(format!("module-{thread}"));
                std::fs::copy(fixture.dir.0.join("module"), &path).unwrap();
                for round in 0..50 {
                    let name = format!("{}", (round + thread) % 3);
                    fixture.cache.store(&key(&name), &File::open(&path).unwrap());
                    let output = fixture.dir.0.join(format!("output-{thread}"));
                    let found = fetch(&fixture.cache, &output, &name);
                    assert!(found.is_none_or(|content| content == [7; HALF]));
                }
            });
        }
    });
    assert!(fixture.files() <= 2);
}

#[test]
fn failures_are_misses_and_leave_nothing() {
    let fixture = Fixture::new(MIB);
    std::fs::create_dir_all(fixture.entry("a")).unwrap();
    fixture.store("a", b"content");
    assert_eq!(fixture.fetch("a"), None);
    assert_eq!(fixture.files(), 1, "the directory that is in the way");
    let blocked = Cache::new(fixture.dir.write("file", b"").join("cache"), MIB);
    blocked.store(&key("a"), &File::open(fixture.dir.0.join("module")).unwrap());
    assert_eq!(fetch(&blocked, &fixture.dir.0.join("output"), "a"), None);
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_a_miss() {
    let fixture = Fixture::new(MIB);
    fixture.store("a", &[1; HALF]);
    let mut full = OpenOptions::new().write(true).open("/dev/full").unwrap();
    assert!(!fixture.cache.fetch(&key("a"), &mut full));
    assert!(fixture.fetch("a").is_some(), "the entry is not to blame");
}

#[cfg(unix)]
#[test]
fn a_directory_that_nobody_may_write_is_read() {
    use std::os::unix::fs::PermissionsExt;
    let fixture = Fixture::new(MIB);
    fixture.store("a", b"content");
    let allow = |mode| {
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(fixture.cache.directory(), permissions).unwrap();
    };
    allow(0o555);
    let is_root = File::create(fixture.cache.directory().join("probe")).is_ok();
    fixture.store("b", b"content");
    assert!(is_root || fixture.fetch("b").is_none());
    assert_eq!(fixture.fetch("a").unwrap(), b"content");
    allow(0o755);
}

#[test]
fn clearing_removes_entries_alone() {
    let fixture = Fixture::new(MIB);
    assert_eq!(fixture.cache.clear().unwrap(), Cleared::default());
    fixture.store("a", b"content");
    fixture.store("b", b"contents");
    std::fs::write(fixture.cache.directory().join("notes"), b"mine").unwrap();
    let stray = fixture.cache.directory().join(".a.wasmsign-1.tmp");
    std::fs::write(&stray, b"left by a process that was killed").unwrap();
    let bytes = 2 * entry::HEADER + 7 + 8;
    assert_eq!(fixture.cache.clear().unwrap(), Cleared { files: 2, bytes });
    assert!(!stray.exists());
    assert_eq!(fixture.files(), 1);
}

#[test]
fn the_limit_is_a_number_of_mib() {
    let sized = |text: &str| limit(Some(OsStr::new(text)));
    assert_eq!(limit(None).unwrap(), 512 * MIB);
    assert_eq!(sized("").unwrap(), 512 * MIB);
    assert_eq!((sized("0").unwrap(), sized("3").unwrap()), (0, 3 * MIB));
    assert_eq!(sized("99999999999999999999").ok(), None);
    for text in ["-1", "1.5", "lots", "1 GiB"] {
        assert_eq!(sized(text).unwrap_err().exit(), crate::exit::Exit::Usage, "{text}");
    }
}
