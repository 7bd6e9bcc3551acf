//! What can be asked of the administration: as the command line spells it, as the socket carries it, and as the demo and pages build it.

use crate::accounts::KeyScope;
use crate::security::Secret;
use clap::{Args, Subcommand, ValueEnum};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One thing to be done or shown.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum Request {
    /// Customers: who pays, in which country and time zone
    #[command(subcommand)]
    Company(CompanyRequest),
    /// Cost centres of a company
    #[command(subcommand)]
    Department(DepartmentRequest),
    /// People and programs that send; each has a serial and a key
    #[command(subcommand)]
    User(UserRequest),
    /// Keys to the REST interface; each belongs to a user
    #[command(subcommand)]
    ApiKey(ApiKeyRequest),
    /// Parts a day of a company, a department or a user
    #[command(subcommand)]
    Quota(QuotaRequest),
    /// The only numbers that a company may text, if it is restricted to them
    #[command(subcommand)]
    Destination(DestinationRequest),
    /// Handsets that want no more texts of a company
    #[command(subcommand)]
    OptOut(OptOutRequest),
    /// The pool: numbers of ours that texts come from, so that answers find their way home
    #[command(subcommand)]
    Number(NumberRequest),
    /// SMSC accounts that texts go through
    #[command(subcommand)]
    Carrier(CarrierRequest),
    /// Which carrier serves the numbers that begin with a prefix
    #[command(subcommand)]
    Route(RouteRequest),
    /// Texts that wait: how many, why; held back and let go
    #[command(subcommand)]
    Queue(QueueRequest),
    /// Replies that belong to nobody yet
    #[command(subcommand)]
    Inbound(InboundRequest),
}

/// Something that has a name of its own.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Named {
    /// Its name
    #[arg(long)]
    pub name: String,
}

/// A company that something is asked of.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct OfCompany {
    /// The company's name
    #[arg(long)]
    pub company: String,
}

/// A user, by address.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct OfUser {
    /// The user's mail address
    #[arg(long, visible_alias = "user")]
    pub email: String,
    /// Its company, if several have a user of that address
    #[arg(long)]
    pub company: Option<String>,
}

/// A department, by name.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct OfDepartment {
    /// The department's name
    #[arg(long)]
    pub name: String,
    /// Its company's name
    #[arg(long)]
    pub company: String,
}

/// Whether a sender hears of receipts, where its text does not say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub enum Receipts {
    /// Every receipt is mailed
    Always,
    /// Only those that tell of a failure
    Failures,
    /// None
    Never,
}

impl From<Receipts> for sms::Wish {
    fn from(receipts: Receipts) -> Self {
        match receipts {
            Receipts::Always => Self::Always,
            Receipts::Failures => Self::Failures,
            Receipts::Never => Self::Never,
        }
    }
}

/// Companies.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum CompanyRequest {
    /// Add a company
    #[command(
        after_help = "Example:\n  emailsms admin company add --config gateway.toml --name 'Acme Pty Ltd' --country AU --zone Australia/Sydney --domain acme.example"
    )]
    Add(NewCompany),
    /// List all companies
    List,
    /// Show one company
    Show(Named),
    /// Change a company
    #[command(
        after_help = "Example:\n  emailsms admin company set --config gateway.toml --name Acme --receipts failures --add-domain acme.example"
    )]
    Set(CompanyChange),
    /// Let its people send again
    Enable(Named),
    /// Its people may not send; what waits is cancelled when its turn comes
    Disable(Named),
}

/// A company to be added.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct NewCompany {
    /// Its name, which no other has
    #[arg(long)]
    pub name: String,
    /// How its people write numbers: two ISO letters [default: setting accounts.country]
    #[arg(long)]
    pub country: Option<String>,
    /// Its time zone, such as Australia/Sydney [default: setting accounts.zone]
    #[arg(long)]
    pub zone: Option<String>,
    /// Whether senders hear of receipts [default: never]
    #[arg(long, value_enum)]
    pub receipts: Option<Receipts>,
    /// A mail domain that replies may go to; may be given several times
    #[arg(long = "domain", value_name = "DOMAIN")]
    pub domains: Vec<String>,
    /// Who gets replies that nobody else can get
    #[arg(long, value_name = "ADDRESS")]
    pub fallback: Option<String>,
    /// Its people may text numbers on its list only
    #[arg(long)]
    pub restricted: bool,
    /// Parts a day [default: setting accounts.quota_company]
    #[arg(long, value_name = "PARTS", value_parser = parts, allow_negative_numbers = true)]
    pub quota: Option<u32>,
}

