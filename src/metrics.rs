//! What is counted while the gateway works, and its text for Prometheus. Counting is adding to a number in memory; what stands in the database is asked when somebody looks
//! (`src/app/sight.rs`).

mod meters;

pub use meters::{ALL, Kind, Meter};

use prometheus::proto::MetricFamily;
use prometheus::{
    CounterVec, Gauge, GaugeVec, Histogram, HistogramOpts, HistogramVec, IntCounter, IntCounterVec,
    IntGauge, IntGaugeVec, Opts, Registry, TextEncoder,
};
use std::sync::Arc;
use std::time::Duration;

/// The names and labels of all meters.
pub mod named {
    pub use super::meters::*;
}

/// The media type of [`Metrics::text`].
pub const TEXT_TYPE: &str = prometheus::TEXT_FORMAT;

/// Upper ends of buckets, in seconds.
const SECONDS: [f64; 14] = [
    0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0,
];
/// The same for works.
const WORKS: [f64; 10] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];

/// What is counted only when the batch that it happened in is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tally {
    /// A text was taken back into hand.
    Claimed,
    /// A receipt found its attempt on arrival.
    ReceiptMatched,
    /// A receipt was kept until its attempt is known.
    ReceiptEarly,
    /// The same receipt again.
    ReceiptRepeated,
    /// A receipt that waited found its attempt.
    ReceiptMatchedLater,
    /// A reply found its text.
    ReplyMatched,
    /// A reply fits no pair.
    ReplyUnmatched,
    /// A part of a reply waits for the others.
    ReplyPart,
    /// A reply was made of the parts that came.
    ReplyIncomplete,
    /// The same delivery again.
    ReplyRepeated,
}

impl Tally {
    /// Every one, in order.
    pub const ALL: [Self; 10] = [
        Self::Claimed,
        Self::ReceiptMatched,
        Self::ReceiptEarly,
        Self::ReceiptRepeated,
        Self::ReceiptMatchedLater,
        Self::ReplyMatched,
        Self::ReplyUnmatched,
        Self::ReplyPart,
        Self::ReplyIncomplete,
        Self::ReplyRepeated,
    ];
}

/// The meters of a gateway. Clones count on the same ones.
#[derive(Debug, Clone)]
pub struct Metrics(Arc<Meters>);

#[derive(Debug)]
struct Meters {
    registry: Registry,
    requests: IntCounterVec,
    texts_accepted: IntCounterVec,
    texts_refused: IntCounterVec,
    events: IntCounterVec,
    claimed: IntCounter,
    link_up: IntGaugeVec,
    link_window: IntGaugeVec,
    link_in_flight: IntGaugeVec,
    link_rate: GaugeVec,
    binds: IntCounterVec,
    submits: IntCounterVec,
    answers: IntCounterVec,
    answer_seconds: HistogramVec,
    deliveries: IntCounterVec,
    receipts: IntCounterVec,
    replies: IntCounterVec,
    mails: IntCounterVec,
    relay_up: IntGaugeVec,
    self_call_up: IntGaugeVec,
    self_call_seconds: GaugeVec,
    self_call_success: GaugeVec,
    commit_seconds: Histogram,
    commit_works: Histogram,
    commit_failures: IntCounterVec,
    works: IntCounterVec,
}

/// Makes the meters of one registry. The table of names is a constant that a test has made one of each: what it makes cannot fail.
struct Maker(Registry);

impl Maker {
    fn keep<C: prometheus::core::Collector + Clone + 'static>(&self, meter: C) -> C {
        self.0
            .register(Box::new(meter.clone()))
            .expect("each name is there once");
        meter
    }

    fn counters(&self, meter: &Meter) -> IntCounterVec {
        self.keep(IntCounterVec::new(opts(meter), meter.labels).expect("a fitting name"))
    }

    fn counter(&self, meter: &Meter) -> IntCounter {
        self.keep(IntCounter::with_opts(opts(meter)).expect("a fitting name"))
    }

    fn whole_gauges(&self, meter: &Meter) -> IntGaugeVec {
        self.keep(IntGaugeVec::new(opts(meter), meter.labels).expect("a fitting name"))
    }

    fn gauges(&self, meter: &Meter) -> GaugeVec {
        self.keep(GaugeVec::new(opts(meter), meter.labels).expect("a fitting name"))
    }

    fn histograms(&self, meter: &Meter) -> HistogramVec {
        let opts = HistogramOpts::new(meter.name, meter.tells).buckets(SECONDS.to_vec());
        self.keep(HistogramVec::new(opts, meter.labels).expect("a fitting name"))
    }

    fn histogram(&self, meter: &Meter, buckets: &[f64]) -> Histogram {
        let opts = HistogramOpts::new(meter.name, meter.tells).buckets(buckets.to_vec());
        self.keep(Histogram::with_opts(opts).expect("a fitting name"))
    }
}

