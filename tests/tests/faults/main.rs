//! What goes wrong around a build or a command: signals, full disks, programs that misbehave.

mod file_systems;
mod interrupted;
mod killed;
mod places;
mod programs;
mod signals;
