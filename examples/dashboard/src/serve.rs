//! The server.

use std::io;
use std::sync::Arc;

use axum::Router;
use axum::response::Html;
use axum::routing::get;
use metrics_exporter_prometheus::PrometheusHandle;
use tokio::net::TcpListener;

use crate::Map;

/// The name under which the map's figures are published.
pub const NAME: &str = "tide";

/// Serves the figures of the map until `end`.
pub async fn until(
    end: impl Future<Output = ()> + Send + 'static,
    listener: TcpListener,
    map: Arc<Map>,
    recorder: PrometheusHandle,
) -> io::Result<()> {
    let shown = map.clone();
    let scrape = async move || {
        map.stats().publish(NAME);
        recorder.render()
    };
    let show = async move || Html(page(&shown));
    let router = Router::new().route("/metrics", get(scrape)).route("/", get(show));
    axum::serve(listener, router).with_graceful_shutdown(end).await
}

/// For people: looks again each second.
fn page(map: &Map) -> String {
    let stats = map.stats();
    format!(
        "<!doctype html><meta http-equiv=refresh content=1><title>{NAME}</title><pre>load: {:.2}, {stats:#?}</pre>",
        stats.load()
    )
}
