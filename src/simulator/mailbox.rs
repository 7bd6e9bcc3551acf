//! The mailboxes of `demo`: what the catcher took, per recipient, bounded, and how it is shown [SPEC 16.2].

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use mail_parser::{Address, Message, MessageParser};
use serde::Serialize;
use tokio::sync::watch;
use tokio::time::timeout;

/// How much is kept; the oldest mails make room.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// In one mailbox.
    pub mails_per_box: usize,
    /// In all mailboxes together.
    pub mails: usize,
    /// Bytes of raw mail in all mailboxes together.
    pub bytes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            mails_per_box: 1_000,
            mails: 10_000,
            bytes: 256 << 20,
        }
    }
}

/// One mail in one recipient's mailbox, as the stand-in shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct CaughtMail {
    /// The address of the `From` header.
    pub from: String,
    /// The addresses of the `To` header, by comma and blank.
    pub to: String,
    /// Decoded.
    pub subject: String,
    /// The first text part, decoded, LF line ends.
    pub text: String,
    /// Names and values in order, unfolded, not decoded.
    pub headers: Vec<(String, String)>,
    /// The mail as it came, base64.
    pub raw_base64: String,
    /// MAIL FROM; empty for the null path.
    pub envelope_from: String,
    /// The RCPT TO that put it into this mailbox.
    pub envelope_to: String,
    /// When it came, RFC 3339 UTC with milliseconds; no two of one mailbox are equal.
    pub at: String,
}

/// What `GET /demo/mailboxes/<address>` answers.
#[derive(Clone, Debug, Serialize)]
pub struct View {
    /// Oldest first.
    pub mails: Vec<Arc<CaughtMail>>,
}

struct Entry {
    seq: u64,
    at: i64,
    bytes: usize,
    mail: Arc<CaughtMail>,
}

#[derive(Default)]
struct Shelf {
    boxes: HashMap<String, VecDeque<Entry>>,
    /// All mails by age: sequence number → mailbox. A mailbox's own oldest is its front.
    ages: BTreeMap<u64, String>,
    bytes: usize,
    next_seq: u64,
}

/// All mailboxes. Shared by reference between the catcher and the page; nothing in it outlives the process.
pub struct Mailboxes {
    limits: Limits,
    shelf: Mutex<Shelf>,
    arrivals: watch::Sender<u64>,
}

impl Default for Mailboxes {
    fn default() -> Self {
        Mailboxes::new(Limits::default())
    }
}

impl Mailboxes {
    /// Empty ones.
    pub fn new(limits: Limits) -> Self {
        Mailboxes {
            limits,
            shelf: Mutex::default(),
            arrivals: watch::Sender::new(0),
        }
    }

    fn shelf(&self) -> MutexGuard<'_, Shelf> {
        self.shelf.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts one mail into the mailbox of each recipient. `now`: UTC milliseconds.
    pub fn put(&self, envelope_from: &str, recipients: &[String], raw: &[u8], now: i64) {
        let read = read(raw);
        let mut shelf = self.shelf();
        for recipient in recipients {
            let mail = CaughtMail {
                envelope_from: envelope_from.to_owned(),
                envelope_to: recipient.clone(),
                ..read.clone()
            };
            shelf.put(recipient.to_lowercase(), mail, raw.len(), now, &self.limits);
        }
        drop(shelf);
        self.arrivals.send_modify(|count| *count += 1);
    }

    /// The mails of one address in any case, oldest first; with `since` only those that came after it (UTC milliseconds).
    pub fn view(&self, address: &str, since: Option<i64>) -> View {
        let shelf = self.shelf();
        let entries = shelf.boxes.get(&address.to_lowercase());
        let newer = entries
            .into_iter()
            .flatten()
            .filter(|entry| since.is_none_or(|since| entry.at > since));
        View {
            mails: newer.map(|entry| Arc::clone(&entry.mail)).collect(),
        }
    }

    /// The same, but if there is nothing, waits for something up to `wait`.
    pub async fn wait(&self, address: &str, since: Option<i64>, wait: Duration) -> View {
        let mut arrivals = self.arrivals.subscribe();
        let something = async {
            loop {
                let view = self.view(address, since);
                // The sender lives as long as `self`: an error would only mean that nothing comes any more.
                if !view.mails.is_empty() || arrivals.changed().await.is_err() {
                    return view;
                }
            }
        };
        timeout(wait, something)
            .await
            .unwrap_or(View { mails: vec![] })
    }

