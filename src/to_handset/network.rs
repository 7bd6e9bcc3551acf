//! Where texts can go and what they come from: routes, pools and what is suspended, as of a revision; and which carriers have a link.

use super::{Shared, Sms, ToHandset};
use crate::store::{StoreError, external};
use sms::PhoneNumber;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

/// A snapshot of routes, pools and what is suspended; replaced as a whole when anything about them changed.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub revision: i64,
    /// Longest prefix first.
    routes: Vec<Route>,
    /// Shared pool numbers of each carrier, in their order.
    pools: HashMap<i64, Vec<i64>>,
    /// Everything is.
    is_suspended: bool,
    suspended_companies: HashSet<i64>,
    suspended_carriers: HashSet<i64>,
}

/// All that serve a prefix, best first.
#[derive(Debug)]
struct Route {
    prefix: String,
    choices: Vec<Choice>,
}

/// A carrier that serves a prefix.
#[derive(Debug, Clone, Copy)]
struct Choice {
    carrier_id: i64,
    rank: i64,
    weight: i64,
    /// Why nothing leaves this way, if nothing does.
    closed: Option<Closed>,
}

/// Why nothing leaves over a carrier, whether it is up or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Closed {
    /// There is no number that a text could come from, and so none that it could be answered to.
    NoNumbers,
    /// An operator holds back what goes there.
    Suspended,
}

impl Closed {
    /// Why a text waits, in a word.
    pub const fn cause(self) -> &'static str {
        match self {
            Self::NoNumbers => "no_numbers",
            Self::Suspended => "suspended",
        }
    }
}

/// Where a text goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub carrier_id: i64,
    /// Every way there is closed, this one because of this: it waits.
    pub closed: Option<Closed>,
}

impl Network {
    /// The way of a text to `number` [SPEC 4.6]: over the first rank that is neither closed nor down; among equals of a rank by weight, the same each time for
    /// the same `seed` (its id). `avoid` just refused it, so another that is up is better. `None`: nobody serves the number.
    pub fn way(
        &self,
        number: PhoneNumber,
        seed: i64,
        avoid: Option<i64>,
        is_up: impl Fn(i64) -> bool,
    ) -> Option<Way> {
        let route = self.route_of(number)?;
        let goodness = |choice: &Choice| {
            (
                choice.closed,
                !is_up(choice.carrier_id),
                Some(choice.carrier_id) == avoid,
                choice.rank,
            )
        };
        let best = route.choices.iter().map(goodness).min()?;
        let equals: Vec<&Choice> = route
            .choices
            .iter()
            .filter(|choice| goodness(choice) == best)
            .collect();
        let all: i64 = equals.iter().map(|choice| choice.weight.max(1)).sum();
        let mut share = spread(seed) % all;
        let chosen = equals
            .iter()
            .find(|choice| {
                share -= choice.weight.max(1);
                share < 0
            })
            .or(equals.first())?;
        Some(Way {
            carrier_id: chosen.carrier_id,
            closed: chosen.closed,
        })
    }

    /// Whether a carrier's texts may have another way now: nothing is gained from looking at them otherwise.
    pub fn has_way_round(&self, carrier_id: i64, is_up: impl Fn(i64) -> bool) -> bool {
        self.routes.iter().any(|route| {
            let serves = |choice: &Choice| choice.carrier_id == carrier_id;
            route.choices.iter().any(serves)
                && route.choices.iter().any(|choice| {
                    !serves(choice) && choice.closed.is_none() && is_up(choice.carrier_id)
                })
        })
    }

    /// Why nothing leaves for `number` over this carrier, if nothing does.
    pub fn closed(&self, number: PhoneNumber, carrier_id: i64) -> Option<Closed> {
        if self.suspended_carriers.contains(&carrier_id) {
            return Some(Closed::Suspended);
        }
        let mut choices = self.route_of(number)?.choices.iter();
        choices
            .find(|choice| choice.carrier_id == carrier_id)?
            .closed
    }

    /// Why a text waits that stays with its carrier, if it does. It has its number.
    pub fn holds(&self, sms: &Sms) -> Option<Closed> {
        let closed = match self.is_held(sms.company_id) {
            true => Some(Closed::Suspended),
            false => self.closed(sms.handset, sms.carrier_id),
        };
        closed.filter(|closed| *closed == Closed::Suspended)
    }

