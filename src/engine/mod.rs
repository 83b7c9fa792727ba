//! Who runs when: cases side by side, steps in order, guards all along, `finally` always.
//!
//! What is decided in plain functions (`wait`, `schedule`, [`crate::judge`]) is only carried out here.

mod admission;
mod case;
mod cleanup;
mod clock;
mod conclusion;
mod evidence;
mod gate;
mod guards;
mod halt;
mod journey;
mod lookout;
mod notes;
mod origins;
mod outline;
mod rest;
mod run;
mod schedule;
mod sighting;
mod sink;
mod step;
mod stop;
mod timetable;
mod wait;
mod waiting;
mod witness;

pub use self::rest::Rest;
pub use self::run::{Equipment, Options, Purpose, run};
pub use self::stop::Stop;
