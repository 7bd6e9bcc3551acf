//! Administrators' round trips on a database of its own.

use super::request::{
    ApiKeyOf, ApiKeyWish, CompanyChange, HandsetsOf, NewCarrier, NewCompany, NewDepartment,
    NewQuota, NewRoute, NewUser, NumbersOf, OfDepartment, OfUser, PasswordFile, Receipts, RouteOf,
    UserChange,
};
use super::*;
use crate::accounts::{Book, Lockouts};
use crate::faults::Faults;
use crate::security::Secret;
use crate::store::{self, DatabaseUrl};
use std::net::{IpAddr, Ipv4Addr};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

struct Bench {
    administration: Administration,
    store: Store,
    dir: tempfile::TempDir,
}

impl Bench {
    async fn new() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("emailsms.db"));
        store::migrate(&url).await.unwrap();
        let store = store::open(
            &url,
            "",
            Clock::default(),
            Faults::default(),
            crate::metrics::Metrics::default(),
        )
        .await
        .unwrap();
        let keys = Arc::new(Keys::ephemeral());
        let administration = Administration::new(
            &store,
            keys,
            Clock::default(),
            rooms::Accounts::default(),
            rooms::Carrier::default(),
        );
        Self {
            administration,
            store,
            dir,
        }
    }

    /// Acme with Sales, Jo, one carrier.
    async fn furnished() -> (Self, view::Activated) {
        let bench = Self::new().await;
        let admin = &bench.administration;
        admin.add_company(&acme()).await.unwrap();
        let sales = NewDepartment {
            company: "Acme".into(),
            name: "Sales".into(),
            quota: Some(50),
        };
        admin.add_department(&sales).await.unwrap();
        let jo = admin.add_user(&jo()).await.unwrap();
        admin.add_carrier(&telco()).await.unwrap();
        (bench, jo)
    }

    fn book(&self) -> Book {
        let lockouts = Lockouts::new(10, Duration::from_secs(60));
        Book::new(
            self.administration.keys.clone(),
            self.store.reader.clone(),
            lockouts,
        )
    }
}

fn acme() -> NewCompany {
    NewCompany {
        name: "Acme".into(),
        zone: Some("australia/perth".into()),
        receipts: Some(Receipts::Failures),
        domains: vec!["Acme.example".into()],
        ..NewCompany::default()
    }
}

fn jo() -> NewUser {
    NewUser {
        company: "acme".into(),
        email: "Jo@Acme.example".into(),
        name: Some("Jo Lee".into()),
        department: Some("sales".into()),
        quota: None,
    }
}

fn telco() -> NewCarrier {
    NewCarrier {
        name: "telco".into(),
        host: "smsc.telco.example".into(),
        port: 2775,
        system_id: "acme".into(),
        password: PasswordFile {
            file: None,
            secret: Some(Secret::new("hunter2")),
        },
        set: vec!["tls=tls".into()],
    }
}

fn of(email: &str) -> OfUser {
    OfUser {
        email: email.into(),
        company: None,
    }
}

fn error<T>(result: Result<T>) -> String {
    match result {
        Ok(_) => "it was done".into(),
        Err(error) => error.to_string(),
    }
}

#[tokio::test]
async fn a_company_goes_round() {
    let bench = Bench::new().await;
    let admin = &bench.administration;
    let revision = admin.reader.accounts_revision().await.unwrap();
    let added = admin.add_company(&acme()).await.unwrap();
    assert_eq!(
        (added.zone.as_str(), added.country.as_str()),
        ("Australia/Perth", "AU")
    );
    assert_eq!((added.receipts.as_str(), added.active), ("failures", true));
    assert_eq!(added.mail_domains, ["acme.example"]);
    assert!(admin.reader.accounts_revision().await.unwrap() > revision);
    let change = CompanyChange {
        name: "ACME".into(),
        rename: Some("Acme Ltd".into()),
        country: Some("nz".into()),
        restricted: Some(true),
        fallback: Some("office@acme.example".into()),
        add_domains: vec!["acme.test".into()],
        remove_domains: vec!["acme.example".into()],
        ..CompanyChange::default()
    };
    let changed = admin.set_company(&change).await.unwrap();
    assert_eq!(
        (changed.name.as_str(), changed.country.as_str()),
        ("Acme Ltd", "NZ")
    );
    assert_eq!(changed.mail_domains, ["acme.test"]);
    assert_eq!(
        changed.fallback_address.as_deref(),
        Some("office@acme.example")
    );
    assert!(changed.restricted && changed.zone == "Australia/Perth");
    assert!(
        !admin
            .activate_company("Acme Ltd", false)
            .await
            .unwrap()
            .active
    );
    assert_eq!(admin.companies().await.unwrap().len(), 1);
}

