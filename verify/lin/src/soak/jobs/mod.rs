//! What a thread does in a round.

pub mod hold;
pub mod iterate;
pub mod nest;
pub mod resize;
pub mod write;
