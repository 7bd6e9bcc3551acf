//! What a formula asks of the world: the document, the database, the user, the time. What the host does not have fails by name.
//!
//! ```
//! use lotusscript::formula::host::{Answer, Memory};
//! use lotusscript::formula::{Formula, Limits, Value};
//!
//! let mut host = Memory::default();
//! host.document.insert("customer".into(), "Acme".into());
//! host.fact("@UserName", "CN=Ann Lee/O=Acme".into());
//! host.on("@DbLookup", |given| match given[3].as_texts() {
//!     Some([key]) if key == "Acme" => Answer::Value("+61 2 5550 1234".into()),
//!     _ => Answer::Failed("Entry not found in index".into()),
//! });
//!
//! let formula = Formula::parse(
//!     "phone := @DbLookup(\"\"; \"\"; \"Phones\"; Customer; 2);
//!      FIELD Phone := @If(@IsError(phone); \"none\"; phone);
//!      @Name([CN]; @UserName) + \" calls \" + Phone",
//! )?;
//! let outcome = formula.evaluate(&mut host, &Limits::default())?;
//! assert_eq!(outcome.value, Value::text("Ann Lee calls +61 2 5550 1234"));
//! assert_eq!(host.document["phone"], Value::text("+61 2 5550 1234"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use super::value::Value;
use crate::international::International;
use jiff::tz::TimeZone;
use std::collections::{BTreeMap, HashMap};

/// The world around a formula. Only the clock has to be there; all else is refused by name unless a host overrides it.
///
/// Names of fields and variables come in lower case; names of @functions as the table writes them.
pub trait Host {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    fn now(&self) -> i64;

    /// The zone in which dates and times are seen.
    fn zone(&self) -> TimeZone {
        TimeZone::UTC
    }

    /// How numbers, dates and times are written.
    fn international(&self) -> International {
        International::default()
    }

    /// A field of the current document; `None` where it has none of that name.
    fn field(&self, name: &str) -> Option<Value>;

    /// Sets a field; [`Value::Unavailable`] takes it away. Refused with the reason.
    fn set_field(&mut self, name: &str, value: &Value) -> Result<(), String>;

    /// From 0 up to but not 1.
    fn random(&mut self) -> Option<f64> {
        None
    }

    /// What an @function is that depends on the world: `@Created`, `@UserName`, `@DbLookup`, `@Prompt` …, with its arguments. Statements `ENVIRONMENT` ask
    /// for `@SetEnvironment`.
    fn ask(&mut self, function: &str, arguments: &[Value]) -> Answer;
}

/// What a host says.
#[derive(Debug, Clone, PartialEq)]
pub enum Answer {
    /// This.
    Value(Value),
    /// It tried, and this went wrong: an error that `@IsError` finds.
    Failed(String),
    /// It has no such thing. The formula ends, with the function's name.
    NotHere,
}

/// What a [`Memory`] does when it is asked.
pub type Handler = Box<dyn FnMut(&[Value]) -> Answer + Send>;

/// A host in memory: one document, facts, and whatever else is handed to it.
pub struct Memory {
    /// The document's fields, their names in lower case.
    pub document: BTreeMap<String, Value>,
    /// The clock.
    pub now: i64,
    /// Its zone.
    pub zone: TimeZone,
    /// The settings.
    pub international: International,
    /// The user's environment variables, in lower case.
    pub environment: BTreeMap<String, String>,
    /// Fields of profile documents: profile, user (or an empty text), field; all in lower case.
    pub profiles: BTreeMap<(String, String, String), Value>,
    /// Of @functions, in lower case with `@`, that always say the same.
    pub facts: HashMap<String, Value>,
    /// Of those that are computed.
    pub handlers: HashMap<String, Handler>,
    /// What `@Random` has next.
    pub seed: u64,
}

impl Default for Memory {
    /// An empty document at 1970-01-01 00:00 UTC.
    fn default() -> Self {
        Self {
            document: BTreeMap::new(),
            now: 0,
            zone: TimeZone::UTC,
            international: International::default(),
            environment: BTreeMap::new(),
            profiles: BTreeMap::new(),
            facts: HashMap::new(),
            handlers: HashMap::new(),
            seed: 1,
        }
    }
}

impl Memory {
    /// Has an @function computed.
    pub fn on(&mut self, function: &str, handler: impl FnMut(&[Value]) -> Answer + Send + 'static) {
        self.handlers
            .insert(function.to_lowercase(), Box::new(handler));
    }

    /// Has an @function say this.
    pub fn fact(&mut self, function: &str, value: Value) {
        self.facts.insert(function.to_lowercase(), value);
    }

    fn own(&mut self, function: &str, arguments: &[Value]) -> Option<Answer> {
        let text = |at: usize| -> Option<String> {
            let texts = arguments.get(at)?.as_texts()?;
            texts.first().map(|text| text.to_lowercase())
        };
        let value = match function {
            "@environment" if arguments.len() == 1 => {
                let found = self.environment.get(&text(0)?);
                Value::text(found.cloned().unwrap_or_default())
            }
            "@environment" | "@setenvironment" => {
                let value = arguments.get(1)?.as_texts()?.first()?.clone();
                self.environment.insert(text(0)?, value.clone());
                Value::text(value)
            }
            "@getprofilefield" => {
                let key = (text(0)?, text(2).unwrap_or_default(), text(1)?);
                self.profiles.get(&key).cloned().unwrap_or("".into())
            }
            "@setprofilefield" => {
                let key = (text(0)?, text(3).unwrap_or_default(), text(1)?);
                let value = arguments.get(2)?.clone();
                self.profiles.insert(key, value.clone());
                value
            }
            "@docfields" => Value::texts(self.document.keys().cloned().collect()),
            _ => return None,
        };
        Some(Answer::Value(value))
    }
}

impl Host for Memory {
    fn now(&self) -> i64 {
        self.now
    }

    fn zone(&self) -> TimeZone {
        self.zone.clone()
    }

    fn international(&self) -> International {
        self.international.clone()
    }

    fn field(&self, name: &str) -> Option<Value> {
        self.document.get(name).cloned()
    }

    fn set_field(&mut self, name: &str, value: &Value) -> Result<(), String> {
        match value {
            Value::Unavailable => self.document.remove(name),
            value => self.document.insert(name.to_owned(), value.clone()),
        };
        Ok(())
    }

    fn random(&mut self) -> Option<f64> {
        // SplitMix64.
        self.seed = self.seed.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.seed;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^= mixed >> 31;
        Some((mixed >> 11) as f64 / (1_u64 << 53) as f64)
    }

    fn ask(&mut self, function: &str, arguments: &[Value]) -> Answer {
        let name = function.to_lowercase();
        if let Some(handler) = self.handlers.get_mut(&name) {
            return handler(arguments);
        }
        if let Some(fact) = self.facts.get(&name) {
            return Answer::Value(fact.clone());
        }
        self.own(&name, arguments).unwrap_or(Answer::NotHere)
    }
}
