use std::array;
use std::borrow::Borrow;
use std::ops::{AddAssign, Range};

use super::content::Content;
use super::map::{Map, TOGETHER};
use super::random::Random;
use super::workload::{Config, Mix, Workload};

/// Look-ups under one guard in `hit-pinned` and `many`.
const BATCH: u64 = 1000;

/// Where one thread stands in its workload.
pub struct Lane {
    config: Config,
    thread: u64,
    share: Range<u64>,
    random: Random,
    /// Entries replaced so far, under churn.
    replaced: u64,
}

/// What a thread has done, and what came of it.
#[derive(Clone, Copy, Default)]
pub struct Done {
    pub operations: u64,
    /// Answers that were wrong.
    pub wrong: u64,
    /// By how many entries the map has grown.
    pub grown: i64,
}

impl Lane {
    /// Lanes of equal `round` and `thread` draw equal keys, whatever the map.
    pub fn new(config: Config, round: u64, thread: u64) -> Self {
        let random = Random::new(round << 8 | thread);
        Self { config, thread, share: config.share(thread), random, replaced: 0 }
    }

    /// Puts this thread's share of the entries in.
    #[inline(never)]
    pub fn fill<C: Content, M: Map<C>>(&self, map: &M) -> Done {
        let operations = self.share.end - self.share.start;
        let lost = |index: &u64| !map.insert(C::key(*index), C::value(*index));
        let wrong = self.share.clone().filter(lost).count() as u64;
        Done { operations, wrong, grown: operations as i64 }
    }

