//! A subscriber for the whole process that hands each thread's events of this crate to that
//! thread's own handler.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fmt::Debug;
use std::rc::Rc;
use std::sync::Once;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt};
use tracing_subscriber::registry;

/// An event, with its fields as text.
#[derive(Clone, Debug)]
pub struct Seen {
    pub target: String,
    pub level: Level,
    pub fields: BTreeMap<&'static str, String>,
}

impl Seen {
    #[track_caller]
    pub fn text(&self, field: &str) -> &str {
        self.fields.get(field).unwrap_or_else(|| panic!("no field `{field}`: {self:?}"))
    }

    #[track_caller]
    pub fn number(&self, field: &str) -> usize {
        self.text(field).parse().unwrap_or_else(|_| panic!("`{field}` is no number: {self:?}"))
    }
}

impl Visit for Seen {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        self.fields.insert(field.name(), format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.fields.insert(field.name(), value.to_owned());
    }
}

type Handler = Rc<dyn Fn(Seen)>;

thread_local! {
    static HANDLER: RefCell<Option<Handler>> = const { RefCell::new(None) };
}

struct ToHandlers;

impl<S: Subscriber> Layer<S> for ToHandlers {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let (target, level) = (event.metadata().target(), *event.metadata().level());
        if !target.starts_with("evacmap::") {
            return;
        }
        // Not borrowed while the handler runs: it may cause events itself.
        let Some(handler) = HANDLER.with_borrow(Clone::clone) else { return };
        let mut seen = Seen { target: target.to_owned(), level, fields: BTreeMap::new() };
        event.record(&mut seen);
        handler(seen);
    }
}

/// Has `handler` called for each event on this thread, while `run` runs.
pub fn handled<R>(handler: impl Fn(Seen) + 'static, run: impl FnOnce() -> R) -> R {
    struct Reset;

    impl Drop for Reset {
        fn drop(&mut self) {
            HANDLER.set(None);
        }
    }

    static ONCE: Once = Once::new();
    // The global one: a scoped one would itself keep events from nesting.
    ONCE.call_once(|| {
        tracing::subscriber::set_global_default(registry().with(ToHandlers)).expect("the only one")
    });
    HANDLER.set(Some(Rc::new(handler)));
    let _reset = Reset;
    run()
}

/// The events on this thread while `run` runs.
pub fn events(run: impl FnOnce()) -> Vec<Seen> {
    let seen: Rc<RefCell<Vec<Seen>>> = Rc::default();
    let shared = seen.clone();
    handled(move |event| shared.borrow_mut().push(event), run);
    seen.take()
}
