//! Two nodes on one PostgreSQL database, one of which is stopped at a commit point while the other goes on; without PostgreSQL there is nothing to be tested there. And two places.

use super::Place;
use super::slots::Slots;
use crate::store::carriers::number;
use crate::store::slots::Slot;
use crate::store::{Store, events};
use crate::testbed::{BEGINNING, Bed};
use crate::to_desktop::Incoming;
use crate::to_desktop::receipts::Receipt;
use crate::to_handset::{Answer, Deposit, Reference, Reported};
use sms::{Concat, PhoneNumber, ReceiptState, SmscAddress, State};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

const HANDSET: &str = "61491570156";
const OTHER: &str = "61491570157";
const NUMBER: &str = "61491570006";

/// Accepts a text on this node and takes it from memory to the database's edge: its parts, marked.
async fn deposited(bed: &Bed, handset: &str, text: &str) -> Vec<Deposit> {
    let request = bed.request(&format!("+{handset}"), text).await;
    let accepted = bed.to_handset.accept(request).await.unwrap();
    assert_eq!(accepted.messages.len(), 1, "{:?}", accepted.refused);
    let chunks = bed.to_handset.ready().take(bed.carrier_id, 100);
    bed.to_handset.mark(chunks).await.unwrap()
}

/// Lets something begin that may have to wait for the other node, and gives it the time to come so far.
async fn begin<T: Send + 'static>(
    what: impl Future<Output = T> + Send + 'static,
) -> tokio::task::JoinHandle<T> {
    let begun = tokio::spawn(what);
    tokio::time::sleep(Duration::from_millis(100)).await;
    begun
}

fn accepted(deposit: &Deposit, message_id: &str) -> Reported {
    Reported {
        deposit: deposit.clone(),
        answer: Answer::Accepted {
            message_id: message_id.into(),
        },
    }
}

fn delivered(bed: &Bed, message_id: &str) -> Receipt {
    Receipt {
        carrier_id: bed.carrier_id,
        message_id: Some(message_id.into()),
        number: None,
        handset: HANDSET.parse().ok(),
        state: ReceiptState::Delivered,
        done_at: None,
    }
}

async fn state(store: &Store, sms_id: i64) -> State {
    store.reader.sms(sms_id).await.unwrap().unwrap().state()
}

/// The text is delivered, its sender has one mail of it, and its timeline tells of one receipt a part.
async fn is_delivered_once(store: &Store, sms_id: i64, receipts: usize) {
    assert_eq!(state(store, sms_id).await, State::Delivered);
    assert_eq!(store.reader.mails_waiting().await.unwrap(), 1);
    let events = store.reader.events_of(sms_id, 0, 100).await.unwrap();
    let told = events
        .iter()
        .filter(|event| event.event == events::Kind::Receipt.as_str());
    assert_eq!(told.count(), receipts);
}

#[test]
fn nodes_of_one_directory_have_names_of_their_own_and_keep_them() {
    let (dir, other) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let first = Place::take_beside(dir.path(), 1).unwrap();
    let second = Place::take_beside(dir.path(), 1).unwrap();
    assert_eq!([first.number(), second.number()], [1, 2]);
    assert!(Place::take(dir.path()).is_err(), "it is taken");
    let elsewhere = Place::take(other.path()).unwrap();
    let names = [&first, &second, &elsewhere].map(|place| place.name.clone());
    assert_eq!(BTreeSet::from_iter(&names).len(), 3, "{names:?}");
    drop(first);
    // Whoever comes next into a place is known to be no other than who was there.
    let again = Place::take(dir.path()).unwrap();
    assert_eq!((again.number(), &again.name), (1, &names[0]));
}

#[tokio::test(flavor = "multi_thread")]
async fn first_texts_to_a_handset_from_two_nodes_share_no_pair() {
    let Some([one, two]) = Bed::two(["mark.before_commit", ""]).await else {
        return;
    };
    let carrier_id = one.carrier_id;
    one.write(move |batch| {
        Box::pin(batch.insert_number(number::Model {
            number: 61_491_570_007,
            carrier_id,
            company_id: None,
            removed_at: None,
            created_at: BEGINNING,
        }))
    })
    .await;
    two.book
        .turn_to(two.store.reader.accounts_revision().await.unwrap());
    let faults = one.faults.clone();
    let first = begin(async move { deposited(&one, HANDSET, "from one").await }).await;
    faults.reached().await;
    let second = begin(async move { deposited(&two, HANDSET, "from two").await }).await;
    faults.let_pass();
    let numbers = [first.await.unwrap(), second.await.unwrap()].map(|marked| marked[0].number);
    assert_ne!(numbers[0], numbers[1], "each answer names its question");
}

