//! How many submits a second pass through a session, and at what CPU: against our own server, or any SMSC.
//!
//! `submit_rate [COUNT [WINDOW [HOST:PORT [SYSTEM_ID [PASSWORD]]]]]`; without an address a server of this crate runs beside it,
//! in the same process, and its CPU is counted too.
#![allow(clippy::print_stdout)]

use std::{error::Error, time::Instant};

use smpp::{
    Address, ClientSettings, CommandStatus, Event, Limits, ServerEvent, ShortMessage, accept, bind,
};
use tokio::net::{TcpListener, TcpStream};

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Box<dyn Error>> {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let number = |i: usize, default| args.get(i).map_or(Ok(default), |arg| arg.parse::<u64>());
    let (count, window) = (number(0, 200_000)?, number(1, 100)?);
    let address = match args.get(2) {
        Some(address) => address.clone(),
        None => serve().await?,
    };
    let stream = TcpStream::connect(address).await?;
    stream.set_nodelay(true)?;
    let settings = ClientSettings {
        system_id: args.get(3).cloned().unwrap_or_else(|| "rate".to_owned()),
        password: args.get(4).map_or("pw", String::as_str).into(),
        ..Default::default()
    };
    let (client, mut events) = bind(stream, settings).await?;

    let (began, cpu_before) = (Instant::now(), cpu_s());
    let (mut sent, mut answered, mut accepted, mut odd) = (0, 0, 0, 0);
    let mut arrived = Vec::with_capacity(256);
    while answered < count {
        while sent < count && sent - answered < window {
            client.submit(sent, text(sent))?;
            sent += 1;
        }
        events.recv_many(&mut arrived, 256).await;
        for event in arrived.drain(..) {
            match event {
                Event::Response { status, .. } => {
                    answered += 1;
                    accepted += u64::from(status.is_ok());
                }
                Event::Odd { .. } => odd += 1,
                other => return Err(format!("{other:?}").into()),
            }
        }
    }
    let (took, cpu) = (began.elapsed().as_secs_f64(), cpu_s() - cpu_before);
    client.unbind().await;
    println!(
        "{accepted} of {count} accepted, {odd} oddities, window {window}: {:.0}/s, {:.1} µs CPU each",
        count as f64 / took,
        cpu * 1e6 / count as f64
    );
    Ok(())
}

fn text(number: u64) -> ShortMessage {
    ShortMessage {
        source: Address::new(1, 1, "61400000001"),
        dest: Address::new(1, 1, format!("614{number:08}")),
        registered_delivery: 1,
        short_message: format!("Number {number}: the meeting moves to four o'clock").into(),
        ..Default::default()
    }
}

async fn serve() -> Result<String, Box<dyn Error>> {
    let listener = TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    tokio::spawn(async move {
        let (stream, _) = listener.accept().await.ok()?;
        stream.set_nodelay(true).ok()?;
        let (_, pending) = accept(stream, Limits::default()).await.ok()?;
        let (server, mut events) = pending.accept("SMSC");
        let (mut arrived, mut id) = (Vec::with_capacity(256), 0u64);
        while events.recv_many(&mut arrived, 256).await > 0 {
            for event in arrived.drain(..) {
                if let ServerEvent::Submit { sequence, .. } = event {
                    id += 1;
                    let _ =
                        server.answer_submit(sequence, CommandStatus::ESME_ROK, format!("{id:x}"));
                }
            }
        }
        Some(())
    });
    Ok(address)
}

/// CPU seconds of this process, at Linux' usual 100 ticks a second; 0 where there is no /proc.
fn cpu_s() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or_default();
    let ticks = |i: usize| {
        after_name
            .split_whitespace()
            .nth(i)
            .and_then(|n| n.parse::<f64>().ok())
            .unwrap_or(0.0)
    };
    (ticks(11) + ticks(12)) / 100.0
}