/// What is to change of a company.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct CompanyChange {
    /// The company's name
    #[arg(long)]
    pub name: String,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    pub rename: Option<String>,
    /// How its people write numbers: two ISO letters
    #[arg(long)]
    pub country: Option<String>,
    /// Its time zone, such as Australia/Sydney
    #[arg(long)]
    pub zone: Option<String>,
    /// Whether senders hear of receipts
    #[arg(long, value_enum)]
    pub receipts: Option<Receipts>,
    /// Whether its people may text numbers on its list only
    #[arg(long, value_name = "true|false")]
    pub restricted: Option<bool>,
    /// Who gets replies that nobody else can get
    #[arg(long, value_name = "ADDRESS", conflicts_with = "no_fallback")]
    pub fallback: Option<String>,
    /// Nobody does
    #[arg(long)]
    pub no_fallback: bool,
    /// A mail domain that replies may go to; may be given several times
    #[arg(long = "add-domain", value_name = "DOMAIN")]
    pub add_domains: Vec<String>,
    /// A mail domain that they may not go to any more
    #[arg(long = "remove-domain", value_name = "DOMAIN")]
    pub remove_domains: Vec<String>,
}

/// Departments.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum DepartmentRequest {
    /// Add a department to a company
    #[command(
        after_help = "Example:\n  emailsms admin department add --config gateway.toml --company Acme --name Sales --quota 500"
    )]
    Add(NewDepartment),
    /// List the departments of a company
    List(OfCompany),
    /// Give a department another name
    Set(DepartmentChange),
    /// Let its people send again
    Enable(OfDepartment),
    /// Its people may not send
    Disable(OfDepartment),
}

/// A department to be added.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct NewDepartment {
    /// The company's name
    #[arg(long)]
    pub company: String,
    /// The department's name
    #[arg(long)]
    pub name: String,
    /// Parts a day [default: setting accounts.quota_department]
    #[arg(long, value_name = "PARTS", value_parser = parts, allow_negative_numbers = true)]
    pub quota: Option<u32>,
}

/// What is to change of a department.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct DepartmentChange {
    #[command(flatten)]
    pub department: OfDepartment,
    /// Its new name
    #[arg(long, value_name = "NAME")]
    pub rename: String,
}

/// Users.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum UserRequest {
    /// Add a user; its serial and key are shown this once
    #[command(
        after_help = "Example:\n  emailsms admin user add --config gateway.toml --company Acme --email jo@acme.example --name 'Jo Lee' --department Sales"
    )]
    Add(NewUser),
    /// List the users of a company
    List(UsersOf),
    /// Show one user
    Show(OfUser),
    /// Change a user
    Set(UserChange),
    /// Let it send again
    Enable(OfUser),
    /// It may not send
    Disable(OfUser),
    /// Give it a new serial and key, shown this once; the old ones end
    RotateSerial(OfUser),
    /// Too many wrong keys locked its serial for a network: let it try again, from everywhere, within a second
    Unlock(OfUser),
}

/// A user to be added.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct NewUser {
    /// The company's name
    #[arg(long)]
    pub company: String,
    /// Its mail address; answers go there
    #[arg(long)]
    pub email: String,
    /// What people call it [default: the address]
    #[arg(long)]
    pub name: Option<String>,
    /// Its department's name
    #[arg(long)]
    pub department: Option<String>,
    /// Parts a day [default: setting accounts.quota_user]
    #[arg(long, value_name = "PARTS", value_parser = parts, allow_negative_numbers = true)]
    pub quota: Option<u32>,
}

/// Which users are to be listed.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct UsersOf {
    /// The company's name
    #[arg(long)]
    pub company: String,
    /// Only those of this department
    #[arg(long)]
    pub department: Option<String>,
}

/// What is to change of a user.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct UserChange {
    #[command(flatten)]
    pub user: OfUser,
    /// Its new mail address
    #[arg(long, value_name = "ADDRESS")]
    pub new_email: Option<String>,
    /// What people call it
    #[arg(long)]
    pub name: Option<String>,
    /// Its department's name
    #[arg(long, conflicts_with = "no_department")]
    pub department: Option<String>,
    /// It is in no department
    #[arg(long)]
    pub no_department: bool,
}

/// API keys.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum ApiKeyRequest {
    /// Make an API key for a user; it is shown this once
    #[command(
        after_help = "Examples:\n  emailsms admin api-key add --config gateway.toml --user jo@acme.example --expires-days 365\n  emailsms admin api-key add --config gateway.toml --user ops@acme.example --scope admin"
    )]
    Add(ApiKeyWish),
    /// List the API keys of a user
    List(OfUser),
    /// End an API key
    Revoke(ApiKeyOf),
}

