//! The phones: what each received, put together from its parts; their coverage and receipts; who waits for the next text.
//!
//! Everything is bounded: the newest [`TEXTS_PER_HANDSET`] texts of a phone and [`MOST_TEXTS`] in all are kept, older ones are
//! forgotten; parts of unfinished texts are forgotten after [`PART_PATIENCE_MS`] or, beyond [`MOST_PARTS`], oldest first; texts
//! for phones out of coverage are refused beyond [`MOST_WITHHELD`].

use std::{
    collections::{BTreeMap, HashMap, VecDeque},
    fmt,
    hash::{BuildHasher, RandomState},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use jiff::Timestamp;
use serde::{Serialize, Serializer};
use sms::ReceiptState;
use tokio::{sync::Notify, time::timeout};

/// Texts that one phone keeps.
pub const TEXTS_PER_HANDSET: usize = 1_000;
/// Texts that all phones together keep.
pub const MOST_TEXTS: usize = 100_000;
/// Parts of unfinished texts that all phones together keep.
pub const MOST_PARTS: usize = 100_000;
/// Parts that wait for phones out of coverage.
pub const MOST_WITHHELD: usize = 100_000;
/// Phones whose behaviour may differ from the default.
pub const MOST_ARRANGED: usize = 100_000;
/// How long an unfinished text waits for its other parts, in milliseconds: 10 minutes.
pub const PART_PATIENCE_MS: i64 = 600_000;
/// The longest that anybody waits for a text [SPEC 16.2].
pub const MOST_WAIT: Duration = Duration::from_secs(30);

/// Waiters share this many bells; a bell rung for another phone costs one look.
const BELLS: usize = 64;

/// A phone's number: 1 to 20 digits without `+`, as the simulator is addressed.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digits(Arc<str>);

impl Digits {
    /// Takes digits, with or without a leading `+`; `None` for anything else.
    pub fn parse(number: &str) -> Option<Self> {
        let digits = number.strip_prefix('+').unwrap_or(number);
        let fits = (1..=20).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
        fits.then(|| Self(digits.into()))
    }

    /// The digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Digits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a phone reads the octets of a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Alphabet {
    /// GSM 03.38.
    Gsm7,
    /// UTF-16.
    Ucs2,
    /// An 8-bit character set (Latin-1 and its like).
    Latin1,
    /// Octets; the text is their hexadecimal form.
    Binary,
}

/// A text as the phone shows it, and as JSON shows it [SPEC 16.2].
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct ReceivedText {
    /// The originator, without `+`.
    pub from: String,
    /// What it says.
    pub text: String,
    /// When its last part arrived: to the microsecond, later than every text before it on any phone.
    #[serde(serialize_with = "as_rfc3339")]
    pub at: Timestamp,
    /// The parts that it came in.
    pub parts: usize,
    /// How it was encoded.
    pub encoding: Alphabet,
    /// Shown at once and not kept by the phone (class 0).
    pub flash: bool,
}

impl fmt::Debug for ReceivedText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let characters = self.text.chars().count();
        write!(f, "ReceivedText(at {}, {characters} characters)", self.at)
    }
}

fn as_rfc3339<S: Serializer>(at: &Timestamp, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(&at.strftime("%Y-%m-%dT%H:%M:%S%.6fZ"))
}

/// How a phone treats what is sent to it.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Behaviour {
    /// Out of coverage texts wait at the SMSC, and so do their receipts.
    pub coverage: bool,
    /// What the receipts say; the phone shows the text whatever they say.
    #[serde(serialize_with = "as_stat")]
    pub receipt: Option<ReceiptState>,
    /// From a part's arrival to its receipt, in seconds.
    pub delay_s: f64,
}

impl Default for Behaviour {
    fn default() -> Self {
        Self {
            coverage: true,
            receipt: Some(ReceiptState::Delivered),
            delay_s: 0.0,
        }
    }
}

