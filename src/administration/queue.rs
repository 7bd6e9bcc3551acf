//! The queue as an operator sees it: what waits and why, what is suspended, what is held until somebody looks.

use super::change::Change;
use super::request::{HeldWish, Named, QueueOf, SmsOf, TextsWish};
use super::view::{
    CarrierView, CompanyView, HeldView, QueueView, RouteView, TextView, carrier_name, number, time,
};
use super::{Administration, AdministrationError, Result, shown};
use crate::store::outgoing::{TextLine, TextsFilter};
use crate::store::suspensions::Suspension;
use crate::store::{external, parse_external};
use serde_json::{Value, json};
use sms::State;

/// Texts in one list at most.
const MOST_TEXTS: u64 = 10_000;

impl Administration {
    /// What waits, summed up.
    pub async fn queue(&self) -> Result<Vec<QueueView>> {
        let carriers = self.reader.carriers().await?;
        let companies = self.reader.companies().await?;
        let lines = self.reader.queue().await?;
        let view = |line: crate::store::outgoing::QueueLine| QueueView {
            company: company_name(line.company_id, &companies),
            carrier: line.carrier_id.map(|id| carrier_name(id, &carriers)),
            state: i16::try_from(line.state)
                .ok()
                .and_then(State::from_code)
                .map_or("unknown", State::as_str),
            cause: line.cause,
            texts: line.texts,
            oldest_at: time(line.oldest_at),
            due_at: time(line.due_at),
        };
        Ok(lines.into_iter().map(view).collect())
    }

