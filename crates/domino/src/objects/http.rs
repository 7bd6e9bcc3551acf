//! `NotesHTTPRequest`: requests through the network of the run, and what comes as text, bytes or JSON.

use crate::World;
use crate::bytes::{bytes_of, bytes_value};
use crate::charset;
use crate::object::{Arguments, NOTES_ERROR, Object, not_here, value_of};
use crate::objects::json;
use crate::transport::{Request, Response};
use lotusscript::run::{Answer, Array, Fault, ScriptError, Value};
use std::cell::RefCell;
use std::time::Duration;

/// The longest response as an array of bytes: subscripts are Integers. [NotesHTTPRequest.PreferUTF8]
const MAX_ARRAY_BYTES: usize = 65536;

/// `NotesSession.CreateHTTPRequest`
pub(crate) fn request() -> Value {
    value_of(HttpRequest(RefCell::new(State::default())))
}

struct HttpRequest(RefCell<State>);

struct State {
    headers: Vec<(String, String)>,
    /// 30 unless set. [NotesHTTPRequest.TimeoutSec]
    timeout_s: i16,
    /// 0 unless set. [NotesHTTPRequest.MaxRedirects]
    max_redirects: i16,
    prefers_strings: bool,
    prefers_navigator: bool,
    /// What was set; else it follows from the other two.
    prefers_utf8: Option<bool>,
    proxy: Option<String>,
    proxy_user: Option<(String, String)>,
    status_line: String,
    response_headers: Vec<String>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            headers: Vec::new(),
            timeout_s: 30,
            max_redirects: 0,
            prefers_strings: false,
            prefers_navigator: false,
            prefers_utf8: None,
            proxy: None,
            proxy_user: None,
            status_line: String::new(),
            response_headers: Vec::new(),
        }
    }
}

impl State {
    fn request(&self, method: &str, url: String, body: Vec<u8>) -> Request {
        Request {
            method: method.to_owned(),
            url,
            headers: self.headers.clone(),
            body,
            timeout: Duration::from_secs(u64::try_from(self.timeout_s).unwrap_or(0)),
            max_redirects: u32::try_from(self.max_redirects).unwrap_or(0),
            proxy: self.proxy.clone(),
            proxy_user: self.proxy_user.clone(),
            user: None,
        }
    }

    fn set_header(&mut self, name: String, value: String) {
        let is_same = |(other, _): &&mut (String, String)| other.eq_ignore_ascii_case(&name);
        match self.headers.iter_mut().find(is_same) {
            Some(header) => header.1 = value,
            None => self.headers.push((name, value)),
        }
    }

    /// The response as it is preferred.
    fn give(&self, response: &Response) -> Answer {
        let content_type = header(response, "content-type").unwrap_or_default();
        let text = || charset::decode(&response.body, charset::charset_of(content_type));
        if self.prefers_navigator {
            return json::navigator_of_text(&text());
        }
        if self.prefers_strings {
            return Ok(Value::text(text()));
        }
        let bytes = match charset::charset_of(content_type).and_then(charset::encoding) {
            Some(other) if other != encoding_rs::UTF_8 => text().into_bytes(),
            _ => response.body.clone(),
        };
        match bytes.len() > MAX_ARRAY_BYTES {
            true => Err(ScriptError::new(NOTES_ERROR, "Result string is too long").into()),
            false => Ok(bytes_value(&bytes)),
        }
    }
}

/// The value of the first header field with a name.
pub(crate) fn header<'r>(response: &'r Response, name: &str) -> Option<&'r str> {
    let mut headers = response.headers.iter();
    let found = headers.find(|(other, _)| other.eq_ignore_ascii_case(name));
    found.map(|(_, value)| value.as_str())
}

/// A body as scripts give it: text as UTF-8, or bytes.
pub(crate) fn body_of(arguments: Arguments<'_>, at: usize) -> Result<Vec<u8>, Box<Fault>> {
    match arguments.value(at) {
        Value::Empty => Ok(Vec::new()),
        value @ Value::Array(_) => {
            bytes_of(&value).ok_or_else(|| arguments.mismatch(at, "a text or an array of bytes"))
        }
        _ => arguments.text(at).map(String::into_bytes),
    }
}

impl HttpRequest {
    fn send(&self, world: &mut World, method: &str, arguments: Arguments<'_>) -> Answer {
        let request = {
            let mut state = self.0.borrow_mut();
            state.status_line.clear();
            state.response_headers.clear();
            state.request(method, arguments.text(0)?, body_of(arguments, 1)?)
        };
        let response = world
            .exchange(&request)
            .map_err(|error| ScriptError::new(NOTES_ERROR, error.to_string()))?;
        let mut state = self.0.borrow_mut();
        state.status_line = response.status_line.clone();
        state.response_headers = response
            .headers
            .iter()
            .map(|(name, value)| format!("{name}: {value}"))
            .collect();
        let is_redirect = matches!(response.status, 301 | 302 | 303 | 307 | 308)
            && header(&response, "location").is_some();
        if is_redirect {
            let message = format!(
                "Too many redirects: more than MaxRedirects, which is {}",
                state.max_redirects
            );
            return Err(ScriptError::new(NOTES_ERROR, message).into());
        }
        state.give(&response)
    }

