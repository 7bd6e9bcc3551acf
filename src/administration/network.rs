//! Pool numbers, carriers and routes.

use super::change::{CarrierPatch, Change};
use super::request::{CarrierChange, NewCarrier, NewRoute, NumbersAsked, NumbersOf, RouteOf};
use super::view::{CarrierView, NumberUseView, NumberView, RouteView, carrier_name, number, time};
use super::{Administration, AdministrationError, HasLink, Result, name, shown};
use crate::config::rooms::{OwnChanges, OwnError, OwnSettings};
use crate::security::Secret;
use crate::store::carriers;
use crate::store::pairs::MOST_PAIRS;
use sms::{Country, PhoneNumber};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Numbers in one request at most.
const MOST_NUMBERS: usize = 10_000;
/// Numbers in one change: keeps the writer's transactions short.
const NUMBERS_AT_ONCE: usize = 200;
/// Where a carrier's password stands, for the seal.
pub(super) const PASSWORD: &str = "carrier.password";

impl Administration {
    /// Adds numbers to a carrier's pool; those that were removed come back.
    pub async fn add_numbers(&self, wanted: &NumbersOf) -> Result<Vec<NumberView>> {
        let carrier = self.carrier(wanted.carrier.as_deref()).await?;
        let numbers = self.expand(&wanted.numbers)?;
        let known = self.reader.numbers().await?;
        let in_use = |number: &i64| {
            known
                .iter()
                .any(|row| row.number == *number && row.removed_at.is_none())
        };
        if let Some(taken) = numbers.iter().find(|number| in_use(number)) {
            return Err(AdministrationError::Taken {
                what: "pool number",
                name: number(*taken),
                remedy: "remove it first to give it to another carrier; nothing was added",
            });
        }
        let now = self.clock.now();
        let all: Vec<i64> = numbers.into_iter().collect();
        for some in all.chunks(NUMBERS_AT_ONCE) {
            let rows = some.iter().map(|number| carriers::number::Model {
                number: *number,
                carrier_id: carrier.id,
                company_id: None,
                removed_at: None,
                created_at: now,
            });
            self.write(Change::AddNumbers(rows.collect())).await?;
        }
        self.some_numbers(&all).await
    }

    /// Gives numbers out no more.
    pub async fn remove_numbers(&self, given: &[String]) -> Result<Vec<NumberView>> {
        let numbers = self.expand(given)?;
        let known = self.reader.numbers().await?;
        let all: Vec<i64> = known
            .iter()
            .filter(|row| row.removed_at.is_none() && numbers.contains(&row.number))
            .map(|row| row.number)
            .collect();
        // Of a range what is there; a number that somebody wrote out must be there.
        let single = given.len() == numbers.len();
        let missing = numbers.iter().find(|number| !all.contains(number));
        if let Some(missing) = missing.filter(|_| single || all.is_empty()) {
            return Err(AdministrationError::Unknown {
                what: "pool number",
                name: number(*missing),
                remedy: "see `emailsms admin number list`; nothing was removed".to_owned(),
            });
        }
        for some in all.chunks(NUMBERS_AT_ONCE) {
            self.write(Change::RemoveNumbers(some.to_vec())).await?;
        }
        self.some_numbers(&all).await
    }

    /// All pool numbers, removed ones too, in their order.
    pub async fn numbers(&self) -> Result<Vec<NumberView>> {
        let carriers = self.reader.carriers().await?;
        let rows = self.reader.numbers().await?;
        Ok(rows
            .into_iter()
            .map(|row| view_number(row, &carriers))
            .collect())
    }

    /// Pool numbers above `after`, in their order, up to `limit`, with how they are used.
    pub async fn numbers_after(&self, after: i64, limit: u64) -> Result<Vec<NumberView>> {
        let rows = self.reader.numbers_after(after, limit).await?;
        let (Some(first), Some(last)) = (rows.first(), rows.last()) else {
            return Ok(Vec::new());
        };
        let (span, now) = ((first.number, last.number), self.clock.now());
        let found = self.reader.use_of_numbers(span, now, MOST_PAIRS).await?;
        let carriers = self.reader.carriers().await?;
        let views = rows.into_iter().map(|row| {
            let used = NumberUseView::of(row.number, &found);
            NumberView {
                used: Some(used),
                ..view_number(row, &carriers)
            }
        });
        Ok(views.collect())
    }

