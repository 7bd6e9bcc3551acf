//! Where texts can go and what they come from: routes and pools, as of a revision.

use super::Shared;
use crate::store::StoreError;
use sms::PhoneNumber;
use std::collections::HashMap;
use std::sync::Arc;

/// A snapshot of routes and pools; replaced as a whole when anything about them changed.
#[derive(Debug, Default)]
pub(super) struct Network {
    pub revision: i64,
    /// `(prefix, carrier)`, longest prefix first, best rank first.
    routes: Vec<(String, i64)>,
    /// Shared pool numbers of each carrier, in their order.
    pools: HashMap<i64, Vec<i64>>,
}

impl Network {
    /// The carrier that serves this number first.
    pub fn carrier_of(&self, number: PhoneNumber) -> Option<i64> {
        let digits = number.digits();
        self.routes
            .iter()
            .find(|(prefix, _)| digits.starts_with(prefix.as_str()))
            .map(|(_, carrier)| *carrier)
    }

    /// The numbers that a company's texts may come from over this carrier.
    pub fn pool(&self, carrier: i64) -> &[i64] {
        self.pools.get(&carrier).map_or(&[], Vec::as_slice)
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

    /// Loads the network anew unless it is as of `revision` already.
    pub(super) async fn refresh_network(&self) -> Result<Arc<Network>, StoreError> {
        let revision = self.reader.accounts_revision().await?;
        let known = self.network();
        if known.revision == revision {
            return Ok(known);
        }
        let mut routes: Vec<_> = self
            .reader
            .routes()
            .await?
            .into_iter()
            .map(|route| (route.prefix, route.rank, route.carrier_id))
            .collect();
        routes.sort_by_key(|(prefix, rank, _)| (std::cmp::Reverse(prefix.len()), *rank));
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
        let routes = routes
            .into_iter()
            .map(|(prefix, _, carrier)| (prefix, carrier))
            .collect();
        let network = Arc::new(Network {
            revision,
            routes,
            pools,
        });
        if let Ok(mut place) = self.network.write() {
            *place = network.clone();
        }
        Ok(network)
    }
}