/// An API key to be made.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ApiKeyWish {
    #[command(flatten)]
    pub user: OfUser,
    /// A test key: nothing that it sends reaches a carrier. There is no sandbox yet: until there is, what it sends is refused
    #[arg(long)]
    pub test: bool,
    /// Days until it ends [default: never]
    #[arg(long, value_name = "DAYS")]
    pub expires_days: Option<u32>,
    /// What it is for; may be given several times [default: messages:send, messages:read and messages:text]
    #[arg(long = "scope", value_enum, value_name = "SCOPE")]
    #[serde(default)]
    pub scopes: Vec<Scope>,
}

/// What an API key is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
pub enum Scope {
    /// Send texts
    #[value(name = "messages:send")]
    Send,
    /// Look at how its user's texts stand, and at the replies
    #[value(name = "messages:read")]
    Read,
    /// See the words in them, beside messages:read; without it they are left out
    #[value(name = "messages:text")]
    Text,
    /// What you do here with carriers, routes and numbers, and look at the metrics: over all companies, so give it to operators only
    #[value(name = "admin")]
    Admin,
}

impl From<Scope> for KeyScope {
    fn from(scope: Scope) -> Self {
        match scope {
            Scope::Send => Self::Send,
            Scope::Read => Self::Read,
            Scope::Text => Self::Text,
            Scope::Admin => Self::Admin,
        }
    }
}

/// An API key, by its id or its first letters.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct ApiKeyOf {
    #[command(flatten)]
    pub user: OfUser,
    /// The key's id (key_…) or its prefix, as `api-key list` shows them
    #[arg(long)]
    pub key: String,
}

/// Quotas.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum QuotaRequest {
    /// Set or lift the daily quota of a company, or of one of its departments or users
    #[command(
        after_help = "Examples:\n  emailsms admin quota set --config gateway.toml --company Acme --parts 10000\n  emailsms admin quota set --config gateway.toml --company Acme --user jo@acme.example --parts 100\n  emailsms admin quota set --config gateway.toml --company Acme --department Sales --none"
    )]
    Set(NewQuota),
    /// List the quotas of a company, and what of them is used today
    List(OfCompany),
}

/// A quota to be set.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct NewQuota {
    /// The company's name
    #[arg(long)]
    pub company: String,
    /// One of its departments
    #[arg(long, conflicts_with = "email")]
    pub department: Option<String>,
    /// The mail address of one of its users
    #[arg(long, visible_alias = "user")]
    pub email: Option<String>,
    /// Parts a day
    #[arg(
        long,
        required_unless_present = "none",
        conflicts_with = "none",
        value_parser = parts,
        allow_negative_numbers = true
    )]
    pub parts: Option<u32>,
    /// No quota
    #[arg(long)]
    pub none: bool,
}

/// So many parts a day.
fn parts(written: &str) -> Result<u32, String> {
    written
        .trim()
        .parse()
        .map_err(|_| format!("must be a whole number of parts, from 0 to {}", u32::MAX))
}

/// Restricted lists.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum DestinationRequest {
    /// Put numbers on a company's list
    #[command(
        after_help = "Example:\n  emailsms admin destination add --config gateway.toml --company Acme '0491 570 156' +61491570157"
    )]
    Add(HandsetsOf),
    /// Take numbers off it
    Remove(HandsetsOf),
    /// Show the list
    List(OfCompany),
    /// From now on the company may text numbers on its list only
    On(OfCompany),
    /// The company may text any number
    Off(OfCompany),
}

/// Handsets and the company whose list they are meant for.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct HandsetsOf {
    /// The company's name
    #[arg(long)]
    pub company: String,
    /// Mobile numbers, as the company's people write them
    #[arg(required = true, value_name = "NUMBER")]
    pub numbers: Vec<String>,
}

/// Opt-outs.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum OptOutRequest {
    /// List the handsets that want no texts of a company
    List(OfCompany),
    /// Note that handsets want none, for those who did not write STOP
    Add(HandsetsOf),
    /// Take handsets off the list, when their owners asked for it
    Remove(HandsetsOf),
}

/// Pool numbers.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum NumberRequest {
    /// Add numbers to a carrier's pool, or bring removed ones back
    #[command(
        after_help = "Examples:\n  emailsms admin number add --config gateway.toml +61400000001\n  emailsms admin number add --config gateway.toml --carrier telco +61400000001..+61400000200"
    )]
    Add(NumbersOf),
    /// Give numbers out no more; answers to what they sent still come home
    Remove(Numbers),
    /// List the pool
    List(NumbersAsked),
}

