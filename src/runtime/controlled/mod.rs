//! All threads of a script as values in one thread of the system's, one visible step at a time.
//!
//! A [`World`] is one run. What its threads want next is known at each moment; [`World::options`] tells who can go
//! on, [`World::step`] lets one of them do its next step, and [`World::footprint`] tells what that step touched. The
//! states of the primitives are those that real threads use. There is no clock and no chance but the schedule's.

mod access;
mod barriers;
mod conditions;
mod config;
mod deadlock;
mod footprint;
mod host;
mod input;
mod joining;
mod lines;
mod look;
mod make;
mod numbers;
mod objects;
mod peek;
mod pool;
mod queues;
mod ready;
mod report;
mod scope;
mod seen;
mod select;
mod spawn;
mod spin;
mod strand;
mod thing;
mod timers;
mod touches;
mod waits;
mod world;

pub use config::{Config, Discovered, Time};
pub use footprint::{Mode, Order, Resource, Touch, depend};
pub use input::Input;
pub use look::Looked;
pub use numbers::Names;
pub use seen::Leak;
pub use strand::StrandKind;
pub use world::{Alone, Choice, End, World};
