//! The door over a real database: what each call is answered with.

use super::super::routes::{LEGACY_CALL_PATH, LEGACY_WSDL_PATH};
use super::*;
use crate::accounts::Lockouts;
use crate::clock::Clock;
use crate::config::rooms;
use crate::faults::Faults;
use crate::policy::{Carriers, Dialect, Policy};
use crate::security::{Field, Keys, Lookup, new_sms_key};
use crate::store::people::{company, user};
use crate::store::{Batch, DatabaseUrl, Store, StoreError, Work, carriers, inbound};
use crate::testbed::Log;
use crate::to_handset::Needs;
use crate::vault::Vault;
use futures::future::BoxFuture;
use std::time::Duration;
use tempfile::TempDir;
use warp::test::RequestBuilder;

const COMPANY: i64 = 1;
const USER: i64 = 2;
const OTHER_USER: i64 = 3;
const CARRIER: i64 = 4;
const HANDSET: &str = "0491570156";
const SECOND: &str = "0491570157";
/// 2026-06-30T14:30:00Z: half past midnight in Sydney, a day later.
const NOW: i64 = 1_782_829_800_000;

/// What a test changes in the database.
enum Change {
    Company(company::Model),
    User(user::Model),
    Destination(i64),
    OptOut(i64),
    Reply(inbound::Model),
    Furniture(company::Model, Vec<user::Model>),
}

impl Work for Change {
    type Answer = ();
    const NAME: &'static str = "test";

    fn run<'a>(
        works: &'a mut [Self],
        batch: &'a Batch<'_>,
    ) -> BoxFuture<'a, Result<Vec<()>, StoreError>> {
        Box::pin(async move {
            for work in works.iter() {
                match work {
                    Change::Company(row) => batch.update_company(row.clone()).await?,
                    Change::User(row) => batch.update_user(row.clone()).await?,
                    Change::Destination(to) => batch.set_destination(COMPANY, *to, true).await?,
                    Change::OptOut(to) => batch.set_opt_out(COMPANY, *to, Some("STOP")).await?,
                    Change::Reply(row) => batch.insert_inbound(row.clone()).await?,
                    Change::Furniture(company, users) => furnish(batch, company, users).await?,
                }
            }
            Ok(works.iter().map(|_| ()).collect())
        })
    }
}

async fn furnish(
    batch: &Batch<'_>,
    company: &company::Model,
    users: &[user::Model],
) -> Result<(), StoreError> {
    let domains = ["example.com".to_owned()];
    batch.insert_company(company.clone(), &domains).await?;
    for user in users {
        batch.insert_user(user.clone()).await?;
    }
    let carrier = carriers::Model {
        id: CARRIER,
        name: "smsc".into(),
        host: "127.0.0.1".into(),
        port: 2775,
        system_id: "gateway".into(),
        password: Vec::new(),
        created_at: NOW,
        settings: String::new(),
        suspended_at: None,
    };
    batch.insert_carrier(carrier).await?;
    let route = carriers::route::Model {
        prefix: "61".into(),
        rank: 1,
        name: "SAU".into(),
        carrier_id: CARRIER,
        weight: 1,
        suspended_at: None,
    };
    batch.insert_route(route).await
}

/// A gateway without a carrier's link: what is accepted stays PENDING.
struct Bed {
    door: BoxedFilter<(Response,)>,
    book: Arc<Book>,
    vault: Vault,
    store: Store,
    serials: [String; 2],
    keys: [String; 2],
    _dir: TempDir,
}

