//! `MSXML2.ServerXMLHTTP` and `MSXML2.XMLHTTP`. A request is sent and answered at once, also one that was opened to be asynchronous.

use super::document::{self, Version, of_document};
use super::{count, failed};
use crate::World;
use crate::bytes::bytes_value;
use crate::charset;
use crate::object::{Arguments, Object, not_here, object_of, value_of};
use crate::objects::http::{body_of, header};
use crate::transport::{Request, Response};
use lotusscript::run::{Answer, Burden, Fault, NOT_THERE, ScriptError, Value};
use std::cell::RefCell;
use std::time::Duration;

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    Server,
    Client,
}

/// How many redirects both follow by themselves.
const MAX_REDIRECTS: u32 = 10;

/// The longest that no timeout lasts.
const LONGEST: Duration = Duration::from_secs(3600);

pub(super) fn request(sort: Sort) -> Value {
    value_of(XmlHttp {
        sort,
        state: RefCell::new(State::default()),
    })
}

struct XmlHttp {
    sort: Sort,
    state: RefCell<State>,
}

/// What `open` was given.
#[derive(Debug, Clone)]
struct Opened {
    method: String,
    url: String,
    /// And the password.
    user: Option<(String, String)>,
}

struct State {
    opened: Option<Opened>,
    headers: Vec<(String, String)>,
    /// Resolve, connect, send, receive; 0 is without end. [ServerXMLHTTP, setTimeouts]
    timeouts_ms: [u32; 4],
    proxy: Option<String>,
    proxy_user: Option<(String, String)>,
    response: Option<Response>,
    /// The body of the response.
    burden: Burden,
    /// Made from the response when it is asked for.
    document: Option<Value>,
}

impl Default for State {
    fn default() -> Self {
        Self {
            opened: None,
            headers: Vec::new(),
            timeouts_ms: [0, 60_000, 30_000, 30_000],
            proxy: None,
            proxy_user: None,
            response: None,
            burden: Burden::default(),
            document: None,
        }
    }
}

impl State {
    /// 0 uninitialized, 1 opened, 4 there. [XMLHTTP, readyState]
    fn ready_state(&self) -> i32 {
        match (&self.opened, &self.response) {
            (None, _) => 0,
            (Some(_), None) => 1,
            (Some(_), Some(_)) => 4,
        }
    }

    fn answered(&self) -> Result<&Response, Box<Fault>> {
        self.response.as_ref().ok_or_else(|| {
            failed("The data necessary to complete this operation is not yet available")
        })
    }

    fn timeout(&self) -> Duration {
        let [resolve, connect, send, receive] = self.timeouts_ms;
        if connect == 0 || send == 0 || receive == 0 {
            return LONGEST;
        }
        let all = [resolve, connect, send, receive].map(u64::from);
        Duration::from_millis(all.iter().sum()).min(LONGEST)
    }

    fn text(&self) -> Result<String, Box<Fault>> {
        let response = self.answered()?;
        let label = header(response, "content-type").and_then(charset::charset_of);
        Ok(charset::decode(&response.body, label))
    }

    /// The document in a response whose `Content-Type` is XML; else an empty one. [XMLHTTP, responseXML]
    fn document(&mut self) -> Answer {
        if let Some(document) = &self.document {
            return Ok(document.clone());
        }
        let response = self.answered()?;
        let content_type = header(response, "content-type").unwrap_or_default();
        let essence = content_type.split(';').next().unwrap_or_default();
        let essence = essence.trim().to_lowercase();
        let is_xml =
            matches!(essence.as_str(), "text/xml" | "application/xml") || essence.ends_with("+xml");
        let text = match is_xml {
            true => charset::decode_xml(&response.body, charset::charset_of(content_type)),
            false => String::new(),
        };
        let document = document::document_of_text(Version::Three, &text);
        self.document = Some(document.clone());
        Ok(document)
    }
}

