//! A carrier's own settings: what differs for it from the table `[carrier]`, in the words of that table and under its checks.

use super::rooms::{Carrier, Findings};
use super::{ConfigError, Layers, Origin, is_known, unknown};
use serde::Serialize;
use toml::{Table, Value};

/// What is the account's and no setting of it, and where that is changed.
const OF_THE_ACCOUNT: [(&str, &str); 6] = [
    ("name", "is given with --name when it is added"),
    ("host", "is set with --host"),
    ("port", "is set with --port"),
    ("system_id", "is set with --system-id"),
    ("password", "is set with --password-file"),
    ("password_file", "is set with --password-file"),
];

/// Keys and values that are a carrier's own; the others are those of `[carrier]`.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(transparent)]
pub struct OwnSettings(Table);

/// Keys that get a value, or lose theirs. They fitted when they were judged; laid over what is there at the moment of writing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct OwnChanges(Vec<(String, Option<Value>)>);

/// A setting that a carrier cannot have: its key, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{key}: {problem}")]
pub struct OwnError {
    /// Without the table's name.
    pub key: String,
    /// What is wrong, and the remedy.
    pub problem: String,
}

impl From<ConfigError> for OwnError {
    fn from(error: ConfigError) -> Self {
        let key = error.key.strip_prefix("carrier.").unwrap_or(&error.key);
        Self {
            key: key.to_owned(),
            problem: error.problem,
        }
    }
}

impl OwnSettings {
    /// Reads what [`OwnSettings::to_text`] wrote. Whether the values fit says [`OwnSettings::over`].
    pub fn parse(text: &str) -> Result<Self, OwnError> {
        let table = text.parse::<Table>().map_err(|error| OwnError {
            key: "own settings".to_owned(),
            problem: format!("are not TOML: {}", error.message().trim()),
        })?;
        for key in table.keys() {
            may_be_own(key)?;
        }
        Ok(Self(table))
    }

    /// As TOML, nothing if there are none.
    pub fn to_text(&self) -> String {
        // A table of settings can always be written as TOML.
        toml::to_string(&self.0).unwrap_or_default()
    }

    /// The settings of this carrier: `[carrier]`, and its own over them.
    pub fn over(&self, general: &Carrier) -> Result<Carrier, OwnError> {
        settings_of(&mut self.layers(general), general)
    }

    /// What `KEY=VALUE` arguments and keys to be taken back change, judged with all that is there already. A value is TOML if it can be, else a text.
    pub fn judge(
        &self,
        set: &[String],
        unset: &[String],
        general: &Carrier,
    ) -> Result<OwnChanges, OwnError> {
        let mut rest = self.clone();
        let mut changes = OwnChanges::default();
        for key in unset {
            if rest.0.remove(key.trim()).is_none() {
                let keys: Vec<&str> = rest.0.keys().map(String::as_str).collect();
                let has = match keys.as_slice() {
                    [] => "nothing".to_owned(),
                    keys => keys.join(", "),
                };
                return Err(OwnError {
                    key: key.clone(),
                    problem: format!("is not among its own settings; it has {has} of its own"),
                });
            }
            changes.0.push((key.trim().to_owned(), None));
        }
        let mut layers = rest.layers(general);
        let mut keys = Vec::new();
        for argument in set {
            let (key, value) = argument.split_once('=').ok_or_else(|| OwnError {
                key: argument.clone(),
                problem: "must be KEY=VALUE, such as window=50".to_owned(),
            })?;
            let key = key.trim();
            may_be_own(key)?;
            layers.typed(
                Origin::Set,
                &format!("carrier.{key}"),
                value.trim().to_owned(),
            );
            keys.push(key);
        }
        settings_of(&mut layers, general)?;
        for key in keys {
            let given = layers.given.get(&format!("carrier.{key}"));
            changes
                .0
                .push((key.to_owned(), given.map(|given| given.value.clone())));
        }
        Ok(changes)
    }

    /// These with the changes.
    pub fn with(&self, changes: &OwnChanges) -> Self {
        let mut table = self.0.clone();
        for (key, value) in &changes.0 {
            match value {
                Some(value) => table.insert(key.clone(), value.clone()),
                None => table.remove(key),
            };
        }
        Self(table)
    }

    fn layers(&self, general: &Carrier) -> Layers {
        let mut common = match Value::try_from(general) {
            Ok(Value::Table(common)) => common,
            _ => Table::new(),
        };
        common.retain(|key, _| may_be_own(key).is_ok());
        let mut layers = Layers::new();
        for table in [common, self.0.clone()] {
            let tables = Table::from_iter([("carrier".to_owned(), Value::Table(table))]);
            layers.lay(Origin::Command("a carrier's own settings"), tables);
        }
        layers
    }
}