impl Bed {
    async fn new() -> Bed {
        let dir = TempDir::new().unwrap();
        let url = DatabaseUrl::Sqlite(dir.path().join("test.db"));
        crate::store::migrate(&url).await.unwrap();
        let clock = Clock::starting_at(NOW);
        let store = crate::store::open(&url, "", clock, Faults::default(), Metrics::default());
        let store = store.await.unwrap();
        let secrets = Arc::new(Keys::ephemeral());
        let serials = [(); 2].map(|()| secrets.new_serial().expose().to_owned());
        let keys = [(); 2].map(|()| new_sms_key().expose().to_owned());
        let users = [(USER, "anna"), (OTHER_USER, "bert")]
            .iter()
            .zip(serials.iter().zip(&keys))
            .map(|((id, name), (serial, key))| user_row(&secrets, *id, name, serial, key))
            .collect();
        let furniture = Change::Furniture(company_row(), users);
        store.writer.write(furniture).await.unwrap();

        let reader = store.reader.clone();
        let lockouts = Lockouts::new(10, Duration::from_secs(3600));
        let book = Arc::new(Book::new(secrets.clone(), reader.clone(), lockouts));
        let vault = Vault::new(secrets, reader.clone(), store.ids.clone());
        let policy = Arc::new(Policy {
            to_handset: rooms::ToHandset::default(),
            to_desktop: rooms::ToDesktop::default(),
            carriers: Arc::new(Carriers::alike(Dialect {
                receipts: rooms::Receipts::LastPart,
                guesses_ids: true,
            })),
            mail_domain: "sms.example.com".into(),
        });
        let to_handset = ToHandset::new(Needs {
            reader: reader.clone(),
            writer: store.writer.clone(),
            ids: store.ids.clone(),
            lease: store.lease,
            is_shared: false,
            clock,
            vault: vault.clone(),
            book: book.clone(),
            policy: policy.clone(),
            metrics: Metrics::default(),
        });
        let to_desktop = ToDesktop::new(reader, store.writer.clone(), vault.clone(), clock, policy);
        let door = routes(Soap {
            to_handset,
            to_desktop,
            book: book.clone(),
            public_url: None,
            metrics: Metrics::default(),
        });
        Bed {
            door,
            book,
            vault,
            store,
            serials,
            keys,
            _dir: dir,
        }
    }

    /// Writes it, and lets everybody know, as the claimer does in a running gateway.
    async fn change(&self, change: Change) {
        self.store.writer.write(change).await.unwrap();
        self.book
            .turn_to(self.store.reader.accounts_revision().await.unwrap());
    }

    async fn change_company(&self, change: impl FnOnce(&mut company::Model)) {
        let mut row = self.store.reader.company(COMPANY).await.unwrap().unwrap();
        change(&mut row);
        self.change(Change::Company(row)).await;
    }

    async fn change_user(&self, change: impl FnOnce(&mut user::Model)) {
        let users = self.store.reader.users(COMPANY).await.unwrap();
        let mut row = users.into_iter().find(|row| row.id == USER).unwrap();
        change(&mut row);
        self.change(Change::User(row)).await;
    }

    async fn add_reply(&self, id: i64, text: &str, reply_to: &str) {
        let key = self
            .vault
            .sealing_key(&self.store.writer, COMPANY, NOW)
            .await
            .unwrap();
        self.change(Change::Reply(inbound::Model {
            id,
            carrier_id: CARRIER,
            company_id: Some(COMPANY),
            department_id: None,
            user_id: Some(USER),
            sms_id: None,
            handset: Some(61_491_570_156),
            sender: "+61491570156".into(),
            number: "+61400000001".into(),
            text: key.seal(id, Field::ReplyText, text.as_bytes()),
            parts: 1,
            incomplete: false,
            ambiguous: false,
            reply_to: Some(reply_to.into()),
            arrived_at: NOW,
            collected_at: None,
        }))
        .await;
    }

    /// A call with these arguments, by Anna unless they say otherwise.
    async fn call(&self, operation: &str, arguments: &[(&str, &str)]) -> Said {
        let answer = posted(&envelope(self, operation, arguments))
            .reply(&self.door)
            .await;
        assert_eq!(answer.status(), 200, "{:?}", answer.body());
        assert_eq!(
            answer.headers()["content-length"],
            answer.body().len().to_string()
        );
        Said::read(answer.body())
    }

    async fn code(&self, operation: &str, arguments: &[(&str, &str)]) -> String {
        self.call(operation, arguments).await.part("return")
    }