/// As in "OK". What a server wrote itself wins.
fn status_text(response: &Response) -> &str {
    let mut parts = response.status_line.splitn(3, ' ');
    parts.nth(2).unwrap_or_default()
}

impl XmlHttp {
    fn open(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 2, 5)?;
        let user = match arguments.has(3) {
            true => Some((arguments.text(3)?, arguments.text_or(4, "")?)),
            false => None,
        };
        let mut state = self.state.borrow_mut();
        state.opened = Some(Opened {
            method: arguments.text(0)?.to_uppercase(),
            url: arguments.text(1)?,
            user,
        });
        state.headers.clear();
        state.response = None;
        state.document = None;
        Ok(Value::Empty)
    }

    fn set_header(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 2, 2)?;
        let (name, value) = (arguments.text(0)?, arguments.text(1)?);
        let mut state = self.state.borrow_mut();
        if state.opened.is_none() {
            return Err(failed("setRequestHeader is called after open"));
        }
        let is_same = |(other, _): &&mut (String, String)| other.eq_ignore_ascii_case(&name);
        match state.headers.iter_mut().find(is_same) {
            Some(header) => header.1 = value,
            None => state.headers.push((name, value)),
        }
        Ok(Value::Empty)
    }

    /// What is sent, and whether it is a document.
    fn body(&self, arguments: Arguments<'_>) -> Result<(Vec<u8>, bool), Box<Fault>> {
        match arguments.value(0) {
            Value::Product(product) => match of_document(&object_of(&product)?) {
                Some(text) => Ok((text.into_bytes(), true)),
                None => {
                    let message = format!("sending {} is not there", product.class);
                    Err(ScriptError::new(NOT_THERE, message).into())
                }
            },
            Value::Nothing | Value::Null => Ok((Vec::new(), false)),
            _ => Ok((body_of(arguments, 0)?, false)),
        }
    }

    fn send(&self, world: &mut World, arguments: Arguments<'_>) -> Answer {
        count(arguments, 0, 1)?;
        let (body, is_document) = self.body(arguments)?;
        let request = {
            let state = self.state.borrow();
            let Some(Opened { method, url, user }) = state.opened.clone() else {
                return Err(failed("send is called after open"));
            };
            let mut headers = state.headers.clone();
            let is_typed = headers
                .iter()
                .any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
            if is_document && !is_typed {
                headers.push((
                    "Content-Type".to_owned(),
                    "text/xml; charset=utf-8".to_owned(),
                ));
            }
            Request {
                method,
                url,
                headers,
                body,
                timeout: state.timeout(),
                max_redirects: MAX_REDIRECTS,
                proxy: state.proxy.clone(),
                proxy_user: state.proxy_user.clone(),
                user,
            }
        };
        let answer = world.exchange(&request);
        let mut state = self.state.borrow_mut();
        state.document = None;
        state.response = None;
        let response = answer.map_err(failed)?;
        state.burden.set(response.body.len());
        state.response = Some(response);
        Ok(Value::Empty)
    }

    fn set_timeouts(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 4, 4)?;
        let mut timeouts_ms = [0; 4];
        for (at, timeout_ms) in timeouts_ms.iter_mut().enumerate() {
            *timeout_ms = u32::try_from(arguments.long_or(at, 0)?).unwrap_or(0);
        }
        self.state.borrow_mut().timeouts_ms = timeouts_ms;
        Ok(Value::Empty)
    }

    /// 0 and 1 go without a proxy, 2 through one. [ServerXMLHTTP, setProxy]
    fn set_proxy(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 1, 3)?;
        let proxy = match arguments.long_or(0, 0)? {
            0 | 1 => None,
            2 => Some(proxy_for_all(&arguments.text_or(1, "")?)),
            other => return Err(failed(format!("setProxy({other}) is not known"))),
        };
        self.state.borrow_mut().proxy = proxy;
        Ok(Value::Empty)
    }

    fn set_option(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 2, 2)?;
        let (option, value) = (arguments.long_or(0, 0)?, arguments.long_or(1, 0)?);
        let is_default = match option {
            // The code page of the URL: UTF-8.
            0 => value == 65001,
            // Certificates are verified whatever a script says.
            2 => value == 0,
            _ => false,
        };
        match is_default {
            true => Ok(Value::Empty),
            false => {
                let message = format!(
                    "setOption({option}, {value}) is not there: certificates are verified, URLs are UTF-8"
                );
                Err(ScriptError::new(NOT_THERE, message).into())
            }
        }
    }

    fn response_header(&self, arguments: Arguments<'_>) -> Answer {
        count(arguments, 1, 1)?;
        let name = arguments.text(0)?;
        let state = self.state.borrow();
        let response = state.answered()?;
        let values: Vec<&str> = response
            .headers
            .iter()
            .filter(|(other, _)| other.eq_ignore_ascii_case(&name))
            .map(|(_, value)| value.as_str())
            .collect();
        Ok(Value::text(values.join(", ")))
    }
}

