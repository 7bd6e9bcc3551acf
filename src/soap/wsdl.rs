//! The WSDL as it is served: the file beside this one, with the address under which this gateway is reached. [SPEC 9.1]

use super::{answer::escape, routes::LEGACY_CALL_PATH};

/// The interface's file. Clients depend on every letter of it.
pub const LEGACY: &str = include_str!("legacy.wsdl");

/// What stands in the file where the address belongs.
const ADDRESS_IN_FILE: &str = "http://127.0.0.1:8099/soapserver.dll/soap/ISoapServer";

/// Content-Type of a served WSDL.
pub const CONTENT_TYPE: &str = "text/xml; charset=utf-8";

/// A `Host` that no address can be made of; to be answered with 400.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the Host header is not a host name with an optional port")]
pub struct BadHost;

/// The legacy WSDL with the call's address under `base`, a URL without or with a slash at its end.
pub fn legacy(base: &str) -> String {
    let address = format!("{}{LEGACY_CALL_PATH}", base.trim_end_matches('/'));
    LEGACY.replacen(ADDRESS_IN_FILE, &escape(&address), 1)
}

/// The base URL to serve: the configured public one, else `scheme` and the request's `Host` (HTTP/1.0 may lack it: give the listener's own
/// address then). A Host comes from outside and ends up in other programs' configuration, so its form is checked.
pub fn base(public_url: Option<&str>, scheme: &str, host: &str) -> Result<String, BadHost> {
    match public_url {
        Some(url) => Ok(url.to_owned()),
        None if is_host(host) => Ok(format!("{scheme}://{host}")),
        None => Err(BadHost),
    }
}

/// A name, an IPv4 address or a bracketed IPv6 address, with or without a port.
fn is_host(host: &str) -> bool {
    let (name, port) = match host.rfind(':') {
        Some(colon) if !host.ends_with(']') => (&host[..colon], Some(&host[colon + 1..])),
        _ => (host, None),
    };
    let is_port = |port: &str| {
        port.bytes().all(|digit| digit.is_ascii_digit()) && port.parse::<u16>().is_ok()
    };
    let is_name = match name
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
    {
        Some(address) => address.parse::<std::net::Ipv6Addr>().is_ok(),
        None => {
            !name.is_empty()
                && name
                    .bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
        }
    };
    host.len() <= 255 && is_name && port.is_none_or(is_port)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_address_changes() {
        let served = legacy("https://sms.example.com/");
        let (before, after) = LEGACY.split_once(ADDRESS_IN_FILE).unwrap();
        assert_eq!(
            served,
            format!("{before}https://sms.example.com/soapserver.dll/soap/ISoapServer{after}")
        );
        assert!(!after.contains("127.0.0.1"));
    }

    #[test]
    fn a_public_url_wins_and_is_escaped() {
        let base = base(Some("https://a/?b&c"), "http", "evil host").unwrap();
        let served = legacy(&base);
        let document = roxmltree::Document::parse(&served).unwrap();
        let address = document
            .descendants()
            .find_map(|node| node.attribute("location"))
            .unwrap();
        assert_eq!(address, "https://a/?b&c/soapserver.dll/soap/ISoapServer");
    }

    #[test]
    fn hosts_are_checked() {
        for good in [
            "sms.example.com",
            "localhost:8443",
            "10.0.0.1:80",
            "[::1]:9",
            "[::1]",
            "a_b",
        ] {
            assert_eq!(
                base(None, "https", good),
                Ok(format!("https://{good}")),
                "{good}"
            );
        }
        for bad in [
            "",
            ":80",
            "a:",
            "a:+1",
            "a:70000",
            "a b",
            "a/b",
            "a\"b",
            "user@a",
            "::1",
            "[::1",
            "[x]",
            "a\r\nb",
            "é",
            &"a".repeat(256),
        ] {
            assert_eq!(base(None, "https", bad), Err(BadHost), "{bad}");
        }
    }
}
