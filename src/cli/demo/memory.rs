//! What a demo's directory remembers: ports, database, people with their keys. The file is `demo.json`, mode 0600.

use super::super::{files, place};
use super::{listen, sample};
use crate::security::new_sms_key;
use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use tokio::net::TcpListener;

/// The memory of a directory.
pub(super) struct Memory {
    file: PathBuf,
    kept: Kept,
}

/// What a further node remembers for itself: its own ports.
pub(super) struct OwnMemory {
    file: PathBuf,
    kept: OwnPorts,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct OwnPorts {
    http: u16,
    https: u16,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(default)]
struct Kept {
    database: Option<String>,
    schema: Option<String>,
    ports: Option<Ports>,
    smpp_password: String,
    relay: Option<String>,
    sample: Option<sample::Sample>,
}

#[derive(Clone, Copy, Serialize, Deserialize)]
struct Ports {
    http: u16,
    https: u16,
    smpp: u16,
    mail: u16,
}

/// Listening on the remembered ports.
pub(super) struct Listeners {
    pub http: TcpListener,
    pub https: TcpListener,
    pub smpp: TcpListener,
    pub mail: TcpListener,
}

impl Memory {
    /// What the directory remembers; a new one remembers nothing.
    pub fn load(data: &Path) -> anyhow::Result<Self> {
        let file = data.join(place::DEMO_FILE);
        let mut kept: Kept = read(&file)?;
        if kept.smpp_password.is_empty() {
            // SMPP's passwords have at most 8 characters.
            kept.smpp_password = new_sms_key().expose().chars().take(8).collect();
        }
        Ok(Self { file, kept })
    }

    /// Writes it, whole or not at all.
    pub fn save(&self) -> anyhow::Result<()> {
        files::write_whole(&self.file, &serde_json::to_vec_pretty(&self.kept)?)
    }

    /// The database's URL.
    pub fn database(&self) -> Option<String> {
        let remembered = self.kept.database.as_deref()?;
        Some(place::remembered_database(
            self.directory(),
            Some(remembered),
        ))
    }

    fn directory(&self) -> &Path {
        self.file.parent().unwrap_or(Path::new(""))
    }

    /// Remembers the database; the schema of this directory on it.
    pub fn remember_database(&mut self, url: &str) -> String {
        let is_own = url == place::remembered_database(self.directory(), None);
        let named = if is_own { place::OWN_DATABASE } else { url };
        self.kept.database = Some(named.to_owned());
        self.kept
            .schema
            .get_or_insert_with(|| {
                format!(
                    "emailsms_{}",
                    new_sms_key()
                        .expose()
                        .to_lowercase()
                        .chars()
                        .take(10)
                        .collect::<String>()
                )
            })
            .clone()
    }

    /// The relay that mails go to.
    pub fn relay(&self) -> Option<&str> {
        self.kept.relay.as_deref()
    }

    pub fn remember_relay(&mut self, relay: &str) {
        self.kept.relay = Some(relay.to_owned());
    }

    pub fn smpp_password(&self) -> &str {
        &self.kept.smpp_password
    }

    pub fn sample(&self) -> Option<&sample::Sample> {
        self.kept.sample.as_ref()
    }

    pub fn remember_sample(&mut self, sample: &sample::Sample) {
        self.kept.sample = Some(sample.clone());
    }

    /// Listens on the ports given, or remembered, or any; and remembers them.
    pub async fn ports(
        &mut self,
        http: Option<u16>,
        base: Option<u16>,
    ) -> anyhow::Result<Listeners> {
        let any = Ports {
            http: 0,
            https: 0,
            smpp: 0,
            mail: 0,
        };
        let wanted = match (base, http, self.kept.ports) {
            (Some(base), ..) => {
                let port = |offset| {
                    base.checked_add(offset)
                        .context("--port-base is too high: four ports are needed")
                };
                Ports {
                    http: base,
                    https: port(1)?,
                    smpp: port(2)?,
                    mail: port(3)?,
                }
            }
            (None, Some(http), remembered) if http != 0 => Ports {
                http,
                ..remembered.unwrap_or(any)
            },
            (None, _, remembered) => remembered.unwrap_or(any),
        };
        let listeners = Listeners {
            http: listen(wanted.http).await?,
            https: listen(wanted.https).await?,
            smpp: listen(wanted.smpp).await?,
            mail: listen(wanted.mail).await?,
        };
        let port = |listener: &TcpListener| listener.local_addr().map(|address| address.port());
        self.kept.ports = Some(Ports {
            http: port(&listeners.http)?,
            https: port(&listeners.https)?,
            smpp: port(&listeners.smpp)?,
            mail: port(&listeners.mail)?,
        });
        Ok(listeners)
    }
}

impl OwnMemory {
    /// What the node in this place of the directory remembers.
    pub fn load(data: &Path, place: u16) -> anyhow::Result<Self> {
        let file = data.join(format!("demo-{place}.json"));
        let kept = read(&file)?;
        Ok(Self { file, kept })
    }

    /// Listens for HTTP and HTTPS on the ports given, or remembered, or any; and remembers them.
    pub async fn ports(
        &mut self,
        http: Option<u16>,
        base: Option<u16>,
    ) -> anyhow::Result<(TcpListener, TcpListener)> {
        let (http, https) = match (base, http.filter(|http| *http != 0)) {
            (Some(base), _) => {
                let next = base.checked_add(1);
                (base, next.context("--port-base is too high")?)
            }
            (None, http) => (http.unwrap_or(self.kept.http), self.kept.https),
        };
        let (http, https) = (listen(http).await?, listen(https).await?);
        self.kept = OwnPorts {
            http: http.local_addr()?.port(),
            https: https.local_addr()?.port(),
        };
        files::write_whole(&self.file, &serde_json::to_vec_pretty(&self.kept)?)?;
        Ok((http, https))
    }
}

fn read<T: Default + serde::de::DeserializeOwned>(file: &Path) -> anyhow::Result<T> {
    match std::fs::read(file) {
        Ok(text) => serde_json::from_slice(&text).with_context(|| {
            format!(
                "{} is damaged; remove the directory to start afresh",
                file.display()
            )
        }),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(T::default()),
        Err(error) => Err(error).with_context(|| file.display().to_string()),
    }
}
