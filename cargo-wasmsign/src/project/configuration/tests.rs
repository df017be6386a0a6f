use std::path::Path;

use tempfile::TempDir;

use super::*;

/// A directory with files, in which a program is started that sits in `inner`.
fn files(files: &[(&str, &str)]) -> TempDir {
    let directory = tempfile::tempdir().unwrap();
    for (name, content) in files {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, content).unwrap();
    }
    std::fs::create_dir_all(directory.path().join("inner")).unwrap();
    directory
}

fn load(directory: &TempDir, overrides: &[&str]) -> Result<Configuration> {
    let overrides: Vec<_> = overrides.iter().map(|text| (*text).to_owned()).collect();
    let environment = |name: &str| match name {
        "CARGO_X_VARIABLE" => Some("from a variable".to_owned()),
        "CARGO_X_LIST_OF_MORE" => Some("v w".to_owned()),
        _ => None,
    };
    Configuration::of(directory.path().join("inner"), &overrides, environment)
}

fn words(configuration: &Configuration, key: &str) -> String {
    configuration.words(&["x", key]).unwrap().unwrap_or_default().join(" ")
}

#[test]
fn the_nearest_file_counts_most_and_lists_are_joined() {
    let directory = files(&[
        (".cargo/config.toml", "x.a = 'far'\nx.b = 'far'\nx.list = ['far']"),
        ("inner/.cargo/config", "x.a = 'near'\nx.list = ['near']"),
        ("inner/.cargo/config.toml", "x.a = 'hidden by the one without an extension'"),
    ]);
    let configuration = load(&directory, &["x.list=['flag']"]).unwrap();
    assert_eq!(configuration.text(&["x", "a"]).unwrap().as_deref(), Some("near"));
    assert_eq!(configuration.text(&["x", "b"]).unwrap().as_deref(), Some("far"));
    assert_eq!(words(&configuration, "list"), "far near flag");
    assert_eq!(configuration.keys(&["x"]), ["a", "b", "list"]);
}

#[test]
fn variables_stand_between_files_and_flags() {
    let list = "x.variable = 'file'\nx.list-of-more = ['f']";
    let directory = files(&[(".cargo/config.toml", list)]);
    let variable = |overrides: &[&str]| {
        load(&directory, overrides).unwrap().text(&["x", "variable"]).unwrap().unwrap()
    };
    assert_eq!(variable(&[]), "from a variable");
    assert_eq!(variable(&["x.variable='flag'"]), "flag");
    let configuration = load(&directory, &["x.list-of-more=['c']"]).unwrap();
    assert_eq!(words(&configuration, "list-of-more"), "f v w c");
    let texts = configuration.one_or_more(&["x", "list-of-more"]).unwrap();
    assert_eq!(texts.iter().map(|text| &*text.text).collect::<String>(), "fvwc");
    let one = configuration.one_or_more(&["x", "variable"]).unwrap();
    assert_eq!(one[0].text, "from a variable");
    assert!(configuration.has(&["x", "variable"]) && !configuration.has(&["x", "none"]));
}

#[test]
fn included_files_stand_below_what_includes_them() {
    let directory = files(&[
        (
            "inner/.cargo/config.toml",
            "include = ['../one.toml', { path = 'two.toml' }, { path = 'none.toml', optional = true }]\n\
             x.a = 'own'\nx.list = ['own']",
        ),
        ("inner/one.toml", "x.a = 'one'\nx.b = 'one'\nx.c = 'one'\nx.list = ['one']"),
        ("inner/.cargo/two.toml", "include = ['deep/three.toml']\nx.b = 'two'\nx.list = ['two']"),
        (
            "inner/.cargo/deep/three.toml",
            "x.d = 'three'\nx.b = 'three'\nx.list = ['three']\nx.path = './p'",
        ),
    ]);
    let configuration = load(&directory, &[]).unwrap();
    let text = |key| configuration.text(&["x", key]).unwrap().unwrap();
    assert_eq!([text("a"), text("b"), text("c"), text("d")], ["own", "two", "one", "three"]);
    assert_eq!(words(&configuration, "list"), "one three two own");
    // A relative path begins above the directory of its own file.
    let cargo = directory.path().join("inner/.cargo");
    assert_eq!(configuration.program(&["x", "path"]).unwrap(), Some(cargo.join("./p")));
}

#[test]
fn flags_include_as_well() {
    let directory = files(&[
        ("inner/flags.toml", "include = ['more/less.toml']\nx.list = ['flags']"),
        ("inner/more/less.toml", "x.list = ['less']\nx.a = 'less'"),
        (".cargo/config.toml", "x.a = 'file'\nx.list = ['file']"),
    ]);
    for overrides in [&["flags.toml"][..], &["include=['flags.toml']"]] {
        let configuration = load(&directory, overrides).unwrap();
        assert_eq!(configuration.text(&["x", "a"]).unwrap().as_deref(), Some("less"));
        assert_eq!(words(&configuration, "list"), "file less flags", "{overrides:?}");
    }
}

#[test]
fn what_cannot_be_read_as_cargo_reads_it_is_an_error() {
    for (content, says) in [
        ("include = ['config.toml']", "includes itself"),
        ("include = ['*.toml']", "cannot be read"),
        ("include = ['{home}.toml']", "cannot be read"),
        ("include = [1]", "cannot be read"),
        ("include = [{ path = 'a.toml', optional = 1 }]", "cannot be read"),
        ("include = ['none.toml']", "failed to read"),
        ("x = 1979-05-27", "a value of a type that cargo does not accept"),
        ("x =", "is not valid TOML"),
    ] {
        let directory = files(&[("inner/.cargo/config.toml", content)]);
        let error = load(&directory, &[]).unwrap_err().to_string();
        assert!(error.contains(says), "{content}: {error}");
    }
    let directory = files(&[("inner/.cargo/config.toml", "x.a = ['list']\nx.b = { c = 1 }")]);
    let configuration = load(&directory, &[]).unwrap();
    assert!(configuration.text(&["x", "a"]).is_err() && configuration.words(&["x", "b"]).is_err());
    assert!(load(&directory, &["x.a='text'"]).is_err());
}

#[test]
fn a_bare_program_is_looked_for_in_path() {
    let directory = files(&[("inner/.cargo/config.toml", "x.tool = 'rustc'")]);
    let program = load(&directory, &[]).unwrap().program(&["x", "tool"]).unwrap();
    assert_eq!(program.as_deref(), Some(Path::new("rustc")));
}
