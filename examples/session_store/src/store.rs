//! The sessions. A session that has expired is gone for whoever asks, swept or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::{Duration, Instant};

use evacmap::{Compute, HashMap, Operation, OwnedGuard, Violation};

use crate::protocol::VALUE;

/// What is stored under a key.
struct Session {
    /// The whole line that answers a `GET`. Shared with the session that this one is renewed to.
    answer: Arc<str>,
    ttl: Duration,
    expires: Instant,
}

impl Session {
    fn new(answer: Arc<str>, ttl: Duration) -> Self {
        Session { answer, ttl, expires: Instant::now() + ttl }
    }

    fn has_expired(&self) -> bool {
        self.expires <= Instant::now()
    }
}

/// All sessions.
#[derive(Default)]
pub struct Store {
    sessions: HashMap<Box<str>, Session>,
    swept: AtomicU64,
}

impl Store {
    pub fn set(&self, key: &str, value: &str, ttl: Duration) {
        let answer = format!("{VALUE}{value}\n");
        self.sessions.pin().insert(key.into(), Session::new(answer.into(), ttl));
    }

    /// The line that holds the value, as it is in the map, under the caller's guard.
    pub fn get<'g>(&'g self, key: &str, guard: &'g OwnedGuard) -> Option<&'g str> {
        let session = self.sessions.get(key, guard).filter(|session| !session.has_expired())?;
        Some(&session.answer)
    }

    /// Renews a session, in one step: one that has expired stays gone, even if nobody has swept it.
    pub fn touch(&self, key: &str) -> bool {
        let renew = |entry: Option<(&Box<str>, &Session)>| match entry {
            Some((_, session)) if !session.has_expired() => {
                Operation::Insert(Session::new(session.answer.clone(), session.ttl))
            }
            _ => Operation::Abort(()),
        };
        matches!(self.sessions.pin().compute(key.into(), renew), Compute::Updated { .. })
    }

    pub fn del(&self, key: &str) -> bool {
        self.sessions.pin().remove(key).is_some_and(|session| !session.has_expired())
    }

    /// Removes what has expired. A session that is renewed or set meanwhile stays: `extract_if`
    /// removes an entry only in the state of which the condition held.
    pub fn sweep(&self) {
        let swept = self.sessions.pin().extract_if(|_, session| session.has_expired()).count();
        self.swept.fetch_add(swept as u64, Relaxed);
        self.sessions.flush();
    }

    /// The number of sessions, expired ones that nobody has swept included.
    pub fn len(&self) -> usize {
        self.sessions.len()
    }

    pub fn describe(&self) -> String {
        let stats = self.sessions.stats();
        let (len, swept, retired) = (stats.len, self.swept.load(Relaxed), stats.retired);
        format!(
            "{len} sessions, {swept} swept, {retired} to be freed, {} growths, {:.2} MiB",
            stats.growths,
            stats.bytes as f64 / (1 << 20) as f64
        )
    }

    /// Whether the map is sound; when nobody uses it any more.
    pub fn validate(&mut self) -> Result<(), Violation> {
        self.sessions.validate()
    }
}