fn as_stat<S: Serializer>(receipt: &Option<ReceiptState>, to: S) -> Result<S::Ok, S::Error> {
    to.serialize_str(receipt.map_or("none", ReceiptState::as_stat))
}

/// A change of behaviour; what is `None` stays.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Change {
    /// See [`Behaviour::coverage`].
    pub coverage: Option<bool>,
    /// See [`Behaviour::receipt`]; `Some(None)` is no receipt at all.
    pub receipt: Option<Option<ReceiptState>>,
    /// See [`Behaviour::delay_s`].
    pub delay_s: Option<f64>,
}

/// The place of a part in a longer text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place {
    /// Which kind of reference it is: equal references of two kinds are two texts.
    pub kind: ReferenceKind,
    /// What the parts of one text share.
    pub reference: u16,
    /// From 1 to `of`.
    pub number: u8,
    /// How many there are.
    pub of: u8,
}

/// Where the reference of a longer text stood.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ReferenceKind {
    /// In a user data header, 8 bits.
    Eight,
    /// In a user data header, 16 bits.
    Sixteen,
    /// In the `sar_*` TLVs.
    Sar,
}

/// A part on its way to a phone.
#[derive(Clone)]
pub struct Arriving {
    /// The originator, without `+`.
    pub from: String,
    /// What it says, decoded.
    pub text: String,
    /// How it was encoded.
    pub encoding: Alphabet,
    /// Class 0.
    pub flash: bool,
    /// Its place, if the text has more than one part.
    pub place: Option<Place>,
    /// As how many parts it counts: 1, unless the SMSC cuts it itself.
    pub parts: usize,
    /// Until when the SMSC keeps it for a phone out of coverage, UTC milliseconds; `None`: for ever.
    pub expires_at: Option<i64>,
    /// Comes back in the [`Acknowledgement`].
    pub ticket: Option<u64>,
}

/// A phone has a part that was sent with a ticket.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Acknowledgement {
    /// As it came with the part.
    pub ticket: u64,
    /// What the receipt is to say; `None`: there will be none.
    pub receipt: Option<ReceiptState>,
    /// How long the receipt takes.
    pub delay: Duration,
}

/// What becomes of a part.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Arrival {
    /// The phone has it; an acknowledgement, if it came with a ticket.
    Received(Option<Acknowledgement>),
    /// The phone is out of coverage; its acknowledgement comes from [`Handsets::arrange`].
    Withheld,
    /// Too many parts are withheld already; it was not taken.
    Full,
}

/// More phones behave unusually than can be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "{MOST_ARRANGED} handsets behave differently from the default already; put some back to it first"
)]
pub struct TooManyArranged;

/// All phones. Any number is a phone; one that never got anything is an empty list.
pub struct Handsets {
    state: Mutex<State>,
    bells: [Notify; BELLS],
    hasher: RandomState,
}

#[derive(Default)]
struct State {
    phones: HashMap<Digits, Phone>,
    /// Whose the text of that time is; the times of texts are unique.
    owners: BTreeMap<Timestamp, Digits>,
    unfinished: HashMap<TextKey, Unfinished>,
    /// The keys of `unfinished` by age.
    unfinished_by_age: BTreeMap<u64, TextKey>,
    next_age: u64,
    parts: usize,
    withheld: usize,
    arranged: usize,
    last_at: Timestamp,
    is_closed: bool,
}

#[derive(Default)]
struct Phone {
    behaviour: Behaviour,
    texts: VecDeque<ReceivedText>,
    withheld: VecDeque<Arriving>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct TextKey {
    to: Digits,
    from: String,
    kind: ReferenceKind,
    reference: u16,
    of: u8,
}

struct Unfinished {
    age: u64,
    began_at: i64,
    parts: BTreeMap<u8, Arriving>,
}

impl Default for Handsets {
    fn default() -> Self {
        Self {
            state: Mutex::default(),
            bells: std::array::from_fn(|_| Notify::new()),
            hasher: RandomState::new(),
        }
    }
}

impl Handsets {
    /// Brings a part to a phone. `now` is UTC milliseconds.
    pub fn receive(&self, to: &Digits, part: Arriving, now: i64) -> Arrival {
        let mut state = self.lock();
        let behaviour = state.behaviour(to);
        if !behaviour.coverage {
            return state.withhold(to, part);
        }
        let acknowledgement = acknowledge(&part, behaviour);
        if state.take(to, part, now) {
            drop(state);
            self.bell(to).notify_waiters();
        }
        Arrival::Received(acknowledgement)
    }

