//! Cases as documented by HCL.

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
