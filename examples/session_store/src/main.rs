//! A store of sessions that expire, served over TCP by a multi-threaded tokio runtime, and a load
//! that checks it.
//!
//! ```text
//! cargo run --release -p session_store -- \
//!     [--clients N] [--seconds N] [--keys N] [--ttl-ms N] [--sweep-ms N]
//! ```
//!
//! The sessions are in one `evacmap::HashMap`. No task ever waits for another at it, so it may be
//! used between any two `.await`s, and under an owned guard also across them: an answer is written
//! to the socket straight from the map. A timer removes what has expired by `extract_if`, beside
//! everything else.
//!
//! The server listens on a free port of the loopback interface. Clients use it for some seconds and
//! compare each answer with what they know must be there; then the store has to become as empty as
//! they expect, and the program ends. It exits with 1 if an answer was wrong, or the store is.
//!
//! Modules: `protocol` (the lines that are spoken), `store` (the map), `server` (connections and
//! the timer), `client` (the load, and what it expects).

mod client;
mod protocol;
mod server;
mod store;

use std::error::Error;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

use clap::{Parser, value_parser};
use hdrhistogram::Histogram;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

use crate::client::{Client, Tally};
use crate::store::Store;

/// How much longer than the longest short session the store may take to become as empty as it must.
const PATIENCE: Duration = Duration::from_secs(10);

/// Serves sessions on the loopback interface, to clients that check every answer.
#[derive(Parser, Clone)]
#[command(name = "session_store")]
struct Args {
    /// Number of clients, each with a connection of its own
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = value_parser!(u32).range(1..=10_000))]
    clients: u32,

    /// How long they use the store
    #[arg(long, value_name = "N", default_value_t = 2)]
    seconds: u64,

    /// Number of sessions of each client
    #[arg(long, value_name = "N", default_value_t = 200, value_parser = value_parser!(u32).range(1..))]
    keys: u32,

    /// How long a short session lives; the long ones outlive the program
    #[arg(long, value_name = "N", default_value_t = 5)]
    ttl_ms: u64,

    /// Time between two removals of what has expired
    #[arg(long, value_name = "N", default_value_t = 5, value_parser = value_parser!(u64).range(1..))]
    sweep_ms: u64,
}

fn main() -> ExitCode {
    let args = Args::parse();
    let store = Arc::new(Store::default());
    match serve_and_check(&store, &args).and_then(|()| validate(store)) {
        Ok(()) => {
            println!("checked  every answer, and the store at the end");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn serve_and_check(store: &Arc<Store>, args: &Args) -> Result<(), Box<dyn Error>> {
    // Dropped at the end with all its tasks, so that nobody but the caller has the store.
    let runtime = Runtime::new()?;
    runtime.block_on(async {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let address = listener.local_addr()?;
        println!("serving  {address}, to {} clients, for {} s", args.clients, args.seconds);
        tokio::spawn(server::sweep(store.clone(), Duration::from_millis(args.sweep_ms)));
        tokio::spawn(server::accept(store.clone(), listener));

        let end = Instant::now() + Duration::from_secs(args.seconds);
        let mut clients = JoinSet::new();
        for number in 0..args.clients {
            let client = Client::connect(address, number, args.clone()).await?;
            clients.spawn(client.run(end));
        }
        let mut tally = Tally::default();
        while let Some(result) = clients.join_next().await {
            tally.add(result??);
        }
        report(&tally, args)?;
        wait_for_expiry(store, tally.alive, args).await
    })
}

/// Waits until nothing is left but the `alive` long sessions.
async fn wait_for_expiry(store: &Store, alive: usize, args: &Args) -> Result<(), Box<dyn Error>> {
    let start = Instant::now();
    while store.len() != alive {
        if start.elapsed() > Duration::from_millis(args.ttl_ms) + PATIENCE {
            return Err(format!(
                "{} sessions in the store, where {alive} should be left",
                store.len()
            )
            .into());
        }
        tokio::time::sleep(Duration::from_millis(args.sweep_ms)).await;
    }
    println!("at rest  {}", store.describe());
    Ok(())
}

fn report(tally: &Tally, args: &Args) -> Result<(), Box<dyn Error>> {
    let mut latencies = Histogram::<u64>::new(3)?;
    for &micros in &tally.latencies {
        latencies.record(micros)?;
    }
    let (requests, sets, seconds) = (latencies.len(), tally.sets, args.seconds.max(1));
    println!("load     {requests} requests, {} a second; {sets} sessions set", requests / seconds);
    println!("         {} found, {} gone, {} in doubt", tally.found, tally.gone, tally.doubtful);
    let [half, most, longest] =
        [0.5, 0.99, 1.0].map(|quantile| latencies.value_at_quantile(quantile));
    println!("latency  {half} µs in the median, {most} µs for 99 %, {longest} µs at most");
    println!("server   {}", tally.stats);
    Ok(())
}

fn validate(store: Arc<Store>) -> Result<(), Box<dyn Error>> {
    let mut store = Arc::into_inner(store).ok_or("a task has outlived the runtime")?;
    Ok(store.validate()?)
}
