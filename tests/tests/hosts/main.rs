//! Programs that take only signed modules: in Rust, in C, in a browser, and while they are compiled.

mod build_script;
mod build_script_imports;
mod c_interface;
mod templates;
mod wasmi;
mod web;
mod web_page;