    async fn send(&self, arguments: &[(&str, &str)]) -> Said {
        let mut all = vec![("strInRecipients", HANDSET), ("strInMessageText", "Hello")];
        all.retain(|(name, _)| arguments.iter().all(|(given, _)| given != name));
        all.extend(arguments);
        self.call("SendTextSMS", &all).await
    }

    async fn send_code(&self, arguments: &[(&str, &str)]) -> String {
        let said = self.send(arguments).await;
        let (code, ids) = (said.part("return"), said.part("strOutMessageIDs"));
        assert_eq!(code == "0", !ids.is_empty(), "{code} {ids}");
        code
    }

    async fn statuses(&self, ids: &str) -> String {
        let said = self
            .call("CheckMessageStatus", &[("strInMessageIDs", ids)])
            .await;
        assert_eq!(said.part("return"), "0");
        said.part("strOutMessageStatus")
    }
}

fn company_row() -> company::Model {
    company::Model {
        id: COMPANY,
        name: "Example".into(),
        country: "AU".into(),
        zone: "Australia/Sydney".into(),
        active: true,
        quota: None,
        receipts: i64::from(sms::Wish::Never.code()),
        restricted: false,
        fallback_address: None,
        created_at: NOW,
        suspended_at: None,
    }
}

fn user_row(secrets: &Keys, id: i64, name: &str, serial: &str, key: &str) -> user::Model {
    let hash = |kind, text| Some(secrets.lookup(kind, text).as_bytes().to_vec());
    user::Model {
        id,
        company_id: COMPANY,
        department_id: None,
        name: name.into(),
        email: format!("{name}@example.com"),
        active: true,
        quota: None,
        password_hash: None,
        serial_hash: hash(Lookup::Serial, serial),
        serial_tail: None,
        key_hash: hash(Lookup::SmsKey, key),
        created_at: NOW,
        unlocked_at: None,
    }
}

fn envelope(bed: &Bed, operation: &str, arguments: &[(&str, &str)]) -> String {
    let mut all = vec![
        ("strInSerialNo", bed.serials[0].as_str()),
        ("strInSMSKey", bed.keys[0].as_str()),
    ];
    all.retain(|(name, _)| arguments.iter().all(|(given, _)| given != name));
    all.extend(arguments);
    let body: String = all
        .iter()
        .map(|(name, value)| format!("<{name}>{value}</{name}>"))
        .collect();
    format!(
        "<S:Envelope xmlns:S=\"http://schemas.xmlsoap.org/soap/envelope/\"><S:Body>\
         <m:{operation} xmlns:m=\"urn:SOAPServerImpl-ISOAPServer\">{body}</m:{operation}></S:Body></S:Envelope>"
    )
}

fn peer_of(source: &str, tls: bool) -> Peer {
    Peer {
        addr: format!("{source}:4711").parse().unwrap(),
        tls,
    }
}

fn asked(method: &str, path: &str) -> RequestBuilder {
    warp::test::request()
        .method(method)
        .path(path)
        .extension(peer_of("192.0.2.1", false))
}

fn posted(envelope: &str) -> RequestBuilder {
    asked("POST", LEGACY_CALL_PATH)
        .header("content-type", "text/xml; charset=utf-8")
        .body(envelope)
}

/// The parts of an answer by name.
struct Said(Vec<(String, String)>);

impl Said {
    fn read(xml: &[u8]) -> Said {
        let xml = std::str::from_utf8(xml).unwrap();
        let document = roxmltree::Document::parse(xml).unwrap();
        let parts = document
            .descendants()
            .filter(|node| node.is_element() && node.tag_name().namespace().is_none());
        Said(
            parts
                .map(|part| {
                    let text = part.text().unwrap_or_default();
                    (part.tag_name().name().to_owned(), text.to_owned())
                })
                .collect(),
        )
    }

    fn part(&self, name: &str) -> String {
        let found = self.0.iter().find(|(part, _)| part == name);
        found.unwrap_or_else(|| panic!("no {name}")).1.clone()
    }
}