    /// All pool numbers, as a list asks for them.
    pub(super) async fn list_numbers(&self, asked: &NumbersAsked) -> Result<Vec<NumberView>> {
        match asked.pairs {
            true => self.numbers_after(0, u64::from(u32::MAX)).await,
            false => self.numbers().await,
        }
    }

    async fn some_numbers(&self, wanted: &[i64]) -> Result<Vec<NumberView>> {
        let wanted: BTreeSet<String> = wanted.iter().map(|one| number(*one)).collect();
        let mut views = self.numbers().await?;
        views.retain(|view| wanted.contains(&view.number));
        Ok(views)
    }

    /// Numbers and ranges `FIRST..LAST`, each number once.
    fn expand(&self, given: &[String]) -> Result<BTreeSet<i64>> {
        let home = Country::parse(&self.defaults.country).unwrap_or(Country::AU);
        let mut numbers = BTreeSet::new();
        for one in given {
            let range = match one.split_once("..") {
                Some((first, last)) => pool_number(first, home)?..=pool_number(last, home)?,
                None => {
                    let only = pool_number(one, home)?;
                    only..=only
                }
            };
            if range.is_empty() {
                return Err(AdministrationError::Invalid(format!(
                    "`{}`: the last number of a range must not be below its first",
                    shown(one)
                )));
            }
            let many = usize::try_from(range.end() - range.start()).unwrap_or(usize::MAX);
            if many.saturating_add(numbers.len()) >= MOST_NUMBERS {
                return Err(AdministrationError::Invalid(format!(
                    "`{}`: these are more than {MOST_NUMBERS} numbers; check the range",
                    shown(one)
                )));
            }
            numbers.extend(range);
        }
        Ok(numbers)
    }

    /// Adds a carrier.
    pub async fn add_carrier(&self, wanted: &NewCarrier) -> Result<CarrierView> {
        let password = wanted.password.secret.as_ref().ok_or_else(|| {
            AdministrationError::Invalid(
                "--password-file is missing: the file that holds the account's password, or - for standard input"
                    .to_owned(),
            )
        })?;
        let id = self.ids.next();
        let own = OwnSettings::default();
        let own = own.with(&self.own_changes(&own, &wanted.set, &[])?);
        let host = host(&wanted.host)?;
        self.must_be_safe(&host, &own)?;
        let row = carriers::Model {
            id,
            name: name("--name", &wanted.name)?,
            host,
            port: port(wanted.port)?,
            system_id: system_id(&wanted.system_id)?,
            password: self.seal_password(id, password)?,
            created_at: self.clock.now(),
            settings: own.to_text(),
            suspended_at: None,
        };
        let taken = || AdministrationError::Taken {
            what: "carrier",
            name: shown(&row.name),
            remedy: "choose another name, or change that one with `emailsms admin carrier set`",
        };
        let carriers = self.reader.carriers().await?;
        if carriers.iter().any(|carrier| carrier.name == row.name) {
            return Err(taken());
        }
        self.add(Change::AddCarrier(row.clone()), taken()).await?;
        self.view_carrier(row).await
    }

    /// A carrier, and whether its links stand.
    pub(super) async fn view_carrier(&self, row: carriers::Model) -> Result<CarrierView> {
        Ok(CarrierView::new(row, &self.links().await?))
    }

    /// To which carriers a link stands. On SQLite only the gateway itself knows, and where none runs there is no link.
    async fn links(&self) -> Result<HasLink> {
        if let Some(has_link) = &self.has_link {
            return Ok(has_link.clone());
        }
        let held = self.reader.slots().await?.held.into_iter();
        let bound = held.filter(|held| held.is_bound);
        let bound: BTreeSet<i64> = bound.map(|held| held.slot.carrier_id).collect();
        Ok(Arc::new(move |carrier_id| bound.contains(&carrier_id)))
    }

    /// All carriers, by name.
    pub async fn carriers(&self) -> Result<Vec<CarrierView>> {
        let rows = self.reader.carriers().await?;
        let links = self.links().await?;
        let views = rows.into_iter().map(|row| CarrierView::new(row, &links));
        Ok(views.collect())
    }

    /// One carrier.
    pub async fn show_carrier(&self, name: &str) -> Result<CarrierView> {
        self.view_carrier(self.carrier(Some(name)).await?).await
    }

