//! Quotas, restricted lists, opt-outs; and replies that belong to nobody yet.

use super::change::{Change, CompanyPatch, DepartmentPatch, UserPatch};
use super::request::{HandsetsOf, NewQuota, OfUser};
use super::view::{DestinationsView, OptOutView, QuotaView, StrandedView, number, time};
use super::{Administration, AdministrationError, Result, shown};
use crate::accounts::quota_day;
use crate::security::Field;
use crate::store::StoreError;
use crate::store::people::company;
use jiff::tz::TimeZone;
use sms::{Country, PhoneNumber};

/// What an opt-out that an administrator noted has in place of a word.
const NOTED: &str = "(administrator)";
/// Replies that are with nobody shown at most.
const MOST_STRANDED: u64 = 10_000;

impl Administration {
    /// Sets or lifts a daily quota. What was used today stays counted.
    pub async fn set_quota(&self, wanted: &NewQuota) -> Result<QuotaView> {
        let company = self.company(&wanted.company).await?;
        let day = today(&company, self.clock.now())?;
        let parts = wanted.parts.map(i64::from);
        let quota = Some(parts);
        let (scope, id, name, change) = match (&wanted.department, &wanted.email) {
            (Some(name), _) => {
                let department = self.department(&company, name).await?;
                let patch = DepartmentPatch {
                    quota,
                    ..DepartmentPatch::default()
                };
                let change = Change::SetDepartment(department.id, patch);
                ("department", department.id, department.name, change)
            }
            (None, Some(email)) => {
                let of = OfUser {
                    email: email.clone(),
                    company: Some(company.name.clone()),
                };
                let (user, _) = self.user(&of).await?;
                let patch = UserPatch {
                    quota,
                    ..UserPatch::default()
                };
                ("user", user.id, user.email, Change::SetUser(user.id, patch))
            }
            (None, None) => {
                let patch = CompanyPatch {
                    quota,
                    ..CompanyPatch::default()
                };
                let change = Change::SetCompany(company.id, patch);
                ("company", company.id, company.name, change)
            }
        };
        self.write(change).await?;
        self.view_quota(scope, id, name, parts, day).await
    }

    /// The quotas of a company and of everybody in it that has one, with what is used of them today.
    pub async fn quotas(&self, company: &str) -> Result<Vec<QuotaView>> {
        let company = self.company(company).await?;
        let day = today(&company, self.clock.now())?;
        let mut scopes = vec![("company", company.id, company.name, company.quota)];
        for row in self.reader.departments(company.id).await? {
            scopes.extend(
                row.quota
                    .map(|quota| ("department", row.id, row.name, Some(quota))),
            );
        }
        for row in self.reader.users(company.id).await? {
            scopes.extend(
                row.quota
                    .map(|quota| ("user", row.id, row.email, Some(quota))),
            );
        }
        let mut views = Vec::with_capacity(scopes.len());
        for (scope, id, name, quota) in scopes {
            views.push(self.view_quota(scope, id, name, quota, day).await?);
        }
        Ok(views)
    }

    async fn view_quota(
        &self,
        scope: &'static str,
        id: i64,
        name: String,
        quota: Option<i64>,
        day: i64,
    ) -> Result<QuotaView> {
        Ok(QuotaView {
            scope,
            name,
            quota,
            used_today: self.reader.quota_used_on(id, day).await?,
            day: super::view::day(day),
        })
    }

    /// Puts handsets on a company's restricted list, or takes them off.
    pub async fn list_destinations(
        &self,
        of: &HandsetsOf,
        listed: bool,
    ) -> Result<DestinationsView> {
        let company = self.company(&of.company).await?;
        let handsets = handsets(&of.numbers, &company)?;
        self.write(Change::SetDestinations(company.id, handsets, listed))
            .await?;
        self.destinations(&company.name).await
    }

    /// A company's restricted list, and whether it holds.
    pub async fn destinations(&self, company: &str) -> Result<DestinationsView> {
        let company = self.company(company).await?;
        let handsets = self.reader.destinations(company.id).await?;
        Ok(DestinationsView {
            company: company.name,
            restricted: company.restricted,
            destinations: handsets.into_iter().map(number).collect(),
        })
    }

    /// Makes the restricted list hold, or not.
    pub async fn restrict(&self, company: &str, restricted: bool) -> Result<DestinationsView> {
        let company = self.company(company).await?;
        let patch = CompanyPatch {
            restricted: Some(restricted),
            ..CompanyPatch::default()
        };
        self.write(Change::SetCompany(company.id, patch)).await?;
        self.destinations(&company.name).await
    }