    /// The texts one by one, oldest first.
    pub async fn texts(&self, wish: &TextsWish) -> Result<Vec<TextView>> {
        let mut states = Vec::with_capacity(wish.states.len());
        for word in &wish.states {
            let state = State::ALL.into_iter().find(|state| state.as_str() == word);
            states.push(state.ok_or_else(|| no_state(word))?);
        }
        let company_id = match &wish.company {
            Some(name) => Some(self.company(name).await?.id),
            None => None,
        };
        let carrier_id = match &wish.carrier {
            Some(name) => Some(self.carrier(Some(name)).await?.id),
            None => None,
        };
        let after = match &wish.after {
            Some(id) => parse_external("msg", id).ok_or_else(|| {
                AdministrationError::Invalid(format!(
                    "--after: `{}` is no id; give the last one of the list before, msg_…",
                    shown(id)
                ))
            })?,
            None => 0,
        };
        let accepted_until = match &wish.older_than {
            Some(age) => Some(self.clock.now() - age_ms(age)?),
            None => None,
        };
        let filter = TextsFilter {
            states,
            company_id,
            carrier_id,
            accepted_until,
            after,
            limit: wish.limit.clamp(1, MOST_TEXTS),
        };
        let rows = self.reader.texts(&filter).await?;
        let carriers = self.reader.carriers().await?;
        let companies = self.reader.companies().await?;
        let view = |row: TextLine| TextView {
            id: external("msg", row.id),
            company: company_name(row.company_id, &companies),
            carrier: row.carrier_id.map(|id| carrier_name(id, &carriers)),
            handset: number(row.handset),
            state: row.state().as_str(),
            parts: row.parts,
            tries: row.tries,
            in_doubt: row.in_doubt,
            accepted_at: time(row.accepted_at),
            due_at: row.lease.map(|_| time(row.due_at)),
            valid_until: time(row.valid_until),
            cause: row.cause,
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Holds a company's texts back, or everything.
    pub async fn suspend_queue(&self, of: &QueueOf) -> Result<Value> {
        self.turn_queue(of, true).await
    }

    /// Lets them go.
    pub async fn resume_queue(&self, of: &QueueOf) -> Result<Value> {
        self.turn_queue(of, false).await
    }

    async fn turn_queue(&self, of: &QueueOf, off: bool) -> Result<Value> {
        let Some(name) = &of.company else {
            self.suspend(Suspension::All, off).await?;
            let since = self.reader.all_suspended_at().await?;
            return Ok(json!({ "queue": "all", "suspended_at": since.map(time) }));
        };
        let company = self.company(name).await?;
        self.suspend(Suspension::Company(company.id), off).await?;
        let company = self.company(name).await?;
        let domains = self.reader.mail_domains(company.id).await?;
        Ok(json!(CompanyView::new(company, domains)))
    }

    /// Sends nothing over a carrier any more.
    pub async fn suspend_carrier(&self, of: &Named) -> Result<CarrierView> {
        self.turn_carrier(of, true).await
    }

    /// Sends over it again.
    pub async fn resume_carrier(&self, of: &Named) -> Result<CarrierView> {
        self.turn_carrier(of, false).await
    }

    async fn turn_carrier(&self, of: &Named, off: bool) -> Result<CarrierView> {
        let carrier = self.carrier(Some(&of.name)).await?;
        self.suspend(Suspension::Carrier(carrier.id), off).await?;
        self.view_carrier(self.carrier(Some(&of.name)).await?).await
    }

    /// Sends nothing over the routes of a name any more.
    pub async fn suspend_routes(&self, of: &Named) -> Result<Vec<RouteView>> {
        self.turn_routes(of, true).await
    }

    /// Sends over them again.
    pub async fn resume_routes(&self, of: &Named) -> Result<Vec<RouteView>> {
        self.turn_routes(of, false).await
    }

    async fn turn_routes(&self, of: &Named, off: bool) -> Result<Vec<RouteView>> {
        let mut routes = self.routes().await?;
        if !routes.iter().any(|route| route.name == of.name) {
            return Err(AdministrationError::Unknown {
                what: "route",
                name: shown(&of.name),
                remedy: "see `emailsms admin route list`".to_owned(),
            });
        }
        self.suspend(Suspension::Route(of.name.clone()), off)
            .await?;
        routes = self.routes().await?;
        routes.retain(|route| route.name == of.name);
        Ok(routes)
    }

    /// What is so already stays as it is.
    async fn suspend(&self, what: Suspension, off: bool) -> Result<()> {
        let since = off.then(|| self.clock.now());
        self.write(Change::Suspend(what, since)).await?;
        Ok(())
    }

    /// Texts that wait for an operator, oldest first.
    pub async fn held(&self, wish: &HeldWish) -> Result<Vec<HeldView>> {
        let companies = self.reader.companies().await?;
        let rows = self.reader.held(wish.limit).await?;
        let view = |row: crate::store::outgoing::Model| HeldView {
            id: external("msg", row.id),
            company: company_name(row.company_id, &companies),
            handset: number(row.handset),
            cause: row.cause.unwrap_or_default(),
            accepted_at: time(row.accepted_at),
            valid_until: time(row.valid_until),
        };
        Ok(rows.into_iter().map(view).collect())
    }

    /// Has a held text tried again.
    pub async fn release_held(&self, of: &SmsOf) -> Result<Value> {
        let released = match parse_external("msg", &of.sms) {
            Some(id) => self.write(Change::ReleaseHeld(id)).await?,
            None => false,
        };
        if released {
            return Ok(
                json!({ "id": of.sms, "state": State::Pending.as_str(), "cause": "released" }),
            );
        }
        Err(AdministrationError::Unknown {
            what: "held text",
            name: shown(&of.sms),
            remedy: "see `emailsms admin queue held`".to_owned(),
        })
    }
}

fn no_state(word: &str) -> AdministrationError {
    let words: Vec<&str> = State::ALL.iter().map(|state| state.as_str()).collect();
    AdministrationError::Invalid(format!(
        "--state: there is no state `{}`; there is {}",
        shown(word),
        words.join(", ")
    ))
}

/// `90s`, `10m`, `2h`, `3d`.
fn age_ms(text: &str) -> Result<i64> {
    let unit_ms = |unit| match unit {
        's' => Some(1_000),
        'm' => Some(60_000),
        'h' => Some(3_600_000),
        'd' => Some(86_400_000),
        _ => None,
    };
    let trimmed = text.trim();
    let last = trimmed.chars().next_back();
    let unit_ms = last.and_then(unit_ms);
    let count = last
        .and_then(|last| trimmed.strip_suffix(last))
        .map(str::parse::<u32>);
    match (unit_ms, count) {
        (Some(unit_ms), Some(Ok(count))) => Ok(i64::from(count) * unit_ms),
        _ => Err(AdministrationError::Invalid(format!(
            "--older-than: `{}` is no age; write it like 90s, 10m, 2h or 3d",
            shown(text)
        ))),
    }
}

fn company_name(id: i64, companies: &[crate::store::people::company::Model]) -> String {
    companies
        .iter()
        .find(|company| company.id == id)
        .map_or_else(|| external("com", id), |company| company.name.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testbed::Bed;

    fn all() -> TextsWish {
        TextsWish {
            limit: 100,
            ..TextsWish::default()
        }
    }

    #[test]
    fn ages_are_read_or_refused() {
        for (text, ms) in [
            ("90s", Some(90_000)),
            (" 10m", Some(600_000)),
            ("2h", Some(7_200_000)),
            ("3d", Some(259_200_000)),
            ("0s", Some(0)),
            ("", None),
            ("10", None),
            ("m", None),
            ("-1m", None),
            ("1w", None),
            ("99999999999d", None),
            ("1é", None),
        ] {
            assert_eq!(age_ms(text).ok(), ms, "{text}");
        }
    }

    #[tokio::test]
    async fn texts_are_listed_filtered_and_paged() {
        let bed = Bed::open().await;
        let admin = bed.administration();
        let mut ids = Vec::new();
        for handset in ["0491570156", "0491570157", "0491570158"] {
            let request = bed.request(handset, "hi").await;
            let accepted = bed.to_handset.accept(request).await.unwrap();
            ids.push(external("msg", accepted.messages[0].id));
        }
        let listed = async |wish: TextsWish| -> Vec<String> {
            let texts = admin.texts(&wish).await.unwrap();
            texts.into_iter().map(|text| text.id).collect()
        };
        assert_eq!(listed(all()).await, ids);
        let first = &admin.texts(&all()).await.unwrap()[0];
        assert_eq!(
            (
                first.state,
                first.handset.as_str(),
                first.carrier.as_deref()
            ),
            ("pending", "+61491570156", Some("one"))
        );
        assert!(first.due_at.is_some());
        let of = |change: fn(&mut TextsWish)| {
            let mut wish = all();
            change(&mut wish);
            wish
        };
        for (wish, count) in [
            (of(|wish| wish.states = vec!["pending".into()]), 3),
            (
                of(|wish| wish.states = vec!["fail".into(), "in_doubt".into()]),
                0,
            ),
            (of(|wish| wish.states = vec!["delivered".into()]), 0),
            (
                of(|wish| wish.states = vec!["delivered".into(), "pending".into()]),
                3,
            ),
            (of(|wish| wish.company = Some("example".into())), 3),
            (of(|wish| wish.carrier = Some("one".into())), 3),
            (of(|wish| wish.older_than = Some("0s".into())), 3),
            (of(|wish| wish.older_than = Some("1h".into())), 0),
            (of(|wish| wish.limit = 2), 2),
        ] {
            assert_eq!(listed(wish.clone()).await.len(), count, "{wish:?}");
        }
        let (mut wish, mut paged) = (of(|wish| wish.limit = 1), Vec::new());
        while let [only] = &listed(wish.clone()).await[..] {
            paged.push(only.clone());
            wish.after = Some(only.clone());
        }
        assert_eq!(paged, ids);
        for (wrong, word) in [
            (of(|wish| wish.states = vec!["lost".into()]), "in_doubt"),
            (
                of(|wish| wish.company = Some("Nobody".into())),
                "no company",
            ),
            (
                of(|wish| wish.carrier = Some("nobody".into())),
                "no carrier",
            ),
            (of(|wish| wish.after = Some("7".into())), "msg_"),
            (of(|wish| wish.older_than = Some("soon".into())), "10m"),
        ] {
            let told = admin.texts(&wrong).await.unwrap_err().to_string();
            assert!(told.contains(word), "{told}");
        }
    }
}