/// What of the pool is listed.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct NumbersAsked {
    /// With the handsets that may answer each number, since when, and when it was last used
    #[arg(long)]
    #[serde(default)]
    pub pairs: bool,
}

/// Numbers for a carrier's pool.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct NumbersOf {
    /// The carrier's name, if there are several
    #[arg(long)]
    pub carrier: Option<String>,
    /// A number, or a range FIRST..LAST
    #[arg(required = true, value_name = "NUMBER")]
    pub numbers: Vec<String>,
}

/// Some numbers.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct Numbers {
    /// A number, or a range FIRST..LAST
    #[arg(required = true, value_name = "NUMBER")]
    pub numbers: Vec<String>,
}

/// Carriers.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum CarrierRequest {
    /// Add an SMSC account; --set KEY=VALUE gives it a setting of its own, over the table `[carrier]`
    #[command(
        after_help = "Example:\n  emailsms admin carrier add --config gateway.toml --name telco --host smsc.telco.example --port 2775 --system-id acme --password-file telco.password --set tls=tls --set window=50 --set rate=200"
    )]
    Add(NewCarrier),
    /// List the carriers
    List,
    /// Show one carrier, with the settings that are its own
    Show(Named),
    /// Change a carrier, its links are made anew; --set KEY=VALUE gives it a setting of its own, over the table `[carrier]`
    #[command(
        after_help = "Examples:\n  emailsms admin carrier set --name telco --set bind=split --set tls=tls --set receipts=last_part\n  emailsms admin carrier set --name telco --set 'statuses={ ESME_RSYSERR = \"permanent\", 1025 = \"throttled\" }'\n  emailsms admin carrier set --name telco --unset window"
    )]
    Set(CarrierChange),
    /// Send nothing over it until it is resumed; its texts go over the route's next carrier, or wait. Answers and receipts still come
    Suspend(Named),
    /// Send over it again
    Resume(Named),
}

/// A carrier to be added.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct NewCarrier {
    /// What people call it
    #[arg(long)]
    pub name: String,
    /// Host name or address of its SMSC
    #[arg(long)]
    pub host: String,
    /// Its port
    #[arg(long, default_value_t = 2775)]
    pub port: u16,
    /// Our account there
    #[arg(long)]
    pub system_id: String,
    #[command(flatten)]
    pub password: PasswordFile,
    /// Settings in which it differs from the table `[carrier]`, `KEY=VALUE`: the command takes them from `--set`.
    #[arg(skip)]
    #[serde(default)]
    pub set: Vec<String>,
}

/// What is to change of a carrier.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct CarrierChange {
    /// The carrier's name
    #[arg(long)]
    pub name: String,
    /// Host name or address of its SMSC
    #[arg(long)]
    pub host: Option<String>,
    /// Its port
    #[arg(long)]
    pub port: Option<u16>,
    /// Our account there
    #[arg(long)]
    pub system_id: Option<String>,
    #[command(flatten)]
    pub password: PasswordFile,
    /// Settings in which it differs from the table `[carrier]`, `KEY=VALUE`: the command takes them from `--set`.
    #[arg(skip)]
    #[serde(default)]
    pub set: Vec<String>,
    /// A setting in which it shall not differ any more; may be given several times
    #[arg(long = "unset", value_name = "KEY")]
    #[serde(default)]
    pub unset: Vec<String>,
}

impl CarrierChange {
    /// Whether it says nothing that is to be changed.
    pub fn is_empty(&self) -> bool {
        let Self {
            name: _,
            host,
            port,
            system_id,
            password,
            set,
            unset,
        } = self;
        host.is_none()
            && port.is_none()
            && system_id.is_none()
            && password.secret.is_none()
            && set.is_empty()
            && unset.is_empty()
    }
}

/// A password that never stands on a command line: the command reads it from a file before it asks.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct PasswordFile {
    /// The file that holds the account's password; - reads standard input
    #[arg(long = "password-file", value_name = "FILE")]
    #[serde(skip)]
    pub file: Option<PathBuf>,
    /// What was read.
    #[arg(skip)]
    #[serde(with = "in_the_clear")]
    pub secret: Option<Secret>,
}