#[tokio::test]
async fn a_user_can_send_with_what_it_was_given_once() {
    let (bench, jo) = Bench::furnished().await;
    let admin = &bench.administration;
    assert_eq!(jo.user.department.as_deref(), Some("Sales"));
    assert!(
        jo.serial
            .expose()
            .ends_with(jo.user.serial_tail.as_deref().unwrap())
    );
    let (book, here) = (bench.book(), IpAddr::V4(Ipv4Addr::LOCALHOST));
    let (serial, key) = (jo.serial.expose(), jo.key.expose());
    assert!(book.by_serial(serial, key, here).await.is_ok());

    let rotated = admin.rotate_serial(&of("jo@acme.example")).await.unwrap();
    let book = bench.book();
    assert!(book.by_serial(serial, key, here).await.is_err());
    let (serial, key) = (rotated.serial.expose(), rotated.key.expose());
    assert!(book.by_serial(serial, key, here).await.is_ok());

    let wish = ApiKeyWish {
        user: of("jo@acme.example"),
        test: true,
        expires_days: Some(2),
        scopes: vec![request::Scope::Admin],
    };
    let made = admin.add_api_key(&wish).await.unwrap();
    let now = Clock::default().now();
    let found = book.by_api_key(made.api_key.expose(), now).await.unwrap();
    assert!(!found.is_live);
    assert_eq!(found.scopes.to_string(), "admin");
    assert_eq!(made.view.scopes, ["admin"]);
    assert!(
        book.by_api_key(made.api_key.expose(), now + 3 * 86_400_000)
            .await
            .is_err()
    );
    let revoke = ApiKeyOf {
        user: of("JO@acme.example"),
        key: made.view.prefix.clone(),
    };
    assert!(
        admin
            .revoke_api_key(&revoke)
            .await
            .unwrap()
            .revoked_at
            .is_some()
    );
    assert!(
        bench
            .book()
            .by_api_key(made.api_key.expose(), now)
            .await
            .is_err()
    );
    assert!(error(admin.revoke_api_key(&revoke).await).contains("revoked before"));

    let change = UserChange {
        user: of("jo@acme.example"),
        new_email: Some("jolee@acme.example".into()),
        name: None,
        department: None,
        no_department: true,
    };
    let changed = admin.set_user(&change).await.unwrap();
    assert_eq!(
        (changed.department, changed.name.as_str()),
        (None, "Jo Lee")
    );
    assert!(
        !admin
            .activate_user(&of("jolee@acme.example"), false)
            .await
            .unwrap()
            .active
    );
    let hidden = serde_json::to_string(&(&jo, &made)).unwrap();
    assert!(!hidden.contains(jo.key.expose()) && !hidden.contains(made.api_key.expose()));
    assert_eq!(jo.exposed()["key"], jo.key.expose());
}

