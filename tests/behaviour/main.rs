//! What the map, the set and their parts do, by subject. Where several threads take part, it is for
//! what one of them sees; the storms are in `tests/threads`.

#[path = "../common/mod.rs"]
mod common;

mod capacity;
mod entries;
mod guards;
mod hostile;
mod interface;
mod iterators;
mod layouts;
mod life;
mod limitations;
mod model;
mod parallel;
mod patterns;
mod rebuild;
mod renewal;
mod resize_events;
mod room;
mod serialize;
mod sets;
mod teardown;
mod types;
