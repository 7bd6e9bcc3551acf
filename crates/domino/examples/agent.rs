//! Runs an agent of a database in DXL, and prints what came of it as JSON. For proofs: the network is plain HTTP to this machine, and nothing else.
//!
//! `agent FILE AGENT [--documents FILE] [--on UNID] [--database PATH=FILE] [--path PATH]`

use domino::store::tree_of;
use domino::{Request, Response, Transport, TransportError, World, without_secrets};
use std::error::Error;
use std::io::{Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};

/// HTTP/1.1 without TLS, redirects and proxies, to addresses of this machine.
#[derive(Debug)]
struct Loopback;

impl Transport for Loopback {
    fn send(&mut self, request: &Request) -> Result<Response, TransportError> {
        exchange(request).map_err(|why| TransportError {
            url: without_secrets(&request.url),
            why: why.to_string(),
        })
    }
}

fn exchange(request: &Request) -> Result<Response, Box<dyn Error>> {
    let rest = request
        .url
        .strip_prefix("http://")
        .ok_or("only http:// is there")?;
    let (host, path) = rest.split_at(rest.find('/').unwrap_or(rest.len()));
    let address: SocketAddr = host.parse()?;
    if !matches!(address.ip(), IpAddr::V4(ip) if ip.is_loopback()) {
        return Err("only this machine is there".into());
    }
    let mut stream = TcpStream::connect_timeout(&address, request.timeout)?;
    stream.set_read_timeout(Some(request.timeout))?;
    let path = if path.is_empty() { "/" } else { path };
    let mut head = format!("{} {path} HTTP/1.1\r\nHost: {host}\r\n", request.method);
    for (name, value) in &request.headers {
        head.push_str(&format!("{name}: {value}\r\n"));
    }
    head.push_str(&format!(
        "Content-Length: {}\r\nConnection: close\r\n\r\n",
        request.body.len()
    ));
    stream.write_all(head.as_bytes())?;
    stream.write_all(&request.body)?;
    let mut answer = Vec::new();
    stream.take(16 << 20).read_to_end(&mut answer)?;
    let end = answer
        .windows(4)
        .position(|four| four == b"\r\n\r\n")
        .ok_or("the answer has no head")?;
    let head = String::from_utf8_lossy(&answer[..end]).into_owned();
    let mut lines = head.lines();
    let status_line = lines.next().unwrap_or_default().to_owned();
    let status = status_line.split(' ').nth(1).unwrap_or_default().parse()?;
    let headers = lines.filter_map(|line| line.split_once(':'));
    Ok(Response {
        status,
        status_line,
        headers: headers
            .map(|(name, value)| (name.to_owned(), value.trim().to_owned()))
            .collect(),
        body: answer[end + 4..].to_vec(),
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let usage =
        "agent FILE AGENT [--documents FILE] [--on UNID] [--database PATH=FILE] [--path PATH]";
    let (file, name) = (
        arguments.next().ok_or(usage)?,
        arguments.next().ok_or(usage)?,
    );
    let (mut documents, mut on, mut others) = (Vec::new(), Vec::new(), Vec::new());
    let mut path = "agent.nsf".to_owned();
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or(usage)?;
        match flag.as_str() {
            "--documents" => documents.push(value),
            "--on" => on.push(value),
            "--database" => others.push(value),
            "--path" => path = value,
            _ => return Err(usage.into()),
        }
    }
    let mut world = World::default();
    world.transport = Box::new(Loopback);
    let read = |file: &str| -> Result<dxl::Tree, Box<dyn Error>> {
        Ok(tree_of(&std::fs::read_to_string(file)?)?)
    };
    let id = world.store.add("", &path, read(&file)?);
    for file in documents {
        world.store.add_documents(id, &read(&file)?);
    }
    for other in others {
        let (path, file) = other.split_once('=').ok_or(usage)?;
        world.store.add("", path, read(file)?);
    }
    let on = (!on.is_empty()).then_some(on);
    let failure = world.run_agent(id, &name, on)?;
    let exchanges: Vec<String> = world.exchanges.iter().map(ToString::to_string).collect();
    let report = world.report(failure);
    let shown = serde_json::json!({ "report": report, "exchanges": exchanges });
    writeln!(std::io::stdout(), "{shown:#}")?;
    Ok(())
}