    /// The same of one that goes this way.
    pub fn holds_on(&self, way: Option<Way>, company_id: i64) -> Option<Closed> {
        match self.is_held(company_id) {
            true => Some(Closed::Suspended),
            false => way.and_then(|way| way.closed),
        }
    }

    /// All carriers that routes lead to.
    pub fn carriers(&self) -> impl Iterator<Item = i64> {
        let all = self.routes.iter().flat_map(|route| &route.choices);
        let ids: HashSet<i64> = all.map(|choice| choice.carrier_id).collect();
        ids.into_iter()
    }

    /// The carriers that texts are to leave over: a route leads there, neither it nor the carrier is suspended, and there are numbers.
    fn open_carriers(&self) -> BTreeSet<i64> {
        let all = self.routes.iter().flat_map(|route| &route.choices);
        let open = all.filter(|choice| choice.closed.is_none());
        open.map(|choice| choice.carrier_id).collect()
    }

    fn route_of(&self, number: PhoneNumber) -> Option<&Route> {
        let digits = number.digits();
        self.routes
            .iter()
            .find(|route| digits.starts_with(route.prefix.as_str()))
    }

    /// Whether nothing leaves over a carrier: it is suspended or without numbers, or every route to it is.
    pub fn is_carrier_closed(&self, carrier_id: i64) -> bool {
        let mut choices = self
            .routes
            .iter()
            .flat_map(|route| &route.choices)
            .filter(|choice| choice.carrier_id == carrier_id)
            .peekable();
        self.suspended_carriers.contains(&carrier_id)
            || choices.peek().is_some() && choices.all(|choice| choice.closed.is_some())
    }

    /// Whether a company's texts are held back.
    pub fn is_held(&self, company_id: i64) -> bool {
        self.is_suspended || self.suspended_companies.contains(&company_id)
    }

    /// Whether anything at all is closed or held back.
    pub fn holds_something(&self) -> bool {
        self.is_suspended
            || !self.suspended_companies.is_empty()
            || !self.suspended_carriers.is_empty()
            || self
                .routes
                .iter()
                .any(|route| route.choices.iter().any(|choice| choice.closed.is_some()))
    }

    /// What is held back, in words.
    fn held_back(&self) -> Vec<String> {
        let mut held = Vec::new();
        if self.is_suspended {
            held.push("everything".to_owned());
        }
        let of = |kind: &str, ids: &HashSet<i64>| {
            let ids: BTreeSet<i64> = ids.iter().copied().collect();
            let word = |id| external(kind, id);
            ids.into_iter().map(word).collect::<Vec<_>>()
        };
        held.extend(of("com", &self.suspended_companies));
        held.extend(of("car", &self.suspended_carriers));
        for route in &self.routes {
            let carriers = route.choices.iter().filter(|choice| {
                choice.closed == Some(Closed::Suspended)
                    && !self.suspended_carriers.contains(&choice.carrier_id)
            });
            let prefix = &route.prefix;
            held.extend(
                carriers
                    .map(|choice| format!("+{prefix} over {}", external("car", choice.carrier_id))),
            );
        }
        held
    }

    /// Says in the log what is held back from now on, whoever changed it and wherever.
    fn tell_of_holds(&self, before: &Self) {
        let held = self.held_back();
        if held != before.held_back() {
            match held.is_empty() {
                true => tracing::warn!("nothing is suspended any more"),
                false => tracing::warn!(?held, "an operator holds texts back"),
            }
        }
    }

    /// The numbers that a company's texts may come from over this carrier.
    pub fn pool(&self, carrier: i64) -> &[i64] {
        self.pools.get(&carrier).map_or(&[], Vec::as_slice)
    }
}

/// Ids made one after the other differ in few bits: stirred, so that each weight gets its share.
fn spread(id: i64) -> i64 {
    (id.cast_unsigned().wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 33).cast_signed()
}

/// How many links of each carrier stand on this node, and what is known of the other nodes'.
#[derive(Debug)]
pub(super) struct Links {
    began: Instant,
    /// Other nodes may have links: none is this node's affair before it holds a slot.
    is_shared: bool,
    of: Mutex<HashMap<i64, Count>>,
}

