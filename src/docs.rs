//! How the map works and why it is correct.

pub mod design;
pub mod faq;
pub mod limitations;
pub mod memory_model;
pub mod migration;
pub mod performance;
pub mod verification;
