//! Wrong keys: more than so many within an hour from one network lock that serial for that network [SPEC 9.3]. The serial still sends from elsewhere.

use std::collections::{HashMap, VecDeque};
use std::net::IpAddr;
use std::sync::Mutex;
use std::time::{Duration, Instant};

/// Serials' hash and network.
pub type Place = ([u8; 32], [u8; 16]);

/// Places kept at most; when more are attacked, the oldest counts are forgotten.
const KEPT: usize = 100_000;

/// Counts wrong keys.
#[derive(Debug)]
pub struct Lockouts {
    tries: usize,
    period: Duration,
    wrong: Mutex<HashMap<Place, Wrong>>,
}

#[derive(Debug, Default)]
struct Wrong {
    at: VecDeque<Instant>,
    locked_until: Option<Instant>,
    user_id: i64,
}

/// A place that is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// For how many seconds more.
    pub seconds: u64,
    /// Whose serial it is.
    pub user_id: i64,
}

impl Lockouts {
    /// The wrong key after `tries` wrong ones within `period` locks for `period`.
    pub fn new(tries: u32, period: Duration) -> Self {
        Self {
            tries: usize::try_from(tries).unwrap_or(usize::MAX),
            period,
            wrong: Mutex::default(),
        }
    }

    /// The network of an address: the address itself, of IPv6 its first 64 bits.
    pub fn network(source: IpAddr) -> [u8; 16] {
        match source.to_canonical() {
            IpAddr::V4(v4) => v4.to_ipv6_mapped().octets(),
            IpAddr::V6(v6) => {
                let mut octets = v6.octets();
                octets[8..].fill(0);
                octets
            }
        }
    }

    /// Whether this place is locked.
    pub fn lock_of(&self, place: &Place) -> Option<Lock> {
        let wrong = self.wrong.lock().ok()?;
        let one = wrong.get(place)?;
        let left = one.locked_until?.checked_duration_since(Instant::now())?;
        Some(Lock {
            seconds: left.as_secs() + 1,
            user_id: one.user_id,
        })
    }

    /// Counts a wrong key for this user's serial; the lock if this one brought it about.
    pub fn count_wrong(&self, place: &Place, user_id: i64) -> Option<Lock> {
        let now = Instant::now();
        let mut wrong = self.wrong.lock().ok()?;
        if wrong.len() >= KEPT {
            let period = self.period;
            wrong.retain(|_, one| {
                one.at
                    .back()
                    .is_some_and(|at| now.duration_since(*at) < period)
            });
            if wrong.len() >= KEPT {
                wrong.clear();
            }
        }
        let one = wrong.entry(*place).or_default();
        while one
            .at
            .front()
            .is_some_and(|at| now.duration_since(*at) >= self.period)
        {
            one.at.pop_front();
        }
        one.at.push_back(now);
        one.user_id = user_id;
        if one.at.len() <= self.tries {
            return None;
        }
        one.at.clear();
        one.locked_until = Some(now + self.period);
        Some(Lock {
            seconds: self.period.as_secs(),
            user_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_eleventh_wrong_key_locks_this_network_only() {
        let lockouts = Lockouts::new(10, Duration::from_secs(3600));
        let here = ([1; 32], Lockouts::network("192.0.2.1".parse().unwrap()));
        let there = ([1; 32], Lockouts::network("192.0.2.2".parse().unwrap()));
        for _ in 0..10 {
            assert_eq!(lockouts.count_wrong(&here, 7), None);
        }
        assert_eq!(lockouts.lock_of(&here), None);
        let lock = Lock {
            seconds: 3600,
            user_id: 7,
        };
        assert_eq!(lockouts.count_wrong(&here, 7), Some(lock));
        assert_eq!(lockouts.lock_of(&here).map(|lock| lock.user_id), Some(7));
        assert_eq!(lockouts.lock_of(&there), None);
    }

    #[test]
    fn an_ipv6_network_is_its_first_half() {
        let network = |text: &str| Lockouts::network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }
}