    fn set_proxy(&self, arguments: Arguments<'_>) -> Answer {
        let (host, port) = (arguments.text(0)?, arguments.long_or(1, 0)?);
        let proxy = match port {
            0 => host,
            1..=65535 => format!("{}:{port}", host.trim_end_matches(['/', '\\'])),
            _ => {
                let message =
                    "Illegal Proxy Port Value, accept value from 0 (using default port) to 65535";
                return Err(ScriptError::new(NOTES_ERROR, message).into());
            }
        };
        // The example of the documentation writes http:\\proxy.com.
        self.0.borrow_mut().proxy = Some(proxy.replace('\\', "/"));
        Ok(Value::Empty)
    }
}

impl Object for HttpRequest {
    fn class(&self) -> &'static str {
        "NotesHTTPRequest"
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let state = self.0.borrow();
        Ok(match member {
            "maxredirects" => Value::Integer(state.max_redirects),
            "timeoutsec" => Value::Integer(state.timeout_s),
            "preferstrings" => Value::Boolean(state.prefers_strings),
            "preferjsonnavigator" => Value::Boolean(state.prefers_navigator),
            "preferutf8" => {
                let follows = !(state.prefers_strings || state.prefers_navigator);
                Value::Boolean(state.prefers_utf8.unwrap_or(follows))
            }
            "responsecode" => Value::text(state.status_line.as_str()),
            _ => return not_here(self.class(), member),
        })
    }

    fn set(&self, _: &mut World, member: &str, value: Value) -> Result<(), Box<Fault>> {
        let number = value.as_number().ok_or_else(|| ScriptError::of(13))?;
        let truth = number != 0.0;
        #[allow(clippy::cast_possible_truncation)]
        let small = match (0.0..=32767.0).contains(&number) {
            true => Some(number.round_ties_even() as i16),
            false => None,
        };
        let mut state = self.0.borrow_mut();
        match member {
            "preferstrings" => state.prefers_strings = truth,
            "preferjsonnavigator" => state.prefers_navigator = truth,
            "preferutf8" => state.prefers_utf8 = Some(truth),
            "maxredirects" => state.max_redirects = small.ok_or_else(|| ScriptError::of(6))?,
            "timeoutsec" => state.timeout_s = small.ok_or_else(|| ScriptError::of(6))?,
            _ => return not_here(self.class(), member).map(|_| ()),
        }
        Ok(())
    }

    fn call(&self, world: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        match member {
            "get" => return self.send(world, "GET", arguments),
            "post" => return self.send(world, "POST", arguments),
            "put" => return self.send(world, "PUT", arguments),
            "patch" => return self.send(world, "PATCH", arguments),
            "deleteresource" => return self.send(world, "DELETE", arguments),
            "setproxy" => return self.set_proxy(arguments),
            _ => {}
        }
        let mut state = self.0.borrow_mut();
        match member {
            "setheaderfield" => state.set_header(arguments.text(0)?, arguments.text(1)?),
            "resetheaders" => state.headers.clear(),
            "setproxyuser" => state.proxy_user = Some((arguments.text(0)?, arguments.text(1)?)),
            "resetproxy" => (state.proxy, state.proxy_user) = (None, None),
            "getresponseheaders" => {
                let headers = state.response_headers.iter();
                let values = headers.map(|line| Value::text(line.as_str())).collect();
                return Ok(Array::of_values(values));
            }
            _ => return not_here(self.class(), member),
        }
        Ok(Value::Empty)
    }
}

#[cfg(test)]
mod tests {
    use crate::objects::bench::{printed, printed_with, response};
    use crate::transport::{Response, TransportError};
    use crate::{Exchange, World};
    use std::time::Duration;

    fn json(body: &str) -> Result<Response, TransportError> {
        Ok(response(
            200,
            &[("Content-Type", "application/json")],
            body.as_bytes(),
        ))
    }

