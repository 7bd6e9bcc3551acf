//! What stands in for the outside world in a demo: phones, mailboxes, and the page that shows them side by side. On loopback only, by a loopback name only.

use super::sample::Person;
use crate::simulator::mailbox::Mailboxes;
use crate::simulator::page;
use crate::simulator::smsc::Smsc;
use crate::simulator::stand_ins::{self, StandIn};
use std::collections::HashSet;
use std::sync::Arc;
use warp::Filter;
use warp::filters::BoxedFilter;
use warp::reply::Response;

/// Phones to try: fiction numbers of Australia's register.
const HANDSETS: [(&str, &str); 3] = [("61491570156", "Dana's phone"), ("61491570006", "Erin's phone"), ("61491570110", "Finn's phone")];

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
        let handsets = match self.smsc {
            Some(smsc) => stand_ins::handsets(StandIn::Here(smsc), is_ours),
            None => stand_ins::handsets(StandIn::External, is_ours),
        };
        let mailboxes = stand_ins::mailboxes(self.boxes);
        let people = self.people.iter().map(|person| page::Person { name: person.name.clone(), email: person.email.clone(), api_key: person.api_key.clone() });
        let config = page::Config {
            rest: "/v1/".to_owned(),
            company: self.company,
            people: people.collect(),
            handsets: HANDSETS.into_iter().map(|(digits, name)| page::Handset { digits: digits.to_owned(), name: name.to_owned() }).collect(),
        };
        let page = stand_ins::page(&config);
        handsets.or(mailboxes).unify().or(page).unify().or(gateway).unify().boxed()
    }
}