fn opts(meter: &Meter) -> Opts {
    Opts::new(meter.name, meter.tells)
}

impl Default for Metrics {
    fn default() -> Self {
        let make = Maker(Registry::new());
        Self(Arc::new(Meters {
            requests: make.counters(&named::REQUESTS),
            texts_accepted: make.counters(&named::TEXTS_ACCEPTED),
            texts_refused: make.counters(&named::TEXTS_REFUSED),
            events: make.counters(&named::EVENTS),
            claimed: make.counter(&named::CLAIMED),
            link_up: make.whole_gauges(&named::LINK_UP),
            link_window: make.whole_gauges(&named::LINK_WINDOW),
            link_in_flight: make.whole_gauges(&named::LINK_IN_FLIGHT),
            link_rate: make.gauges(&named::LINK_RATE),
            binds: make.counters(&named::BINDS),
            submits: make.counters(&named::SUBMITS),
            answers: make.counters(&named::ANSWERS),
            answer_seconds: make.histograms(&named::ANSWER_SECONDS),
            deliveries: make.counters(&named::DELIVERIES),
            receipts: make.counters(&named::RECEIPTS),
            replies: make.counters(&named::REPLIES),
            mails: make.counters(&named::MAILS),
            relay_up: make.whole_gauges(&named::RELAY_UP),
            self_call_up: make.whole_gauges(&named::SELF_CALL_UP),
            self_call_seconds: make.gauges(&named::SELF_CALL_SECONDS),
            self_call_success: make.gauges(&named::SELF_CALL_SUCCESS),
            commit_seconds: make.histogram(&named::COMMIT_SECONDS, &SECONDS),
            commit_works: make.histogram(&named::COMMIT_WORKS, &WORKS),
            commit_failures: make.counters(&named::COMMIT_FAILURES),
            works: make.counters(&named::WORKS),
            registry: make.0,
        }))
    }
}

fn many(count: usize) -> u64 {
    u64::try_from(count).unwrap_or(u64::MAX)
}

impl Metrics {
    /// A request at an HTTP door, by its answer. All three are words of our own, never what a client wrote.
    pub fn request(&self, door: &'static str, operation: &'static str, code: &'static str) {
        let labels = [door, operation, code];
        self.0.requests.with_label_values(&labels).inc();
    }

    /// Texts that are on disk.
    pub fn texts_accepted(&self, door: &'static str, texts: usize) {
        let accepted = &self.0.texts_accepted;
        accepted.with_label_values(&[door]).inc_by(many(texts));
    }

    /// Texts that were refused.
    pub fn texts_refused(&self, door: &'static str, code: &'static str, texts: usize) {
        let refused = &self.0.texts_refused;
        refused.with_label_values(&[door, code]).inc_by(many(texts));
    }

    /// Events of one kind that are on disk.
    pub fn events(&self, event: &'static str, count: u64) {
        self.0.events.with_label_values(&[event]).inc_by(count);
    }

    /// What was tallied in a batch that is on disk.
    pub fn tally(&self, tally: Tally, count: u64) {
        let (meters, fate) = (
            &self.0,
            match tally {
                Tally::Claimed => return self.0.claimed.inc_by(count),
                Tally::ReceiptMatched | Tally::ReplyMatched => "matched",
                Tally::ReceiptEarly => "early",
                Tally::ReceiptRepeated | Tally::ReplyRepeated => "repeated",
                Tally::ReceiptMatchedLater => "matched_later",
                Tally::ReplyUnmatched => "unmatched",
                Tally::ReplyPart => "part",
                Tally::ReplyIncomplete => "incomplete",
            },
        );
        let of_replies = tally as usize >= Tally::ReplyMatched as usize;
        let family = if of_replies {
            &meters.replies
        } else {
            &meters.receipts
        };
        family.with_label_values(&[fate]).inc_by(count);
    }

    /// The relay said something about a mail.
    pub fn mail(&self, kind: &'static str, outcome: &'static str) {
        self.0.mails.with_label_values(&[kind, outcome]).inc();
    }

