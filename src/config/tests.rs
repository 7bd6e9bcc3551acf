//! What the layers make together, and what is said of mistakes in them.

use super::*;
use rooms::{InDoubt, MailTls, Outage};
use std::time::Duration;

fn from_text(text: &str) -> Layers {
    Layers::new().text(Path::new("gateway.toml"), text)
}

fn from_set(arguments: &[&str]) -> Result<Loaded, ConfigErrors> {
    Layers::new().set(arguments).finish(Purpose::Demo)
}

#[test]
fn nothing_given_is_the_defaults() {
    let loaded = Layers::new().finish(Purpose::Demo).expect("the defaults");
    let to_handset = &loaded.settings.to_handset;
    assert_eq!(
        to_handset.retry_delay_s.duration(),
        Duration::from_secs(120)
    );
    assert_eq!((to_handset.retries, to_handset.in_doubt_resends), (10, 1));
    assert_eq!(loaded.settings.to_desktop.reply_window_s.ms(), 864_000_000);
    assert_eq!(loaded.settings.http.http_listen, None, "plain HTTP is off");
    assert_eq!(loaded.origin("to_handset.retries"), Origin::Default);
}

#[test]
fn later_layers_win() {
    let loaded = Layers::new()
        .command(
            "demo",
            "to_handset = { outage = 'hold', retries = 1, in_doubt = 'hold' }"
                .parse()
                .expect("TOML"),
        )
        .text(
            Path::new("gateway.toml"),
            "[to_handset]\nretries = 2\nmax_parts = 2\nqueue_cap = 2\n[mail]\ntls = 'none'",
        )
        .environment([
            ("EMAILSMS__TO_HANDSET__MAX_PARTS".to_owned(), "3".to_owned()),
            ("EMAILSMS__TO_HANDSET__QUEUE_CAP".to_owned(), "3".to_owned()),
            ("HOME".to_owned(), "/root".to_owned()),
            ("EMAILSMS_OTHER".to_owned(), "x".to_owned()),
        ])
        .set(["to_handset.queue_cap=4", "to_handset.retry_delay_s=0.25"])
        .finish(Purpose::Demo)
        .expect("fits");
    let to_handset = &loaded.settings.to_handset;
    assert_eq!(to_handset.outage, Outage::Hold);
    assert_eq!(to_handset.in_doubt, InDoubt::Hold);
    assert_eq!(
        (
            to_handset.retries,
            to_handset.max_parts,
            to_handset.queue_cap
        ),
        (2, 3, 4)
    );
    assert_eq!(to_handset.retry_delay_s.ms(), 250);
    assert_eq!(loaded.settings.mail.tls, MailTls::None);
    for (key, origin) in [
        ("to_handset.outage", Origin::Command("demo")),
        ("to_handset.retries", Origin::File("gateway.toml".into())),
        (
            "to_handset.max_parts",
            Origin::Environment("EMAILSMS__TO_HANDSET__MAX_PARTS".to_owned()),
        ),
        ("to_handset.queue_cap", Origin::Set),
    ] {
        assert_eq!(loaded.origin(key), origin, "{key}");
    }
}

#[test]
fn typed_values_are_toml_or_else_texts() {
    let settings = from_set(&[
        r#"pool.numbers=["+61400000001","+61400000002"]"#,
        "carrier.system_id=1234",
        "carrier.system_type=true",
        "carrier.password=007",
        "carrier.private_network=true",
        "carrier.rate=5",
        "carrier.interface_version=3.3",
        "carrier.statuses={ 0x58 = 'permanent', ESME_RMSGQFUL = 'throttled', 1025 = 'queue_full' }",
        "mail.relay=127.0.0.1:2525",
        "http.http_listen=127.0.0.1:80",
        "http.https_listen=off",
        "accounts.zone=Europe/Berlin",
        "accounts.quota_user=100",
    ])
    .expect("fits")
    .settings;
    assert_eq!(settings.pool.numbers.len(), 2);
    assert_eq!(settings.carrier.system_id, "1234");
    assert_eq!(settings.carrier.system_type, "true");
    assert_eq!(settings.carrier.password.expect("given").expose(), "007");
    assert!(settings.carrier.private_network);
    assert_eq!(settings.carrier.rate, 5.0);
    assert_eq!(
        settings.carrier.interface_version,
        rooms::InterfaceVersion::V33
    );
    assert_eq!(
        [0x58, 0x14, 1025, 8].map(|status| settings.carrier.statuses.class_of(status)),
        [
            Some(rooms::StatusClass::Permanent),
            Some(rooms::StatusClass::Throttled),
            Some(rooms::StatusClass::QueueFull),
            None
        ]
    );
    assert_eq!(settings.http.https_listen, None);
    assert!(settings.http.http_listen.is_some());
    assert_eq!(settings.accounts.quota_user, Some(100));
}

