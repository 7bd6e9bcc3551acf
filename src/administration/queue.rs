//! The queue as an operator sees it: what waits and why, what is suspended, what is held until somebody looks.

use super::change::Change;
use super::request::{HeldWish, Named, QueueOf, SmsOf};
use super::view::{
    CarrierView, CompanyView, HeldView, QueueView, RouteView, carrier_name, number, time,
};
use super::{Administration, AdministrationError, Result, shown};
use crate::store::suspensions::Suspension;
use crate::store::{external, parse_external};
use serde_json::{Value, json};
use sms::State;

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
        Ok(CarrierView::new(self.carrier(Some(&of.name)).await?))
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

fn company_name(id: i64, companies: &[crate::store::people::company::Model]) -> String {
    companies
        .iter()
        .find(|company| company.id == id)
        .map_or_else(|| external("com", id), |company| company.name.clone())
}
