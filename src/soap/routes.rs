//! Which request means what, by method and path alone. [SPEC 9.1]

use http::Method;

/// Where the WSDL of the legacy interface is served, in any case.
pub const LEGACY_WSDL_PATH: &str = "/soapserver.dll/wsdl/ISoapServer";
/// Where the legacy interface is called, in any case.
pub const LEGACY_CALL_PATH: &str = "/soapserver.dll/soap/ISoapServer";

/// What a request to the SOAP door is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Serve the legacy WSDL.
    LegacyWsdl,
    /// Read a legacy call from the body.
    LegacyCall,
    /// 405 with this `Allow`.
    MethodNotAllowed(&'static str),
}

/// The target of a request, or `None` for a path that is not of this door. A slash at the end changes nothing; a GET of the call's
/// own path gets the WSDL too, for many tools append `?wsdl` to that. HEAD comes as GET.
pub fn target(method: &Method, path: &str) -> Option<Target> {
    let path = path.strip_suffix('/').unwrap_or(path);
    if path.eq_ignore_ascii_case(LEGACY_WSDL_PATH) {
        Some(if method == Method::GET {
            Target::LegacyWsdl
        } else {
            Target::MethodNotAllowed("GET, HEAD")
        })
    } else if path.eq_ignore_ascii_case(LEGACY_CALL_PATH) {
        Some(match *method {
            Method::POST => Target::LegacyCall,
            Method::GET => Target::LegacyWsdl,
            _ => Target::MethodNotAllowed("GET, HEAD, POST"),
        })
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_are_met_in_any_case() {
        for (method, path, expected) in [
            (
                Method::GET,
                "/soapserver.dll/wsdl/ISoapServer",
                Some(Target::LegacyWsdl),
            ),
            (
                Method::GET,
                "/SOAPServer.DLL/WSDL/isoapserver/",
                Some(Target::LegacyWsdl),
            ),
            (
                Method::POST,
                "/SOAPSERVER.DLL/SOAP/ISOAPSERVER",
                Some(Target::LegacyCall),
            ),
            (
                Method::GET,
                "/soapserver.dll/soap/ISoapServer",
                Some(Target::LegacyWsdl),
            ),
            (
                Method::POST,
                "/soapserver.dll/wsdl/ISoapServer",
                Some(Target::MethodNotAllowed("GET, HEAD")),
            ),
            (
                Method::DELETE,
                "/soapserver.dll/soap/ISoapServer",
                Some(Target::MethodNotAllowed("GET, HEAD, POST")),
            ),
            (Method::GET, "/soapserver.dll", None),
            (Method::POST, "/soapserver.dll/soap/ISoapServer/x", None),
        ] {
            assert_eq!(target(&method, path), expected, "{method} {path}");
        }
    }
}