#[tokio::test]
async fn rules_go_round() {
    let (bench, _) = Bench::furnished().await;
    let admin = &bench.administration;
    let quota = |department: Option<&str>, email: Option<&str>, parts| NewQuota {
        company: "Acme".into(),
        department: department.map(str::to_owned),
        email: email.map(str::to_owned),
        parts,
        none: parts.is_none(),
    };
    admin
        .set_quota(&quota(None, None, Some(100)))
        .await
        .unwrap();
    admin
        .set_quota(&quota(None, Some("jo@acme.example"), Some(5)))
        .await
        .unwrap();
    admin
        .set_quota(&quota(Some("Sales"), None, None))
        .await
        .unwrap();
    let quotas: Vec<(&str, Option<i64>)> = admin
        .quotas("Acme")
        .await
        .unwrap()
        .iter()
        .map(|view| (view.scope, view.quota))
        .collect();
    assert_eq!(quotas, [("company", Some(100)), ("user", Some(5))]);

    let handsets = |numbers: &[&str]| HandsetsOf {
        company: "Acme".into(),
        numbers: numbers.iter().map(|number| (*number).to_owned()).collect(),
    };
    let some = handsets(&["0491 570 156", "+61491570156", "+61491570157"]);
    let listed = admin.list_destinations(&some, true).await.unwrap();
    assert_eq!(listed.destinations, ["+61491570156", "+61491570157"]);
    assert!(admin.restrict("Acme", true).await.unwrap().restricted);
    let one = handsets(&["0491570157"]);
    let listed = admin.list_destinations(&one, false).await.unwrap();
    assert_eq!((listed.destinations.len(), listed.restricted), (1, true));

    assert_eq!(
        admin.set_opt_outs(&one, true).await.unwrap()[0].handset,
        "+61491570157"
    );
    assert_eq!(admin.set_opt_outs(&one, false).await.unwrap(), []);
    assert!(error(admin.set_opt_outs(&one, false).await).contains("opt-out list"));
    assert_eq!(admin.stranded(10, true).await.unwrap(), []);
}

#[tokio::test]
async fn the_network_goes_round() {
    let (bench, _) = Bench::furnished().await;
    let admin = &bench.administration;
    let range = NumbersOf {
        carrier: None,
        numbers: vec!["+61400000001..+61400000300".into()],
    };
    let added = admin.add_numbers(&range).await.unwrap();
    assert_eq!(
        (added.len(), added[299].number.as_str()),
        (300, "+61400000300")
    );
    assert!(error(admin.add_numbers(&range).await).contains("already"));
    let removed = admin
        .remove_numbers(&["0400000001..0400000010".into()])
        .await
        .unwrap();
    assert!(removed.len() == 10 && removed[0].removed_at.is_some());
    let again = NumbersOf {
        carrier: Some("Telco".into()),
        numbers: vec!["+61400000001".into()],
    };
    assert_eq!(admin.add_numbers(&again).await.unwrap()[0].removed_at, None);
    assert!(error(admin.remove_numbers(&["+61400000999".into()]).await).contains("number list"));

    let carrier = bench.store.reader.carriers().await.unwrap().remove(0);
    let opened = admin
        .keys
        .open_secret(carrier.id, "carrier.password", &carrier.password);
    assert_eq!(opened.unwrap().as_slice(), b"hunter2");
    let change = request::CarrierChange {
        name: "telco".into(),
        port: Some(2776),
        ..request::CarrierChange::default()
    };
    assert_eq!(admin.set_carrier(&change).await.unwrap().port, 2776);
    let kept = bench.store.reader.carriers().await.unwrap().remove(0);
    assert_eq!(kept.password, carrier.password);
    let change = request::CarrierChange {
        name: "telco".into(),
        set: vec!["window=50".into(), "bind=split".into()],
        ..request::CarrierChange::default()
    };
    let own = json!(admin.set_carrier(&change).await.unwrap().settings);
    assert_eq!(own, json!({"bind": "split", "tls": "tls", "window": 50}));
    let change = request::CarrierChange {
        name: "telco".into(),
        unset: vec!["bind".into()],
        ..request::CarrierChange::default()
    };
    admin.set_carrier(&change).await.unwrap();
    let own = json!(admin.show_carrier("telco").await.unwrap().settings);
    assert_eq!(own, json!({"tls": "tls", "window": 50}));
    let kept = bench.store.reader.carriers().await.unwrap().remove(0);
    assert_eq!(kept.port, 2776);
    for (set, says) in [("window=0", "window: must be"), ("host=a", "--host")] {
        let wanted = NewCarrier {
            name: "b".into(),
            set: vec![set.into()],
            ..telco()
        };
        let said = error(admin.add_carrier(&wanted).await);
        assert!(said.contains(says), "{said}");
    }

    // What its link would refuse to speak to in the clear is refused here, with both remedies.
    let in_the_clear = request::CarrierChange {
        name: "telco".into(),
        unset: vec!["tls".into()],
        ..request::CarrierChange::default()
    };
    let said = error(admin.set_carrier(&in_the_clear).await);
    assert!(said.contains("smsc.telco.example would be reached in the clear"));
    for (host, set, fits) in [
        ("192.0.2.1", None, false),
        ("smsc.telco.example", None, false),
        ("192.0.2.1", Some("private_network=true"), true),
        ("localhost", None, true),
        ("::1", None, true),
    ] {
        let wanted = NewCarrier {
            name: format!("{host} {set:?}"),
            host: host.into(),
            set: set.map(str::to_owned).into_iter().collect(),
            ..telco()
        };
        let added = admin.add_carrier(&wanted).await;
        assert_eq!(added.is_ok(), fits, "{host} {set:?}: {}", error(added));
    }

    let mut route = new_route("+61");
    route.carrier = Some("telco".into());
    assert_eq!(admin.add_route(&route).await.unwrap().rank, 1);
    assert!(error(admin.add_route(&route).await).contains("remove it first"));
    let first = RouteOf {
        prefix: "61".into(),
        carrier: None,
    };
    assert_eq!(admin.remove_route(&first).await.unwrap().len(), 0);
    assert!(error(admin.remove_route(&first).await).contains("route list"));
}