#[tokio::test]
async fn what_is_sent_is_pending_and_only_its_senders() {
    let bed = Bed::new().await;
    let to = format!("{HANDSET};{SECOND} +61491570156");
    let said = bed.send(&[("strInRecipients", &to)]).await;
    assert_eq!(said.part("return"), "0");
    let ids = said.part("strOutMessageIDs");
    let each: Vec<&str> = ids.split(',').collect();
    assert_eq!((each.len(), each[0]), (3, each[2]));
    assert_ne!(each[0], each[1]);

    let query = format!("{},2147480000,x,{}", each[1], each[0]);
    assert_eq!(bed.statuses(&query).await, "PENDING,ABORT,ABORT,PENDING");
    let bert = [
        ("strInSerialNo", bed.serials[1].as_str()),
        ("strInSMSKey", &bed.keys[1]),
        ("strInMessageIDs", each[0]),
    ];
    let said = bed.call("CheckMessageStatus", &bert).await;
    assert_eq!(said.part("strOutMessageStatus"), "ABORT");
    let said = bed
        .call("CheckMessageStatus", &[("strInMessageIDs", ", ")])
        .await;
    assert_eq!(
        (said.part("return"), said.part("strOutMessageStatus")),
        ("8".into(), String::new())
    );
}

#[tokio::test]
async fn parameters_have_their_codes() {
    let bed = Bed::new().await;
    let thousand = vec![HANDSET; 1_000].join(",");
    let too_many = vec![HANDSET; 1_001].join("|");
    let too_long = "x".repeat(1_531);
    for (arguments, code) in [
        (vec![("iInType", "1")], "0"),
        (vec![("iInType", "3")], "1"),
        (vec![("iInType", "2")], "0"),
        (vec![("iInType", "2"), ("strInMessageText", "Привет")], "0"),
        (vec![("iInType", "2"), ("strInMessageText", "")], "9"),
        (vec![("strInOriginator", "ACME")], "1"),
        (vec![("strInReplyEmail", "team@example.com")], "0"),
        (vec![("strInReplyEmail", "anna@elsewhere.example")], "1"),
        (vec![("strInReplyEmail", "not an address")], "1"),
        (vec![("strInMessageText", " ")], "9"),
        (vec![("strInMessageText", &too_long)], "9"),
        (vec![("strInRecipients", "")], "8"),
        (vec![("strInRecipients", "12345")], "8"),
        (vec![("strInRecipients", "0491570156,hello")], "8"),
        (vec![("strInRecipients", "+6421123456")], "8"),
        (vec![("strInRecipients", &thousand)], "0"),
        (vec![("strInRecipients", &too_many)], "8"),
        // The first check that fails decides.
        (vec![("iInType", "3"), ("strInMessageText", "")], "1"),
        (vec![("strInMessageText", ""), ("strInRecipients", "")], "9"),
        (
            vec![("strInOriginator", "ACME"), ("strInRecipients", "")],
            "1",
        ),
    ] {
        let shown = format!("{arguments:.60?}");
        assert_eq!(bed.send_code(&arguments).await, code, "{shown}");
    }
}

#[tokio::test]
async fn callers_have_their_codes() {
    let bed = Bed::new().await;
    for (arguments, code) in [
        (vec![("strInSerialNo", "")], "10"),
        (vec![("strInSerialNo", "1234")], "10"),
        (vec![("strInSerialNo", "1234567890123456")], "10"),
        (vec![("strInSMSKey", "")], "4"),
        (vec![("strInSMSKey", bed.keys[1].as_str())], "4"),
        // Who it is comes before what it wants.
        (vec![("strInSMSKey", ""), ("iInType", "3")], "4"),
    ] {
        assert_eq!(bed.send_code(&arguments).await, code, "{arguments:?}");
    }
    bed.change_user(|user| user.active = false).await;
    assert_eq!(bed.send_code(&[("iInType", "3")]).await, "2");
    assert_eq!(bed.code("GetCreditsLeft", &[]).await, "2");
    bed.change_user(|user| user.active = true).await;
    bed.change_company(|company| company.active = false).await;
    assert_eq!(bed.send_code(&[]).await, "2");
    bed.change_company(|company| company.active = true).await;
    assert_eq!(bed.send_code(&[]).await, "0");
}