/// Reads and checks; what is the account's stays as the general table has it.
fn settings_of(layers: &mut Layers, general: &Carrier) -> Result<Carrier, OwnError> {
    let read = layers.deserialize().carrier;
    if let Some(wrong) = layers.wrong.drain(..).next() {
        return Err(wrong.into());
    }
    let mut findings = Findings::of("carrier");
    read.check(&mut findings);
    if let Some((key, problem)) = findings.found.into_iter().next() {
        return Err(OwnError::from(ConfigError {
            origin: Origin::Set,
            key,
            problem,
        }));
    }
    Ok(Carrier {
        name: general.name.clone(),
        host: general.host.clone(),
        port: general.port,
        system_id: general.system_id.clone(),
        password: general.password.clone(),
        ..read
    })
}

fn may_be_own(key: &str) -> Result<(), OwnError> {
    if let Some((_, flag)) = OF_THE_ACCOUNT.iter().find(|(name, _)| *name == key) {
        return Err(OwnError {
            key: key.to_owned(),
            problem: format!("is not a setting but the account's; it {flag}"),
        });
    }
    let path = format!("carrier.{key}");
    if is_known(&path) {
        return Ok(());
    }
    Err(unknown(Origin::Set, &path).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::rooms::{BindForm, Receipts};

    fn judged(own: &str, set: &[&str], unset: &[&str]) -> Result<OwnSettings, OwnError> {
        let own = OwnSettings::parse(own)?;
        let all =
            |given: &[&str]| -> Vec<String> { given.iter().map(|one| (*one).to_owned()).collect() };
        let changes = own.judge(&all(set), &all(unset), &Carrier::default())?;
        Ok(own.with(&changes))
    }

    #[test]
    fn what_is_set_is_kept_and_laid_over_the_table() {
        let own = judged(
            "rate = 100",
            &[
                "window=50",
                "bind=split",
                "system_type=007",
                "statuses={ 0x58 = 'permanent' }",
            ],
            &["rate"],
        )
        .expect("fits");
        let text = own.to_text();
        assert_eq!(OwnSettings::parse(&text).expect("what it wrote"), own);
        let general = Carrier {
            host: Some("smsc.example".to_owned()),
            receipts: Receipts::LastPart,
            rate: 20.0,
            ..Carrier::default()
        };
        let laid = own.over(&general).expect("fits");
        assert_eq!((laid.window, laid.rate), (50, 20.0));
        assert_eq!(
            (laid.bind, laid.receipts),
            (BindForm::Split, Receipts::LastPart)
        );
        assert_eq!(
            laid.system_type, "007",
            "what looks like a number stays the text that is wanted"
        );
        assert!(laid.statuses.class_of(0x58).is_some());
        assert_eq!(laid.host.as_deref(), Some("smsc.example"));
        assert_eq!(OwnSettings::default().to_text(), "");
    }

    #[test]
    fn what_cannot_be_is_named_with_its_remedy() {
        let table: [(&[&str], &[&str], &str); 10] = [
            (&["window=0"], &[], "window: must be from 1 to 1000"),
            (&["window"], &[], "window: must be KEY=VALUE"),
            (
                &["windw=3"],
                &[],
                "windw: there is no such key; did you mean window?",
            ),
            (
                &["receipts=all"],
                &[],
                "receipts: must be every_part, last_part or none",
            ),
            (
                &["host=a"],
                &[],
                "host: is not a setting but the account's; it is set with --host",
            ),
            (&["name=a"], &[], "name: is not a setting"),
            (
                &["password=a"],
                &[],
                "password: is not a setting but the account's; it is set with --password-file",
            ),
            (&["password_file=a"], &[], "password_file: is not a setting"),
            (
                &["statuses={ESME_RSYSERR='x'}"],
                &[],
                "statuses: ESME_RSYSERR cannot mean `x`",
            ),
            (
                &[],
                &["rate"],
                "rate: is not among its own settings; it has window of its own",
            ),
        ];
        for (set, unset, says) in table {
            let error = judged("window = 5", set, unset).expect_err(says);
            assert!(error.to_string().starts_with(says), "{error}");
        }
        for text in ["window = [", "colour = 1", "password = 'x'"] {
            assert!(OwnSettings::parse(text).is_err(), "{text}");
        }
        let unfit = OwnSettings::parse("window = 0").expect("read");
        assert!(unfit.over(&Carrier::default()).is_err());
    }
}