fn new_route(prefix: &str) -> NewRoute {
    NewRoute {
        prefix: prefix.into(),
        carrier: None,
        name: None,
        rank: None,
        weight: 1,
    }
}

/// What was added to or removed from the pool since the start was meant so; what the settings name besides is told.
#[tokio::test]
async fn only_numbers_that_the_database_never_had_are_told() {
    let bench = Bench::new().await;
    let admin = &bench.administration;
    let mut first = FirstCarrier {
        name: "telco".into(),
        host: "localhost".into(),
        port: 2775,
        system_id: "acme".into(),
        password: Secret::new("hunter2"),
        numbers: vec!["+61400000001".into(), "+61400000002".into()],
    };
    assert!(admin.begin_with(&first).await.unwrap());
    let more = NumbersOf {
        carrier: None,
        numbers: vec!["+61400000010".into()],
    };
    admin.add_numbers(&more).await.unwrap();
    admin
        .remove_numbers(&["+61400000002".into()])
        .await
        .unwrap();
    assert_eq!(admin.differences(&first, "").await.unwrap(), [""; 0]);
    assert_eq!(admin.missing_numbers(&first, "").await.unwrap(), None);
    first.numbers.push("+61400000009".into());
    // Another name for the same place: the command names the database's.
    first.name = "carrier".into();
    let told = admin
        .missing_numbers(&first, "--config g.toml")
        .await
        .unwrap();
    let command = "emailsms admin --config g.toml number add --carrier 'telco' +61400000009";
    assert!(
        told.as_ref().is_some_and(|told| told.ends_with(command)),
        "{told:?}"
    );
    assert_eq!(admin.differences(&first, "").await.unwrap(), [""; 0]);
}

/// Whether a carrier's links stand is what the slots say.
#[tokio::test]
async fn a_carrier_is_up_where_a_link_stands_on_a_slot() {
    let (bench, _) = Bench::furnished().await;
    let admin = &bench.administration;
    let carrier_id = admin.carriers().await.unwrap()[0].row_id;
    let named = request::Named {
        name: "telco".into(),
    };
    for (is_bound, state) in [(false, "down"), (true, "up"), (false, "down")] {
        let slot = store::slots::Slot {
            carrier_id,
            number: 1,
        };
        bench
            .store
            .writer
            .write(Hold(slot, is_bound))
            .await
            .unwrap();
        assert_eq!(admin.carriers().await.unwrap()[0].state, state);
        assert_eq!(admin.show_carrier("telco").await.unwrap().state, state);
    }
    // A gateway knows it by itself, and on SQLite only so.
    let gateway = admin.clone().knowing_links(move |id| id == carrier_id);
    assert_eq!(gateway.show_carrier("telco").await.unwrap().state, "up");
    assert_eq!(
        admin.suspend_carrier(&named).await.unwrap().state,
        "suspended"
    );
    assert_eq!(admin.resume_carrier(&named).await.unwrap().state, "down");
}

