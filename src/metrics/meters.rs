//! Every meter by name: what it tells, and by which labels. `docs/OPERATING.md` is the same table for people, held to this one by a test.
//!
//! **A label takes few values that are known beforehand** (doors, codes, states, names of carriers): never a number, an address, a text, or an id of anybody.

/// One meter.
#[derive(Debug, PartialEq, Eq)]
pub struct Meter {
    pub name: &'static str,
    /// `counter`, `gauge` or `histogram`.
    pub kind: Kind,
    /// What Prometheus shows as its help.
    pub tells: &'static str,
    pub labels: &'static [&'static str],
}

/// How a meter moves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Up only, from the start of the process.
    Counter,
    /// As it is now.
    Gauge,
    /// Seconds, or works, in buckets.
    Histogram,
}

macro_rules! meters {
    ($($constant:ident: $kind:ident, $name:literal, [$($label:literal),*], $tells:literal;)*) => {
        $(pub const $constant: Meter = Meter { name: $name, kind: Kind::$kind, tells: $tells, labels: &[$($label),*] };)*
        /// All of them, in the order of the documentation.
        pub const ALL: &[&Meter] = &[$(&$constant),*];
    };
}

meters! {
    REQUESTS: Counter, "emailsms_requests_total", ["door", "operation", "code"], "Requests at the HTTP doors, by what they were answered: ok, or the code of the refusal, problem or Fault";
    TEXTS_ACCEPTED: Counter, "emailsms_texts_accepted_total", ["door"], "Texts accepted, one for each handset; a repeat under the same client reference is none";
    TEXTS_REFUSED: Counter, "emailsms_texts_refused_total", ["door", "code"], "Texts refused by the checks, one for each handset, by the code of the refusal";
    EVENTS: Counter, "emailsms_events_total", ["event"], "Steps of texts that are on disk, by the word in their timeline: accepted, submitting, ok, fail, in_doubt, resent, abort";
    CLAIMED: Counter, "emailsms_texts_claimed_total", [], "Texts taken back into hand from the database: retries, restarts, what other nodes left";

    QUEUE_TEXTS: Gauge, "emailsms_queue_texts", ["state", "priority"], "Texts that wait, are on their way, or are in doubt, over all nodes";
    QUEUE_OLDEST: Gauge, "emailsms_queue_oldest_due_seconds", [], "For how long the oldest text that waits has been due; 0 if none is";
    SUSPENDED: Gauge, "emailsms_suspended", ["what"], "What an operator suspended, so that texts wait: all (1, or 0), and how many companies, carriers, routes";
    QUEUE_HELD: Gauge, "emailsms_queue_held_texts", [], "Texts that wait for an operator: emailsms admin queue held";
    READY_TEXTS: Gauge, "emailsms_ready_texts", ["carrier"], "Texts that wait in the memory of this node for a place in a window";

    LINK_UP: Gauge, "emailsms_link_up", ["carrier", "slot"], "Whether the link on this slot of ours is bound: 1, or 0";
    LINK_WINDOW: Gauge, "emailsms_link_window", ["carrier", "slot"], "Parts that may be in flight on this link";
    LINK_IN_FLIGHT: Gauge, "emailsms_link_in_flight", ["carrier", "slot"], "Parts that were handed to this link, or are being marked for it, and have no answer yet";
    LINK_RATE: Gauge, "emailsms_link_rate", ["carrier", "slot"], "Parts a second that the pace allows this link now; 0: no limit";
    BINDS: Counter, "emailsms_binds_total", ["carrier", "outcome"], "Binds tried, by what came of them: bound, already_bound, wrong_password, failed";
    SUBMITS: Counter, "emailsms_submits_total", ["carrier"], "Parts handed to a session to be written as submit_sm";
    ANSWERS: Counter, "emailsms_answers_total", ["carrier", "status"], "Answers to submit_sm by command status (other: one without a name), no_answer, not_written, late";
    ANSWER_SECONDS: Histogram, "emailsms_answer_seconds", ["carrier"], "From handing a part over to the answer to its submit_sm";
    DELIVERIES: Counter, "emailsms_deliveries_total", ["carrier", "kind", "answer"], "What a carrier delivered: receipt, text, or unread (too many on their way to disk), by the command status that it was answered with";
    SLOTS: Gauge, "emailsms_slots", ["carrier", "holder"], "Binds of a carrier that nodes hold: this node, or others";

    RECEIPTS: Counter, "emailsms_receipts_total", ["fate"], "Receipts kept: matched on arrival, early (no attempt is known yet), repeated, matched_later";
    REPLIES: Counter, "emailsms_replies_total", ["fate"], "Texts from handsets: matched to their text, unmatched (kept for an administrator), part (kept until the others come), incomplete (made of what came), repeated";
    MAILS: Counter, "emailsms_mails_total", ["kind", "outcome"], "Mails by what the relay said: sent, later, refused";
    RELAY_UP: Gauge, "emailsms_relay_up", [], "Whether the mail relay answers, by what came of the last mail, or of a look when a minute went by without one: 1, or 0";
    MAIL_QUEUE: Gauge, "emailsms_mail_queue", [], "Mails that wait for the relay, over all nodes";
    MAIL_OLDEST: Gauge, "emailsms_mail_oldest_due_seconds", [], "For how long the oldest mail has been due; 0 if none is";

    COMMIT_SECONDS: Histogram, "emailsms_commit_seconds", [], "From the beginning of a batch until it is on disk";
    COMMIT_WORKS: Histogram, "emailsms_commit_works", [], "Works that were committed together";
    COMMIT_FAILURES: Counter, "emailsms_commit_failures_total", ["why"], "Batches that were not written: unreachable, disk_full, contended (done again), lease_lost, refused";
    WORKS: Counter, "emailsms_works_total", ["work"], "Works committed, by name";
    DATABASE_UP: Gauge, "emailsms_database_up", [], "Whether the database answered when this was asked: 1, or 0";
    DATABASE_SECONDS: Gauge, "emailsms_database_answer_seconds", [], "How long the database took to answer when this was asked";
    DISK_FREE: Gauge, "emailsms_database_disk_free_bytes", [], "Room on the disk of an SQLite database; below 64 MiB nothing is accepted";

    SELF_CALL_UP: Gauge, "emailsms_self_call_up", ["listener"], "Whether the last call of our own SOAP door (RedWebServiceVersion, once a minute) was answered as it should: 1, or 0";
    SELF_CALL_SECONDS: Gauge, "emailsms_self_call_seconds", ["listener"], "How long that call took, with connection and TLS";
    SELF_CALL_SUCCESS: Gauge, "emailsms_self_call_success_timestamp_seconds", ["listener"], "When such a call last went well, seconds since 1970";

    NODE_EPOCH: Gauge, "emailsms_node_epoch", [], "The epoch under which this process writes";
    NODE_LEASE: Gauge, "emailsms_node_lease_seconds", [], "What is left of the lease of this node; on SQLite there is none to be lost, and no sample";
    NODES: Gauge, "emailsms_nodes", [], "Nodes that are alive, this one too";
    CLOCK_BEHIND: Gauge, "emailsms_clock_behind_seconds", [], "How far this machine's clock is behind the database's";
    BUILD: Gauge, "emailsms_build_info", ["version"], "1, with the version of the program";

    CPU: Counter, "process_cpu_seconds_total", [], "Processor time of this process, user and system";
    RESIDENT: Gauge, "process_resident_memory_bytes", [], "Memory of this process that is in RAM";
    VIRTUAL: Gauge, "process_virtual_memory_bytes", [], "Memory of this process, all that is mapped";
    OPEN_FDS: Gauge, "process_open_fds", [], "File descriptors that are open";
    MAX_FDS: Gauge, "process_max_fds", [], "File descriptors that may be open";
    THREADS: Gauge, "process_threads", [], "Threads of this process";
    START: Gauge, "process_start_time_seconds", [], "When this process started, seconds since 1970";
}