#[tokio::test]
async fn the_eleventh_wrong_key_locks_this_network_only() {
    let bed = Bed::new().await;
    for _ in 0..10 {
        assert_eq!(bed.send_code(&[("strInSMSKey", "wrong")]).await, "4");
    }
    assert_eq!(bed.send_code(&[("strInSMSKey", "wrong")]).await, "3");
    assert_eq!(bed.send_code(&[]).await, "3");
    let elsewhere = posted(&envelope(&bed, "GetCreditsLeft", &[]))
        .extension(peer_of("192.0.2.2", true))
        .reply(&bed.door)
        .await;
    assert_eq!(Said::read(elsewhere.body()).part("return"), "1");
}

/// The interface has no words for a refusal; the log has, and nothing that was written.
#[tokio::test]
async fn the_log_says_why() {
    let bed = Bed::new().await;
    let log = Log::listen();
    let anna = external("usr", USER);
    for (arguments, code, reason, cause) in [
        (
            vec![("strInOriginator", "secret")],
            1,
            "originator_not_permitted",
            "The originator `…`",
        ),
        (
            vec![("strInReplyEmail", "secret")],
            1,
            "reply_address_not_permitted",
            "is no mail address",
        ),
        (
            vec![("strInRecipients", "secret")],
            8,
            "not_a_mobile_number",
            "contains letters",
        ),
        (
            vec![("strInMessageText", " ")],
            9,
            "text_refused",
            "nothing but blanks",
        ),
        (vec![("iInType", "3")], 1, "not_permitted", "iInType"),
        (
            vec![("strInSMSKey", "secret")],
            4,
            "wrong_key",
            "does not belong",
        ),
    ] {
        bed.send(&arguments).await;
        let line = log.take_line("SOAP");
        for part in [
            "SendTextSMS",
            "192.0.2.1",
            &anna,
            &format!("code={code}"),
            reason,
            cause,
        ] {
            assert!(line.contains(part), "{part} in {line}");
        }
        assert!(!line.contains("secret"), "{line}");
    }
    bed.code("GetCreditsLeft", &[]).await;
    assert!(log.take_line("SOAP").contains("not_built"));
    bed.send(&[]).await;
    assert!(log.take_line("SOAP").contains(&anna));
    for _ in 0..9 {
        bed.send(&[("strInSMSKey", "secret")]).await;
    }
    log.take();
    bed.send(&[("strInSMSKey", "secret")]).await;
    let said = log.take();
    let lock = said.lines().find(|line| line.contains("WARN")).unwrap();
    assert!(
        lock.contains(&anna) && lock.contains("192.0.2.1") && lock.contains("3600"),
        "{lock}"
    );
    bed.send(&[]).await;
    let line = log.take_line("SOAP");
    assert!(line.contains("locked") && line.contains(&anna), "{line}");
}

#[tokio::test]
async fn destinations_and_quotas_have_their_codes() {
    let bed = Bed::new().await;
    let both = format!("{HANDSET},{SECOND}");
    bed.change(Change::OptOut(61_491_570_156)).await;
    assert_eq!(bed.send_code(&[]).await, "13");
    let said = bed.send(&[("strInRecipients", &both)]).await;
    assert_eq!(
        bed.statuses(&said.part("strOutMessageIDs")).await,
        "ABORT,PENDING"
    );

    bed.change_company(|company| company.restricted = true)
        .await;
    let second = [("strInRecipients", SECOND)];
    assert_eq!(bed.send_code(&second).await, "13");
    bed.change(Change::Destination(61_491_570_157)).await;
    assert_eq!(bed.send_code(&second).await, "0");

    bed.change_user(|user| user.quota = Some(3)).await;
    assert_eq!(bed.send_code(&second).await, "0");
    assert_eq!(bed.send_code(&second).await, "12");
}