/// A node that has a slot, and a link there or none.
struct Hold(store::slots::Slot, bool);

impl store::Work for Hold {
    type Answer = ();
    const NAME: &'static str = "hold";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a store::Batch<'_>,
    ) -> futures::future::BoxFuture<'a, std::result::Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for Hold(slot, is_bound) in works.iter() {
                batch.hold_slot(*slot, *is_bound).await?;
            }
            Ok(vec![(); works.len()])
        })
    }
}

/// What is suspended shows since when, and what is resumed does not.
#[tokio::test]
async fn suspending_and_resuming() {
    let bench = Bench::new().await;
    let admin = &bench.administration;
    let of = |company: Option<&str>| request::QueueOf {
        company: company.map(str::to_owned),
        all: company.is_none(),
    };
    admin.add_company(&acme()).await.unwrap();
    for whose in [None, Some("Acme")] {
        let off = admin.suspend_queue(&of(whose)).await.unwrap();
        assert!(off["suspended_at"].is_string(), "{off}");
        let again = admin.suspend_queue(&of(whose)).await.unwrap();
        assert_eq!(again, off, "what is suspended stays so since then");
        let on = admin.resume_queue(&of(whose)).await.unwrap();
        assert!(on["suspended_at"].is_null(), "{on}");
    }
    let nobody = error(admin.suspend_queue(&of(Some("Acmee"))).await);
    assert!(nobody.contains("Acme"), "{nobody}");
    let route = request::Named { name: "SAU".into() };
    assert!(error(admin.suspend_routes(&route).await).contains("route list"));
    let held = request::SmsOf {
        sms: "msg_1".into(),
    };
    assert!(error(admin.release_held(&held).await).contains("queue held"));
    assert!(admin.queue().await.unwrap().is_empty());
}

/// What cannot be says so, and says what to do.
#[tokio::test]
async fn refusals_help() {
    let (bench, _) = Bench::furnished().await;
    let admin = &bench.administration;
    let company = |name: &str, zone: &str, country: &str, domain: &str| NewCompany {
        name: name.into(),
        zone: Some(zone.into()),
        country: Some(country.into()),
        domains: vec![domain.into()],
        ..NewCompany::default()
    };
    let perth = "Australia/Perth";
    for (wanted, says) in [
        (company("Acme", perth, "AU", "a.example"), "`Acme` already"),
        (company("\u{7}", perth, "AU", "a.example"), "--name"),
        (
            company("B", "Australia/Pert", "AU", "a.example"),
            "did you mean `Australia/Perth`",
        ),
        (
            company("B", "Nowhere", "AU", "a.example"),
            "such as Australia/Sydney",
        ),
        (company("B", perth, "Australia", "a.example"), "--country"),
        (company("B", perth, "AU", "a b"), "mail domain"),
        (company("B", perth, "AU", "ACME.example"), "one company"),
    ] {
        let said = error(admin.add_company(&wanted).await);
        assert!(said.contains(says), "{said}");
    }
    for (wanted, says) in [
        (
            NewUser {
                company: "Acmee".into(),
                ..jo()
            },
            "did you mean `Acme`?",
        ),
        (
            NewUser {
                company: "zzz".into(),
                ..jo()
            },
            "there is Acme",
        ),
        (
            NewUser {
                email: "jo".into(),
                ..jo()
            },
            "--email",
        ),
        (
            NewUser {
                department: Some("Sails".into()),
                ..jo()
            },
            "did you mean `Sales`?",
        ),
        (jo(), "rotate-serial"),
    ] {
        let said = error(admin.add_user(&wanted).await);
        assert!(said.contains(says), "{said}");
    }
    let long = PasswordFile {
        file: None,
        secret: Some(Secret::new("123456789")),
    };
    for (wanted, says) in [
        (telco(), "`telco` already"),
        (
            NewCarrier {
                name: "b".into(),
                host: "smsc:2775".into(),
                ..telco()
            },
            "--port",
        ),
        (
            NewCarrier {
                name: "b".into(),
                port: 0,
                ..telco()
            },
            "--port",
        ),
        (
            NewCarrier {
                name: "b".into(),
                system_id: "x".repeat(16),
                ..telco()
            },
            "--system-id",
        ),
        (
            NewCarrier {
                name: "b".into(),
                password: long,
                ..telco()
            },
            "8 characters",
        ),
        (
            NewCarrier {
                name: "b".into(),
                password: PasswordFile::default(),
                ..telco()
            },
            "--password-file",
        ),
    ] {
        let said = error(admin.add_carrier(&wanted).await);
        assert!(said.contains(says), "{said}");
    }
    for (numbers, says) in [
        ("12..", "12"),
        ("+61400000002..+61400000001", "below its first"),
        ("+61400000001..+61499999999", "check the range"),
        ("\u{1b}[2J", "[2J"),
    ] {
        let wanted = NumbersOf {
            carrier: None,
            numbers: vec![numbers.into()],
        };
        let said = error(admin.add_numbers(&wanted).await);
        assert!(said.contains(says) && !said.contains('\u{1b}'), "{said}");
    }
    assert!(error(admin.add_route(&new_route("0061")).await).contains("--prefix"));
    let nobody = error(admin.show_user(&of("nobody@acme.example")).await);
    assert!(nobody.contains("user list"), "{nobody}");
    let nowhere = OfDepartment {
        name: "Sales".into(),
        company: "Acm".into(),
    };
    assert!(
        error(admin.activate_department(&nowhere, true).await).contains("did you mean `Acme`?")
    );
}