    #[test]
    fn what_comes_is_as_documented() {
        let latin = |body: &[u8]| {
            Ok(response(
                200,
                &[("content-type", "text/plain; charset=ISO-8859-1")],
                body,
            ))
        };
        let cases = [
            (
                "NotesHTTPRequest.Get, a byte array",
                json("ab"),
                "v = r.Get(\"http://x/\")\nPrint TypeName(v) & LBound(v) & UBound(v) & \" \" & v(0) & \" \" & v(1)",
                "BYTE( )01 97 98",
            ),
            (
                "NotesHTTPRequest.PreferStrings",
                json("é→"),
                "r.PreferStrings = True\nPrint r.Get(\"http://x/\")",
                "é→",
            ),
            (
                "NotesHTTPRequest.PreferStrings, another charset",
                latin(b"\xe9"),
                "r.PreferStrings = True\nPrint r.Get(\"http://x/\")",
                "é",
            ),
            (
                "NotesHTTPRequest.Get, UTF-8 bytes of another charset",
                latin(b"\xe9"),
                "v = r.Get(\"http://x/\")\nPrint UBound(v) & \" \" & v(0)",
                "1 195",
            ),
            (
                "NotesHTTPRequest.PreferJSONNavigator",
                json("{\"a\":[1,2]}"),
                "r.PreferJSONNavigator = True\nSet j = r.Get(\"http://x/\")\nPrint TypeName(j) & j.GetElementByPointer(\"/a/1\").Value",
                "NOTESJSONNAVIGATOR2",
            ),
            (
                "NotesHTTPRequest.PreferUTF8, a navigator from the bytes",
                json("{\"a\":\"é\"}"),
                "v = r.Get(\"http://x/\")\nSet j = s.CreateJSONNavigator(v)\nPrint j.GetElementByName(\"a\").Value",
                "é",
            ),
            (
                "NotesHTTPRequest.PreferUTF8, more than 64 KB",
                json(&"x".repeat(65537)),
                "v = r.Get(\"http://x/\")",
                "error 4000: Result string is too long",
            ),
            (
                "NotesHTTPRequest.PreferStrings, no limit of 64 KB",
                json(&"x".repeat(70000)),
                "r.PreferStrings = True\nPrint Len(r.Get(\"http://x/\"))",
                "70000",
            ),
            (
                "NotesHTTPRequest.PreferJSONNavigator, no JSON",
                json("<html>"),
                "r.PreferJSONNavigator = True\nSet j = r.Get(\"http://x/\")",
                "error 4000: Unable to parse JSON string: Invalid value, offset 0",
            ),
            (
                "NotesHTTPRequest.ResponseCode",
                Ok(response(404, &[], b"no")),
                "r.PreferStrings = True\nPrint r.ResponseCode\nPrint r.Get(\"http://x/\") & r.ResponseCode",
                "|noHTTP/1.1 404 Not Found",
            ),
            (
                "NotesHTTPRequest.GetResponseHeaders",
                Ok(response(200, &[("A", "1"), ("b", "2")], b"")),
                "Call r.Get(\"http://x/\")\nv = r.GetResponseHeaders()\nForAll h In v\nPrint h\nEnd ForAll",
                "A: 1|b: 2",
            ),
            (
                "NotesHTTPRequest.MaxRedirects, 0 if not specified",
                Ok(response(302, &[("Location", "http://y/")], b"")),
                "Print r.MaxRedirects\nCall r.Get(\"http://x/\")",
                "0|error 4000: Too many redirects: more than MaxRedirects, which is 0",
            ),
            (
                "NotesHTTPRequest, no answer",
                Err(TransportError {
                    url: "http://x/".to_owned(),
                    why: "no route".to_owned(),
                }),
                "Call r.Get(\"http://x/\")",
                "error 4000: http://x/: no route",
            ),
        ];
        for (documented, answer, body, expected) in cases {
            let script = format!("Set r = s.CreateHTTPRequest()\n{body}");
            let (lines, asked) = printed_with(vec![answer], &script);
            assert_eq!(lines, expected, "as documented in {documented}");
            assert_eq!(asked.len(), 1);
        }
    }

