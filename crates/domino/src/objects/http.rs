//! `NotesHTTPRequest`: requests through the network of the run, and what comes as text, bytes or JSON.

#[cfg(test)]
mod tests;

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
