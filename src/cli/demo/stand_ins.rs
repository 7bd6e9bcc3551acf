//! What stands in for the outside world in a demo: phones, mailboxes, and the page that shows them side by side. On loopback only, by a loopback name only.

use super::sample::Person;
use crate::simulator::mailbox::Mailboxes;
use crate::simulator::smsc::Smsc;
use crate::simulator::stand_ins::{self, StandIn};
use crate::simulator::{desk, page};
use crate::web::listener;
use std::collections::HashSet;
use std::sync::Arc;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// Phones to try: fiction numbers of Australia's register.
const HANDSETS: [(&str, &str); 3] = [
    ("61491570156", "Dana's phone"),
    ("61491570006", "Erin's phone"),
    ("61491570110", "Finn's phone"),
];

/// The stand-ins of a demo; those that an external SMSC or relay replaces are absent.
pub(super) struct StandIns {
    pub smsc: Option<Smsc>,
    pub boxes: Option<Arc<Mailboxes>>,
    pub pool: Vec<i64>,
    pub people: Vec<Person>,
    pub company: String,
}

impl StandIns {
    /// The gateway's routes with the stand-ins' before them.
    pub fn routes(self, gateway: BoxedFilter<(Response,)>) -> BoxedFilter<(Response,)> {
        let pool: HashSet<String> = self.pool.iter().map(ToString::to_string).collect();
        let is_ours = Arc::new(move |digits: &str| pool.contains(digits));
        let peer = listener::peer()
            .map(|peer: listener::Peer| Some(peer.addr))
            .boxed();
        let stand_in = self.smsc.map_or(StandIn::External, StandIn::BuiltIn);
        let handsets = stand_ins::handsets_filter(stand_in, is_ours, peer.clone());
        let mailboxes = desk::mailboxes_filter(self.boxes, peer.clone());
        let people = self.people.iter().map(|person| page::Person {
            name: person.name.clone(),
            email: person.email.clone(),
            api_key: person.api_key.clone(),
        });
        let config = page::Config {
            rest: "/v1/".to_owned(),
            company: self.company,
            people: people.collect(),
            handsets: HANDSETS
                .into_iter()
                .map(|(digits, name)| page::Handset {
                    digits: digits.to_owned(),
                    name: name.to_owned(),
                })
                .collect(),
        };
        let page = desk::page_filter(&config, peer);
        handsets
            .or(mailboxes)
            .unify()
            .or(page)
            .unify()
            .or(gateway)
            .unify()
            .boxed()
    }
}
