//! The interner: one map from strings to symbols, one back, and a counter.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use evacmap::{Guard, HashMap};

/// A string's number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Symbol(u32);

/// Strings and their symbols. Any number of threads may intern and resolve at once.
///
/// Whoever has a symbol can resolve it, since a string is put into `strings` before its symbol
/// appears in `symbols`. Symbols have gaps: two threads may draw one each for the same new string,
/// and one of the two is given up.
pub struct Interner {
    symbols: HashMap<Arc<str>, Symbol>,
    strings: HashMap<Symbol, Arc<str>>,
    next: AtomicU32,
}

impl Interner {
    pub fn new() -> Self {
        Interner { symbols: HashMap::new(), strings: HashMap::new(), next: AtomicU32::new(0) }
    }

    /// The symbol of a string, which is a new one if nobody has interned it before. A known string
    /// is looked up by the borrowed `&str`: nothing is allocated for it.
    pub fn intern(&self, string: &str, guard: &Guard) -> Symbol {
        self.symbols.get(string, guard).copied().unwrap_or_else(|| self.intern_new(string, guard))
    }

    #[cold]
    fn intern_new(&self, string: &str, guard: &Guard) -> Symbol {
        let string = Arc::<str>::from(string);
        let mine = self.draw();
        self.strings.insert(mine, string.clone(), guard);
        let symbol = *self.symbols.get_or_insert(string, mine, guard);
        if symbol != mine {
            // Another thread was first. Nobody has seen our symbol.
            self.strings.remove(&mine, guard);
        }
        symbol
    }

    fn draw(&self) -> Symbol {
        let number = self.next.fetch_add(1, Relaxed);
        assert!(number < u32::MAX, "out of symbols");
        Symbol(number)
    }

    /// The string of a symbol; `None` if it is not one of this interner.
    pub fn resolve<'g>(&'g self, symbol: Symbol, guard: &'g Guard) -> Option<&'g str> {
        self.strings.get(&symbol, guard).map(|string| &**string)
    }

    /// How many strings are known.
    pub fn len(&self) -> usize {
        self.symbols.len()
    }

    /// How many symbols were drawn, given up ones included.
    pub fn drawn(&self) -> u32 {
        self.next.load(Relaxed)
    }

    /// Both maps, for those who look at all of it.
    pub fn into_parts(self) -> (HashMap<Arc<str>, Symbol>, HashMap<Symbol, Arc<str>>) {
        (self.symbols, self.strings)
    }
}