    /// Changes how a phone behaves; a phone that comes back into coverage gets what was withheld and has not expired. `now` is UTC
    /// milliseconds.
    pub fn arrange(
        &self,
        digits: &Digits,
        change: Change,
        now: i64,
    ) -> Result<(Behaviour, Vec<Acknowledgement>), TooManyArranged> {
        let mut state = self.lock();
        let behaviour = state.change(digits, change)?;
        let mut acknowledgements = Vec::new();
        if behaviour.coverage {
            for part in state.release(digits) {
                if part.expires_at.is_some_and(|expires_at| expires_at <= now) {
                    acknowledgements.extend(acknowledge(&part, expired(behaviour)));
                    continue;
                }
                acknowledgements.extend(acknowledge(&part, behaviour));
                state.take(digits, part, now);
            }
        }
        state.forget_if_blank(digits);
        drop(state);
        self.bell(digits).notify_waiters();
        Ok((behaviour, acknowledgements))
    }

    /// How a phone behaves.
    pub fn behaviour(&self, digits: &Digits) -> Behaviour {
        self.lock().behaviour(digits)
    }

    /// The texts of a phone that came after `since`, oldest first.
    pub fn texts(&self, digits: &Digits, since: Option<Timestamp>) -> Vec<ReceivedText> {
        self.lock().texts(digits, since)
    }

    /// As [`texts`](Self::texts), but waits for one to come, at most `wait` and at most [`MOST_WAIT`].
    pub async fn wait(
        &self,
        digits: &Digits,
        since: Option<Timestamp>,
        wait: Duration,
    ) -> Vec<ReceivedText> {
        let patience = wait.min(MOST_WAIT);
        let coming = timeout(patience, self.next(digits, since)).await;
        coming.unwrap_or_else(|_| self.texts(digits, since))
    }

    async fn next(&self, digits: &Digits, since: Option<Timestamp>) -> Vec<ReceivedText> {
        loop {
            let mut rung = std::pin::pin!(self.bell(digits).notified());
            // From here on no ring is missed, so the look below cannot come too early.
            rung.as_mut().enable();
            {
                let state = self.lock();
                let texts = state.texts(digits, since);
                if !texts.is_empty() || state.is_closed {
                    return texts;
                }
            }
            rung.await;
        }
    }

    /// Forgets the texts of a phone and the parts that it has of others. How it behaves stays, and so does what is withheld.
    pub fn clear(&self, digits: &Digits) {
        self.lock().clear(digits);
    }

    /// Sends everybody home who waits, now and later.
    pub fn close(&self) {
        self.lock().is_closed = true;
        self.bells.iter().for_each(Notify::notify_waiters);
    }

    fn bell(&self, digits: &Digits) -> &Notify {
        // The remainder is below BELLS, so it fits.
        &self.bells[(self.hasher.hash_one(digits) % BELLS as u64) as usize]
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // Nothing that is done under the lock leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn acknowledge(part: &Arriving, behaviour: Behaviour) -> Option<Acknowledgement> {
    Some(Acknowledgement {
        ticket: part.ticket?,
        receipt: behaviour.receipt,
        delay: Duration::try_from_secs_f64(behaviour.delay_s).unwrap_or_default(),
    })
}

/// As a phone behaves whose receipts, where it gives any, say that the text's time was over.
fn expired(behaviour: Behaviour) -> Behaviour {
    Behaviour {
        receipt: behaviour.receipt.map(|_| ReceiptState::Expired),
        ..behaviour
    }
}

impl State {
    fn behaviour(&self, digits: &Digits) -> Behaviour {
        self.phones
            .get(digits)
            .map(|phone| phone.behaviour)
            .unwrap_or_default()
    }

