//! The lines that are spoken: a request is one line, and so is its answer.
//!
//! | request | answers |
//! |---|---|
//! | `SET key value ttl`, the time to live in milliseconds | `OK` |
//! | `GET key` | `VALUE value`, `NONE` |
//! | `TOUCH key`: lets it live for its whole time again | `OK`, `NONE` |
//! | `DEL key` | `OK`, `NONE` |
//! | `STATS` | `STATS` and figures |
//!
//! To anything else the answer is `ERROR`. Keys and values have no white space.

use std::time::Duration;

pub const OK: &str = "OK\n";
pub const NONE: &str = "NONE\n";
pub const ERROR: &str = "ERROR\n";
/// What a value follows, and figures.
pub const VALUE: &str = "VALUE ";
pub const STATS: &str = "STATS ";

/// A request, borrowed from its line.
pub enum Request<'line> {
    Set { key: &'line str, value: &'line str, ttl: Duration },
    Get { key: &'line str },
    Touch { key: &'line str },
    Del { key: &'line str },
    Stats,
}

impl<'line> Request<'line> {
    /// `None` if the line is no request.
    pub fn parse(line: &'line str) -> Option<Self> {
        let words: Vec<&str> = line.split_ascii_whitespace().collect();
        Some(match words[..] {
            ["SET", key, value, ttl] => Request::Set {
                key,
                value,
                ttl: Duration::from_millis(ttl.parse::<u32>().ok()?.into()),
            },
            ["GET", key] => Request::Get { key },
            ["TOUCH", key] => Request::Touch { key },
            ["DEL", key] => Request::Del { key },
            ["STATS"] => Request::Stats,
            _ => return None,
        })
    }
}
