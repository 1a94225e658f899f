//! A thread that sweeps.

use core::hash::{BuildHasher, Hash};
use core::time::Duration;
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::sync::{Arc, Weak};
use std::thread::{self, JoinHandle};

use super::map::ExpiringMap;

/// A thread that calls [`ExpiringMap::sweep`] in each tick. It ends with the map, or when this is
/// dropped.
///
/// ```
/// use std::sync::Arc;
/// use std::time::Duration;
///
/// use evacmap::expiring::{ExpiringMap, Sweeper};
///
/// let map = Arc::new(ExpiringMap::new(Duration::from_secs(60)));
/// let sweeper = Sweeper::start(&map)?;
/// map.pin().insert("a", 1);
/// sweeper.stop();
/// # std::io::Result::Ok(())
/// ```
#[derive(Debug)]
pub struct Sweeper {
    /// Never sent through. That it is gone is what the thread waits for.
    alive: Sender<()>,
    thread: JoinHandle<()>,
}

impl Sweeper {
    /// Starts the thread. It does not keep the map alive, and sweeps all that is due in each tick.
    ///
    /// # Errors
    ///
    /// If the system has no thread to give.
    pub fn start<K, V, S>(map: &Arc<ExpiringMap<K, V, S>>) -> std::io::Result<Self>
    where
        K: Hash + Eq + Send + Sync + 'static,
        V: Send + Sync + 'static,
        S: BuildHasher + Send + Sync + 'static,
    {
        let (alive, gone) = mpsc::channel::<()>();
        let tick = Duration::from_nanos(map.settings.tick);
        let map = Arc::downgrade(map);
        let work = move || {
            while sweep(&map) {
                if gone.recv_timeout(tick) != Err(RecvTimeoutError::Timeout) {
                    return;
                }
            }
        };
        let thread = thread::Builder::new().name("evacmap-sweeper".to_owned()).spawn(work)?;
        Ok(Sweeper { alive, thread })
    }

    /// Whether the thread has ended, as it does when the map is gone.
    pub fn is_finished(&self) -> bool {
        self.thread.is_finished()
    }

    /// Ends the thread, and returns when it has ended. To drop a sweeper ends the thread as well,
    /// and does not wait for that.
    pub fn stop(self) {
        drop(self.alive);
        // On the thread itself, in a listener, there is nobody to wait for.
        if self.thread.thread().id() != thread::current().id() {
            // It swallows the panics of listeners; what else may panic has been reported.
            _ = self.thread.join();
        }
    }
}

/// Sweeps all that is due, and drops what can be dropped. `false` if the map is gone.
fn sweep<K, V, S>(map: &Weak<ExpiringMap<K, V, S>>) -> bool
where
    K: Hash + Eq + Send,
    V: Send,
    S: BuildHasher,
{
    let Some(map) = map.upgrade() else { return false };
    if map.sweep(usize::MAX).steps > 0 {
        map.flush();
    }
    true
}