    /// Makes that many operations, or as many as it takes to fill a map.
    pub fn run<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        match self.config.workload {
            Workload::HitPinned => self.hit_pinned(map, operations),
            Workload::Many => self.many(map, operations),
            Workload::Hit => self.hit(map, operations),
            Workload::Miss => self.miss(map, operations),
            Workload::Update => self.update(map, operations),
            Workload::Churn => self.churn(map, operations),
            Workload::Fill | Workload::Grow => self.fill(map),
            Workload::ReadMostly | Workload::Exchange => self.mixed(map, operations),
            Workload::RapidGrow => self.rapid_grow(map),
        }
    }

    /// Makes that many times an operation that says whether its answer was right.
    #[inline(always)]
    fn repeat(&mut self, operations: u64, mut operation: impl FnMut(&mut Random) -> bool) -> Done {
        // A generator behind `self` would be stored in each turn.
        let (mut random, mut wrong) = (self.random, 0);
        for _ in 0..operations {
            wrong += u64::from(!operation(&mut random));
        }
        self.random = random;
        Done { operations, wrong, grown: 0 }
    }

    #[inline(never)]
    fn hit_pinned<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        let (entries, mut done) = (self.config.entries, Done::default());
        while done.operations < operations {
            let pinned = map.pinned();
            done += self.repeat(BATCH.min(operations - done.operations), |random| {
                let index = random.below(entries);
                M::read_pinned(&pinned, C::probe(index).borrow(), |value| C::is_of(value, index))
                    == Some(true)
            });
        }
        done
    }

    #[inline(never)]
    fn many<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        let (entries, mut done) = (self.config.entries, Done::default());
        while done.operations < operations {
            let pinned = map.pinned();
            let batches = BATCH / TOGETHER as u64;
            let wrong = self.repeat(batches, |random| {
                let indices: [u64; TOGETHER] = array::from_fn(|_| random.below(entries));
                let probes = indices.map(C::probe);
                let keys = probes.each_ref().map(Borrow::borrow);
                M::count_pinned(&pinned, keys, |at, value| C::is_of(value, indices[at])) == TOGETHER
            });
            done += Done { operations: batches * TOGETHER as u64, ..wrong };
        }
        done
    }

    #[inline(never)]
    fn hit<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        let entries = self.config.entries;
        self.repeat(operations, |random| {
            let index = random.below(entries);
            map.read(C::probe(index).borrow(), |value| C::is_of(value, index)) == Some(true)
        })
    }

    #[inline(never)]
    fn miss<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        // So many absent keys that none comes twice soon.
        const ABSENT: u64 = 1 << 40;
        let entries = self.config.entries;
        self.repeat(operations, |random| {
            let index = entries + random.below(ABSENT);
            map.read(C::probe(index).borrow(), |_| ()).is_none()
        })
    }

    #[inline(never)]
    fn update<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        let entries = self.config.entries;
        self.repeat(operations, |random| map.update(C::probe(random.below(entries)).borrow()))
    }

    #[inline(never)]
    fn churn<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        let Config { entries, threads, .. } = self.config;
        let (thread, share, mut replaced) = (self.thread, self.share.clone(), self.replaced);
        let own = share.end - share.start;
        let fresh = |count: u64| entries + count * threads + thread;
        let done = self.repeat(operations.div_ceil(2), |_| {
            let (count, index) = (replaced, fresh(replaced));
            replaced += 1;
            let oldest = if count < own { share.start + count } else { fresh(count - own) };
            let removed = map.remove(C::probe(oldest).borrow());
            map.insert(C::key(index), C::value(index)) && removed
        });
        self.replaced = replaced;
        Done { operations: 2 * done.operations, ..done }
    }

    #[inline(never)]
    fn mixed<C: Content, M: Map<C>>(&mut self, map: &M, operations: u64) -> Done {
        let mix = self.config.workload.mix().expect("a mixed workload");
        let (range, mut grown) = (2 * self.config.entries, 0);
        let done = self.repeat(operations, |random| {
            let (lot, index) = (random.below(100), random.below(range));
            let right;
            (right, grown) = mix.operate::<C, M>(map, lot, index, grown);
            right
        });
        Done { grown, ..done }
    }

    /// What is inserted is always new; everything else is drawn from twice what has been inserted.
    #[inline(never)]
    fn rapid_grow<C: Content, M: Map<C>>(&mut self, map: &M) -> Done {
        let mix = self.config.workload.mix().expect("a mixed workload");
        let threads = self.config.threads;
        let own = |count: u64| count * threads + self.thread;
        let share = self.share.end - self.share.start;
        let (mut inserted, mut grown, mut done) = (0, 0, Done::default());
        let mut random = self.random;
        while inserted < share {
            let lot = random.below(100);
            let index =
                if mix.inserts(lot) { own(inserted) } else { own(random.below(2 * inserted + 1)) };
            let right;
            (right, grown) = mix.operate::<C, M>(map, lot, index, grown);
            done += Done { operations: 1, wrong: u64::from(!right), grown: 0 };
            inserted += u64::from(mix.inserts(lot));
        }
        self.random = random;
        Done { grown, ..done }
    }
}

impl Mix {
    fn inserts(self, lot: u64) -> bool {
        (self.reads..self.reads + self.inserts).contains(&lot)
    }

    /// The operation that the lot, below 100, has fallen on. Whether its answer was right as far as
    /// can be told, and how many entries the map has gained by now.
    #[inline(always)]
    fn operate<C: Content, M: Map<C>>(
        self,
        map: &M,
        lot: u64,
        index: u64,
        grown: i64,
    ) -> (bool, i64) {
        if lot < self.reads {
            (
                map.read(C::probe(index).borrow(), |value| C::is_of(value, index)) != Some(false),
                grown,
            )
        } else if self.inserts(lot) {
            (true, grown + i64::from(map.insert(C::key(index), C::value(index))))
        } else if lot < self.reads + self.inserts + self.removals {
            (true, grown - i64::from(map.remove(C::probe(index).borrow())))
        } else {
            map.update(C::probe(index).borrow());
            (true, grown)
        }
    }
}

impl AddAssign for Done {
    fn add_assign(&mut self, more: Self) {
        self.operations += more.operations;
        self.wrong += more.wrong;
        self.grown += more.grown;
    }
}
