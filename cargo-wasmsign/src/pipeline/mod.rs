//! From cargo's artifact to a published module: transform, optimize, transform, shape, sign, verify, publish.
//!
//! Everything happens on temporary files beside the place where the module will be; only the last
//! step, a rename, is seen by others. Nothing is printed here: an [`Observer`] handles the steps.

mod auditable;
mod check;
mod context;
mod finish;
mod job;
mod published;
mod recipe;
mod record;
pub(crate) mod seal_as;
mod statement;
mod steps;
mod temporary;
mod transform;
mod unfinished;
mod waiting;
mod workers;

pub use auditable::LIST as AUDITABLE_LIST;
pub use finish::remove_stale_signature;
pub use job::Job;
pub use published::{Observer, OtherSignature, Published, SignerLine, Sizes, Step};
pub use recipe::{OutputDirectory, Recipe};
pub use statement::Statement;
pub use transform::find as find_transform;
pub use workers::{Event, Queue, run};