#[tokio::test]
async fn a_reply_is_handed_out_once() {
    let bed = Bed::new().await;
    bed.add_reply(11, "Yes & <no> 👍", "anna@example.com").await;
    bed.add_reply(12, "For the team", "team@example.com").await;
    let parts = |said: &Said| {
        [
            "strOutSender",
            "strOutMessageContent",
            "strOutTimeStamp",
            "iOutMessagesLeft",
            "return",
        ]
        .map(|name| said.part(name))
    };
    let only_team = [("strInReplyEmail", "Team@example.com")];
    let said = bed.call("GetIncomingMessage", &only_team).await;
    let expected = [
        "61491570156",
        "For the team",
        "2026-07-01 00:30:00",
        "0",
        "0",
    ];
    assert_eq!(parts(&said), expected);
    let nothing = ["", "", "", "0", "0"];
    let said = bed.call("GetIncomingMessage", &only_team).await;
    assert_eq!(parts(&said), nothing);

    bed.add_reply(13, "Later", "anna@example.com").await;
    let said = bed.call("GetIncomingMessage", &[]).await;
    assert_eq!(
        (
            said.part("strOutMessageContent"),
            said.part("iOutMessagesLeft")
        ),
        ("Yes & <no> 👍".into(), "1".into())
    );
    bed.call("GetIncomingMessage", &[]).await;
    let said = bed.call("GetIncomingMessage", &[]).await;
    assert_eq!(parts(&said), nothing);
}

#[tokio::test]
async fn octets_are_taken_and_judged() {
    let bed = Bed::new().await;
    let send = async |arguments: &[(&str, &str)]| {
        let mut all = vec![("strInRecipients", HANDSET), ("strInBinaryContent", "AAH/")];
        all.retain(|(name, _)| arguments.iter().all(|(given, _)| given != name));
        all.extend(arguments);
        let said = bed.call("SendBinarySMS", &all).await;
        let (code, ids) = (said.part("return"), said.part("strOutMessageIDs"));
        assert_eq!(code == "0", !ids.is_empty(), "{code} {ids}");
        code
    };
    let much = "A".repeat(140 * 8);
    for (arguments, code) in [
        (&[][..], "0"),
        (&[("iInType", "1")], "0"),
        (&[("iInType", "2")], "1"),
        (&[("strInExtraParam", "06 05 04 0B84 23F0")], "0"),
        (&[("strInExtraParam", "05040b8423f0")], "0"),
        (&[("strInExtraParam", "0504")], "9"),
        (&[("strInExtraParam", "ports")], "9"),
        (&[("strInBinaryContent", "")], "9"),
        (&[("strInBinaryContent", "?")], "9"),
        (&[("strInBinaryContent", &much)], "0"),
        (&[("strInRecipients", "12")], "8"),
        (&[("strInReplyEmail", "x@elsewhere.example")], "1"),
        (&[("strInSMSKey", "wrong")], "4"),
    ] {
        assert_eq!(send(arguments).await, code, "{arguments:?}");
    }
}

#[tokio::test]
async fn other_operations_know_their_caller_and_say_no() {
    let bed = Bed::new().await;
    for operation in [
        "GetPropertyPage",
        "GetCreditsLeft",
        "GetLicenseInformation",
        "EnterSchedule",
        "EnterScheduleExt",
        "DeleteSchedule",
        "GetListNames",
        "GetListEntries",
    ] {
        assert_eq!(bed.code(operation, &[]).await, "1", "{operation}");
        let wrong = [("strInSMSKey", "wrong")];
        let serial = [("strInSerialNo", "nobody")];
        assert_eq!(bed.code(operation, &serial).await, "10", "{operation}");
        assert_eq!(bed.code(operation, &wrong).await, "4", "{operation}");
    }
    let nobody = [("strInSerialNo", "nobody")];
    assert_eq!(bed.code("RegisterAccount", &nobody).await, "1");
    assert_eq!(bed.code("RedWebServiceVersion", &[]).await, "5.0");
}