    fn texts(&self, digits: &Digits, since: Option<Timestamp>) -> Vec<ReceivedText> {
        let Some(phone) = self.phones.get(digits) else {
            return Vec::new();
        };
        let first = since.map_or(0, |since| {
            phone.texts.partition_point(|text| text.at <= since)
        });
        phone.texts.range(first..).cloned().collect()
    }

    fn change(&mut self, digits: &Digits, change: Change) -> Result<Behaviour, TooManyArranged> {
        let before = self.behaviour(digits);
        let after = Behaviour {
            coverage: change.coverage.unwrap_or(before.coverage),
            receipt: change.receipt.unwrap_or(before.receipt),
            delay_s: change.delay_s.unwrap_or(before.delay_s),
        };
        let usual = Behaviour::default();
        if before == usual && after != usual {
            if self.arranged >= MOST_ARRANGED {
                return Err(TooManyArranged);
            }
            self.arranged += 1;
        } else if before != usual && after == usual {
            self.arranged -= 1;
        }
        self.phones.entry(digits.clone()).or_default().behaviour = after;
        Ok(after)
    }

    fn withhold(&mut self, to: &Digits, part: Arriving) -> Arrival {
        if self.withheld >= MOST_WITHHELD {
            return Arrival::Full;
        }
        self.withheld += 1;
        let phone = self.phones.entry(to.clone()).or_default();
        phone.withheld.push_back(part);
        Arrival::Withheld
    }

    fn release(&mut self, digits: &Digits) -> VecDeque<Arriving> {
        let phone = self.phones.get_mut(digits);
        let released =
            phone.map_or_else(VecDeque::new, |phone| std::mem::take(&mut phone.withheld));
        self.withheld -= released.len();
        released
    }

    /// Keeps a part; true if it completed a text.
    fn take(&mut self, to: &Digits, part: Arriving, now: i64) -> bool {
        let whole = match part.place {
            Some(place) if place.of > 1 => self.join(to, place, part, now),
            _ => Some(vec![part]),
        };
        let Some(parts) = whole else { return false };
        self.keep(to, parts, now);
        true
    }

    /// Adds a part to those that came before; all of them once the text is complete.
    fn join(
        &mut self,
        to: &Digits,
        place: Place,
        part: Arriving,
        now: i64,
    ) -> Option<Vec<Arriving>> {
        self.forget_stale(now);
        let key = TextKey {
            to: to.clone(),
            from: part.from.clone(),
            kind: place.kind,
            reference: place.reference,
            of: place.of,
        };
        let differs = |unfinished: &Unfinished| {
            let before = unfinished.parts.get(&place.number);
            before.is_some_and(|before| before.text != part.text)
        };
        // Another text under the same reference: the sender's references came round, the old one will never be whole.
        if self.unfinished.get(&key).is_some_and(differs) {
            self.forget(&key);
        }
        if !self.unfinished.contains_key(&key) {
            self.begin(key.clone(), now);
        }
        let unfinished = self.unfinished.get_mut(&key)?;
        if unfinished.parts.insert(place.number, part).is_none() {
            self.parts += 1;
        }
        if unfinished.parts.len() < usize::from(place.of) {
            return None;
        }
        Some(self.forget(&key)?.parts.into_values().collect())
    }

    fn begin(&mut self, key: TextKey, now: i64) {
        let age = self.next_age;
        self.next_age += 1;
        self.unfinished_by_age.insert(age, key.clone());
        let fresh = Unfinished {
            age,
            began_at: now,
            parts: BTreeMap::new(),
        };
        self.unfinished.insert(key, fresh);
    }

