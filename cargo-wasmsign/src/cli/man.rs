//! `cargo wasmsign man`.

use clap::CommandFactory;

use super::args::{Cli, Man};
use crate::error::{Error, Result};
use crate::exit::Exit;
use crate::ops::manual::{self, Page, Request};
use crate::report::Report;

pub(super) fn run(typed: &Man, report: &Report) -> Result<Exit> {
    let command = whole_command();
    match &typed.out {
        None => report.text(&String::from_utf8_lossy(&page(command)?.content))?,
        Some(directory) => {
            let mut pages = Vec::new();
            add_pages(command, &mut pages)?;
            let request = Request { directory: directory.clone(), pages };
            report.manual(&manual::run(&request)?)?;
        }
    }
    Ok(Exit::Ok)
}

/// All commands, each of which knows the names of those above it. `help` has no page: it is described nowhere but in itself.
fn whole_command() -> clap::Command {
    let mut command = Cli::command().disable_help_subcommand(true);
    command.build();
    command
}

/// The page of a command, and before it those of the commands below it.
fn add_pages(command: clap::Command, pages: &mut Vec<Page>) -> Result<()> {
    command.get_subcommands().try_for_each(|below| add_pages(below.clone(), pages))?;
    pages.push(page(command)?);
    Ok(())
}

fn page(command: clap::Command) -> Result<Page> {
    let page = clap_mangen::Man::new(command);
    let mut content = Vec::new();
    let failed = |source| Error::io("failed to write the manual page", source);
    page.render(&mut content).map_err(failed)?;
    Ok(Page { name: page.get_filename(), content })
}
