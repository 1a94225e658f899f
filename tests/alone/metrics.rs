//! What the `metrics` feature publishes, as a recorder for Prometheus shows it.
#![cfg(feature = "metrics")]

use std::collections::BTreeMap;

use crate::alone;
use crate::common::validated;
use evacmap::{HashMap, Stats};
use metrics_exporter_prometheus::PrometheusBuilder;

/// What a recorder shows of what `publish` publishes.
fn rendered(publish: impl FnOnce()) -> String {
    let recorder = PrometheusBuilder::new().build_recorder();
    metrics::with_local_recorder(&recorder, publish);
    recorder.handle().render()
}

/// The values of the lines that are not comments, by all that stands before them.
fn values(text: &str) -> BTreeMap<&str, f64> {
    let lines = text.lines().filter(|line| !line.is_empty() && !line.starts_with('#'));
    lines
        .map(|line| line.rsplit_once(' ').expect("a name and a value"))
        .map(|(k, v)| (k, v.parse().unwrap()))
        .collect()
}

/// What is to be shown of a map of that name.
fn expected(stats: &Stats, name: &str) -> BTreeMap<String, f64> {
    let gauges = [
        ("entries", stats.len),
        ("capacity", stats.capacity),
        ("bytes", stats.bytes),
        ("buckets", stats.buckets),
        ("overflow_buckets", stats.overflow_buckets),
        ("old_buckets", stats.old_buckets),
        ("filled_buckets", stats.filled_buckets),
        ("retired_entries", stats.retired),
        ("spare_entries", stats.spare),
    ];
    let counters = [
        ("growth", stats.growths),
        ("rebuild", stats.rebuilds),
        ("shrink", stats.shrinks),
        ("clear", stats.clears),
    ];
    let gauges =
        gauges.map(|(what, value)| (format!("evacmap_{what}{{map=\"{name}\"}}"), value as f64));
    let counters = counters.map(|(kind, value)| {
        (format!("evacmap_resizes_total{{map=\"{name}\",kind=\"{kind}\"}}"), value as f64)
    });
    let load = (format!("evacmap_load{{map=\"{name}\"}}"), stats.len as f64 / stats.buckets as f64);
    gauges.into_iter().chain(counters).chain([load]).collect()
}

/// A map with a past, in the midst of a resize.
fn resizing() -> HashMap<u32, u32> {
    let map: HashMap<u32, u32> = (0..20_000).map(|key| (key, key)).collect();
    map.pin().clear();
    map.finish_resize();
    (&map).extend((0..5000).map(|key| (key, key)));
    map.pin().retain(|key, _| *key >= 300);
    for _ in 0..2 {
        map.pin().shrink_to_fit();
        map.finish_resize();
        map.pin().reserve(20_000);
    }
    map.help_resize(64);
    map
}

/// One at rest, with full chains and spare memory, that was rebuilt many times.
fn churned() -> HashMap<u32, u32> {
    let map: HashMap<u32, u32> = (0..1000).map(|key| (key, key)).collect();
    {
        // So that no slot is used again, but by a rebuild.
        let guard = evacmap::pin();
        for key in 1000..50_000 {
            map.insert(key, key, &guard);
            map.remove(&key, &guard);
        }
    }
    (&map).extend((1000..1300).map(|key| (key, key)));
    map.finish_resize();
    map.flush();
    map
}

/// Each figure is another one in at least one of the two maps, so that none can stand in for
/// another.
#[test]
fn all_figures_are_published_under_the_name_of_the_map() {
    let _alone = alone();
    let maps = [resizing(), churned()];
    let [first, second] = [maps[0].stats(), maps[1].stats()];
    assert!(
        first.old_buckets > 0 && first.filled_buckets > 0 && first.shrinks > first.clears,
        "{first:?}"
    );
    assert!(
        first.retired > 0 && second.overflow_buckets > 0 && second.spare > 0 && second.rebuilds > 0,
        "{second:?}"
    );
    for stats in [first, second] {
        let text = rendered(|| stats.publish("sessions"));
        let expected = expected(&stats, "sessions");
        assert_eq!(
            values(&text),
            expected.iter().map(|(name, value)| (name.as_str(), *value)).collect()
        );
    }
    maps.into_iter().for_each(validated);
}

#[test]
fn counts_are_published_as_they_are_and_maps_are_told_apart() {
    let _alone = alone();
    let (map, none) = (resizing(), HashMap::<u32, u32>::new());
    let text = rendered(|| {
        for _ in 0..3 {
            map.stats().publish(String::from("a"));
            none.stats().publish("b");
        }
    });
    let values = values(&text);
    assert_eq!(values.len(), 2 * 14);
    assert_eq!(
        values[r#"evacmap_resizes_total{map="a",kind="growth"}"#],
        map.stats().growths as f64
    );
    assert!(
        values.iter().all(|(name, value)| !name.contains(r#"map="b""#) || *value == 0.0),
        "{text}"
    );
    validated(map);
}

#[test]
fn each_metric_is_described() {
    let _alone = alone();
    let text = rendered(|| {
        Stats::describe();
        Stats::default().publish("none");
    });
    let kinds: Vec<_> = text.lines().filter_map(|line| line.strip_prefix("# TYPE ")).collect();
    assert_eq!(kinds.len(), 11, "{text}");
    for (name, kind) in kinds.iter().map(|line| line.split_once(' ').unwrap()) {
        assert!(text.contains(&format!("# HELP {name} ")), "{name}: {text}");
        assert_eq!(kind, if name.ends_with("_total") { "counter" } else { "gauge" }, "{name}");
    }
}

/// The figures of a map with deadlines.
#[cfg(feature = "expiring")]
#[test]
fn figures_of_a_map_with_deadlines() {
    use evacmap::expiring::{ExpiringMap, ExpiringStats, ManualClock};
    use std::{sync::Arc, time::Duration};

    let _alone = alone();
    let (clock, second) = (Arc::new(ManualClock::new()), Duration::from_secs(1));
    let map = ExpiringMap::builder().time_to_live(second).clock(clock.clone()).build();
    (0..50).for_each(|key| _ = map.pin().insert(key, key));
    (40..60).for_each(|key| _ = map.pin().get(&key));
    map.pin().insert(0, 1);
    map.pin().remove(&1);
    clock.advance(second / 2);
    let text = rendered(|| {
        ExpiringStats::describe();
        map.stats().publish("m");
    });
    let of = |what: &str| values(&text)[&format!("evacmap_expiring_{what}{{map=\"m\"}}")[..]];
    let counts = ["hits_total", "misses_total", "replaced_total", "removed_total", "entries"];
    assert_eq!(counts.map(of), [10.0, 10.0, 1.0, 1.0, 49.0]);
    assert_eq!((of("stale"), of("expired_total"), of("bytes") > 4096.0), (2.0, 0.0, true));
    let late = of("drift_seconds");
    assert!((0.1..=0.6).contains(&late), "half a second that nobody has swept: {late}");
    clock.advance(second);
    while !map.sweep(10).complete {}
    let text = rendered(|| map.stats().publish("m"));
    let of = |what: &str| values(&text)[&format!("evacmap_expiring_{what}{{map=\"m\"}}")[..]];
    let counts = ["expired_total", "swept_total", "entries", "stale", "drift_seconds"];
    assert_eq!(counts.map(of), [49.0, 51.0, 0.0, 0.0, 0.0]);
}