    /// Changes what is given of a carrier.
    pub async fn set_carrier(&self, wanted: &CarrierChange) -> Result<CarrierView> {
        let row = self.carrier(Some(&wanted.name)).await?;
        let password = wanted.password.secret.as_ref();
        if wanted.is_empty() {
            return Err(AdministrationError::Invalid(
                "nothing to change: name --host, --port, --system-id, --password-file, or one of the carrier's own settings by --set KEY=VALUE (without a table, such as window=50) or --unset KEY".to_owned(),
            ));
        }
        let own = OwnSettings::parse(&row.settings).unwrap_or_default();
        let changes = self.own_changes(&own, &wanted.set, &wanted.unset)?;
        let host = wanted.host.as_deref().map(host).transpose()?;
        self.must_be_safe(host.as_ref().unwrap_or(&row.host), &own.with(&changes))?;
        let patch = CarrierPatch {
            host,
            port: wanted.port.map(port).transpose()?,
            system_id: wanted.system_id.as_deref().map(system_id).transpose()?,
            password: password
                .map(|password| self.seal_password(row.id, password))
                .transpose()?,
            settings: changes,
        };
        self.write(Change::SetCarrier(row.id, patch)).await?;
        self.view_carrier(self.carrier(Some(&row.name)).await?)
            .await
    }

    /// Judges what is to change of a carrier's own settings.
    fn own_changes(
        &self,
        own: &OwnSettings,
        set: &[String],
        unset: &[String],
    ) -> Result<OwnChanges> {
        own.judge(set, unset, &self.carrier).map_err(unfit)
    }

    /// An error where the link would refuse to be made, because what it carries could be read on its way.
    fn must_be_safe(&self, host: &str, own: &OwnSettings) -> Result<()> {
        let settings = own.over(&self.carrier).map_err(unfit)?;
        match settings.refused_in_the_clear(host) {
            None => Ok(()),
            Some(refusal) => Err(AdministrationError::Invalid(format!(
                "--host: {refusal}; for this carrier alone: --set tls=tls, or --set private_network=true"
            ))),
        }
    }

    /// The longest that a bind carries, less its NUL. [SMPP 3.4 §5.2.2]
    pub(super) fn seal_password(&self, carrier_id: i64, password: &Secret) -> Result<Vec<u8>> {
        let password = password.expose();
        if password.len() > 8 || password.contains('\0') {
            return Err(AdministrationError::Invalid(
                "the password may have 8 characters at most, as SMPP carries it".to_owned(),
            ));
        }
        Ok(self
            .keys
            .seal_secret(carrier_id, PASSWORD, password.as_bytes()))
    }

    /// Adds a route.
    pub async fn add_route(&self, wanted: &NewRoute) -> Result<RouteView> {
        let carrier = self.carrier(wanted.carrier.as_deref()).await?;
        let prefix = prefix(&wanted.prefix)?;
        let routes = self.reader.routes().await?;
        let of_prefix = || routes.iter().filter(|route| route.prefix == prefix);
        let next = of_prefix().map(|route| route.rank + 1).max().unwrap_or(1);
        let rank = match wanted.rank {
            Some(0) => {
                return Err(AdministrationError::Invalid(
                    "--rank counts from 1, the first choice".to_owned(),
                ));
            }
            rank => rank.map_or(next, i64::from),
        };
        let taken = || AdministrationError::Taken {
            what: "route",
            name: format!("{prefix} over {}", carrier.name),
            remedy: "remove it first to give it another rank or weight",
        };
        if of_prefix().any(|route| route.carrier_id == carrier.id) {
            return Err(taken());
        }
        if wanted.weight == 0 {
            return Err(AdministrationError::Invalid(
                "--weight counts from 1; for a carrier that only stands in, give it a higher --rank".to_owned(),
            ));
        }
        let row = carriers::route::Model {
            name: match &wanted.name {
                Some(given) => name("--name", given)?,
                None => format!("S{prefix}"),
            },
            prefix: prefix.clone(),
            rank,
            carrier_id: carrier.id,
            weight: i64::from(wanted.weight),
            suspended_at: None,
        };
        self.add(Change::AddRoute(row.clone()), taken()).await?;
        Ok(view_route(row, &[carrier]))
    }

