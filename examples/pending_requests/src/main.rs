//! Requests that wait for their answers, as in a client that sends many over one connection.
//!
//! ```text
//! cargo run --release -p pending_requests -- [--clients N] [--requests N]
//! ```
//!
//! A client puts the sending half of a channel for one answer into the map, under the request's
//! number, and sends the request. Whoever reads the connection takes the sender out and answers,
//! in another order than that of the requests. Beside that, requests are given up: by their clients
//! that do not want to wait, and all that are left when the connection breaks. Both may come for
//! the same request at the same moment, and some answers come twice. A `Take` gives the sender to
//! one of them.
//!
//! In the end it is checked that each request had one outcome and its client saw that one; that no
//! sender is left in the map; and that every channel was closed as soon as its request was over.
//! The program exits with 1 if any of that does not hold.

use std::process::ExitCode;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{Receiver, RecvError, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread;

use clap::{Parser, value_parser};
use evacmap::{HashMap, Take};

/// Answers and gives up many requests, and counts what became of each.
#[derive(Parser)]
#[command(name = "pending_requests")]
struct Args {
    /// Number of threads that send requests, and of those that read answers
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u64).range(1..=64))]
    clients: u64,

    /// Number of requests of each client
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    requests: u64,
}

/// A client gives up each of these.
const GIVEN_UP: u64 = 7;

/// Each of these is answered twice.
const ANSWERED_TWICE: u64 = 5;

/// How many requests a client has open at the same time.
const WINDOW: usize = 64;

/// What a client is told: the square of its request, or that the connection broke.
type Answer = Result<u64, Broken>;

/// The connection broke before there was an answer.
#[derive(Debug, PartialEq)]
struct Broken;

/// Requests without an answer, by number.
#[derive(Default)]
struct Pending {
    waiting: HashMap<u64, Take<Sender<Answer>>>,
    answered: AtomicU64,
    given_up: AtomicU64,
    broken: AtomicU64,
    late: AtomicU64,
}

impl Pending {
    fn open(&self, number: u64) -> Receiver<Answer> {
        let (sender, receiver) = channel();
        let replaced = self.waiting.pin().insert(number, Take::new(sender)).is_some();
        assert!(!replaced, "numbers are used once");
        receiver
    }

    /// The sender, for the first who comes for this request.
    fn close(&self, number: u64) -> Option<Sender<Answer>> {
        self.waiting.pin().remove(&number).and_then(Take::take)
    }

    fn answer(&self, number: u64) {
        let Some(sender) = self.close(number) else {
            self.late.fetch_add(1, Relaxed);
            return;
        };
        self.answered.fetch_add(1, Relaxed);
        // The client may have gone.
        drop(sender.send(Ok(number * number)));
    }

    /// Whether there was something to give up.
    fn give_up(&self, number: u64) -> bool {
        let given_up = self.close(number).is_some();
        self.given_up.fetch_add(u64::from(given_up), Relaxed);
        given_up
    }

    /// All that are left learn that there will be no answer.
    fn connection_broke(&self) {
        let waiting = self.waiting.pin();
        for sender in waiting.extract_if(|_, _| true).filter_map(|(_, sender)| sender.take()) {
            self.broken.fetch_add(1, Relaxed);
            drop(sender.send(Err(Broken)));
        }
    }
}

/// What a client saw.
#[derive(Default)]
struct Seen {
    answered: u64,
    given_up: u64,
    broken: u64,
    wrong: u64,
}

fn client(pending: &Pending, numbers: impl Iterator<Item = u64>, connection: &Sender<u64>) -> Seen {
    let (mut seen, mut open) = (Seen::default(), Vec::new());
    for number in numbers {
        open.push((number, pending.open(number)));
        connection.send(number).expect("the readers end last");
        if open.len() == WINDOW {
            open.drain(..).for_each(|(number, answer)| wait(pending, number, &answer, &mut seen));
        }
    }
    open.drain(..).for_each(|(number, answer)| wait(pending, number, &answer, &mut seen));
    seen
}

/// Waits for an answer, or gives up.
fn wait(pending: &Pending, number: u64, answer: &Receiver<Answer>, seen: &mut Seen) {
    if number.is_multiple_of(GIVEN_UP) && pending.give_up(number) {
        seen.given_up += 1;
        // The sender was dropped by `give_up`: it does not wait in the map's garbage.
        seen.wrong += u64::from(answer.recv() != Err(RecvError));
        return;
    }
    match answer.recv() {
        Ok(Ok(square)) if square == number * number => seen.answered += 1,
        Ok(Err(Broken)) => seen.broken += 1,
        Ok(Ok(_)) | Err(RecvError) => seen.wrong += 1,
    }
    // Nothing more comes, and the channel is closed.
    seen.wrong += u64::from(answer.recv() != Err(RecvError));
}

/// Reads requests off the connection and answers them, as long as there are any `left` that get an
/// answer. To send more than that breaks the connection.
fn reader(pending: &Pending, connection: &Mutex<Receiver<u64>>, left: &AtomicU64) {
    loop {
        let next = connection.lock().expect("no reader panics").recv();
        let Ok(number) = next else { return };
        if left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(1)).is_err() {
            // The other end is gone.
            pending.connection_broke();
            continue;
        }
        pending.answer(number);
        if number.is_multiple_of(ANSWERED_TWICE) {
            pending.answer(number);
        }
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let total = args.clients * args.requests;
    let pending = Pending::default();
    // The last hundredth gets no answer.
    let left = AtomicU64::new(total - total / 100);
    let (sender, receiver) = channel();
    let receiver = Arc::new(Mutex::new(receiver));
    let seen: Vec<Seen> = thread::scope(|scope| {
        for _ in 0..args.clients {
            let (receiver, left) = (receiver.clone(), &left);
            let pending = &pending;
            scope.spawn(move || reader(pending, &receiver, left));
        }
        let clients: Vec<_> = (0..args.clients)
            .map(|client_number| {
                let (sender, pending) = (sender.clone(), &pending);
                let numbers = (0..args.requests).map(move |i| i * args.clients + client_number);
                scope.spawn(move || client(pending, numbers, &sender))
            })
            .collect();
        drop(sender);
        clients.into_iter().map(|client| client.join().expect("a client panicked")).collect()
    });
    report(pending, &seen, total)
}

fn report(mut pending: Pending, seen: &[Seen], total: u64) -> ExitCode {
    let sum = |of: fn(&Seen) -> u64| seen.iter().map(of).sum::<u64>();
    let (answered, given_up, broken) =
        (sum(|seen| seen.answered), sum(|seen| seen.given_up), sum(|seen| seen.broken));
    println!(
        "{total} requests: {answered} answered, {given_up} given up, {broken} broken; {} answers \
         came too late or twice",
        pending.late.load(Relaxed)
    );
    let right = answered == pending.answered.load(Relaxed)
        && given_up == pending.given_up.load(Relaxed)
        && broken == pending.broken.load(Relaxed)
        && answered + given_up + broken == total
        && sum(|seen| seen.wrong) == 0
        && pending.waiting.is_empty()
        && pending.waiting.validate().is_ok();
    println!("{}", if right { "right: one outcome for each" } else { "WRONG" });
    if right { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}
