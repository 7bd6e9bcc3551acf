//! What a run is put down as: how it was set up, what was measured, and how two runs stand to each other.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;

/// A run, as the history keeps it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// When it began, RFC 3339.
    pub at: String,
    /// Of the gateway.
    pub version: String,
    pub setup: Setup,
    pub figures: Figures,
}

/// How a run was set up; runs compare where all of it is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Setup {
    /// `rest` or `soap`.
    pub door: String,
    /// `own`, or the address that was given.
    pub gateway: String,
    /// `sqlite` or `postgres`; of our own gateway only, as are the next four.
    pub database: Option<String>,
    /// `built-in`, or the address that was given.
    pub smsc: Option<String>,
    /// Submits without an answer at one time on a link.
    pub window: Option<u32>,
    /// What it was started with beside the defaults.
    pub settings: Vec<String>,
    /// `release` or `debug`.
    pub build: Option<String>,
    pub clients: usize,
    /// When it ended: `10 s` or `1000 texts`.
    pub until: String,
    /// Texts offered a second; none: as fast as the clients get their answers.
    pub rate_per_s: Option<f64>,
    /// Characters of a text.
    pub length: usize,
    /// First and last, or the only one.
    pub handsets: String,
    /// Processors of this machine.
    pub processors: usize,
}

/// What was measured.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Figures {
    /// Texts that got a yes.
    pub accepted: u64,
    /// Texts that got none, by the door's code.
    pub refused: BTreeMap<String, u64>,
    /// Of the accepted: the SMSC has them.
    pub ok: u64,
    /// Of the accepted: ended otherwise.
    pub ended_otherwise: u64,
    /// Of the accepted: on their way when the run ended.
    pub on_their_way: u64,
    /// From the first request to the last yes.
    pub yes_per_s: Option<f64>,
    /// From the first accept to the last ok.
    pub ok_per_s: Option<f64>,
    /// From a request to its yes.
    pub yes_ms: Option<Spread>,
    /// From the accept on disk to the SMSC's own yes on disk.
    pub to_smsc_ms: Option<Spread>,
    /// Of the gateway's process alone.
    pub cpu_s_per_1000: Option<f64>,
    /// Of the gateway's process since its start.
    pub peak_memory_octets: Option<u64>,
    /// Of the disk below the gateway, beforehand.
    pub fsync_ms: Option<f64>,
}

/// Milliseconds: three percentiles and the longest.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Spread {
    pub p50: f64,
    pub p90: f64,
    pub p99: f64,
    pub max: f64,
}

impl Spread {
    /// Of microseconds in any order; `None` without any.
    pub fn of_us(mut times_us: Vec<u32>) -> Option<Self> {
        times_us.sort_unstable();
        let ms = |share| Some(f64::from(percentile(&times_us, share)?) / 1000.0);
        Some(Self {
            p50: ms(0.5)?,
            p90: ms(0.9)?,
            p99: ms(0.99)?,
            max: ms(1.0)?,
        })
    }
}

/// The value that this share of all does not exceed, by the nearest rank: always one that was measured. `sorted` ascends.
pub fn percentile(sorted: &[u32], share: f64) -> Option<u32> {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.clamp(1, sorted.len().max(1)) - 1).copied()
}

/// So many in so long; `None` where that says nothing.
pub fn per_s(count: u64, span_s: f64) -> Option<f64> {
    (count > 0 && span_s > 0.0).then(|| count as f64 / span_s)
}

/// This run's over the last one's; `None` where either is missing or nothing.
pub fn ratio(this: Option<f64>, last: Option<f64>) -> Option<f64> {
    match (this, last) {
        (Some(this), Some(last)) if last != 0.0 => Some(this / last),
        _ => None,
    }
}

/// A figure that two runs are compared by: its name, as the table and the JSON call it, and its value.
pub type Figure = (&'static str, Option<f64>);

impl Figures {
    /// All that can be compared, in the table's order.
    pub fn compared(&self) -> Vec<Figure> {
        let count = |count: u64| Some(count as f64);
        let of = |spread: Option<Spread>, part: fn(Spread) -> f64| spread.map(part);
        vec![
            ("accepted", count(self.accepted)),
            ("refused", count(self.refused.values().sum())),
            ("ok", count(self.ok)),
            ("yes_per_s", self.yes_per_s),
            ("ok_per_s", self.ok_per_s),
            ("yes_p50_ms", of(self.yes_ms, |ms| ms.p50)),
            ("yes_p90_ms", of(self.yes_ms, |ms| ms.p90)),
            ("yes_p99_ms", of(self.yes_ms, |ms| ms.p99)),
            ("yes_max_ms", of(self.yes_ms, |ms| ms.max)),
            ("to_smsc_p50_ms", of(self.to_smsc_ms, |ms| ms.p50)),
            ("to_smsc_p99_ms", of(self.to_smsc_ms, |ms| ms.p99)),
            ("cpu_s_per_1000", self.cpu_s_per_1000),
            (
                "peak_memory_mib",
                self.peak_memory_octets
                    .map(|octets| octets as f64 / 1_048_576.0),
            ),
            ("fsync_ms", self.fsync_ms),
        ]
    }
}

/// The ratios of all figures that both runs have, by their names.
pub fn ratios(this: &Figures, last: &Figures) -> BTreeMap<&'static str, f64> {
    let pairs = this.compared().into_iter().zip(last.compared());
    pairs
        .filter_map(|((name, this), (_, last))| Some((name, ratio(this, last)?)))
        .collect()
}