#[tokio::test]
async fn the_door_answers_our_own_call_and_no_other_page_passes_for_it() {
    use crate::soap::self_call::{SelfCallError, call};
    use crate::web::listener::{Limits, serve};
    use crate::web::own_door::OwnDoor;
    use tokio_util::sync::CancellationToken;
    let bed = Bed::new().await;
    let page = |status, text: &'static str| {
        let page = move || warp::reply::with_status(text, status);
        let answer = warp::any().map(move || warp::Reply::into_response(page()));
        answer.boxed()
    };
    let asked = async |filter| {
        let socket = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = OwnDoor::new(socket.local_addr().unwrap(), None);
        let stop = CancellationToken::new();
        let serving = serve(socket, None, filter, Limits::default(), stop.clone());
        let (outcome, ()) = tokio::join!(
            async {
                let outcome = call(&door).await;
                stop.cancel();
                outcome
            },
            serving
        );
        outcome
    };
    asked(bed.door.clone()).await.unwrap();
    let other = asked(page(StatusCode::OK, "Welcome!")).await;
    assert!(matches!(other, Err(SelfCallError::Other)), "{other:?}");
    let down = asked(page(StatusCode::SERVICE_UNAVAILABLE, "")).await;
    assert!(matches!(down, Err(SelfCallError::Status(_))), "{down:?}");
}

#[tokio::test]
async fn malformed_calls_are_faults() {
    let bed = Bed::new().await;
    let good = envelope(&bed, "RedWebServiceVersion", &[]);
    let huge = format!("{good}{}", " ".repeat(MAX_BYTES));
    let with_doctype = format!("<!DOCTYPE x>{good}");
    let unknown = envelope(&bed, "SendText", &[]);
    for (request, word) in [
        (posted(""), "is empty"),
        (posted("hello"), "not well-formed"),
        (posted(&huge), "larger than 1048576 bytes"),
        (posted(&with_doctype), "DOCTYPE"),
        (posted(&unknown), "no operation"),
        (
            posted(&good).header("content-encoding", "gzip"),
            "compressed",
        ),
        (
            posted(&good).header("content-encoding", "x-own"),
            "compressed",
        ),
    ] {
        let answer = request.reply(&bed.door).await;
        let body = String::from_utf8_lossy(answer.body());
        assert_eq!(answer.status(), 500);
        assert_eq!(answer.headers()["content-length"], body.len().to_string());
        assert!(body.contains(word) && body.contains("Fault"), "{body}");
    }
    let answer = posted(&good)
        .header("content-encoding", "identity")
        .header("host", "what is this")
        .reply(&bed.door)
        .await;
    assert_eq!(answer.status(), 200);
}

#[tokio::test]
async fn the_wsdl_names_where_it_was_asked_for() {
    let bed = Bed::new().await;
    let get = |path, tls| asked("GET", path).extension(peer_of("192.0.2.1", tls));
    let answer = get("/soapserver.dll/WSDL/isoapserver?x", true)
        .header("host", "sms.example.com:8443")
        .reply(&bed.door)
        .await;
    assert_eq!(answer.status(), 200);
    let body = String::from_utf8_lossy(answer.body()).into_owned();
    assert!(body.contains("\"https://sms.example.com:8443/soapserver.dll/soap/ISoapServer\""));

    let plain = get(LEGACY_WSDL_PATH, false)
        .header("host", "sms.example.com:8443")
        .reply(&bed.door)
        .await;
    // One letter less: http.
    assert_eq!(plain.body().len(), body.len() - 1);

    let answer = get(LEGACY_WSDL_PATH, false)
        .header("host", "what is this")
        .reply(&bed.door)
        .await;
    assert_eq!(answer.status(), 400);
    assert!(answer.body().starts_with(b"the Host header"));
}

#[tokio::test]
async fn other_methods_and_paths_are_not_served() {
    let bed = Bed::new().await;
    for (method, path, allow) in [
        ("PUT", LEGACY_CALL_PATH, "GET, HEAD, POST"),
        ("POST", LEGACY_WSDL_PATH, "GET, HEAD"),
    ] {
        let answer = asked(method, path).reply(&bed.door).await;
        assert_eq!(answer.status(), 405);
        assert_eq!(answer.headers()["allow"], allow);
    }
    let others = warp::any().map(|| Response::new("another door".into()));
    let both = bed.door.clone().or(others).unify();
    let answer = asked("POST", "/v1/messages").body("x").reply(&both).await;
    assert_eq!(answer.body(), "another door");
}