/// A part of a reply to our number; `copy` tells deliver_sm of equal parts apart.
fn part(bed: &Bed, handset: &str, concat: Concat, copy: u8, session: i64) -> Incoming {
    let address =
        |digits: &str| SmscAddress::Number(PhoneNumber::from_e164_digits(digits).unwrap());
    Incoming {
        carrier_id: bed.carrier_id,
        sender: address(handset),
        number: address(NUMBER),
        text: format!("part {}. ", concat.number),
        concat: Some(concat),
        session,
        digest: vec![concat.number, copy, concat.reference.to_le_bytes()[0]],
    }
}

fn of_three(reference: u16, number: u8) -> Concat {
    Concat {
        reference,
        number,
        of: 3,
        wide: false,
    }
}

/// The parts of a reply in every order, every two of them at once on two nodes; then one of them once more, which is no other reply.
#[tokio::test(flavor = "multi_thread")]
async fn parts_of_a_reply_on_two_nodes_are_one_reply() {
    let Some([one, two]) = Bed::two(["reply.before_commit", ""]).await else {
        return;
    };
    let orders = [
        [1, 2, 3],
        [1, 3, 2],
        [2, 1, 3],
        [2, 3, 1],
        [3, 1, 2],
        [3, 2, 1],
    ];
    for (order, reference) in orders.into_iter().zip(1..) {
        let handset = format!("6149157{:04}", 200 + reference);
        deposited(&two, &handset, "how are you?").await;
        let part = |place: usize, session| {
            let concat = of_three(reference, order[place]);
            part(&one, &handset, concat, 0, session)
        };
        let (first, journey) = (part(0, 1), one.to_desktop.clone());
        let first = begin(async move { journey.receive(first).await }).await;
        // Once in vain, to learn whose key seals it.
        one.faults.reached().await;
        one.faults.let_pass();
        one.faults.reached().await;
        let (second, journey) = (part(1, 2), two.to_desktop.clone());
        let second = begin(async move { journey.receive(second).await }).await;
        // The same deliver_sm at the other node, before the first knows that it has it.
        let (again, journey) = (part(0, 3), two.to_desktop.clone());
        let again = begin(async move { journey.receive(again).await }).await;
        one.faults.let_pass();
        assert!(!first.await.unwrap().unwrap().is_repeated);
        assert!(!second.await.unwrap().unwrap().is_repeated);
        assert!(again.await.unwrap().unwrap().is_repeated);
        let last = two.to_desktop.receive(part(2, 2)).await.unwrap();
        assert!(!last.is_repeated);
        // Once more on the same session: for all that is known, a part of another text with the same reference.
        two.to_desktop.receive(part(1, 2)).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(2)).await;
    two.to_desktop.look_after_parts().await.unwrap();
    let kept = two.store.reader.inbound_of_user(two.ann.id, 0, 100);
    let kept = kept.await.unwrap();
    assert_eq!(kept.len(), orders.len());
    for reply in kept {
        assert!(!reply.incomplete && reply.parts == 3);
        let text = two
            .vault
            .open(reply.id, crate::security::Field::ReplyText, &reply.text);
        assert_eq!(text.await.unwrap(), "part 1. part 2. part 3. ");
    }
    assert_eq!(two.store.reader.mails_waiting().await.unwrap(), 6);
}