#[tokio::test]
async fn a_running_gateway_answers_at_its_socket() {
    let (bench, _) = Bench::furnished().await;
    // Longer than the address of a socket may be.
    let deep = bench.dir.path().join("d".repeat(60)).join("e".repeat(60));
    std::fs::create_dir_all(&deep).unwrap();
    for dir in [bench.dir.path(), deep.as_path()] {
        let path = socket::path_of(&dir.join("emailsms.db"));
        assert!(matches!(
            ask(&path, &list()).await,
            Err(socket::AskError::NobodyThere)
        ));
        // A dead process left one behind.
        if dir == bench.dir.path() {
            drop(std::os::unix::net::UnixListener::bind(&path).unwrap());
            assert!(matches!(
                ask(&path, &list()).await,
                Err(socket::AskError::NobodyThere)
            ));
        }
        let stop = CancellationToken::new();
        let served = tokio::spawn(socket::serve(
            path.clone(),
            bench.administration.clone(),
            stop.clone(),
        ));
        let companies = loop {
            match ask(&path, &list()).await {
                Err(socket::AskError::NobodyThere) => tokio::task::yield_now().await,
                answer => break answer.unwrap(),
            }
        };
        assert_eq!(companies[0]["name"], "Acme");
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        let wrong = Request::Company(CompanyRequest::Show(request::Named { name: "Acm".into() }));
        match ask(&path, &wrong).await {
            Err(socket::AskError::Refused(refused)) => {
                assert!(!refused.is_misuse && refused.text.contains("did you mean"));
            }
            other => panic!("{other:?}"),
        }
        let carrier = NewCarrier {
            name: dir.display().to_string().chars().rev().take(9).collect(),
            ..telco()
        };
        let sent = Request::Carrier(CarrierRequest::Add(carrier));
        assert_eq!(ask(&path, &sent).await.unwrap()["system_id"], "acme");
        stop.cancel();
        served.await.unwrap().unwrap();
        assert!(!path.exists());
    }
    // The password came over the socket, and not as what a secret shows of itself.
    for carrier in bench.store.reader.carriers().await.unwrap() {
        let opened = bench.administration.keys.open_secret(
            carrier.id,
            "carrier.password",
            &carrier.password,
        );
        assert_eq!(opened.unwrap().as_slice(), b"hunter2");
    }
}

fn list() -> Request {
    Request::Company(CompanyRequest::List)
}

async fn ask(path: &Path, request: &Request) -> std::result::Result<Value, socket::AskError> {
    socket::ask(path, request).await
}
