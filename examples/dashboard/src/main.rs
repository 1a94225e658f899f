//! Watches a map under load: its figures for Prometheus, and its resizes as they begin and end.
//!
//! ```text
//! cargo run --release -p dashboard -- [--threads N] [--keys N] [--port P] [--seconds N] [--events]
//! ```
//!
//! Some threads fill a map and empty it again, by turns, so that it grows and shrinks. Beside them
//! an HTTP server on the loopback interface answers `/metrics` in Prometheus' text format, and `/`
//! for people. The figures are taken when they are asked for: watching costs the map nothing
//! between two scrapes.
//!
//! It ends after `--seconds`, or with Ctrl-C; then the map is validated. It exits with 1 if that,
//! or any look-up in between, found something wrong.
//!
//! Modules: `load` (what the threads do), `serve` (the server).

mod load;
mod serve;
#[cfg(test)]
mod tests;

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::{Parser, value_parser};
use evacmap::{HashMap, ShrinkPolicy, Stats};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tracing::level_filters::LevelFilter;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::load::Load;

/// Serves the figures of a map under load on the loopback interface.
#[derive(Parser)]
#[command(name = "dashboard")]
struct Args {
    /// Number of threads that use the map
    #[arg(long, value_name = "N", default_value_t = 2, value_parser = value_parser!(u16).range(1..=1024))]
    threads: u16,

    /// Number of different keys
    #[arg(long, value_name = "N", default_value_t = 100_000, value_parser = value_parser!(u32).range(1..))]
    keys: u32,

    /// Port to serve on; 0 for any that is free
    #[arg(long, value_name = "P", default_value_t = 0)]
    port: u16,

    /// When to end
    #[arg(long, value_name = "N", default_value_t = 60)]
    seconds: u64,

    /// Print the start and the end of each resize to the standard error
    #[arg(long)]
    events: bool,
}

type Map = HashMap<u32, u64>;

fn main() -> ExitCode {
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    if args.events {
        let ours = Targets::new().with_target("evacmap", LevelFilter::DEBUG);
        let print = tracing_subscriber::fmt::layer().without_time().with_writer(std::io::stderr);
        tracing_subscriber::registry().with(print).with(ours).init();
    }
    let recorder = PrometheusBuilder::new().install_recorder()?;
    Stats::describe();

    let map: Arc<Map> = Arc::new(HashMap::builder().shrink_policy(ShrinkPolicy::Auto).build());
    let runtime = Runtime::new()?;
    let listener = runtime.block_on(listen(args.port))?;
    println!(
        "serving  http://{}/metrics, for {} s or until Ctrl-C",
        listener.local_addr()?,
        args.seconds
    );
    let load = Load::start(&map, args.threads, args.keys);
    runtime.block_on(serve::until(end(args.seconds), listener, map.clone(), recorder))?;
    let operations = load.stop()?;
    // And with it every task that may still have the map.
    drop(runtime);

    println!("load     {operations} operations by {} threads; {:?}", args.threads, map.stats());
    Arc::into_inner(map).ok_or("somebody still has the map")?.validate()?;
    println!("checked  every look-up, and the map at the end");
    Ok(())
}

/// An error names the address, which says more than that it is in use.
async fn listen(port: u16) -> Result<TcpListener, String> {
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
    TcpListener::bind(address).await.map_err(|error| format!("cannot serve on {address}: {error}"))
}

async fn end(seconds: u64) {
    tokio::select! {
        () = tokio::time::sleep(Duration::from_secs(seconds)) => {}
        Ok(()) = tokio::signal::ctrl_c() => {}
    }
}