    /// Removes a route.
    pub async fn remove_route(&self, of: &RouteOf) -> Result<Vec<RouteView>> {
        let prefix = prefix(&of.prefix)?;
        let carrier_id = match &of.carrier {
            Some(name) => Some(self.carrier(Some(name)).await?.id),
            None => None,
        };
        let mut found = self.reader.routes().await?;
        found.retain(|route| {
            route.prefix == prefix && carrier_id.is_none_or(|carrier| route.carrier_id == carrier)
        });
        let unknown = || AdministrationError::Unknown {
            what: "route",
            name: prefix.clone(),
            remedy: "see `emailsms admin route list`".to_owned(),
        };
        let route = match found.as_slice() {
            [] => return Err(unknown()),
            [route] => route,
            _ => {
                return Err(AdministrationError::Invalid(format!(
                    "several carriers serve {prefix}: say which with --carrier"
                )));
            }
        };
        if !self
            .write(Change::RemoveRoute(prefix.clone(), route.carrier_id))
            .await?
        {
            return Err(unknown());
        }
        self.routes().await
    }

    /// All routes, by prefix and rank.
    pub async fn routes(&self) -> Result<Vec<RouteView>> {
        let carriers = self.reader.carriers().await?;
        let rows = self.reader.routes().await?;
        Ok(rows
            .into_iter()
            .map(|row| view_route(row, &carriers))
            .collect())
    }
}

fn unfit(error: OwnError) -> AdministrationError {
    AdministrationError::Invalid(sms::printable_line(&error.to_string()))
}

fn view_number(row: carriers::number::Model, carriers: &[carriers::Model]) -> NumberView {
    NumberView {
        number: number(row.number),
        carrier: carrier_name(row.carrier_id, carriers),
        created_at: time(row.created_at),
        removed_at: row.removed_at.map(time),
        used: None,
    }
}

fn view_route(row: carriers::route::Model, carriers: &[carriers::Model]) -> RouteView {
    RouteView {
        carrier: carrier_name(row.carrier_id, carriers),
        prefix: row.prefix,
        rank: row.rank,
        weight: row.weight,
        name: row.name,
        suspended_at: row.suspended_at.map(time),
    }
}

pub(super) fn pool_number(given: &str, home: Country) -> Result<i64> {
    match PhoneNumber::any(given.trim(), home) {
        Ok(number) => Ok(number.as_i64()),
        Err(error) => Err(AdministrationError::Invalid(format!(
            "`{}`: {error}",
            shown(given)
        ))),
    }
}

pub(super) fn host(given: &str) -> Result<String> {
    let host = given.trim().trim_start_matches('[').trim_end_matches(']');
    let fits = |letter: char| letter.is_ascii_alphanumeric() || ".-_:".contains(letter);
    let is_name = !host.is_empty() && host.len() <= 253 && host.chars().all(fits);
    let is_address = host.parse::<std::net::IpAddr>().is_ok();
    if is_address || is_name && !host.contains(':') {
        return Ok(host.to_owned());
    }
    Err(AdministrationError::Invalid(format!(
        "--host: `{}` is no host; write its name or address alone, the port goes to --port",
        shown(given)
    )))
}

pub(super) fn port(given: u16) -> Result<i64> {
    match given {
        0 => Err(AdministrationError::Invalid(
            "--port must be from 1 to 65535".to_owned(),
        )),
        port => Ok(i64::from(port)),
    }
}

/// The longest that a bind carries, less its NUL. [SMPP 3.4 §5.2.1]
pub(super) fn system_id(given: &str) -> Result<String> {
    if given.is_empty() || given.len() > 15 || given.chars().any(char::is_control) {
        return Err(AdministrationError::Invalid(
            "--system-id must have 1 to 15 characters, as SMPP carries it".to_owned(),
        ));
    }
    Ok(given.to_owned())
}

/// Digits of E.164, without `+`.
fn prefix(given: &str) -> Result<String> {
    let digits = given.trim().trim_start_matches('+');
    let fits = (1..=15).contains(&digits.len())
        && digits.bytes().all(|digit| digit.is_ascii_digit())
        && !digits.starts_with('0');
    if fits {
        return Ok(digits.to_owned());
    }
    Err(AdministrationError::Invalid(format!(
        "--prefix: `{}` must be the digits that numbers begin with, country code first, such as 61",
        shown(given)
    )))
}
