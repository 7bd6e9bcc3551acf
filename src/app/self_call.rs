//! The gateway calls its own SOAP door, at each listener that it serves, once a minute: a gateway that runs and does not answer is found by nobody else [SPEC 16.5].

use crate::clock::real_now;
use crate::metrics::Metrics;
use crate::soap::self_call;
use crate::web::own_door::OwnDoor;
use std::time::{Duration, Instant};
use tokio::time::{MissedTickBehavior, interval, timeout};
use tokio_util::sync::CancellationToken;

/// From one call to the next.
const EVERY: Duration = Duration::from_secs(60);
/// A door that takes longer does not answer.
const PATIENCE: Duration = Duration::from_secs(5);

/// Calls now and every minute, until told to stop.
pub(super) async fn keep_calling(
    listener: &'static str,
    door: OwnDoor,
    metrics: Metrics,
    stop: CancellationToken,
) {
    let mut ticks = interval(EVERY);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut answered = true;
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        let Some(complaint) = stop
            .run_until_cancelled(call(listener, &door, &metrics))
            .await
        else {
            return;
        };
        match &complaint {
            Some(complaint) if answered => {
                let address = door.address();
                tracing::error!(listener, %address, complaint, "our own SOAP door does not answer us");
            }
            None if !answered => tracing::info!(listener, "our own SOAP door answers again"),
            _ => {}
        }
        answered = complaint.is_none();
    }
}

/// Calls once; what was wrong, if anything was.
async fn call(listener: &'static str, door: &OwnDoor, metrics: &Metrics) -> Option<String> {
    let began = Instant::now();
    let complaint = match timeout(PATIENCE, self_call::call(door)).await {
        Ok(Ok(())) => None,
        Ok(Err(error)) => Some(error.to_string()),
        Err(_) => Some(format!("no answer within {} s", PATIENCE.as_secs())),
    };
    let good_at = complaint.is_none().then(real_now);
    metrics.self_call(listener, began.elapsed(), good_at);
    complaint
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::net::TcpListener;

    #[tokio::test]
    async fn a_door_that_is_shut_is_seen() {
        let socket = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let door = OwnDoor::new(socket.local_addr().unwrap(), None);
        drop(socket);
        let metrics = Metrics::default();
        let complaint = call("http", &door, &metrics).await.unwrap();
        assert!(complaint.starts_with("no connection"), "{complaint}");
        let text = metrics.text(Vec::new()).unwrap();
        assert!(text.contains("emailsms_self_call_up{listener=\"http\"} 0"));
        assert!(!text.contains("success_timestamp"), "{text}");
    }
}