    #[test]
    fn what_is_sent_is_as_documented() {
        let cases = [
            (
                "NotesHTTPRequest.Get",
                "r.Get(\"http://x/a?b=1\")",
                "GET http://x/a?b=1  [] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.Post",
                "r.Post(\"http://x/\", |{\"a\":\"é\"}|)",
                "POST http://x/ {\"a\":\"é\"} [] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.Put",
                "r.Put(\"http://x/\", \"b\")",
                "PUT http://x/ b [] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.Patch",
                "r.Patch(\"http://x/\", \"b\")",
                "PATCH http://x/ b [] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.DeleteResource",
                "r.DeleteResource(\"http://x/\")",
                "DELETE http://x/  [] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.SetHeaderField",
                "r.SetHeaderField(\"A\", \"1\")\nCall r.SetHeaderField(\"B\", \"2\")\nCall r.SetHeaderField(\"a\", \"3\")\nCall r.Get(\"http://x/\")",
                "GET http://x/  [(\"A\", \"3\"), (\"B\", \"2\")] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.ResetHeaders",
                "r.SetHeaderField(\"A\", \"1\")\nCall r.ResetHeaders()\nCall r.Get(\"http://x/\")",
                "GET http://x/  [] 30s 0 None None",
            ),
            (
                "NotesHTTPRequest.TimeoutSec and MaxRedirects",
                "r.ResetHeaders()\nr.TimeoutSec = 5\nr.MaxRedirects = 3\nCall r.Get(\"http://x/\")",
                "GET http://x/  [] 5s 3 None None",
            ),
            (
                "NotesHTTPRequest.SetProxy and SetProxyUser",
                "r.SetProxy(\"proxy.com\", 3128)\nCall r.SetProxyUser(\"pxuser\", \"psswd\")\nCall r.Get(\"http://x/\")",
                "GET http://x/  [] 30s 0 Some(\"proxy.com:3128\") Some((\"pxuser\", \"psswd\"))",
            ),
            (
                "NotesHTTPRequest.SetProxy, the example",
                "r.SetProxy(\"http:\\\\proxy.com\", 3128)\nCall r.Get(\"http://x/\")",
                "GET http://x/  [] 30s 0 Some(\"http://proxy.com:3128\") None",
            ),
            (
                "NotesHTTPRequest.ResetProxy",
                "r.SetProxy(\"proxy.com\", 3128)\nCall r.SetProxyUser(\"pxuser\", \"psswd\")\nCall r.ResetProxy()\nCall r.Get(\"http://x/\")",
                "GET http://x/  [] 30s 0 None None",
            ),
        ];
        for (documented, body, expected) in cases {
            let script = format!("Set r = s.CreateHTTPRequest()\nCall {body}");
            let (lines, asked) = printed_with(vec![json("{}")], &script);
            assert_eq!(lines, "", "as documented in {documented}");
            let [request] = asked.try_into().unwrap();
            let shown = format!(
                "{} {} {} {:?} {:?} {} {:?} {:?}",
                request.method,
                request.url,
                String::from_utf8_lossy(&request.body),
                request.headers,
                request.timeout,
                request.max_redirects,
                request.proxy,
                request.proxy_user
            );
            assert_eq!(shown, expected, "as documented in {documented}");
            assert!(request.timeout >= Duration::from_secs(5));
        }
    }

    #[test]
    fn properties_are_as_documented() {
        let cases = [
            (
                "NotesHTTPRequest, defaults",
                "Print r.TimeoutSec & r.MaxRedirects & r.PreferStrings & r.PreferJSONNavigator & r.PreferUTF8",
                "300FalseFalseTrue",
            ),
            (
                "NotesHTTPRequest.PreferUTF8, set by the others",
                "r.PreferStrings = True\nPrint r.PreferUTF8",
                "False",
            ),
            (
                "NotesHTTPRequest.ResponseCode is read-only",
                "r.ResponseCode = \"1\"",
                "error 185: NotesHTTPRequest.ResponseCode is read-only",
            ),
            (
                "NotesHTTPRequest.SetProxy, ports",
                "Call r.SetProxy(\"p\", 65536)",
                "error 4000: Illegal Proxy Port Value, accept value from 0 (using default port) to 65535",
            ),
            (
                "NotesHTTPRequest, members",
                "Print r.Nothing1",
                "error 185: NotesHTTPRequest has no member nothing1",
            ),
            (
                "NotesHTTPRequest, URLs must be encoded",
                "Call r.Get(\"http://x/a b\")",
                "error 4000: http://x/a b: the URL has blanks or line ends in it; they must be encoded",
            ),
            (
                "NotesHTTPRequest, schemes",
                "Call r.Get(\"file:///etc/passwd\")",
                "error 4000: file:///etc/passwd: the URL does not begin with http:// or https://",
            ),
            (
                "NotesHTTPRequest, no line ends in headers",
                "Call r.SetHeaderField(\"A\", \"1\" & Chr(13) & Chr(10) & \"B: 2\")\nCall r.Get(\"http://x/\")",
                "error 4000: http://x/: the value of a header field has line ends in it",
            ),
            (
                "NotesHTTPRequest, no network in a bare world",
                "Call r.Get(\"http://u:p@x/?k=1\")",
                "error 4000: http://x/?…: this run has no network",
            ),
        ];
        for (documented, body, expected) in cases {
            let script = format!("Set r = s.CreateHTTPRequest()\n{body}");
            assert_eq!(printed(&script), expected, "as documented in {documented}");
        }
    }

    #[test]
    fn exchanges_are_kept_without_secrets() {
        let mut world = World::default();
        crate::objects::bench::printed_in(
            &mut world,
            "Set r = s.CreateHTTPRequest()\nCall r.Post(\"https://me:pw@h/p?key=1\", \"abc\")",
        );
        let [exchange] = <[Exchange; 1]>::try_from(world.exchanges).unwrap();
        assert_eq!(
            exchange.to_string(),
            "POST https://h/p?…, 3 bytes sent: this run has no network"
        );
    }
}
