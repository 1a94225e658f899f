//! The load: clients that know what to expect.
//!
//! A client alone writes its keys, so it knows for each what was stored last, and within which
//! bounds that expires: the server took the time between the request and its answer, by the same
//! clock. Only an answer that comes between those bounds is in doubt; any other has to be right.
//! Now and then a client reads a key of another, and checks that the value belongs to it.

use std::collections::HashMap;
use std::io;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use rand::{Rng, SeedableRng, rngs::SmallRng};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;

use crate::Args;
use crate::protocol::{ERROR, NONE, OK, STATS, VALUE};

/// The time to live of sessions that are to outlive the program.
const LONG: Duration = Duration::from_secs(24 * 60 * 60);

/// What the load has met with.
#[derive(Default)]
pub struct Tally {
    pub sets: u64,
    /// Answers that a session is there, and that it is not.
    pub found: u64,
    pub gone: u64,
    /// How many of them came when either was right.
    pub doubtful: u64,
    /// Long sessions that are there at the end.
    pub alive: usize,
    /// Of each request, in microseconds.
    pub latencies: Vec<u64>,
    /// What the server last said of itself.
    pub stats: String,
}

impl Tally {
    pub fn add(&mut self, other: Tally) {
        self.sets += other.sets;
        self.found += other.found;
        self.gone += other.gone;
        self.doubtful += other.doubtful;
        self.alive += other.alive;
        self.latencies.extend(other.latencies);
        self.stats = other.stats;
    }
}

/// When something was asked, and when the answer was there.
#[derive(Clone, Copy)]
struct Asked {
    before: Instant,
    after: Instant,
}

/// What was stored under a key, and when it expires: between the two moments.
struct Known {
    value: String,
    ttl: Duration,
    earliest: Instant,
    latest: Instant,
}

impl Known {
    fn new(value: String, ttl: Duration, asked: Asked) -> Self {
        Known { value, ttl, earliest: asked.before + ttl, latest: asked.after + ttl }
    }

    /// Whether it was there for sure, or gone for sure, when it was asked for.
    fn is_alive(&self, asked: Asked) -> Option<bool> {
        let (alive, gone) = (asked.after < self.earliest, asked.before >= self.latest);
        (alive || gone).then_some(alive)
    }
}

/// One connection.
pub struct Client {
    number: u32,
    args: Args,
    stream: BufReader<TcpStream>,
    /// The last answer.
    answer: String,
    random: SmallRng,
    known: HashMap<String, Known>,
    tally: Tally,
}

impl Client {
    pub async fn connect(address: SocketAddr, number: u32, args: Args) -> io::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        let (stream, random) = (BufReader::new(stream), SmallRng::seed_from_u64(u64::from(number)));
        let (answer, known, tally) = (String::new(), HashMap::new(), Tally::default());
        Ok(Client { number, args, stream, answer, random, known, tally })
    }

    /// Sends requests until `end`. An answer that cannot be right is an error.
    pub async fn run(mut self, end: Instant) -> io::Result<Tally> {
        self.ask("GET").await?;
        self.want(self.answer == ERROR, "GET")?;
        while Instant::now() < end {
            let key = self.key(self.number);
            match self.random.random_range(0..100) {
                0..40 => self.get(key).await?,
                40..60 => self.get_foreign().await?,
                60..80 => self.set(key).await?,
                80..95 => self.touch(key).await?,
                _ => self.del(key).await?,
            }
        }
        self.ask("STATS").await?;
        self.want(self.answer.starts_with(STATS), "STATS")?;
        self.tally.stats = self.answer[STATS.len()..].trim_end().to_owned();
        self.tally.alive = self.known.values().filter(|known| known.ttl == LONG).count();
        Ok(self.tally)
    }

    fn key(&mut self, client: u32) -> String {
        format!("{client}/{}", self.random.random_range(0..self.args.keys))
    }

    async fn get(&mut self, key: String) -> io::Result<()> {
        let request = format!("GET {key}");
        let asked = self.ask(&request).await?;
        let found = self.answer != NONE;
        if let Some(known) = self.known.get(&key) {
            let right = self.value().is_some_and(|value| value == known.value);
            self.want(right || !found, &request)?;
        }
        self.judge(&request, &key, asked, found)?;
        if !found {
            self.known.remove(&key);
        }
        Ok(())
    }

    async fn get_foreign(&mut self) -> io::Result<()> {
        let other = self.random.random_range(0..self.args.clients);
        let key = self.key(other);
        let request = format!("GET {key}");
        self.ask(&request).await?;
        let belongs = self
            .value()
            .and_then(|value| value.strip_prefix(&key))
            .is_some_and(|rest| rest.starts_with('='));
        self.want(belongs || self.answer == NONE, &request)
    }

    async fn set(&mut self, key: String) -> io::Result<()> {
        let ttl = if self.random.random() { LONG } else { Duration::from_millis(self.args.ttl_ms) };
        self.tally.sets += 1;
        let value = format!("{key}={}", self.tally.sets);
        let request = format!("SET {key} {value} {}", ttl.as_millis());
        let asked = self.ask(&request).await?;
        self.want(self.answer == OK, &request)?;
        self.known.insert(key, Known::new(value, ttl, asked));
        Ok(())
    }

    async fn touch(&mut self, key: String) -> io::Result<()> {
        let request = format!("TOUCH {key}");
        let asked = self.ask(&request).await?;
        let found = self.answer == OK;
        self.judge(&request, &key, asked, found)?;
        if let Some(Known { value, ttl, .. }) = self.known.remove(&key).filter(|_| found) {
            self.known.insert(key, Known::new(value, ttl, asked));
        }
        Ok(())
    }

    async fn del(&mut self, key: String) -> io::Result<()> {
        let request = format!("DEL {key}");
        let asked = self.ask(&request).await?;
        self.judge(&request, &key, asked, self.answer == OK)?;
        self.known.remove(&key);
        Ok(())
    }

    /// Sends a line, and waits for the one that answers it.
    async fn ask(&mut self, request: &str) -> io::Result<Asked> {
        let before = Instant::now();
        self.stream.write_all(format!("{request}\n").as_bytes()).await?;
        self.answer.clear();
        if self.stream.read_line(&mut self.answer).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let after = Instant::now();
        self.tally.latencies.push((after - before).as_micros() as u64);
        Ok(Asked { before, after })
    }

    /// The value in the last answer, if that has one.
    fn value(&self) -> Option<&str> {
        self.answer.strip_prefix(VALUE).map(str::trim_end)
    }

    /// Checks whether the key could be found, or not be found, at that time.
    fn judge(&mut self, request: &str, key: &str, asked: Asked, found: bool) -> io::Result<()> {
        let alive = self.known.get(key).map_or(Some(false), |known| known.is_alive(asked));
        *if found { &mut self.tally.found } else { &mut self.tally.gone } += 1;
        self.tally.doubtful += u64::from(alive.is_none());
        self.want(
            (found || self.answer == NONE) && alive.is_none_or(|alive| alive == found),
            request,
        )
    }

    fn want(&self, right: bool, request: &str) -> io::Result<()> {
        let wrong = || io::Error::other(format!("wrong answer to `{request}`: {:?}", self.answer));
        right.then_some(()).ok_or_else(wrong)
    }
}