    /// Empties one mailbox.
    pub fn clear(&self, address: &str) {
        let mut shelf = self.shelf();
        for entry in shelf
            .boxes
            .remove(&address.to_lowercase())
            .unwrap_or_default()
        {
            shelf.bytes -= entry.bytes;
            shelf.ages.remove(&entry.seq);
        }
    }
}

impl Shelf {
    fn put(
        &mut self,
        address: String,
        mut mail: CaughtMail,
        bytes: usize,
        now: i64,
        limits: &Limits,
    ) {
        let entries = self.boxes.entry(address.clone()).or_default();
        // Strictly later than the one before, so that `since` never skips a twin.
        let at = entries.back().map_or(now, |last| now.max(last.at + 1));
        mail.at = rfc3339(at);
        let seq = self.next_seq;
        entries.push_back(Entry {
            seq,
            at,
            bytes,
            mail: Arc::new(mail),
        });
        let full = entries.len() > limits.mails_per_box;
        self.next_seq += 1;
        self.bytes += bytes;
        self.ages.insert(seq, address.clone());
        if full {
            self.drop_oldest_of(&address);
        }
        while self.ages.len() > limits.mails || self.bytes > limits.bytes {
            let Some(oldest) = self.ages.values().next().cloned() else {
                return;
            };
            self.drop_oldest_of(&oldest);
        }
    }

    fn drop_oldest_of(&mut self, address: &str) {
        let Some(entries) = self.boxes.get_mut(address) else {
            return;
        };
        if let Some(entry) = entries.pop_front() {
            self.bytes -= entry.bytes;
            self.ages.remove(&entry.seq);
        }
        if entries.is_empty() {
            self.boxes.remove(address);
        }
    }
}

fn rfc3339(at: i64) -> String {
    let at = Timestamp::from_millisecond(at).unwrap_or(Timestamp::UNIX_EPOCH);
    at.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string()
}

/// Reads what the view shows; what cannot be read is empty, and `raw_base64` has it all the same.
fn read(raw: &[u8]) -> CaughtMail {
    // Not a default message in place of none: one without parts panics when asked for anything.
    let mail = MessageParser::default().parse(raw);
    let mail = mail.as_ref();
    let text = mail.and_then(|mail| mail.body_text(0)).unwrap_or_default();
    CaughtMail {
        from: addresses(mail.and_then(Message::from)),
        to: addresses(mail.and_then(Message::to)),
        subject: mail
            .and_then(Message::subject)
            .unwrap_or_default()
            .to_owned(),
        text: text.replace("\r\n", "\n"),
        headers: mail.map(headers).unwrap_or_default(),
        raw_base64: STANDARD.encode(raw),
        envelope_from: String::new(),
        envelope_to: String::new(),
        at: String::new(),
    }
}

fn addresses(list: Option<&Address<'_>>) -> String {
    let all: Vec<_> = list
        .into_iter()
        .flat_map(Address::iter)
        .filter_map(|one| one.address())
        .collect();
    all.join(", ")
}

fn headers(mail: &Message<'_>) -> Vec<(String, String)> {
    let unfolded = |value: &str| value.replace(['\r', '\n'], "").trim().to_owned();
    mail.headers_raw()
        .map(|(name, value)| (name.to_owned(), unfolded(value)))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)] // a test that unwraps nothing fails
mod tests {
    use super::*;

    fn raw(subject: &str) -> Vec<u8> {
        format!(
            "From: Ann <61491570156@sms.example.com>\r\nTo: b@example.com\r\nSubject: {subject}\r\nX-Long: one\r\n two\r\nMIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\nSGkNCsOkCg==\r\n"
        )
        .into_bytes()
    }

    fn subjects(boxes: &Mailboxes, address: &str) -> Vec<String> {
        boxes
            .view(address, None)
            .mails
            .iter()
            .map(|mail| mail.subject.clone())
            .collect()
    }

