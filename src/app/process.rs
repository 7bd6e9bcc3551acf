//! What the system says of this process, under the names that Prometheus's own libraries use. Where `/proc` is not, nothing is said.

use crate::metrics::{LookedUp, named};

/// Adds what is known.
pub(super) fn look(into: &LookedUp) {
    if let Some(stat) = read("/proc/self/stat").as_deref().and_then(Stat::parse) {
        let ticks = float(rustix::param::clock_ticks_per_second());
        let page = float(u64::try_from(rustix::param::page_size()).unwrap_or_default());
        into.one(&named::CPU, stat.cpu_ticks / ticks);
        into.one(&named::RESIDENT, stat.resident_pages * page);
        into.one(&named::VIRTUAL, stat.virtual_octets);
        into.one(&named::THREADS, stat.threads);
        if let Some(boot) = read("/proc/stat").as_deref().and_then(booted_at) {
            into.one(&named::START, boot + stat.started_ticks / ticks);
        }
    }
    if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
        // One of them is the directory that is being read.
        let open = u64::try_from(open.count()).unwrap_or_default();
        into.one(&named::OPEN_FDS, float(open.saturating_sub(1)));
    }
    if let Some(most) = read("/proc/self/limits").as_deref().and_then(most_open) {
        into.one(&named::MAX_FDS, most);
    }
}

fn read(path: &str) -> Option<String> {
    std::fs::read_to_string(path).ok()
}

#[expect(
    clippy::cast_precision_loss,
    reason = "Prometheus counts in floating point"
)]
fn float(count: u64) -> f64 {
    count as f64
}

/// Of `/proc/PID/stat` [proc_pid_stat(5)].
#[derive(Debug, PartialEq)]
struct Stat {
    cpu_ticks: f64,
    threads: f64,
    started_ticks: f64,
    virtual_octets: f64,
    resident_pages: f64,
}

impl Stat {
    fn parse(text: &str) -> Option<Self> {
        // The name of the program may hold anything, brackets too.
        let (_, rest) = text.rsplit_once(')')?;
        let fields: Vec<&str> = rest.split_whitespace().collect();
        // The first of them is the third of the manual.
        let field = |place: usize| fields.get(place - 3)?.parse::<f64>().ok();
        Some(Self {
            cpu_ticks: field(14)? + field(15)?,
            threads: field(20)?,
            started_ticks: field(22)?,
            virtual_octets: field(23)?,
            resident_pages: field(24)?,
        })
    }
}

/// Seconds since 1970, of `/proc/stat`.
fn booted_at(text: &str) -> Option<f64> {
    let line = text.lines().find_map(|line| line.strip_prefix("btime "))?;
    line.trim().parse().ok()
}

/// The soft limit, of `/proc/PID/limits`.
fn most_open(text: &str) -> Option<f64> {
    let line = text
        .lines()
        .find_map(|line| line.strip_prefix("Max open files"))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_system_says_is_read() {
        let text = "7 (a ) (b) S 1 7 7 0 -1 4194304 1 0 0 0 250 50 0 0 20 0 9 0 1234 8192000 321 18446744073709551615 1 1";
        let expected = Stat {
            cpu_ticks: 300.0,
            threads: 9.0,
            started_ticks: 1234.0,
            virtual_octets: 8_192_000.0,
            resident_pages: 321.0,
        };
        assert_eq!(Stat::parse(text), Some(expected));
        for broken in ["", "7 (a", "7 (a) S 1", "7 (a) S 1 7 7 0 -1 x"] {
            assert_eq!(Stat::parse(broken), None, "{broken}");
        }
        assert_eq!(
            booted_at("cpu 1\nbtime 1700000000\n"),
            Some(1_700_000_000.0)
        );
        let limits = "Limit Soft Hard Units\nMax open files            1024                 4096                 files\n";
        assert_eq!(most_open(limits), Some(1024.0));
        assert_eq!(most_open("Max open files unlimited x files"), None);
    }

    #[test]
    fn this_process_is_described() {
        let looked_up = LookedUp::default();
        look(&looked_up);
        let text = crate::metrics::Metrics::default()
            .text(looked_up.families())
            .unwrap();
        let value = |name: &str| -> f64 {
            let line = text
                .lines()
                .find(|line| line.starts_with(&format!("{name} ")));
            let line = line.unwrap_or_else(|| panic!("{name} is not in\n{text}"));
            line.rsplit(' ').next().unwrap().parse().unwrap()
        };
        assert!(value("process_resident_memory_bytes") > 1e6);
        assert!(value("process_open_fds") >= 3.0);
        assert!(value("process_max_fds") >= value("process_open_fds"));
        assert!(value("process_threads") >= 1.0);
        let now = crate::clock::real_now() as f64 / 1000.0;
        assert!((0.0..86_400.0).contains(&(now - value("process_start_time_seconds"))));
    }
}
