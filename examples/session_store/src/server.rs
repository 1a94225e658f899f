//! Connections, and the timer.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use evacmap::OwnedGuard;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::tcp::OwnedWriteHalf;
use tokio::net::{TcpListener, TcpStream};

use crate::protocol::{ERROR, NONE, OK, Request, STATS};
use crate::store::Store;

/// Serves whoever connects, each in a task of its own.
pub async fn accept(store: Arc<Store>, listener: TcpListener) -> io::Result<()> {
    loop {
        let (stream, _) = listener.accept().await?;
        stream.set_nodelay(true)?;
        tokio::spawn(serve(store.clone(), stream));
    }
}

/// Removes what has expired, now and then.
pub async fn sweep(store: Arc<Store>, every: Duration) {
    let mut timer = tokio::time::interval(every);
    loop {
        timer.tick().await;
        store.sweep();
    }
}

/// Answers the requests of one connection until it is closed.
async fn serve(store: Arc<Store>, stream: TcpStream) -> io::Result<()> {
    let (reader, mut writer) = stream.into_split();
    let mut lines = BufReader::new(reader).lines();
    while let Some(line) = lines.next_line().await? {
        answer(&store, &line, &mut writer).await?;
    }
    Ok(())
}

async fn answer(store: &Store, line: &str, writer: &mut OwnedWriteHalf) -> io::Result<()> {
    let answer = match Request::parse(line) {
        Some(Request::Get { key }) => return get(store, key, writer).await,
        Some(Request::Set { key, value, ttl }) => {
            store.set(key, value, ttl);
            OK
        }
        Some(Request::Touch { key }) if store.touch(key) => OK,
        Some(Request::Del { key }) if store.del(key) => OK,
        Some(Request::Touch { .. } | Request::Del { .. }) => NONE,
        Some(Request::Stats) => &format!("{STATS}{}\n", store.describe()),
        None => ERROR,
    };
    writer.write_all(answer.as_bytes()).await
}

/// Writes the answer from where it is in the map, without a copy. The guard keeps it there across
/// the `.await`, whoever replaces or removes the session meanwhile, and whichever thread the task
/// goes on with. It is held for one answer, not while the connection waits for the next request: as
/// long as it is, no garbage can be freed.
async fn get(store: &Store, key: &str, writer: &mut OwnedWriteHalf) -> io::Result<()> {
    let guard = OwnedGuard::new();
    let answer = store.get(key, &guard).unwrap_or(NONE);
    writer.write_all(answer.as_bytes()).await
}