    /// The handsets that want no texts of a company.
    pub async fn opt_outs(&self, company: &str) -> Result<Vec<OptOutView>> {
        let company = self.company(company).await?;
        let rows = self.reader.opt_outs_in_full(company.id).await?;
        Ok(rows
            .into_iter()
            .map(|row| OptOutView {
                handset: number(row.handset),
                word: row.word,
                opted_at: time(row.opted_at),
            })
            .collect())
    }

    /// Puts handsets on a company's opt-out list, or takes them off.
    pub async fn set_opt_outs(&self, of: &HandsetsOf, out: bool) -> Result<Vec<OptOutView>> {
        let company = self.company(&of.company).await?;
        let handsets = handsets(&of.numbers, &company)?;
        if !out {
            let listed = self.reader.opt_outs(company.id).await?;
            if let Some(stranger) = handsets.iter().find(|handset| !listed.contains(handset)) {
                return Err(AdministrationError::Unknown {
                    what: "opt-out",
                    name: number(*stranger),
                    remedy: format!(
                        "see `emailsms admin opt-out list --company '{}'`",
                        company.name
                    ),
                });
            }
        }
        let word = out.then_some(NOTED);
        self.write(Change::SetOptOuts(company.id, handsets, word))
            .await?;
        self.opt_outs(&company.name).await
    }

    /// Replies that are with nobody, newest first; their texts only if asked for, which the log notes.
    pub async fn stranded(&self, limit: u64, with_text: bool) -> Result<Vec<StrandedView>> {
        let rows = self
            .reader
            .stranded_inbound(limit.min(MOST_STRANDED))
            .await?;
        let carriers = self.reader.carriers().await?;
        if with_text {
            tracing::info!(
                replies = rows.len(),
                "an administrator reads replies that are with nobody"
            );
        }
        let mut views = Vec::with_capacity(rows.len());
        for row in rows {
            let text = match with_text {
                true => Some(self.vault.open(row.id, Field::ReplyText, &row.text).await?),
                false => None,
            };
            views.push(StrandedView::new(row, text, &carriers));
        }
        Ok(views)
    }
}

/// The company's local day.
fn today(company: &company::Model, now: i64) -> Result<i64> {
    let zone = TimeZone::get(&company.zone).map_err(|_| {
        StoreError::Refused(format!(
            "company {}: `{}` is no time zone",
            company.id, company.zone
        ))
    })?;
    Ok(quota_day(now, &zone))
}

/// Numbers of handsets, as the company's people write them.
fn handsets(given: &[String], company: &company::Model) -> Result<Vec<i64>> {
    let country = Country::parse(&company.country).unwrap_or(Country::AU);
    let mut handsets = Vec::with_capacity(given.len());
    for given in given {
        let handset = PhoneNumber::parse(given, country).map_err(|error| {
            AdministrationError::Invalid(format!("`{}`: {error}", shown(given)))
        })?;
        handsets.push(handset.as_i64());
    }
    handsets.sort_unstable();
    handsets.dedup();
    Ok(handsets)
}

#[cfg(test)]
mod tests {
    use crate::store::mails::{Kind, NewMail};
    use crate::testbed::Bed;

    /// One that is home is not listed, one whose mail is on its way neither, nor one that another mailbox may still take.
    #[tokio::test]
    async fn a_reply_that_every_mailbox_refused_is_listed() {
        let bed = Bed::open().await;
        let company_id = bed.ann.company_id;
        let mut replies = Vec::new();
        for text in ["home", "refused", "waiting", "at the fallback"] {
            replies.push(bed.add_reply(&bed.ann, None, text).await);
        }
        let [home, refused, _, redirected] = replies[..] else {
            unreachable!()
        };
        bed.write(move |batch| {
            Box::pin(async move {
                for reply in replies {
                    batch.queue_mail(NewMail {
                        kind: Kind::Reply,
                        event_id: reply,
                        company_id,
                        sms_id: None,
                        inbound_id: Some(reply),
                        recipient: "ann@acme.example".into(),
                        mail_domain: "acme.example".into(),
                    });
                }
                for mail in batch.claim_mails(10).await? {
                    match mail.event_id {
                        reply if reply == home => batch.mail_sent(mail.id).await?,
                        reply if reply == refused || reply == redirected => {
                            batch.mail_refused(mail.id, None, "550 nobody").await?;
                        }
                        _ => {}
                    }
                    if mail.event_id == redirected {
                        let (to, domain) = ("desk@acme.example", "acme.example");
                        batch.redirect_mail(mail.id, to, domain).await?;
                    }
                }
                Ok(())
            })
        })
        .await;
        let listed = bed.administration().stranded(10, true).await.unwrap();
        let told: Vec<_> = listed
            .iter()
            .map(|reply| (reply.text.as_deref(), reply.why))
            .collect();
        assert_eq!(told, [(Some("refused"), "mail_refused")]);
    }
}
