//! The administrator's way into a gateway that holds its SQLite file: a Unix socket of mode 0600 beside the file, one line of JSON each way [SPEC 16.4].

use super::request::Request;
use super::{Administration, AdministrationError};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::fs;
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Octets of a request at most: room for ten thousand numbers.
const MOST_ASKED: u64 = 1 << 20;
/// Octets of an answer at most.
const MOST_ANSWERED: u64 = 256 << 20;
/// How long an asker may take to say what it wants.
const ASK_WITHIN: Duration = Duration::from_secs(10);
/// How long an answer may take.
const ANSWER_WITHIN: Duration = Duration::from_secs(120);
/// Requests at one time.
const AT_ONCE: usize = 8;
/// The longest path that a socket's address holds for certain, octets.
const LONGEST_ADDRESS: usize = 100;

/// What came back.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Reply {
    Ok(Value),
    Error(Refused),
}

/// Why the gateway did not do it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{text}")]
pub struct Refused {
    /// A sentence for the administrator.
    pub text: String,
    /// It was asked wrongly: the command line is to be corrected.
    pub is_misuse: bool,
}

impl From<&AdministrationError> for Refused {
    fn from(error: &AdministrationError) -> Self {
        Self {
            text: error.to_string(),
            is_misuse: matches!(error, AdministrationError::Invalid(_)),
        }
    }
}

/// Where the socket of an SQLite file is: `FILE.sock`.
pub fn path_of(database: &Path) -> PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(".sock");
    PathBuf::from(name)
}

/// Answers administrators at `path` until `stop`, then removes the socket. Returns when no request is being answered any more, having let go of the writer.
///
/// To be called by the process that holds the database's lock: a socket that lies there is a dead process's and is replaced.
pub async fn serve(
    path: PathBuf,
    administration: Administration,
    stop: CancellationToken,
) -> io::Result<()> {
    let listener = bind(&path)?;
    let tasks = TaskTracker::new();
    let places = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let stream = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        match stream {
            Ok((stream, _)) => {
                let (administration, places) = (administration.clone(), places.clone());
                let stop = stop.clone();
                tasks.spawn(async move {
                    let _place = places.acquire_owned().await;
                    tokio::select! {
                        answered = converse(stream, administration) => {
                            if let Err(error) = answered {
                                tracing::warn!(%error, "an administrator was not answered");
                            }
                        }
                        // What was handed to the writer is written all the same.
                        () = stop.cancelled() => {}
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the administration's socket");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    tasks.close();
    tasks.wait().await;
    let _ = fs::remove_file(&path);
    Ok(())
}

async fn converse(stream: UnixStream, administration: Administration) -> io::Result<()> {
    let (read, mut write) = stream.into_split();
    let mut line = String::new();
    let mut limited = BufReader::new(read.take(MOST_ASKED));
    tokio::time::timeout(ASK_WITHIN, limited.read_line(&mut line))
        .await
        .map_err(|_| io::Error::from(io::ErrorKind::TimedOut))??;
    let reply = match serde_json::from_str::<Request>(&line) {
        Ok(request) => match administration.answer(request).await {
            Ok(value) => Reply::Ok(value),
            Err(error) => Reply::Error(Refused::from(&error)),
        },
        // Its text may quote a secret.
        Err(_) => Reply::Error(Refused {
            text: "the running gateway does not understand this request; is it of another version?"
                .to_owned(),
            is_misuse: false,
        }),
    };
    let mut answer = serde_json::to_vec(&reply)?;
    answer.push(b'\n');
    write.write_all(&answer).await?;
    write.shutdown().await
}

/// Why a running gateway did not answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// Nobody listens there: no gateway runs on this database.
    #[error("no gateway is running")]
    NobodyThere,
    /// A gateway answered, and refused.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// A gateway is there and cannot be talked to.
    #[error("the running gateway cannot be reached at {}: {source}", path.display())]
    Unreachable {
        /// The socket.
        path: PathBuf,
        /// What went wrong.
        source: io::Error,
    },
}

/// Asks the gateway that listens at `path`.
pub async fn ask(path: &Path, request: &Request) -> Result<Value, AskError> {
    let unreachable = |source| AskError::Unreachable {
        path: path.to_owned(),
        source,
    };
    let stream = match connect(path).await {
        Ok(stream) => stream,
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused
            ) =>
        {
            return Err(AskError::NobodyThere);
        }
        Err(error) => return Err(unreachable(error)),
    };
    let conversation = async {
        let (read, mut write) = stream.into_split();
        let mut line = serde_json::to_vec(request)?;
        line.push(b'\n');
        write.write_all(&line).await?;
        let mut answer = Vec::new();
        read.take(MOST_ANSWERED).read_to_end(&mut answer).await?;
        if answer.is_empty() {
            return Err(io::Error::other(
                "it closed the connection; it may be stopping",
            ));
        }
        Ok(serde_json::from_slice::<Reply>(&answer)?)
    };
    let reply = tokio::time::timeout(ANSWER_WITHIN, conversation)
        .await
        .unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
        .map_err(unreachable)?;
    match reply {
        Reply::Ok(value) => Ok(value),
        Reply::Error(refused) => Err(refused.into()),
    }
}

/// Binds in a directory that nobody else can enter and moves the socket into its place: at no moment can others connect.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let _ = fs::remove_file(path);
    let mut nursery = path.as_os_str().to_owned();
    nursery.push(format!(".{}", std::process::id()));
    let nursery = PathBuf::from(nursery);
    let _ = fs::remove_dir_all(&nursery);
    fs::DirBuilder::new().mode(0o700).create(&nursery)?;
    let young = nursery.join("s");
    let bound =
        at_short_address(&young, |address| UnixListener::bind(address)).and_then(|listener| {
            fs::set_permissions(&young, fs::Permissions::from_mode(0o600))?;
            fs::rename(&young, path)?;
            Ok(listener)
        });
    let _ = fs::remove_dir_all(&nursery);
    bound
}

async fn connect(path: &Path) -> io::Result<UnixStream> {
    let stream = at_short_address(path, std::os::unix::net::UnixStream::connect)?;
    stream.set_nonblocking(true)?;
    UnixStream::from_std(stream)
}

/// Calls `with` the path, or, where that is longer than a socket's address may be, with a short name for the same place.
fn at_short_address<T>(path: &Path, with: impl FnOnce(PathBuf) -> io::Result<T>) -> io::Result<T> {
    let (Some(dir), Some(name)) = (path.parent(), path.file_name()) else {
        return with(path.to_owned());
    };
    if path.as_os_str().len() <= LONGEST_ADDRESS {
        return with(path.to_owned());
    }
    let dir = fs::File::open(dir)?;
    with(PathBuf::from(format!("/proc/self/fd/{}", dir.as_raw_fd())).join(name))
}
