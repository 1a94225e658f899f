//! Scrapes the server over the loopback interface, while the map is under load and after.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Arc;

use evacmap::{HashMap, Stats};
use metrics_exporter_prometheus::PrometheusBuilder;
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;

use crate::load::Load;
use crate::{Map, listen, serve};

const KEYS: u32 = 10_000;

/// What the server answers for `path`.
fn ask(address: SocketAddr, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n").unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head and a body");
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    body.to_owned()
}

type Figures = BTreeMap<String, f64>;

/// The figures, by their names and labels.
fn scrape(address: SocketAddr) -> Figures {
    let text = ask(address, "/metrics");
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    let figures = lines.map(|line| line.rsplit_once(' ').expect("a name and a value"));
    figures.map(|(name, value)| (name.to_owned(), value.parse().expect("a number"))).collect()
}

#[track_caller]
fn gauge(figures: &Figures, name: &str) -> f64 {
    figures[&format!("evacmap_{name}{{map=\"tide\"}}")]
}

#[track_caller]
fn resizes(figures: &Figures, kind: &str) -> f64 {
    figures[&format!("evacmap_resizes_total{{map=\"tide\",kind=\"{kind}\"}}")]
}

/// What holds of the figures at any time.
fn check(figures: &Figures) {
    let of = |name| gauge(figures, name);
    assert!((0.0..=f64::from(KEYS)).contains(&of("entries")), "{figures:?}");
    assert!(
        (of("buckets") as usize).is_power_of_two() && of("capacity") == 5.0 * of("buckets"),
        "{figures:?}"
    );
    assert!(of("bytes") >= 64.0 * of("buckets") && of("load") <= 10.0, "{figures:?}");
    assert!(
        of("filled_buckets") <= of("buckets") && of("old_buckets") <= of("buckets"),
        "{figures:?}"
    );
    assert!(
        ["overflow_buckets", "retired_entries", "spare_entries"].iter().all(|name| of(name) >= 0.0),
        "{figures:?}"
    );
    let [growths, others @ ..] =
        ["growth", "rebuild", "shrink", "clear"].map(|kind| resizes(figures, kind));
    // The map shrinks only when asked to, and nobody does.
    assert!(growths > 0.0 && others[0] >= 0.0 && others[1..] == [0.0, 0.0], "{figures:?}");
    assert_eq!(figures.len(), 14, "and nothing else: {figures:?}");
}

#[test]
fn a_scrape_shows_the_map_as_it_is() {
    let recorder = PrometheusBuilder::new().install_recorder().unwrap();
    Stats::describe();
    let map: Arc<Map> = Arc::new(HashMap::new());
    let runtime = Runtime::new().unwrap();
    let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
    let address = listener.local_addr().unwrap();
    let (end, ended) = oneshot::channel();
    let server =
        runtime.spawn(serve::until(async { drop(ended.await) }, listener, map.clone(), recorder));

    let load = Load::start(&map, 2, KEYS);
    while map.stats().growths == 0 {
        std::thread::yield_now();
    }
    let scrapes: Vec<_> = (0..20).map(|_| scrape(address)).collect();
    scrapes.iter().for_each(check);
    assert!(scrapes.is_sorted_by_key(|figures| resizes(figures, "growth")), "{scrapes:?}");
    assert!(load.stop().unwrap() > 0);

    // At rest all is exact.
    let (figures, stats) = (scrape(address), map.stats());
    check(&figures);
    let shown =
        ["entries", "buckets", "bytes", "retired_entries"].map(|name| gauge(&figures, name));
    assert_eq!(
        shown,
        [stats.len, stats.buckets, stats.bytes, stats.retired].map(|figure| figure as f64)
    );
    assert_eq!(resizes(&figures, "growth"), stats.growths as f64);
    assert!(ask(address, "/").contains(&format!("len: {}", stats.len)));

    // It ends when it is asked to.
    end.send(()).unwrap();
    runtime.block_on(server).unwrap().unwrap();
    drop(runtime);
    Arc::into_inner(map).expect("the last handle").validate().unwrap();
}

#[test]
fn an_address_in_use_is_named() {
    let runtime = Runtime::new().unwrap();
    let taken = runtime.block_on(listen(0)).unwrap();
    let address = taken.local_addr().unwrap();
    assert_ne!(address.port(), 0, "the one that was found");
    let error = runtime.block_on(listen(address.port())).unwrap_err();
    assert!(error.contains(&address.to_string()), "{error}");
}