    /// Whether the relay answers. Before the first word of it nothing is shown.
    pub fn relay(&self, answers: bool) {
        let up = &self.0.relay_up;
        up.with_label_values::<&str>(&[]).set(i64::from(answers));
    }

    /// The SOAP door of a listener of ours was called by ourselves; `good_at`: it went well, at that time, UTC milliseconds.
    pub fn self_call(&self, listener: &'static str, took: Duration, good_at: Option<i64>) {
        let (meters, labels) = (&self.0, [listener]);
        let up = meters.self_call_up.with_label_values(&labels);
        up.set(i64::from(good_at.is_some()));
        let seconds = meters.self_call_seconds.with_label_values(&labels);
        seconds.set(took.as_secs_f64());
        if let Some(at) = good_at {
            #[expect(clippy::cast_precision_loss, reason = "milliseconds fit for ages")]
            let at = at as f64 / 1000.0;
            meters.self_call_success.with_label_values(&labels).set(at);
        }
    }

    /// A batch is on disk.
    pub fn committed(&self, took: Duration, works: usize) {
        self.0.commit_seconds.observe(took.as_secs_f64());
        #[expect(clippy::cast_precision_loss, reason = "a batch is small")]
        self.0.commit_works.observe(works as f64);
    }

    /// Works of one name that are on disk.
    pub fn works(&self, work: &'static str, count: usize) {
        let works = &self.0.works;
        works.with_label_values(&[work]).inc_by(many(count));
    }

    /// A batch was not written.
    pub fn commit_failed(&self, why: &'static str) {
        self.0.commit_failures.with_label_values(&[why]).inc();
    }

    /// The meters of a link, there for as long as the link is.
    pub fn link(&self, carrier: &str, slot: u16) -> LinkMeter {
        let (meters, slot) = (&self.0, slot.to_string());
        let labels = [carrier, slot.as_str()];
        LinkMeter {
            up: meters.link_up.with_label_values(&labels),
            window: meters.link_window.with_label_values(&labels),
            in_flight: meters.link_in_flight.with_label_values(&labels),
            rate: meters.link_rate.with_label_values(&labels),
            submits: meters.submits.with_label_values(&[carrier]),
            accepted: meters.answers.with_label_values(&[carrier, "ESME_ROK"]),
            answer_seconds: meters.answer_seconds.with_label_values(&[carrier]),
            carrier: carrier.to_owned(),
            slot,
            metrics: self.clone(),
        }
    }

    /// All that was counted, and beside it what was looked up now.
    pub fn text(&self, looked_up: Vec<MetricFamily>) -> Result<String, prometheus::Error> {
        let mut families = self.0.registry.gather();
        families.extend(looked_up);
        families.sort_by(|one, other| one.name().cmp(other.name()));
        TextEncoder::new().encode_to_string(&families)
    }
}

/// What a link counts.
#[derive(Debug)]
pub struct LinkMeter {
    metrics: Metrics,
    carrier: String,
    slot: String,
    up: IntGauge,
    window: IntGauge,
    in_flight: IntGauge,
    rate: Gauge,
    submits: IntCounter,
    accepted: IntCounter,
    answer_seconds: Histogram,
}

impl LinkMeter {
    /// Whether it is bound; the window that it has then.
    pub fn bound(&self, window: Option<usize>) {
        self.up.set(i64::from(window.is_some()));
        self.window.set(whole(window.unwrap_or(0)));
        if window.is_none() {
            self.in_flight.set(0);
            self.rate.set(0.0);
        }
    }

    /// A bind was tried.
    pub fn bind_tried(&self, outcome: &'static str) {
        let binds = &self.metrics.0.binds;
        binds
            .with_label_values(&[self.carrier.as_str(), outcome])
            .inc();
    }

    /// How it stands: parts without an answer, and parts a second that the pace allows (`None`: no limit).
    pub fn stands(&self, in_flight: usize, rate: Option<f64>) {
        self.in_flight.set(whole(in_flight));
        self.rate.set(rate.unwrap_or(0.0));
    }

    /// Parts were handed to the session.
    pub fn submitted(&self, parts: usize) {
        self.submits.inc_by(many(parts));
    }

    /// The SMSC answered after so long; `None`: it said ESME_ROK, else the name of its status.
    pub fn answered(&self, refusal: Option<&'static str>, took: Duration) {
        self.answer_seconds.observe(took.as_secs_f64());
        match refusal {
            None => self.accepted.inc(),
            Some(status) => self.unanswered(status, 1),
        }
    }