#[derive(Debug, Clone, Copy)]
struct Count {
    standing: usize,
    /// Since when there are so many.
    since: Instant,
    binds: Binds,
}

/// Whose the binds to a carrier are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Binds {
    /// This node holds some.
    pub are_here: bool,
    /// A link stands on another node's.
    pub stand_elsewhere: bool,
}

impl Links {
    /// `is_shared`: other nodes may have links.
    pub fn new(is_shared: bool) -> Self {
        Self {
            began: Instant::now(),
            is_shared,
            of: Mutex::default(),
        }
    }

    fn change(&self, carrier_id: i64, change: impl Fn(&mut Count)) {
        if let Ok(mut of) = self.of.lock() {
            change(of.entry(carrier_id).or_insert(Count {
                standing: 0,
                since: self.began,
                binds: Binds {
                    are_here: !self.is_shared,
                    stand_elsewhere: false,
                },
            }));
        }
    }

    fn count(&self, carrier_id: i64, next: impl Fn(usize) -> usize) {
        self.change(carrier_id, |count| {
            count.standing = next(count.standing);
            count.since = Instant::now();
        });
    }

    /// Whether a link stands on this node.
    pub fn stands_here(&self, carrier_id: i64) -> bool {
        self.is(carrier_id, false, |count| count.standing > 0)
    }

    /// Whether a link stands, here or elsewhere.
    pub fn has(&self, carrier_id: i64) -> bool {
        self.is(carrier_id, false, |count| {
            count.standing > 0 || count.binds.stand_elsewhere
        })
    }

    /// Whether a link stands, or was not gone for longer than `patience`: a link that is made again at once moves nothing to another carrier.
    pub fn is_up(&self, carrier_id: i64, patience: Duration) -> bool {
        let is_young = self.began.elapsed() <= patience;
        self.is(carrier_id, is_young, |count| {
            count.stands(patience) || count.binds.stand_elsewhere
        })
    }

    /// Whether a carrier's texts are this node's to take in hand: it holds a bind, and its link stands or nobody's does.
    pub fn take(&self, carrier_id: i64, patience: Duration) -> bool {
        self.is(carrier_id, !self.is_shared, |count| {
            count.binds.are_here && (count.stands(patience) || !count.binds.stand_elsewhere)
        })
    }

    fn is(&self, carrier_id: i64, unknown: bool, judge: impl Fn(&Count) -> bool) -> bool {
        self.of
            .lock()
            .is_ok_and(|of| of.get(&carrier_id).map_or(unknown, judge))
    }
}

impl Count {
    fn stands(&self, patience: Duration) -> bool {
        self.standing > 0 || self.since.elapsed() <= patience
    }
}

/// A link of a carrier stands until this is dropped.
#[must_use]
pub struct StandingLink {
    journey: ToHandset,
    carrier_id: i64,
}

impl Drop for StandingLink {
    fn drop(&mut self) {
        self.journey
            .0
            .links
            .count(self.carrier_id, |standing| standing.saturating_sub(1));
    }
}

impl ToHandset {
    /// A link of this carrier stands: texts can leave over it.
    pub fn link_stands(&self, carrier_id: i64) -> StandingLink {
        self.0.links.count(carrier_id, |standing| standing + 1);
        StandingLink {
            journey: self.clone(),
            carrier_id,
        }
    }

    /// Whether a link of this carrier stands, on this node or, as far as is known, on another.
    pub fn has_link(&self, carrier_id: i64) -> bool {
        self.0.links.has(carrier_id)
    }

    /// The carriers that texts are to leave over, as this node last saw the network: a route leads there, and neither it nor the carrier is suspended.
    pub fn open_carriers(&self) -> BTreeSet<i64> {
        self.0.network().open_carriers()
    }

    /// Whether a link of this carrier stands on this node.
    pub fn has_link_here(&self, carrier_id: i64) -> bool {
        self.0.links.stands_here(carrier_id)
    }

    /// Whose the binds to a carrier are from now on. What waits here for one that is another node's is handed back.
    pub fn binds_are(&self, carrier_id: i64, binds: Binds) {
        self.0.links.change(carrier_id, |count| count.binds = binds);
    }
}

