//! Pages about the map.
//!
//! To use it: [`faq`], [`limitations`], [`migration`], [`performance`], [`watching`]. To understand
//! and check it: [`design`], [`memory_model`], [`verification`].

pub mod design;
pub mod faq;
pub mod limitations;
pub mod memory_model;
pub mod migration;
pub mod performance;
pub mod verification;
pub mod watching;