#[test]
fn mistakes_are_named_with_origin_key_and_remedy() {
    for (arguments, expected) in [
        (
            &["to_handset.retrys=3"][..],
            "--set: to_handset.retrys: there is no such key; did you mean retries?",
        ),
        (
            &["to_handset.colour=3"],
            "--set: to_handset.colour: there is no such key; there are retry_delay_s, ",
        ),
        (
            &["tohandset.retries=3"],
            "--set: tohandset.retries: there is no such table; did you mean to_handset?",
        ),
        (
            &["retries=3"],
            "--set: retries: stands outside of its table; put it below [to_handset]",
        ),
        (&["to_handset.retries"], "--set: must be table.key=value"),
        (
            &["to_handset.retries=many"],
            "--set: to_handset.retries: must be a whole number, 0 or more",
        ),
        (
            &["to_handset.retries=-1"],
            "--set: to_handset.retries: must be a whole number, 0 or more",
        ),
        (
            &["to_handset.retries=1001"],
            "--set: to_handset.retries: must be from 0 to 1000",
        ),
        (
            &["to_handset.in_doubt=maybe"],
            "--set: to_handset.in_doubt: must be resend or hold",
        ),
        (
            &["to_handset.retry_delay_s=-1"],
            "--set: to_handset.retry_delay_s: must be a number of seconds, 0 or more",
        ),
        (
            &["to_handset.retry_delay_s=nan"],
            "--set: to_handset.retry_delay_s: must be a number of seconds, 0 or more",
        ),
        (
            &["to_handset.retry_delay_s=0"],
            "--set: to_handset.retry_delay_s: must be more than 0",
        ),
        (
            &["foo.bar=1"],
            "--set: foo.bar: there is no such table; there are database, http, ",
        ),
        (
            &["carrier.source_ton=300"],
            "--set: carrier.source_ton: must be a whole number from 0 to 255",
        ),
        (
            &["carrier.private_network=1"],
            "--set: carrier.private_network: must be true or false",
        ),
        (
            &["pool.numbers=1"],
            "--set: pool.numbers: must be a list of texts such as [\"one\", \"two\"]",
        ),
        (
            &["carrier.response_timeout_s=0"],
            "--set: carrier.response_timeout_s: must be more than 0",
        ),
        (
            &["carrier.rate=nan"],
            "--set: carrier.rate: must be from 0 to 1000000",
        ),
        (
            &["http.https_listen=443"],
            "--set: http.https_listen: must be an address and port",
        ),
        (
            &["http.certificate=a.pem"],
            "--set: http.certificate: needs http.private_key",
        ),
        (
            &["database.url=mysql://x"],
            "--set: database.url: must be sqlite:PATH",
        ),
        (
            &["mail.relay=mail.example.com"],
            "--set: mail.relay: must be host:port",
        ),
        (
            &[
                "mail.relay=mx.example.com:25",
                "mail.user=u",
                "mail.password=p",
            ],
            "by default: mail.tls: a password would go in the clear",
        ),
        (
            &["accounts.zone=Mars/Olympus"],
            "--set: accounts.zone: is not a known time zone",
        ),
        (
            &["accounts.country=Australia"],
            "--set: accounts.country: must be two capital letters",
        ),
        (
            &["accounts.fallback=office@"],
            "--set: accounts.fallback: must be a mail address",
        ),
        (&["pool.numbers=[61400000001]"], "--set: pool.numbers"),
        (
            &[r#"pool.numbers=["0400000001"]"#],
            "--set: pool.numbers: \"0400000001\" must be",
        ),
        (
            &[r#"pool.numbers=["+61400000001","+61400000001"]"#],
            "--set: pool.numbers: must name each number once",
        ),
        (&["log.level=loud=very"], "--set: log.level: must be error"),
        (
            &["carrier.statuses={ESME_RSYSER='permanent'}"],
            "--set: carrier.statuses: there is no command status \"ESME_RSYSER\"; write a name such as",
        ),
        (
            &["carrier.statuses={ESME_RSYSERR='never'}"],
            "--set: carrier.statuses: ESME_RSYSERR cannot mean `never`; write throttled",
        ),
        (
            &["carrier.statuses={0x58='throttled',88='permanent'}"],
            "--set: carrier.statuses: ESME_RTHROTTLED stands there twice",
        ),
        (
            &["carrier.statuses={0='permanent'}"],
            "--set: carrier.statuses: ESME_ROK",
        ),
        (
            &["carrier.statuses=8"],
            "--set: carrier.statuses: must be a table of command statuses such as",
        ),
        (
            &["carrier.binds=0"],
            "--set: carrier.binds: must be from 1 to 100",
        ),
        (
            &[
                "http.https_listen=127.0.0.1:8443",
                "http.http_listen=127.0.0.1:8443",
            ],
            "--set: http.http_listen: is taken by http.https_listen",
        ),
        (
            &[
                "http.https_listen=0.0.0.0:443",
                "http.http_listen=127.0.0.1:443",
            ],
            "--set: http.http_listen: is taken by http.https_listen",
        ),
        (
            &["carrier.tls_server_name=a b"],
            "--set: carrier.tls_server_name: must be a host name",
        ),
    ] {
        let error = from_set(arguments).expect_err(expected).to_string();
        assert!(error.starts_with(expected), "{arguments:?}: {error}");
    }
    let error = Layers::new()
        .environment([("EMAILSMS__CARRIER__WINDOW".to_owned(), "wide".to_owned())])
        .finish(Purpose::Tool)
        .expect_err("not a number")
        .to_string();
    assert!(
        error.starts_with("environment variable EMAILSMS__CARRIER__WINDOW: carrier.window: "),
        "{error}"
    );
}

#[test]
fn every_finding_of_every_layer_is_named_at_once() {
    let errors = from_text(
        "[carrier]\npasword = 'x'\nwindow = '10'\npassword_file = '/nowhere/pw'\n[to_handset]\nretries = 2000\n[foo]\nx = 1",
    )
    .environment([("EMAILSMS__MAIL__TLS".to_owned(), "no".to_owned())])
    .set(["http.connections=0", "nonsense"])
    .finish(Purpose::Demo)
    .expect_err("all of it");
    let mut found: Vec<(String, String)> = errors
        .all()
        .iter()
        .map(|error| (error.origin.to_string(), error.key.clone()))
        .collect();
    found.sort_unstable();
    let expected = [
        ("--set", ""),
        ("--set", "http.connections"),
        ("environment variable EMAILSMS__MAIL__TLS", "mail.tls"),
        ("gateway.toml", "carrier.password_file"),
        ("gateway.toml", "carrier.pasword"),
        ("gateway.toml", "carrier.window"),
        ("gateway.toml", "foo.x"),
        ("gateway.toml", "to_handset.retries"),
    ];
    let expected: Vec<_> = expected
        .map(|(origin, key)| (origin.to_owned(), key.to_owned()))
        .into();
    assert_eq!(found, expected, "{errors}");
    assert!(errors.to_string().starts_with("8 settings cannot be:\n  "));
}

/// People do not read Rust: whatever is wrong with whatever key, it is said in their words.
#[test]
fn findings_are_said_without_rust() {
    let wrong = [
        "true",
        "-1",
        "1.5",
        "'?'",
        "[1]",
        "[[]]",
        "{ x = 1 }",
        "1979-05-27",
        "99999999999",
        "nan",
    ];
    for table in fields::<Settings>() {
        for key in keys_of(table).expect("a table") {
            for value in wrong {
                let finished = from_text(&format!("[{table}]\n{key} = {value}"));
                let Err(errors) = finished.finish(Purpose::Demo) else {
                    continue;
                };
                let text = errors.to_string();
                for word in [
                    "u8",
                    "u16",
                    "u32",
                    "u64",
                    "usize",
                    "i64",
                    "f64",
                    "variant",
                    "sequence",
                    "invalid type",
                    "invalid value",
                    "expected",
                    "wanted",
                    "does not fit",
                ] {
                    assert!(!text.contains(word), "{table}.{key} = {value}: {text}");
                }
            }
        }
    }
}

#[test]
fn a_broken_file_is_named_by_line_without_its_text() {
    for (text, expected) in [
        (
            "[mail]\n\npassword = hunter2\n",
            "gateway.toml: line 3 is not TOML",
        ),
        (
            "retries = 3",
            "gateway.toml: retries: stands outside of its table; put it below [to_handset]",
        ),
        (
            "[carrier]\nwindow = '10'",
            "gateway.toml: carrier.window: must be a whole number from 0 to 65535",
        ),
        (
            "[carrier]\npassword = 12345678",
            "gateway.toml: carrier.password: must be a text",
        ),
        ("[carrier.window]\nx = 1", "gateway.toml: carrier.window"),
    ] {
        let error = from_text(text)
            .finish(Purpose::Demo)
            .expect_err(expected)
            .to_string();
        assert!(error.starts_with(expected), "{error}");
        assert!(
            !error.contains("hunter2") && !error.contains("12345678"),
            "{error}"
        );
    }
    let error = Layers::new()
        .file(Path::new("/nowhere/gateway.toml"))
        .finish(Purpose::Demo)
        .expect_err("no file");
    assert!(
        error
            .to_string()
            .starts_with("/nowhere/gateway.toml: cannot be read")
    );
}

/// What seems to be missing may stand in the very file.
#[test]
fn of_a_file_that_cannot_be_read_only_that_is_told() {
    let dir = tempfile::tempdir().expect("a directory");
    for (layers, says) in [
        (
            from_text("[database\nurl = 'sqlite:x'"),
            "line 1 is not TOML",
        ),
        (Layers::new().file(dir.path()), "cannot be read"),
        (
            Layers::new().file(&dir.path().join("none")),
            "cannot be read",
        ),
    ] {
        let layers = layers.set(["log.colour=red"]);
        let errors = layers.finish(Purpose::Serve).expect_err(says);
        let [file, set] = errors.all() else {
            panic!("{errors}");
        };
        assert!(file.problem.contains(says), "{errors}");
        assert_eq!(
            (&set.origin, set.key.as_str()),
            (&Origin::Set, "log.colour")
        );
    }
}

#[test]
fn a_set_that_is_no_setting_is_misuse_and_a_value_that_does_not_fit_is_not() {
    for (set, is_misuse) in [
        ("foo", true),
        ("log.level=loud=very", false),
        ("log.colour=red", false),
    ] {
        let errors = from_set(&[set]).expect_err(set);
        assert_eq!(errors.are_misuse(), is_misuse, "{errors}");
    }
}

#[test]
fn secrets_come_from_files_and_stay_unseen() {
    let dir = tempfile::tempdir().expect("a directory");
    let path = dir.path().join("password");
    fs::write(&path, "hunter2\n").expect("written");
    let name = path.to_str().expect("UTF-8");
    let loaded = Layers::new()
        .environment([(
            "EMAILSMS__CARRIER__PASSWORD_FILE".to_owned(),
            name.to_owned(),
        )])
        .set(["database.url=postgres://sms:p%40ss:w@db/sms"])
        .finish(Purpose::Demo)
        .expect("fits");
    let shown = format!("{loaded:?} {:?}", loaded.effective());
    let Settings {
        carrier, database, ..
    } = loaded.settings;
    assert_eq!(carrier.password.expect("read").expose(), "hunter2");
    assert_eq!(database.url, "postgres://sms@db/sms");
    assert_eq!(database.password.expect("moved").expose(), "p@ss:w");
    assert!(
        !shown.contains("hunter2") && !shown.contains("ss:w"),
        "{shown}"
    );
    assert!(shown.contains("EMAILSMS__CARRIER__PASSWORD_FILE"));

    let set = |arguments: &[String]| Layers::new().set(arguments).finish(Purpose::Demo);
    let both = set(&[
        format!("carrier.password_file={name}"),
        "carrier.password=x".to_owned(),
    ]);
    assert!(both.expect_err("both").to_string().contains("keep one"));
    let missing = set(&[format!("carrier.password_file={name}2")]);
    assert!(
        missing
            .expect_err("none")
            .to_string()
            .contains("cannot be read")
    );
    let no_secret = set(&[format!("carrier.name_file={name}")]);
    assert!(
        no_secret
            .expect_err("none")
            .to_string()
            .contains("no such key")
    );
}

#[test]
fn each_purpose_has_its_demands() {
    let fault = |purpose| {
        Layers::new()
            .set([
                "faults.at=accept",
                "http.https_listen=off",
                "http.http_listen=127.0.0.1:8080",
                "database.url=sqlite:/srv/emailsms.db",
                "security.keys_dir=/srv/keys",
            ])
            .finish(purpose)
    };
    assert!(fault(Purpose::Demo).is_ok());
    let error = fault(Purpose::Serve).expect_err("refused").to_string();
    assert_eq!(error, "--set: faults.at: is for the demo only; remove it");
    let error = Layers::new()
        .finish(Purpose::Serve)
        .expect_err("no certificate")
        .to_string();
    for part in [
        "by default: http.certificate: HTTPS needs one",
        "by default: database.url: nothing says where",
        "by default: security.keys_dir: nothing says where",
    ] {
        assert!(error.contains(part), "{error}");
    }
    let error = Layers::new()
        .set([
            "http.https_listen=off",
            "carrier.host=smsc.example",
            "database.url=sqlite:/srv/emailsms.db",
            "security.keys_dir=/srv/keys",
        ])
        .finish(Purpose::Serve)
        .expect_err("nowhere to come in")
        .to_string();
    assert!(
        error.contains("--set: http.https_listen: every door is off")
            && error.contains("carrier.system_id: carrier.host names an SMSC"),
        "{error}"
    );
    Layers::new()
        .finish(Purpose::Tool)
        .expect("needs no certificate");
}

#[test]
fn a_link_in_the_clear_stays_on_this_machine() {
    let finish = |more: &[&str]| {
        let common = [
            "http.https_listen=off",
            "http.http_listen=127.0.0.1:8080",
            "database.url=sqlite:/srv/emailsms.db",
            "security.keys_dir=/srv/keys",
            "carrier.system_id=acme",
        ];
        let layers = Layers::new().set(common).set(more);
        layers.finish(Purpose::Serve).map_err(|e| e.to_string())
    };
    for host in [
        "smsc.example",
        "192.0.2.1",
        "2001:db8::1",
        "localhost.example",
        "0.0.0.0",
    ] {
        let host = format!("carrier.host={host}");
        let said = finish(&[&host]).expect_err(&host);
        assert!(
            said.starts_with("by default: carrier.tls: ") && said.contains("in the clear"),
            "{said}"
        );
        assert!(finish(&[&host, "carrier.tls=tls"]).is_ok(), "{host}");
        assert!(finish(&[&host, "carrier.private_network=true"]).is_ok());
    }
    for host in [
        "localhost",
        "LOCALHOST.",
        "smsc.localhost",
        "127.0.0.1",
        "127.9.9.9",
        "::1",
        "::ffff:127.0.0.1",
    ] {
        let host = format!("carrier.host={host}");
        assert!(finish(&[&host]).is_ok(), "{host}");
    }
}

#[test]
fn every_table_is_known_by_its_keys() {
    for table in fields::<Settings>() {
        assert!(
            keys_of(table).is_some_and(|keys| !keys.is_empty()),
            "{table}"
        );
    }
    for secret in SECRETS {
        assert!(is_known(secret), "{secret}");
    }
    let keys: usize = fields::<Settings>()
        .iter()
        .filter_map(|table| keys_of(table))
        .map(<[_]>::len)
        .sum();
    let loaded = Layers::new().finish(Purpose::Demo).expect("the defaults");
    assert!(
        loaded.effective().len() > keys / 2,
        "{:?}",
        loaded.effective()
    );
}