impl Shared {
    /// The network as it was last seen.
    pub(super) fn network(&self) -> Arc<Network> {
        self.network
            .read()
            .map(|network| network.clone())
            .unwrap_or_default()
    }

    /// Whether texts can leave over a carrier, as this node sees it.
    pub(super) fn is_up(&self, carrier_id: i64) -> bool {
        let patience = self.policy.to_handset.failover_s.duration();
        self.links.is_up(carrier_id, patience)
    }

    /// Whether texts for a carrier are this node's to take in hand.
    pub(super) fn takes(&self, carrier_id: i64) -> bool {
        let patience = self.policy.to_handset.failover_s.duration();
        self.links.take(carrier_id, patience)
    }

    /// Loads the network anew unless it is as of the current revision already.
    pub(super) async fn refresh_network(&self) -> Result<Arc<Network>, StoreError> {
        let revision = self.reader.accounts_revision().await?;
        let known = self.network();
        if known.revision == revision {
            return Ok(known);
        }
        let network = Arc::new(self.load_network(revision).await?);
        network.tell_of_holds(&known);
        if let Ok(mut place) = self.network.write() {
            *place = network.clone();
        }
        Ok(network)
    }

    async fn load_network(&self, revision: i64) -> Result<Network, StoreError> {
        let suspended: HashSet<i64> = self
            .reader
            .carriers()
            .await?
            .into_iter()
            .filter(|carrier| carrier.suspended_at.is_some())
            .map(|carrier| carrier.id)
            .collect();
        let mut pools: HashMap<i64, Vec<i64>> = HashMap::new();
        for number in self
            .reader
            .numbers()
            .await?
            .into_iter()
            .filter(|number| number.removed_at.is_none() && number.company_id.is_none())
        {
            pools
                .entry(number.carrier_id)
                .or_default()
                .push(number.number);
        }
        let mut by_prefix: HashMap<String, Vec<Choice>> = HashMap::new();
        for route in self.reader.routes().await? {
            let is_suspended =
                route.suspended_at.is_some() || suspended.contains(&route.carrier_id);
            let closed = match pools.contains_key(&route.carrier_id) {
                _ if is_suspended => Some(Closed::Suspended),
                true => None,
                false => Some(Closed::NoNumbers),
            };
            by_prefix.entry(route.prefix).or_default().push(Choice {
                carrier_id: route.carrier_id,
                rank: route.rank,
                weight: route.weight,
                closed,
            });
        }
        let mut routes: Vec<Route> = by_prefix
            .into_iter()
            .map(|(prefix, choices)| Route { prefix, choices })
            .collect();
        routes.sort_by_key(|route| std::cmp::Reverse(route.prefix.len()));
        Ok(Network {
            revision,
            routes,
            pools,
            is_suspended: self.reader.all_suspended_at().await?.is_some(),
            suspended_companies: self
                .reader
                .suspended_companies()
                .await?
                .into_iter()
                .collect(),
            suspended_carriers: suspended,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HANDSET: &str = "61491570156";

    fn choice(carrier_id: i64, rank: i64, weight: i64, is_suspended: bool) -> Choice {
        Choice {
            carrier_id,
            rank,
            weight,
            closed: is_suspended.then_some(Closed::Suspended),
        }
    }

    fn network(choices: Vec<Choice>) -> Network {
        let route = |prefix: &str, choices| Route {
            prefix: prefix.to_owned(),
            choices,
        };
        Network {
            routes: vec![
                route("6149", choices),
                route("61", vec![choice(9, 1, 1, false)]),
            ],
            ..Network::default()
        }
    }

    fn way(network: &Network, up: &[i64], avoid: Option<i64>) -> Option<(i64, bool)> {
        let number = PhoneNumber::from_e164_digits(HANDSET).unwrap();
        network
            .way(number, 7, avoid, |carrier| up.contains(&carrier))
            .map(|way| (way.carrier_id, way.closed.is_some()))
    }

    #[test]
    fn the_first_rank_that_is_up_and_not_suspended() {
        let two = network(vec![choice(1, 1, 1, false), choice(2, 2, 1, false)]);
        for (up, avoid, wanted) in [
            (&[1, 2, 9][..], None, 1),
            (&[2, 9], None, 2),
            (&[1, 2], Some(1), 2),
            (&[1], Some(1), 1),
            (&[], None, 1),
            (&[], Some(1), 2),
        ] {
            assert_eq!(
                way(&two, up, avoid),
                Some((wanted, false)),
                "{up:?} {avoid:?}"
            );
        }
        let first_is_suspended = network(vec![choice(1, 1, 1, true), choice(2, 2, 1, false)]);
        assert_eq!(way(&first_is_suspended, &[1], None), Some((2, false)));
        let both_are = network(vec![choice(1, 1, 1, true), choice(2, 2, 1, true)]);
        assert_eq!(way(&both_are, &[2], None), Some((2, true)));
        let mut one_has_no_numbers = network(vec![choice(1, 1, 1, false), choice(2, 2, 1, false)]);
        one_has_no_numbers.routes[0].choices[0].closed = Some(Closed::NoNumbers);
        assert_eq!(way(&one_has_no_numbers, &[1], None), Some((2, false)));
        one_has_no_numbers.routes[0].choices[1].closed = Some(Closed::Suspended);
        assert_eq!(
            way(&one_has_no_numbers, &[1, 2], None),
            Some((1, true)),
            "numbers may come sooner than an operator's word"
        );
        assert_eq!(way(&Network::default(), &[1], None), None);
    }

    #[test]
    fn equals_share_by_weight() {
        let shared = network(vec![choice(1, 1, 3, false), choice(2, 1, 1, false)]);
        let number = PhoneNumber::from_e164_digits(HANDSET).unwrap();
        let ids = (0..4_000).map(|count| (123_456 << 22) | count);
        let second = ids
            .filter(|id| shared.way(number, *id, None, |_| true).unwrap().carrier_id == 2)
            .count();
        assert!((900..1_100).contains(&second), "{second} of 4,000");
    }

    #[test]
    fn texts_are_taken_where_a_bind_is_and_a_link_may_come() {
        let (at_once, soon) = (Duration::ZERO, Duration::from_secs(3_600));
        let alone = Links::new(false);
        assert!(alone.take(1, at_once), "nobody else could");
        let links = Links::new(true);
        assert!(
            !links.take(1, soon) && links.is_up(1, soon),
            "not known yet"
        );
        // Whether binds are here and links stand elsewhere; whether one stands here; whether its texts are taken, it is up, it has a link.
        for (are_here, stand_elsewhere, standing, taken, up, linked) in [
            (true, false, 0, true, false, false),
            (true, false, 1, true, true, true),
            (true, true, 1, true, true, true),
            (true, true, 0, false, true, true),
            (false, true, 0, false, true, true),
            (false, false, 0, false, false, false),
            (false, true, 1, false, true, true),
        ] {
            let binds = Binds {
                are_here,
                stand_elsewhere,
            };
            links.change(1, |count| count.binds = binds);
            links.count(1, |_| standing);
            std::thread::sleep(Duration::from_millis(2));
            let found = (
                links.take(1, at_once),
                links.is_up(1, at_once),
                links.has(1),
            );
            assert_eq!(found, (taken, up, linked), "{binds:?} {standing}");
        }
    }

    #[test]
    fn a_way_round_leads_over_one_that_is_up() {
        let two = network(vec![choice(1, 1, 1, false), choice(2, 2, 1, false)]);
        assert!(two.has_way_round(1, |carrier| carrier == 2));
        assert!(!two.has_way_round(1, |_| false));
        assert!(!two.has_way_round(9, |_| true));
        let suspended = network(vec![choice(1, 1, 1, true), choice(2, 2, 1, true)]);
        assert!(!suspended.has_way_round(1, |_| true));
        assert!(suspended.is_carrier_closed(1) && !suspended.is_carrier_closed(9));
        assert!(suspended.holds_something() && !two.holds_something());
    }

    #[test]
    fn open_is_where_a_route_leads_that_is_not_suspended() {
        let one = network(vec![choice(1, 1, 1, true), choice(2, 2, 1, false)]);
        assert_eq!(one.open_carriers(), BTreeSet::from([2, 9]));
        assert_eq!(Network::default().open_carriers(), BTreeSet::new());
    }
}