/// One part never comes: both nodes give it up at once, and what there is is one reply.
#[tokio::test(flavor = "multi_thread")]
async fn parts_that_miss_another_are_one_marked_reply() {
    let Some([one, two]) = Bed::two(["overdue_parts.before_commit", ""]).await else {
        return;
    };
    deposited(&two, HANDSET, "how are you?").await;
    for (bed, number) in [(&one, 3), (&two, 1)] {
        let part = part(bed, HANDSET, of_three(9, number), 0, 1);
        bed.to_desktop.receive(part).await.unwrap();
    }
    tokio::time::sleep(Duration::from_millis(2)).await;
    let journey = one.to_desktop.clone();
    let first = begin(async move { journey.look_after_parts().await }).await;
    // Once in vain, to learn whose key seals it.
    one.faults.reached().await;
    one.faults.let_pass();
    one.faults.reached().await;
    let journey = two.to_desktop.clone();
    let second = begin(async move { journey.look_after_parts().await }).await;
    one.faults.let_pass();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    let kept = two.store.reader.inbound_of_user(two.ann.id, 0, 100);
    let kept = kept.await.unwrap();
    assert_eq!(kept.len(), 1);
    assert!(kept[0].incomplete && kept[0].parts == 2);
    assert_eq!(two.store.reader.mails_waiting().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_receipt_and_a_response_that_miss_each_other_are_brought_together() {
    for point in ["outcome.before_commit", "receipt.before_commit"] {
        let Some([one, two]) = Bed::two([point, ""]).await else {
            return;
        };
        let marked = deposited(&two, HANDSET, "hello").await;
        let sms_id = marked[0].sms.id;
        let report = vec![accepted(&marked[0], "7a")];
        let (gated, free) = (one.faults.clone(), two.to_handset.clone());
        if point == "outcome.before_commit" {
            // The response comes at the first node (whose lease it has, as far as the rows go), the receipt at the second.
            let journey = one.to_handset.clone();
            let response = begin(async move { journey.report(report).await }).await;
            gated.reached().await;
            two.to_desktop
                .receive_receipt(delivered(&two, "7a"))
                .await
                .unwrap();
            gated.let_pass();
            response.await.unwrap().unwrap();
        } else {
            let (journey, receipt) = (one.to_desktop.clone(), delivered(&one, "7a"));
            let receipt = begin(async move { journey.receive_receipt(receipt).await }).await;
            gated.reached().await;
            free.report(report).await.unwrap();
            gated.let_pass();
            receipt.await.unwrap().unwrap();
        }
        assert_eq!(
            state(&two.store, sms_id).await,
            State::Ok,
            "{point}: both looked too early"
        );
        two.to_desktop.match_missed().await.unwrap();
        two.to_desktop.match_missed().await.unwrap();
        is_delivered_once(&two.store, sms_id, 1).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn receipts_of_two_parts_at_two_nodes_make_a_text_delivered() {
    let Some([one, two]) = Bed::two(["receipt.before_commit", ""]).await else {
        return;
    };
    let marked = deposited(&two, HANDSET, &"long ".repeat(50)).await;
    assert_eq!(marked.len(), 2);
    let reports = vec![accepted(&marked[0], "a1"), accepted(&marked[1], "a2")];
    two.to_handset.report(reports).await.unwrap();
    let (journey, receipt) = (one.to_desktop.clone(), delivered(&one, "a1"));
    let first = begin(async move { journey.receive_receipt(receipt).await }).await;
    one.faults.reached().await;
    let (journey, receipt) = (two.to_desktop.clone(), delivered(&two, "a2"));
    let second = begin(async move { journey.receive_receipt(receipt).await }).await;
    one.faults.let_pass();
    first.await.unwrap().unwrap();
    second.await.unwrap().unwrap();
    is_delivered_once(&two.store, marked[0].sms.id, 2).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twins_at_two_nodes_are_one_acceptance() {
    let Some([one, two]) = Bed::two(["accept.before_commit", ""]).await else {
        return;
    };
    let twin = async |bed: &Bed| {
        let mut request = bed.request("+61491570156", "once").await;
        request.reference = Some(Reference {
            key: "order 66".into(),
            request: b"the same".to_vec(),
        });
        (bed.to_handset.clone(), request)
    };
    let ((one_journey, first), (two_journey, second)) = (twin(&one).await, twin(&two).await);
    let first = begin(async move { one_journey.accept(first).await }).await;
    one.faults.reached().await;
    let second = begin(async move { two_journey.accept(second).await }).await;
    one.faults.let_pass();
    let (first, second) = (
        first.await.unwrap().unwrap(),
        second.await.unwrap().unwrap(),
    );
    assert!(!first.is_replayed && second.is_replayed);
    assert_eq!(first.messages[0].id, second.messages[0].id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_is_claimed_by_one_node() {
    let Some([one, two]) = Bed::two(["mail_claim.before_commit", ""]).await else {
        return;
    };
    let marked = deposited(&two, HANDSET, "hello").await;
    two.to_handset
        .report(vec![accepted(&marked[0], "7a")])
        .await
        .unwrap();
    two.to_desktop
        .receive_receipt(delivered(&two, "7a"))
        .await
        .unwrap();
    let journey = one.to_desktop.clone();
    let first = begin(async move { journey.claim_mails().await }).await;
    one.faults.reached().await;
    assert!(two.to_desktop.claim_mails().await.unwrap().is_empty());
    one.faults.let_pass();
    assert_eq!(first.await.unwrap().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn slots_are_shared_taken_over_and_given_back() {
    let Some([one, two]) = Bed::two(["", ""]).await else {
        return;
    };
    let slots_of = |bed: &Bed| {
        let store = &bed.store;
        Slots::new(
            store.reader.clone(),
            store.writer.clone(),
            store.lease,
            true,
        )
    };
    let carrier_id = one.carrier_id;
    let (binds, none) = (BTreeMap::from([(carrier_id, 3)]), BTreeSet::new());
    let slot = |number| Slot { carrier_id, number };
    let (mut first, mut second) = (slots_of(&one), slots_of(&two));
    let held = |slots: &Slots| {
        slots
            .of(carrier_id)
            .map(|slot| slot.number)
            .collect::<Vec<_>>()
    };
    // Both have come before either looked: what is left over goes to the first.
    first.look(&binds, &none, &none).await.unwrap();
    assert_eq!(held(&first), [1, 2]);
    second.look(&binds, &none, &none).await.unwrap();
    assert_eq!(held(&second), [3]);
    assert!(first.tenure(slot(1)).is_some() && first.tenure(slot(3)).is_none());
    let all = BTreeSet::from([slot(1), slot(2), slot(3)]);
    second
        .look(&binds, &none, &BTreeSet::from([slot(3)]))
        .await
        .unwrap();
    first.look(&binds, &none, &none).await.unwrap();
    assert!(first.is_bound_elsewhere(carrier_id));
    // The second leaves.
    second.leave().await.unwrap();
    first.look(&binds, &none, &none).await.unwrap();
    assert_eq!(held(&first), [1, 2, 3]);
    assert!(!first.is_bound_elsewhere(carrier_id));
    // The carrier has fewer binds: a slot is given when its link has ended, and no sooner.
    let fewer = BTreeMap::from([(carrier_id, 2)]);
    first.look(&fewer, &all, &all).await.unwrap();
    assert_eq!(held(&first), [1, 2]);
    let in_table = async || two.store.reader.slots().await.unwrap().held.len();
    assert!(first.are_moving() && in_table().await == 3);
    first
        .look(&fewer, &BTreeSet::from([slot(1), slot(2)]), &none)
        .await
        .unwrap();
    assert!(!first.are_moving() && in_table().await == 2);
}

/// A reply whose id was made first is committed last, on another node: whoever reads the feed meanwhile waits, and its cursor passes nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_waits_for_what_another_node_commits_late() {
    let Some([one, two]) = Bed::two(["reply.before_commit", ""]).await else {
        return;
    };
    // To two handsets: what is decided on one text waits for the other node anyhow.
    for (handset, id) in [(HANDSET, "a1"), (OTHER, "a2")] {
        let sent = deposited(&two, handset, "question").await;
        let report = two.to_handset.report(vec![accepted(&sent[0], id)]);
        report.await.unwrap();
    }
    let reply = |bed: &Bed, handset: &str, text: &str, copy| Incoming {
        text: text.into(),
        concat: None,
        ..part(bed, handset, of_three(1, 1), copy, 1)
    };
    let (early, late) = (
        reply(&two, HANDSET, "early id", 1),
        reply(&two, OTHER, "late id", 2),
    );
    let faults = one.faults.clone();
    let journey = one.to_desktop.clone();
    let slow = begin(async move { journey.receive(early).await }).await;
    // The first time it learns whose key it needs, the second time it has written.
    faults.reached().await;
    faults.let_pass();
    faults.reached().await;
    two.to_desktop.receive(late).await.unwrap();
    let who = two.book.by_api_key(&two.ann.api_key, BEGINNING).await;
    let caller = who.unwrap().caller;
    let (journey, asks) = (two.to_desktop.clone(), caller.clone());
    let reading = begin(async move { journey.inbound(&asks, 0, 10).await }).await;
    if reading.is_finished() {
        panic!("it waits for the batch that is signed: {:?}", reading.await);
    }
    faults.let_pass();
    slow.await.unwrap().unwrap();
    let seen = reading.await.unwrap().unwrap();
    let texts: Vec<&str> = seen.iter().map(|reply| reply.text.as_str()).collect();
    assert!(
        matches!(texts[..], ["early id", "late id"] | ["early id"]),
        "{texts:?}"
    );
    let cursor = seen.last().unwrap().id;
    let rest = two.to_desktop.inbound(&caller, cursor, 10).await.unwrap();
    assert_eq!(texts.len() + rest.len(), 2, "nothing was passed over");
    // What comes from now on stands behind that, whichever node writes it.
    let behind = reply(&one, HANDSET, "behind", 3);
    let journey = one.to_desktop.clone();
    let next = begin(async move { journey.receive(behind).await }).await;
    for _ in 0..2 {
        faults.reached().await;
        faults.let_pass();
    }
    next.await.unwrap().unwrap();
    let cursor = rest.last().map_or(cursor, |reply| reply.id);
    let last = two.to_desktop.inbound(&caller, cursor, 10).await.unwrap();
    let texts: Vec<&str> = last.iter().map(|reply| reply.text.as_str()).collect();
    assert_eq!(texts, ["behind"]);
}