    fn forget(&mut self, key: &TextKey) -> Option<Unfinished> {
        let unfinished = self.unfinished.remove(key)?;
        self.unfinished_by_age.remove(&unfinished.age);
        self.parts -= unfinished.parts.len();
        Some(unfinished)
    }

    /// Forgets texts that were begun too long ago, and the oldest while there are too many parts.
    fn forget_stale(&mut self, now: i64) {
        while let Some((_, key)) = self.unfinished_by_age.first_key_value() {
            let key = key.clone();
            let began_at = self.unfinished.get(&key).map_or(now, |text| text.began_at);
            if self.parts < MOST_PARTS && now - began_at < PART_PATIENCE_MS {
                return;
            }
            self.forget(&key);
        }
    }

    /// Puts a whole text on the phone.
    fn keep(&mut self, to: &Digits, parts: Vec<Arriving>, now: i64) {
        let at = self.next_at(now);
        let Some(text) = whole(parts, at) else { return };
        self.owners.insert(at, to.clone());
        let phone = self.phones.entry(to.clone()).or_default();
        phone.texts.push_back(text);
        if phone.texts.len() > TEXTS_PER_HANDSET
            && let Some(oldest) = phone.texts.pop_front()
        {
            self.owners.remove(&oldest.at);
        }
        while self.owners.len() > MOST_TEXTS {
            self.forget_oldest();
        }
    }

    fn forget_oldest(&mut self) {
        let Some((_, owner)) = self.owners.pop_first() else {
            return;
        };
        if let Some(phone) = self.phones.get_mut(&owner) {
            // The oldest of all is the oldest of its phone.
            phone.texts.pop_front();
        }
        self.forget_if_blank(&owner);
    }

    /// `now`, or a microsecond after the last text if that is later: `since` never skips one.
    fn next_at(&mut self, now: i64) -> Timestamp {
        let now = Timestamp::from_millisecond(now).unwrap_or(Timestamp::UNIX_EPOCH);
        let after_last = Timestamp::from_microsecond(self.last_at.as_microsecond() + 1);
        self.last_at = after_last.map_or(now, |after_last| now.max(after_last));
        self.last_at
    }

    fn clear(&mut self, digits: &Digits) {
        if let Some(phone) = self.phones.get_mut(digits) {
            for text in phone.texts.drain(..) {
                self.owners.remove(&text.at);
            }
        }
        let theirs = self.unfinished.keys().filter(|key| key.to == *digits);
        for key in theirs.cloned().collect::<Vec<_>>() {
            self.forget(&key);
        }
        self.forget_if_blank(digits);
    }

