//! What a run costs the machine: CPU time and memory of a process, and how long the disk takes to keep something.

use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// Ticks a second in `/proc`; the same on every Linux that we run on.
const TICKS_PER_S: f64 = 100.0;
/// How long the disk is tried.
const PROBE: Duration = Duration::from_millis(500);

/// User and system time of a process, its threads included; `None` where there is no such process, or no `/proc`.
pub fn cpu_s(pid: u32) -> Option<f64> {
    cpu_in(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// The most memory that a process ever had resident, in octets.
pub fn peak_memory_octets(pid: u32) -> Option<u64> {
    peak_in(&std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?)
}

/// `stat`: the second field is the name in brackets, and may hold anything; times are the 14th and 15th. [proc(5)]
fn cpu_in(stat: &str) -> Option<f64> {
    let (_, fields) = stat.rsplit_once(')')?;
    let mut times = fields.split_whitespace().skip(11);
    let (user, system): (f64, f64) = (times.next()?.parse().ok()?, times.next()?.parse().ok()?);
    Some((user + system) / TICKS_PER_S)
}

fn peak_in(status: &str) -> Option<u64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kilobytes * 1024)
}

/// The median milliseconds of appending 4 kB and having the disk keep them, over half a second, in a file of this directory.
pub fn fsync_ms(directory: &Path) -> io::Result<f64> {
    let path = directory.join("fsync-probe");
    let mut file = File::create(&path)?;
    let mut times_us = Vec::new();
    let end = Instant::now() + PROBE;
    while times_us.is_empty() || Instant::now() < end {
        let began = Instant::now();
        file.write_all(&[b'x'; 4096])?;
        file.sync_data()?;
        times_us.push(u32::try_from(began.elapsed().as_micros()).unwrap_or(u32::MAX));
    }
    std::fs::remove_file(&path)?;
    times_us.sort_unstable();
    Ok(f64::from(super::figures::percentile(&times_us, 0.5).unwrap_or_default()) / 1000.0)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn words_of_proc_are_read() {
        let stat = "42 (a) b (c) S 1 42 42 0 -1 4194304 900 0 0 0 150 25 0 0 20 0 5 0 100";
        assert_eq!(cpu_in(stat), Some(1.75));
        assert_eq!(cpu_in("42 (cut"), None);
        let status = "Name:\temailsms\nVmPeak:\t  900 kB\nVmHWM:\t   64 kB\n";
        assert_eq!(peak_in(status), Some(65_536));
        assert_eq!(peak_in("Name:\tx\n"), None);
    }

    #[test]
    fn the_probe_leaves_nothing() {
        let dir = tempfile::tempdir().unwrap();
        assert!(fsync_ms(dir.path()).unwrap() > 0.0);
        assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0);
    }
}