/// In what two runs were set up differently: name, then, now.
pub fn differences(this: &Setup, last: &Setup) -> Vec<(String, String, String)> {
    let fields = |setup: &Setup| match serde_json::to_value(setup) {
        Ok(Value::Object(fields)) => fields,
        _ => serde_json::Map::new(),
    };
    let (this, last) = (fields(this), fields(last));
    let word = |value: Option<&Value>| match value {
        None | Some(Value::Null) => "none".to_owned(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    };
    this.iter()
        .filter(|(name, value)| last.get(*name) != Some(value))
        .map(|(name, value)| {
            let name_for_people = name.replace('_', " ");
            (name_for_people, word(last.get(name)), word(Some(value)))
        })
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use super::*;
    use proptest::prelude::*;

    pub fn run() -> Run {
        Run {
            at: "2026-11-21T08:00:00Z".into(),
            version: "0.1.0".into(),
            setup: Setup {
                door: "rest".into(),
                gateway: "own".into(),
                database: Some("sqlite".into()),
                smsc: Some("built-in".into()),
                window: Some(100),
                settings: vec!["carrier.window=100".into()],
                build: Some("debug".into()),
                clients: 64,
                until: "10 s".into(),
                rate_per_s: None,
                length: 50,
                handsets: "+61410000000..+61419999999".into(),
                processors: 2,
            },
            figures: Figures {
                accepted: 20_000,
                refused: BTreeMap::from([("429 quota_user".into(), 3)]),
                ok: 20_000,
                yes_per_s: Some(2_000.0),
                ok_per_s: Some(1_900.0),
                yes_ms: Spread::of_us(vec![1_000, 2_000, 3_000, 4_000]),
                cpu_s_per_1000: Some(0.5),
                peak_memory_octets: Some(64 << 20),
                ..Figures::default()
            },
        }
    }

    #[test]
    fn percentiles_are_values_that_were_measured() {
        for (sorted, share, value) in [
            (&[][..], 0.5, None),
            (&[7], 0.0, Some(7)),
            (&[7], 0.5, Some(7)),
            (&[7], 1.0, Some(7)),
            (&[1, 2, 3, 4], 0.5, Some(2)),
            (&[1, 2, 3, 4], 0.51, Some(3)),
            (&[1, 2, 3, 4], 0.99, Some(4)),
            (&[1, 2, 3, 4], 1.0, Some(4)),
        ] {
            assert_eq!(percentile(sorted, share), value, "{sorted:?} {share}");
        }
        let hundred: Vec<u32> = (1..=100).collect();
        assert_eq!(percentile(&hundred, 0.9), Some(90));
        assert_eq!(percentile(&hundred, 0.99), Some(99));
        let spread = Spread::of_us(vec![4_000, 1_500, 3_000]).unwrap();
        assert_eq!((spread.p50, spread.max), (3.0, 4.0));
        assert_eq!(Spread::of_us(Vec::new()), None);
    }

    proptest! {
        #[test]
        fn as_many_as_the_share_are_not_above_the_percentile(
            mut values in proptest::collection::vec(0u32..1_000, 1..50),
            share in 0.0f64..=1.0,
        ) {
            values.sort_unstable();
            let value = percentile(&values, share).unwrap();
            let not_above = values.iter().filter(|other| **other <= value).count();
            prop_assert!(not_above as f64 >= values.len() as f64 * share);
            let below = values.iter().filter(|other| **other < value).count();
            prop_assert!((below as f64) < (values.len() as f64 * share).max(f64::MIN_POSITIVE));
        }
    }

    #[test]
    fn rates_and_ratios_say_nothing_rather_than_infinity() {
        assert_eq!(per_s(100, 4.0), Some(25.0));
        assert_eq!(per_s(0, 4.0), None);
        assert_eq!(per_s(1, 0.0), None);
        assert_eq!(ratio(Some(3.0), Some(2.0)), Some(1.5));
        for (this, last) in [(None, Some(1.0)), (Some(1.0), None), (Some(1.0), Some(0.0))] {
            assert_eq!(ratio(this, last), None);
        }
        let (mut this, last) = (run().figures, run().figures);
        this.ok_per_s = Some(3_800.0);
        this.cpu_s_per_1000 = None;
        let ratios = ratios(&this, &last);
        assert_eq!(ratios["ok_per_s"], 2.0);
        assert_eq!(ratios["accepted"], 1.0);
        assert!(!ratios.contains_key("cpu_s_per_1000") && !ratios.contains_key("fsync_ms"));
    }

    #[test]
    fn what_differs_is_named() {
        let (mut this, last) = (run().setup, run().setup);
        assert_eq!(differences(&this, &last), []);
        this.clients = 8;
        this.database = None;
        this.rate_per_s = Some(500.0);
        let text = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
        assert_eq!(
            differences(&this, &last),
            [
                text("clients", "64", "8"),
                text("database", "sqlite", "none"),
                text("rate per s", "none", "500.0"),
            ]
        );
    }
}