/// One proxy of a list such as `http=one:80 https=two:81`; a bare one is for all.
fn proxy_for_all(list: &str) -> String {
    let mut parts = list.split([' ', ';']).filter(|part| !part.is_empty());
    let first = parts.next().unwrap_or_default();
    first
        .split_once('=')
        .map_or(first, |(_, proxy)| proxy)
        .to_owned()
}

impl Object for XmlHttp {
    fn class(&self) -> &'static str {
        match self.sort {
            Sort::Server => "IServerXMLHTTPRequest2",
            Sort::Client => "IXMLHTTPRequest",
        }
    }

    fn is_method(&self, member: &str) -> bool {
        !matches!(
            member,
            "readystate"
                | "status"
                | "statustext"
                | "responsetext"
                | "responsexml"
                | "responsebody"
                | "responsestream"
                | "onreadystatechange"
        )
    }

    fn get(&self, _: &mut World, member: &str) -> Answer {
        let mut state = self.state.borrow_mut();
        Ok(match member {
            "readystate" => Value::Long(state.ready_state()),
            "status" => Value::Long(i32::from(state.answered()?.status)),
            "statustext" => Value::text(status_text(state.answered()?)),
            "responsetext" => Value::text(state.text()?),
            "responsebody" => bytes_value(&state.answered()?.body),
            "responsexml" => return state.document(),
            _ => return not_here(self.class(), member),
        })
    }

    fn call(&self, world: &mut World, member: &str, arguments: Arguments<'_>) -> Answer {
        let is_server = self.sort == Sort::Server;
        match member {
            "open" => self.open(arguments),
            "setrequestheader" => self.set_header(arguments),
            "send" => self.send(world, arguments),
            "getresponseheader" => self.response_header(arguments),
            "getallresponseheaders" => {
                let state = self.state.borrow();
                let headers = state.answered()?.headers.iter();
                let lines: String = headers
                    .map(|(name, value)| format!("{name}: {value}\r\n"))
                    .collect();
                Ok(Value::text(lines + "\r\n"))
            }
            "abort" => {
                let mut state = self.state.borrow_mut();
                state.opened = None;
                state.response = None;
                state.document = None;
                Ok(Value::Empty)
            }
            "settimeouts" if is_server => self.set_timeouts(arguments),
            "setproxy" if is_server => self.set_proxy(arguments),
            "setproxycredentials" if is_server => {
                count(arguments, 2, 2)?;
                let user = (arguments.text(0)?, arguments.text(1)?);
                self.state.borrow_mut().proxy_user = Some(user);
                Ok(Value::Empty)
            }
            "setoption" if is_server => self.set_option(arguments),
            "getoption" if is_server => match arguments.long_or(0, 0)? {
                0 => Ok(Value::Long(65001)),
                2 => Ok(Value::Long(0)),
                other => not_here(self.class(), &format!("getOption({other})")),
            },
            "waitforresponse" if is_server => {
                self.state.borrow().answered()?;
                Ok(Value::Boolean(true))
            }
            _ => not_here(self.class(), member),
        }
    }
}