    /// Parts ended in another way than by an answer in time: `no_answer`, `not_written`, `late`.
    pub fn unanswered(&self, how: &'static str, parts: usize) {
        if parts > 0 {
            let answers = &self.metrics.0.answers;
            let labels = [self.carrier.as_str(), how];
            answers.with_label_values(&labels).inc_by(many(parts));
        }
    }

    /// A counter of what the carrier delivers, for a task that outlives a borrow.
    pub fn deliveries(&self) -> Deliveries {
        Deliveries(self.metrics.clone(), self.carrier.clone())
    }
}

/// Counts what a carrier delivers.
#[derive(Debug, Clone)]
pub struct Deliveries(Metrics, String);

impl Deliveries {
    /// A receipt or a text came, and was answered so.
    pub fn answered(&self, kind: &'static str, status: &'static str) {
        let labels = [self.1.as_str(), kind, status];
        self.0.0.deliveries.with_label_values(&labels).inc();
    }
}

fn whole(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

impl Drop for LinkMeter {
    fn drop(&mut self) {
        let (meters, labels) = (&self.metrics.0, [self.carrier.as_str(), self.slot.as_str()]);
        // Whoever is not there was not looked up either.
        let _ = meters.link_up.remove_label_values(&labels);
        let _ = meters.link_window.remove_label_values(&labels);
        let _ = meters.link_in_flight.remove_label_values(&labels);
        let _ = meters.link_rate.remove_label_values(&labels);
    }
}

/// What is looked up when somebody asks, on its way into the text.
#[derive(Debug, Default)]
pub struct LookedUp(Registry);

impl LookedUp {
    /// The number of a meter without labels.
    pub fn one(&self, meter: &Meter, value: f64) {
        self.many(meter, &[(Vec::new(), value)]);
    }

    /// The numbers of a meter by the values of its labels; none: a look that found nothing of a kind says nothing of it. Once for each meter.
    pub fn many(&self, meter: &Meter, samples: &[(Vec<&str>, f64)]) {
        let maker = Maker(self.0.clone());
        if meter.kind == Kind::Counter {
            let counters = CounterVec::new(opts(meter), meter.labels).expect("a fitting name");
            for (labels, value) in samples {
                counters.with_label_values(labels).inc_by(value.max(0.0));
            }
            maker.keep(counters);
            return;
        }
        let gauges = maker.gauges(meter);
        for (labels, value) in samples {
            gauges.with_label_values(labels).set(*value);
        }
    }

    /// For [`Metrics::text`].
    pub fn families(&self) -> Vec<MetricFamily> {
        self.0.gather()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// One of everything, so that each meter has a sample.
    fn full() -> Metrics {
        let metrics = Metrics::default();
        metrics.request("rest", "/v1/messages", "ok");
        metrics.texts_accepted("rest", 2);
        metrics.texts_refused("rest", "opted_out", 1);
        metrics.events("accepted", 2);
        for tally in Tally::ALL {
            metrics.tally(tally, 1 + tally as u64);
        }
        metrics.mail("reply", "sent");
        metrics.relay(true);
        metrics.self_call("https", Duration::from_millis(250), Some(1_500));
        metrics.committed(Duration::from_millis(3), 7);
        metrics.works("accept", 7);
        metrics.commit_failed("contended");
        metrics
    }

    #[test]
    fn every_meter_has_its_sample_and_names_follow_the_habits_of_prometheus() {
        let metrics = full();
        let link = metrics.link("one", 1);
        link.bound(Some(10));
        link.bind_tried("bound");
        link.stands(3, Some(200.0));
        link.submitted(3);
        link.answered(None, Duration::from_millis(2));
        link.answered(Some("ESME_RTHROTTLED"), Duration::from_millis(2));
        link.unanswered("no_answer", 1);
        link.deliveries().answered("receipt", "ESME_ROK");
        let looked_up = LookedUp::default();
        let counted = metrics.text(Vec::new()).unwrap();
        let found_at_once: Vec<_> = ALL
            .iter()
            .filter(|meter| !counted.contains(&format!("# TYPE {} ", meter.name)))
            .collect();
        for meter in &found_at_once {
            let labels: Vec<&str> = meter.labels.iter().map(|_| "x").collect();
            looked_up.many(meter, &[(labels, 1.0)]);
        }
        let text = metrics.text(looked_up.families()).unwrap();
        for meter in ALL {
            let kind = format!("{:?}", meter.kind).to_lowercase();
            assert!(
                text.contains(&format!("# HELP {} {}\n", meter.name, meter.tells)),
                "{}",
                meter.name
            );
            assert!(
                text.contains(&format!("# TYPE {} {kind}\n", meter.name)),
                "{}",
                meter.name
            );
            let is_total = meter.name.ends_with("_total");
            assert_eq!(is_total, meter.kind == Kind::Counter, "{}", meter.name);
        }
        let names: Vec<&str> = text
            .lines()
            .filter_map(|line| line.strip_prefix("# TYPE "))
            .filter_map(|line| line.split(' ').next())
            .collect();
        assert_eq!(names.len(), ALL.len(), "one that stands in no table");
        assert!(names.is_sorted());
        for sample in [
            "emailsms_link_in_flight{carrier=\"one\",slot=\"1\"} 3",
            "emailsms_link_rate{carrier=\"one\",slot=\"1\"} 200",
            "emailsms_answers_total{carrier=\"one\",status=\"ESME_ROK\"} 1",
            "emailsms_answers_total{carrier=\"one\",status=\"ESME_RTHROTTLED\"} 1",
            "emailsms_texts_accepted_total{door=\"rest\"} 2",
            "emailsms_commit_works_bucket{le=\"8\"} 1",
            "emailsms_texts_claimed_total 1",
            "emailsms_receipts_total{fate=\"matched\"} 2",
            "emailsms_receipts_total{fate=\"matched_later\"} 5",
            "emailsms_replies_total{fate=\"matched\"} 6",
            "emailsms_replies_total{fate=\"repeated\"} 10",
            "emailsms_relay_up 1",
            "emailsms_self_call_up{listener=\"https\"} 1",
            "emailsms_self_call_seconds{listener=\"https\"} 0.25",
            "emailsms_self_call_success_timestamp_seconds{listener=\"https\"} 1.5",
        ] {
            assert!(text.contains(sample), "{sample} is not in\n{text}");
        }
    }

    #[test]
    fn a_link_that_is_gone_shows_nothing_and_what_it_counted_stays() {
        let metrics = Metrics::default();
        let link = metrics.link("one", 1);
        link.bound(Some(10));
        link.submitted(3);
        drop(link);
        let text = metrics.text(Vec::new()).unwrap();
        assert!(!text.contains("emailsms_link_"), "{text}");
        assert!(text.contains("emailsms_submits_total{carrier=\"one\"} 3"));
    }

    #[test]
    fn what_nobody_asked_yet_is_not_shown_and_a_call_that_failed_leaves_the_time_of_the_last_good_one()
     {
        let metrics = Metrics::default();
        let text = metrics.text(Vec::new()).unwrap();
        assert!(!text.contains("emailsms_relay_up") && !text.contains("emailsms_self_call"));
        let took = Duration::from_millis(1);
        metrics.self_call("http", took, None);
        let text = metrics.text(Vec::new()).unwrap();
        assert!(text.contains("emailsms_self_call_up{listener=\"http\"} 0"));
        assert!(!text.contains("success_timestamp"), "{text}");
        metrics.self_call("http", took, Some(7_000));
        metrics.self_call("http", took, None);
        metrics.relay(true);
        metrics.relay(false);
        let text = metrics.text(Vec::new()).unwrap();
        for sample in [
            "emailsms_self_call_up{listener=\"http\"} 0",
            "emailsms_self_call_success_timestamp_seconds{listener=\"http\"} 7",
            "emailsms_relay_up 0",
        ] {
            assert!(text.contains(sample), "{sample} is not in\n{text}");
        }
    }

    /// `docs/OPERATING.md` names every meter with its labels, and no other.
    #[test]
    fn the_table_for_people_is_this_one() {
        let text = include_str!("../docs/OPERATING.md");
        let listed: Vec<(String, Vec<String>)> = text
            .lines()
            .filter_map(|line| line.strip_prefix("| `"))
            .filter(|line| line.starts_with("emailsms_") || line.starts_with("process_"))
            .map(|line| {
                let cells: Vec<&str> = line.split(" | ").collect();
                let labels = cells[1].split('`').skip(1).step_by(2).map(str::to_owned);
                (cells[0].trim_end_matches('`').to_owned(), labels.collect())
            })
            .collect();
        let known: Vec<(String, Vec<String>)> = ALL
            .iter()
            .map(|meter| {
                let labels = meter.labels.iter().map(|label| (*label).to_owned());
                (meter.name.to_owned(), labels.collect())
            })
            .collect();
        assert_eq!(listed, known);
    }
}