    fn forget_if_blank(&mut self, digits: &Digits) {
        let is_blank = |phone: &Phone| {
            phone.texts.is_empty()
                && phone.withheld.is_empty()
                && phone.behaviour == Behaviour::default()
        };
        if self.phones.get(digits).is_some_and(is_blank) {
            self.phones.remove(digits);
        }
    }
}

/// One text of its parts, which are in order.
fn whole(parts: Vec<Arriving>, at: Timestamp) -> Option<ReceivedText> {
    let first = parts.first()?;
    Some(ReceivedText {
        from: first.from.clone(),
        text: parts.iter().map(|part| part.text.as_str()).collect(),
        at,
        parts: parts.iter().map(|part| part.parts).sum(),
        encoding: encoding_of(&parts),
        flash: first.flash,
    })
}

/// The encoding of the text is that of its parts, UCS-2 if they differ: some SMSCs choose it part by part.
fn encoding_of(parts: &[Arriving]) -> Alphabet {
    let first = parts.first().map_or(Alphabet::Gsm7, |part| part.encoding);
    if parts.iter().all(|part| part.encoding == first) {
        first
    } else {
        Alphabet::Ucs2
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn phone() -> Digits {
        Digits::parse("61491570156").unwrap()
    }

    fn part(text: &str) -> Arriving {
        Arriving {
            from: "61400000001".into(),
            text: text.into(),
            encoding: Alphabet::Gsm7,
            flash: false,
            place: None,
            parts: 1,
            expires_at: None,
            ticket: None,
        }
    }

    fn placed(text: &str, reference: u16, number: u8, of: u8) -> Arriving {
        let kind = ReferenceKind::Eight;
        Arriving {
            place: Some(Place {
                kind,
                reference,
                number,
                of,
            }),
            ..part(text)
        }
    }

    fn shown(handsets: &Handsets) -> Vec<String> {
        let texts = handsets.texts(&phone(), None);
        texts.into_iter().map(|text| text.text).collect()
    }

    #[test]
    fn digits_are_digits() {
        for (number, digits) in [
            ("61491570156", Some("61491570156")),
            ("+61491570156", Some("61491570156")),
            ("1", Some("1")),
            ("", None),
            ("+", None),
            ("++1", None),
            ("61 491", None),
            ("nonsense", None),
            ("٤٢", None),
            ("123456789012345678901", None),
        ] {
            assert_eq!(
                Digits::parse(number).as_ref().map(Digits::as_str),
                digits,
                "{number}"
            );
        }
    }

    #[test]
    fn parts_come_together_in_any_order_once() {
        let handsets = Handsets::default();
        for (text, reference, number) in [("c", 7, 3), ("a", 7, 1), ("x", 8, 1), ("a", 7, 1)] {
            handsets.receive(&phone(), placed(text, reference, number, 3), 1_000);
        }
        assert!(shown(&handsets).is_empty());
        handsets.receive(&phone(), placed("b", 7, 2, 3), 1_000);
        assert_eq!(shown(&handsets), ["abc"]);
        assert_eq!(handsets.texts(&phone(), None)[0].parts, 3);
        let state = handsets.lock();
        assert_eq!((state.parts, state.unfinished_by_age.len()), (1, 1));
    }

    #[test]
    fn references_come_round() {
        let handsets = Handsets::default();
        // the first never gets its second part; a new text under its reference is not mixed with it
        handsets.receive(&phone(), placed("old", 7, 1, 2), 0);
        handsets.receive(&phone(), placed("new ", 7, 1, 2), 1);
        handsets.receive(&phone(), placed("text", 7, 2, 2), 2);
        assert_eq!(shown(&handsets), ["new text"]);
        // nor one that comes after the patience has ended
        handsets.receive(&phone(), placed("stale", 9, 2, 2), 10);
        handsets.receive(&phone(), placed("fresh", 9, 1, 2), 10 + PART_PATIENCE_MS);
        assert_eq!(shown(&handsets).len(), 1);
        assert_eq!(handsets.lock().parts, 1);
    }

    #[test]
    fn times_never_repeat_even_when_the_clock_goes_back() {
        let handsets = Handsets::default();
        for now in [1_000, 1_000, 1_000, 5, 2_000] {
            handsets.receive(&phone(), part("x"), now);
        }
        handsets.clear(&phone());
        handsets.receive(&phone(), part("after"), 2_000);
        for now in [2_000, 1_999, 3_000] {
            handsets.receive(&phone(), part("x"), now);
        }
        let texts = handsets.texts(&phone(), None);
        assert!(texts.is_sorted_by(|a, b| a.at < b.at));
        for (index, text) in texts.iter().enumerate() {
            assert_eq!(
                handsets.texts(&phone(), Some(text.at)).len(),
                texts.len() - index - 1
            );
        }
        let json = serde_json::to_value(&texts[0]).unwrap();
        assert_eq!(json["at"], "1970-01-01T00:00:02.000001Z");
        assert_eq!(json["encoding"], "gsm7");
        let read: Timestamp = json["at"].as_str().unwrap().parse().unwrap();
        assert_eq!(read, texts[0].at);
    }

    #[test]
    fn out_of_coverage_everything_waits() {
        let handsets = Handsets::default();
        let away = Change {
            coverage: Some(false),
            ..Change::default()
        };
        handsets.arrange(&phone(), away, 0).unwrap();
        for ticket in [1, 2] {
            let sent = Arriving {
                ticket: Some(ticket),
                ..part("later")
            };
            assert_eq!(handsets.receive(&phone(), sent, 1), Arrival::Withheld);
        }
        assert!(shown(&handsets).is_empty());
        let back = Change {
            coverage: Some(true),
            receipt: Some(Some(ReceiptState::Expired)),
            delay_s: Some(1.5),
        };
        let (behaviour, due) = handsets.arrange(&phone(), back, 2).unwrap();
        assert!(behaviour.coverage);
        assert_eq!(due.iter().map(|due| due.ticket).collect::<Vec<_>>(), [1, 2]);
        assert_eq!(due[0].receipt, Some(ReceiptState::Expired));
        assert_eq!(due[0].delay, Duration::from_millis(1_500));
        assert_eq!(shown(&handsets), ["later", "later"]);
        assert_eq!(handsets.lock().withheld, 0);
        // what is not named stays
        let (behaviour, due) = handsets.arrange(&phone(), Change::default(), 3).unwrap();
        assert_eq!(
            (behaviour.receipt, due.len()),
            (Some(ReceiptState::Expired), 0)
        );
    }

    #[test]
    fn memory_is_bounded_and_given_back() {
        let handsets = Handsets::default();
        for number in 0..TEXTS_PER_HANDSET + 5 {
            handsets.receive(&phone(), part(&number.to_string()), 0);
        }
        let texts = shown(&handsets);
        assert_eq!((texts.len(), &*texts[0]), (TEXTS_PER_HANDSET, "5"));
        for number in 0..MOST_TEXTS {
            let other = Digits::parse(&format!("{}", 100_000 + number / 500)).unwrap();
            handsets.receive(&other, part("x"), 0);
        }
        assert!(shown(&handsets).is_empty());
        for number in 0..=MOST_PARTS {
            let long = placed("x", (number / 250) as u16, (number % 250) as u8 + 1, 255);
            handsets.receive(&phone(), long, 0);
        }
        let away = Change {
            coverage: Some(false),
            ..Change::default()
        };
        handsets.arrange(&phone(), away, 0).unwrap();
        for _ in 0..MOST_WITHHELD {
            assert_eq!(handsets.receive(&phone(), part("x"), 0), Arrival::Withheld);
        }
        assert_eq!(handsets.receive(&phone(), part("x"), 0), Arrival::Full);
        {
            let state = handsets.lock();
            assert_eq!((state.owners.len(), state.phones.len()), (MOST_TEXTS, 201));
            assert!(state.parts <= MOST_PARTS);
            assert_eq!(state.unfinished.len(), state.unfinished_by_age.len());
        }
        for number in 0..200 {
            handsets.clear(&Digits::parse(&format!("{}", 100_000 + number)).unwrap());
        }
        handsets.clear(&phone());
        let state = handsets.lock();
        assert_eq!(
            (state.owners.len(), state.parts, state.phones.len()),
            (0, 0, 1)
        );
    }

    #[tokio::test]
    async fn waiting_ends_with_a_text_or_with_patience_or_with_the_end() {
        let handsets = Arc::new(Handsets::default());
        let wait = |since| {
            let handsets = handsets.clone();
            tokio::spawn(async move { handsets.wait(&phone(), since, MOST_WAIT).await })
        };
        let waiter = wait(None);
        tokio::task::yield_now().await;
        handsets.receive(&phone(), part("hello"), 5);
        let texts = waiter.await.unwrap();
        assert_eq!(texts.len(), 1);
        let since = Some(texts[0].at);
        let soon = Duration::from_millis(1);
        assert!(handsets.wait(&phone(), since, soon).await.is_empty());
        let waiter = wait(since);
        tokio::task::yield_now().await;
        handsets.close();
        assert!(waiter.await.unwrap().is_empty());
        assert!(wait(since).await.unwrap().is_empty());
    }
}