/// The socket is the administrator's own, so that what is asked over it may hold a secret.
mod in_the_clear {
    use super::Secret;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<S: Serializer>(
        secret: &Option<Secret>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        secret.as_ref().map(Secret::expose).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Secret>, D::Error> {
        Option::<Secret>::deserialize(deserializer)
    }
}

/// Routes.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum RouteRequest {
    /// Send the numbers that begin with a prefix through a carrier
    #[command(
        after_help = "Example:\n  emailsms admin route add --config gateway.toml --prefix 61 --carrier telco --name SAU"
    )]
    Add(NewRoute),
    /// Remove a route; a number that no route serves is refused
    Remove(RouteOf),
    /// List the routes
    List,
    /// Send nothing over the routes of this name until they are resumed; their texts go over the prefix's next carrier, or wait
    Suspend(Named),
    /// Send over them again
    Resume(Named),
}

/// A route to be added.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct NewRoute {
    /// The digits that numbers begin with, country code first
    #[arg(long)]
    pub prefix: String,
    /// The carrier's name, if there are several
    #[arg(long)]
    pub carrier: Option<String>,
    /// The route's name, such as SAU [default: S and the prefix]
    #[arg(long)]
    pub name: Option<String>,
    /// 1 is the first choice; the next is for when it is down, suspended, or refused a text [default: after those there are]
    #[arg(long)]
    pub rank: Option<u16>,
    /// Its share among carriers of the same prefix and rank
    #[arg(long, default_value_t = 1)]
    #[serde(default = "one")]
    pub weight: u16,
}

fn one() -> u16 {
    1
}

/// A route.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct RouteOf {
    /// The digits that numbers begin with
    #[arg(long)]
    pub prefix: String,
    /// The carrier's name, if several serve that prefix
    #[arg(long)]
    pub carrier: Option<String>,
}

/// The queue of texts that wait.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum QueueRequest {
    /// How many texts wait, of which company, for which carrier, in which state and why
    List,
    /// The texts one by one: all that wait, are on their way or in doubt, or those of the states that you name. Oldest first
    #[command(
        after_help = "Examples:\n  emailsms admin queue texts --state fail --carrier telco --older-than 10m\n  emailsms admin queue texts --company Acme --limit 1000 --after msg_01c8y7ktz4g5e"
    )]
    Texts(TextsWish),
    /// Hold back a company's texts, or everything; they are accepted and wait, and no try is counted
    #[command(
        after_help = "Examples:\n  emailsms admin queue suspend --company Acme\n  emailsms admin queue suspend --all"
    )]
    Suspend(QueueOf),
    /// Let them go again
    Resume(QueueOf),
    /// Texts that wait for you: one killed its link three times, or cannot be read. Oldest first
    Held(HeldWish),
    /// Try a held text again
    Release(SmsOf),
}

/// Whose queue.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
#[group(required = true, multiple = false)]
pub struct QueueOf {
    /// The company's name
    #[arg(long)]
    pub company: Option<String>,
    /// Everybody's
    #[arg(long)]
    pub all: bool,
}

/// How held texts are to be listed.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct HeldWish {
    /// So many at most
    #[arg(long, default_value_t = 100)]
    pub limit: u64,
}

/// Which texts are to be listed.
#[derive(Debug, Clone, Default, Args, Serialize, Deserialize)]
pub struct TextsWish {
    /// In this state, such as pending or delivered; may be given several times [default: pending, submitting, fail, in_doubt]
    #[arg(long = "state", value_name = "STATE")]
    pub states: Vec<String>,
    /// Of this company
    #[arg(long)]
    pub company: Option<String>,
    /// For this carrier
    #[arg(long)]
    pub carrier: Option<String>,
    /// Accepted so long ago, or longer: 90s, 10m, 2h, 3d
    #[arg(long, value_name = "AGE")]
    pub older_than: Option<String>,
    /// So many at most
    #[arg(long, default_value_t = 100)]
    #[serde(default)]
    pub limit: u64,
    /// Go on behind this text: the last one of the list before
    #[arg(long, value_name = "MSG_ID")]
    pub after: Option<String>,
}

/// A text, by its id.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct SmsOf {
    /// Its id, msg_…
    #[arg(long)]
    pub sms: String,
}

/// Replies that are with nobody.
#[derive(Debug, Clone, Subcommand, Serialize, Deserialize)]
pub enum InboundRequest {
    /// List replies that fit no text of ours, and those that every mailbox refused, newest first
    List(StrandedWish),
}

/// How replies that are with nobody are to be listed.
#[derive(Debug, Clone, Args, Serialize, Deserialize)]
pub struct StrandedWish {
    /// So many at most
    #[arg(long, default_value_t = 100)]
    pub limit: u64,
    /// Their texts too; the log notes that they were read
    #[arg(long)]
    pub text: bool,
}
