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
    unlocked_at: Option<i64>,
}

/// A place that is locked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lock {
    /// For how many seconds more.
    pub seconds: u64,
    /// Whose serial it is.
    pub user_id: i64,
    /// When that user was unlocked last, as it was known when this lock came about: if it is another time now, the lock is over.
    pub unlocked_at: Option<i64>,
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
            unlocked_at: one.unlocked_at,
        })
    }

    /// Forgets what was counted there, and the lock.
    pub fn forget(&self, place: &Place) {
        if let Ok(mut wrong) = self.wrong.lock() {
            wrong.remove(place);
        }
    }

    /// Counts a wrong key for this user's serial; the lock if this one brought it about. `unlocked_at`: when an administrator last ended that user's locks.
    pub fn count_wrong(
        &self,
        place: &Place,
        user_id: i64,
        unlocked_at: Option<i64>,
    ) -> Option<Lock> {
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
        one.unlocked_at = unlocked_at;
        if one.at.len() <= self.tries {
            return None;
        }
        one.at.clear();
        one.locked_until = Some(now + self.period);
        Some(Lock {
            seconds: self.period.as_secs(),
            user_id,
            unlocked_at,
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
            assert_eq!(lockouts.count_wrong(&here, 7, None), None);
        }
        assert_eq!(lockouts.lock_of(&here), None);
        let lock = Lock {
            seconds: 3600,
            user_id: 7,
            unlocked_at: None,
        };
        assert_eq!(lockouts.count_wrong(&here, 7, None), Some(lock));
        assert_eq!(lockouts.lock_of(&here).map(|lock| lock.user_id), Some(7));
        assert_eq!(lockouts.lock_of(&there), None);
        lockouts.forget(&here);
        assert_eq!(lockouts.lock_of(&here), None);
    }

    #[test]
    fn an_ipv6_network_is_its_first_half() {
        let network = |text: &str| Lockouts::network(text.parse().unwrap());
        assert_eq!(network("2001:db8::1"), network("2001:db8::2"));
        assert_ne!(network("2001:db8::1"), network("2001:db8:0:1::1"));
        assert_eq!(network("::ffff:192.0.2.1"), network("192.0.2.1"));
    }

    #[tokio::test]
    async fn an_administrator_ends_a_lock() {
        use crate::accounts::Unidentified;
        use crate::administration::request::OfUser;
        use crate::testbed::{Bed, WRONG_KEYS};
        let bed = Bed::open().await;
        let here: IpAddr = "192.0.2.1".parse().unwrap();
        let ann = bed.ann.clone();
        let of = OfUser {
            email: ann.email.clone(),
            company: None,
        };
        for _ in 0..2 {
            for _ in 0..=WRONG_KEYS {
                let wrong = bed.book.by_serial(&ann.serial, "wrong", here).await;
                assert!(wrong.is_err());
            }
            let locked = bed.book.by_serial(&ann.serial, &ann.key, here).await;
            assert!(matches!(locked, Err(Unidentified::Locked(_))), "{locked:?}");
            let shown = bed.administration().unlock_user(&of).await.unwrap();
            assert_eq!(shown.email, ann.email);
            // As the claimer does when something about people changed.
            let revision = bed.store.reader.accounts_revision().await.unwrap();
            bed.book.turn_to(revision);
            let freed = bed.book.by_serial(&ann.serial, &ann.key, here).await;
            assert!(freed.is_ok(), "{freed:?}");
        }
    }
}