    #[test]
    fn a_mail_is_shown_decoded_once_for_each_recipient() {
        let boxes = Mailboxes::default();
        boxes.put(
            "",
            &["B@Example.com".into(), "c@example.com".into()],
            &raw("=?utf-8?q?Gr=C3=BC=C3=9Fe?="),
            1_700_000_000_123,
        );
        let view = boxes.view("b@example.COM", None);
        let [mail] = view.mails.as_slice() else {
            panic!("{view:?}")
        };
        assert_eq!(
            (mail.from.as_str(), mail.to.as_str()),
            ("61491570156@sms.example.com", "b@example.com")
        );
        assert_eq!(
            (mail.subject.as_str(), mail.text.as_str()),
            ("Gr\u{fc}\u{df}e", "Hi\n\u{e4}\n")
        );
        assert_eq!(
            (mail.envelope_from.as_str(), mail.envelope_to.as_str()),
            ("", "B@Example.com")
        );
        assert_eq!(mail.at, "2023-11-14T22:13:20.123Z");
        assert_eq!(mail.headers[3], ("X-Long".into(), "one two".into()));
        assert_eq!(
            STANDARD.decode(&mail.raw_base64).unwrap(),
            raw("=?utf-8?q?Gr=C3=BC=C3=9Fe?=")
        );
        assert_eq!(boxes.view("c@example.com", None).mails.len(), 1);
        let json = serde_json::to_value(&view).unwrap();
        assert_eq!(
            json["mails"][0]["headers"][0],
            serde_json::json!(["From", "Ann <61491570156@sms.example.com>"])
        );
    }

    #[test]
    fn the_oldest_make_room_in_the_box_and_over_all() {
        let boxes = Mailboxes::new(Limits {
            mails_per_box: 2,
            mails: 3,
            bytes: 1 << 20,
        });
        for (n, address) in ["a@x", "a@x", "a@x", "b@x", "c@x"].iter().enumerate() {
            boxes.put("", &[(*address).to_owned()], &raw(&n.to_string()), 0);
        }
        assert_eq!(
            (
                subjects(&boxes, "a@x"),
                subjects(&boxes, "b@x"),
                subjects(&boxes, "c@x")
            ),
            (
                vec!["2".to_owned()],
                vec!["3".to_owned()],
                vec!["4".to_owned()]
            )
        );
        let small = Mailboxes::new(Limits {
            bytes: raw("0").len() * 2,
            ..Limits::default()
        });
        for n in 0..5 {
            small.put("", &["a@x".to_owned()], &raw(&n.to_string()), 0);
        }
        assert_eq!(subjects(&small, "a@x"), ["3", "4"]);
        small.clear("A@X");
        assert!(subjects(&small, "a@x").is_empty());
        let shelf = small.shelf();
        assert_eq!((shelf.bytes, shelf.ages.len()), (0, 0));
    }

    #[test]
    fn since_never_skips_one_of_the_same_millisecond() {
        let boxes = Mailboxes::default();
        for n in 0..3 {
            boxes.put("", &["a@x".to_owned()], &raw(&n.to_string()), 1_000);
        }
        assert_eq!(boxes.view("a@x", Some(999)).mails.len(), 3);
        assert_eq!(boxes.view("a@x", Some(1_000)).mails.len(), 2);
        assert_eq!(boxes.view("a@x", Some(1_002)).mails.len(), 0);
    }

    #[tokio::test]
    async fn a_waiter_gets_its_own_mail_or_an_empty_list() {
        let boxes = Arc::new(Mailboxes::default());
        let waiting = tokio::spawn({
            let boxes = Arc::clone(&boxes);
            async move {
                boxes
                    .wait("a@x", None, Duration::from_secs(30))
                    .await
                    .mails
                    .len()
            }
        });
        tokio::task::yield_now().await;
        boxes.put("", &["b@x".to_owned()], &raw("0"), 0);
        boxes.put("", &["a@x".to_owned()], &raw("1"), 0);
        assert_eq!(waiting.await.unwrap(), 1);
        assert!(
            boxes
                .wait("nobody@x", None, Duration::from_millis(5))
                .await
                .mails
                .is_empty()
        );
    }

    #[test]
    fn what_is_no_mail_is_kept_all_the_same() {
        let boxes = Mailboxes::default();
        for junk in [
            &b""[..],
            b"\0\xff\xfe",
            b"no header at all",
            b"Subject: \xff\r\n\r\n\xff",
        ] {
            boxes.put("", &["a@x".to_owned()], junk, 0);
        }
        assert_eq!(boxes.view("a@x", None).mails.len(), 4);
    }
}
