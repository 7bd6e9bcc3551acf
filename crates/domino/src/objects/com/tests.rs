//! Cases as documented by Microsoft.

use crate::objects::bench::{check, printed, printed_with, response};
use crate::transport::{Response, TransportError};

const OPEN: &str = "Set r = CreateObject(\"MSXML2.ServerXMLHTTP.6.0\")\n";

fn soap(status: u16, body: &[u8]) -> Result<Response, TransportError> {
    let headers = [
        ("Content-Type", "text/xml; charset=utf-8"),
        ("X-A", "1"),
        ("x-a", "2"),
    ];
    Ok(response(status, &headers, body))
}

#[test]
fn requests_are_as_documented() {
    let cases = [
        (
            "ServerXMLHTTP, open and send",
            "r.Open \"GET\", \"http://x/\", False\nr.Send\nPrint r.Status & r.StatusText & r.ResponseText",
            "200OK<a>é</a>",
        ),
        (
            "ServerXMLHTTP.readyState",
            "Print r.readyState\nr.open \"GET\", \"http://x/\", False\nPrint r.readyState\nr.send\nPrint r.readyState",
            "0|1|4",
        ),
        (
            "ServerXMLHTTP, names in any case",
            "r.oPeN \"get\", \"http://x/\"\nr.SEND\nPrint r.STATUS",
            "200",
        ),
        (
            "ServerXMLHTTP.send, a body",
            "r.open \"POST\", \"http://x/\", False\nr.setRequestHeader \"SOAPAction\", \"\"\"a\"\"\"\nr.send \"<b/>\"\nPrint r.status",
            "200",
        ),
        (
            "ServerXMLHTTP.status, before send",
            "r.open \"GET\", \"http://x/\", False\nPrint r.status\nr.send",
            "error 213: Automation object error: The data necessary to complete this operation is not yet available",
        ),
        (
            "ServerXMLHTTP.send, before open",
            "r.send",
            "error 213: Automation object error: send is called after open",
        ),
        (
            "ServerXMLHTTP.setRequestHeader, before open",
            "r.setRequestHeader \"A\", \"b\"",
            "error 213: Automation object error: setRequestHeader is called after open",
        ),
        (
            "ServerXMLHTTP.getResponseHeader",
            "r.open \"GET\", \"http://x/\", False\nr.send\nPrint r.getResponseHeader(\"content-type\") & \"|\" & r.getResponseHeader(\"X-A\") & r.getResponseHeader(\"no\")",
            "text/xml; charset=utf-8|1, 2",
        ),
        (
            "ServerXMLHTTP.getAllResponseHeaders",
            "r.open \"GET\", \"http://x/\", False\nr.send\nv = Split(r.getAllResponseHeaders(), Chr(13) & Chr(10))\nPrint v(0) & UBound(v)",
            "Content-Type: text/xml; charset=utf-84",
        ),
        (
            "ServerXMLHTTP.responseBody",
            "r.open \"GET\", \"http://x/\", False\nr.send\nv = r.responseBody\nPrint UBound(v) & \" \" & v(0)",
            "8 60",
        ),
        (
            "ServerXMLHTTP.responseXML",
            "r.open \"GET\", \"http://x/\", False\nr.send\nPrint r.responseXML.documentElement.text",
            "é",
        ),
        (
            "ServerXMLHTTP.waitForResponse",
            "r.open \"GET\", \"http://x/\", True\nr.send\nPrint r.waitForResponse(5)",
            "True",
        ),
        (
            "ServerXMLHTTP.setTimeouts",
            "r.setTimeouts 1000, 2000, 3000, 4000\nr.open \"GET\", \"http://x/\", False\nr.send\nPrint r.status",
            "200",
        ),
        (
            "ServerXMLHTTP.setOption, certificates",
            "r.setOption 2, 13056",
            "error 4999: setOption(2, 13056) is not there: certificates are verified, URLs are UTF-8",
        ),
        (
            "ServerXMLHTTP.abort",
            "r.open \"GET\", \"http://x/\", False\nr.send\nr.abort\nPrint r.readyState",
            "0",
        ),
        (
            "ServerXMLHTTP, members",
            "r.fly",
            "error 4999: IServerXMLHTTPRequest2.fly is not there: no host of this run has it",
        ),
    ];
    for (documented, body, expected) in cases {
        let (lines, _) = printed_with(
            vec![soap(200, "<a>é</a>".as_bytes())],
            &format!("{OPEN}{body}"),
        );
        assert_eq!(lines, expected, "as documented in {documented}:\n{body}");
    }
    let (lines, _) = printed_with(
        vec![Err(TransportError {
            url: "http://x/".to_owned(),
            why: "refused".to_owned(),
        })],
        &format!(
            "{OPEN}r.open \"GET\", \"http://x/\", False\nOn Error GoTo h\nr.send\nExit Sub\nh: Print Err & Error$"
        ),
    );
    assert_eq!(lines, "213Automation object error: http://x/: refused");
}

#[test]
fn what_is_sent_is_as_documented() {
    let cases = [
        (
            "ServerXMLHTTP.open, user and password",
            "r.open \"post\", \"http://x/\", False, \"u\", \"p\"\nr.send \"é\"",
            "POST é [] 120s None None Some((\"u\", \"p\"))",
        ),
        (
            "ServerXMLHTTP.setRequestHeader, the same name again",
            "r.open \"GET\", \"http://x/\", False\nr.setRequestHeader \"A\", \"1\"\nr.setRequestHeader \"a\", \"2\"\nr.send",
            "GET  [(\"A\", \"2\")] 120s None None None",
        ),
        (
            "ServerXMLHTTP.send, a document",
            "Set d = CreateObject(\"MSXML2.DOMDocument.6.0\")\nd.loadXML \"<a/>\"\nr.open \"POST\", \"http://x/\", False\nr.send d",
            "POST <a/>\r\n [(\"Content-Type\", \"text/xml; charset=utf-8\")] 120s None None None",
        ),
        (
            "ServerXMLHTTP.send, bytes",
            "Dim b(1) As Byte\nb(0) = 65\nb(1) = 66\nr.open \"POST\", \"http://x/\", False\nr.send b",
            "POST AB [] 120s None None None",
        ),
        (
            "ServerXMLHTTP.setProxy and setProxyCredentials",
            "r.setProxy 2, \"proxy:8080\", \"<local>\"\nr.setProxyCredentials \"u\", \"p\"\nr.open \"GET\", \"http://x/\", False\nr.send",
            "GET  [] 120s Some(\"proxy:8080\") Some((\"u\", \"p\")) None",
        ),
        (
            "ServerXMLHTTP.setProxy, direct",
            "r.setProxy 2, \"http=proxy:8080\"\nr.setProxy 1\nr.open \"GET\", \"http://x/\", False\nr.send",
            "GET  [] 120s None None None",
        ),
        (
            "ServerXMLHTTP.setTimeouts",
            "r.setTimeouts 1000, 2000, 3000, 4000\nr.open \"GET\", \"http://x/\", False\nr.send",
            "GET  [] 10s None None None",
        ),
    ];
    for (documented, body, expected) in cases {
        let (lines, asked) = printed_with(vec![soap(200, b"")], &format!("{OPEN}{body}"));
        assert_eq!(lines, "", "as documented in {documented}");
        let [request] = asked.try_into().unwrap();
        let shown = format!(
            "{} {} {:?} {:?} {:?} {:?} {:?}",
            request.method,
            String::from_utf8_lossy(&request.body),
            request.headers,
            request.timeout,
            request.proxy,
            request.proxy_user,
            request.user
        );
        assert_eq!(shown, expected, "as documented in {documented}");
    }
}

#[test]
fn responses_are_read_by_their_charset_and_type() {
    let script = "Set r = CreateObject(\"Microsoft.XMLHTTP\")\nr.open \"GET\", \"http://x/\", False\nr.send\nPrint r.responseText & \" \" & (r.responseXML.documentElement Is Nothing)";
    let cases: [(&str, &str, &[u8], &str); 5] = [
        (
            "XMLHTTP.responseText, UTF-8 unless said",
            "text/plain",
            "é".as_bytes(),
            "é True",
        ),
        (
            "XMLHTTP.responseText, charset",
            "text/plain; charset=windows-1252",
            b"\x80",
            "€ True",
        ),
        (
            "XMLHTTP.responseText, byte order mark",
            "text/plain",
            b"\xff\xfea\0",
            "a True",
        ),
        (
            "XMLHTTP.responseXML, of XML only",
            "text/html",
            b"<a/>",
            "<a/> True",
        ),
        (
            "XMLHTTP.responseXML, suffixes",
            "application/soap+xml",
            b"<a/>",
            "<a/> False",
        ),
    ];
    for (documented, content_type, body, expected) in cases {
        let answer = response(200, &[("Content-Type", content_type)], body);
        let (lines, _) = printed_with(vec![Ok(answer)], script);
        assert_eq!(lines, expected, "as documented in {documented}");
    }
}

const LOAD: &str = "Set d = CreateObject(\"MSXML2.DOMDocument.6.0\")\nd.async = False\nPrint d.loadXML(|<?xml version=\"1.0\" encoding=\"utf-8\"?><soap:Envelope xmlns:soap=\"urn:s\"><soap:Body><r id=\"7\"> <a>one</a> <a>two</a><n/></r></soap:Body></soap:Envelope>|)\nd.setProperty \"SelectionNamespaces\", \"xmlns:s='urn:s'\"\nSet r = d.selectSingleNode(\"//r\")\n";

#[test]
fn documents_are_as_documented() {
    let cases = [
        (
            "DOMDocument.loadXML",
            "Print d.documentElement.nodeName & d.parseError.errorCode",
            "soap:Envelope0",
        ),
        (
            "DOMDocument.selectSingleNode",
            "Print d.selectSingleNode(\"/s:Envelope/s:Body/r/a[2]\").text",
            "two",
        ),
        (
            "DOMDocument.selectSingleNode, none",
            "Print d.selectSingleNode(\"//x\") Is Nothing",
            "True",
        ),
        (
            "DOMDocument.selectNodes",
            "Set l = d.selectNodes(\"//a\")\nPrint l.length & l.item(0).text & l(1).text & (l.item(2) Is Nothing)",
            "2onetwoTrue",
        ),
        (
            "IXMLDOMNodeList, going over it",
            "ForAll n In d.selectNodes(\"//a\")\nPrint n.text\nEnd ForAll",
            "one|two",
        ),
        (
            "IXMLDOMNodeList.nextNode and reset",
            "Set l = d.selectNodes(\"//a\")\nPrint l.nextNode.text & l.nextNode.text & (l.nextNode Is Nothing)\nl.reset\nPrint l.nextNode.text",
            "onetwoTrue|one",
        ),
        (
            "DOMDocument.selectNodes, a prefix that is not declared",
            "Set l = d.selectNodes(\"//q:a\")",
            "error 213: Automation object error: the prefix 'q' is not declared; see SelectionNamespaces",
        ),
        (
            "DOMDocument.selectNodes, no expression",
            "Set l = d.selectNodes(\"//[\")",
            "error 213: Automation object error: expected a step at character 3 of the expression",
        ),
        (
            "IXMLDOMElement.getAttribute",
            "Print r.getAttribute(\"id\") & IsNull(r.getAttribute(\"no\"))",
            "7True",
        ),
        (
            "IXMLDOMElement.setAttribute",
            "r.setAttribute \"id\", 8\nr.setAttribute \"k\", \"<\"\nPrint r.attributes.length & r.cloneNode(False).xml",
            "2<r id=\"8\" k=\"&lt;\"/>",
        ),
        (
            "IXMLDOMElement.removeAttribute",
            "r.removeAttribute \"id\"\nPrint r.attributes.length",
            "0",
        ),
        (
            "IXMLDOMElement.getAttributeNode",
            "Set t = r.getAttributeNode(\"id\")\nPrint t.name & t.value & t.nodeTypeString & t.text",
            "id7attribute7",
        ),
        (
            "IXMLDOMNamedNodeMap.getNamedItem",
            "Print r.attributes.getNamedItem(\"id\").nodeValue & (r.attributes.getNamedItem(\"x\") Is Nothing)",
            "7True",
        ),
        ("IXMLDOMNode.text", "Print r.text", "onetwo"),
        (
            "IXMLDOMNode.text, setting it",
            "Set n = r.selectSingleNode(\"n\")\nn.text = \"a&b\"\nPrint n.xml & n.text",
            "<n>a&amp;b</n>a&b",
        ),
        (
            "IXMLDOMNode.xml",
            "Print r.xml",
            "<r id=\"7\"><a>one</a><a>two</a><n/></r>",
        ),
        (
            "IXMLDOMNode, neighbours",
            "Print r.firstChild.nodeName & r.lastChild.nodeName & r.firstChild.nextSibling.text & r.lastChild.previousSibling.text & r.parentNode.nodeName & (r.nextSibling Is Nothing)",
            "antwotwosoap:BodyTrue",
        ),
        (
            "IXMLDOMNode, names",
            "Set b = r.parentNode\nPrint b.baseName & b.prefix & b.namespaceURI & b.nodeType & b.nodeTypeString",
            "Bodysoapurn:s1element",
        ),
        (
            "IXMLDOMNode.childNodes",
            "Print r.childNodes.length & r.childNodes(0).firstChild.nodeValue & r.hasChildNodes()",
            "3oneTrue",
        ),
        (
            "IXMLDOMNode.ownerDocument",
            "Print r.ownerDocument.documentElement.nodeName & (d.ownerDocument Is Nothing)",
            "soap:EnvelopeTrue",
        ),
        (
            "IXMLDOMNode.nodeValue, of elements",
            "Print IsNull(r.nodeValue) & r.firstChild.firstChild.nodeValue",
            "Trueone",
        ),
        (
            "IXMLDOMElement.getElementsByTagName",
            "Print d.getElementsByTagName(\"a\").length & r.getElementsByTagName(\"*\").length & d.getElementsByTagName(\"soap:Body\").length",
            "231",
        ),
        (
            "IXMLDOMNode.appendChild",
            "Set e = r.appendChild(d.createElement(\"z\"))\ne.text = \"t\"\nPrint r.lastChild.xml & r.childNodes.length",
            "<z>t</z>4",
        ),
        (
            "IXMLDOMNode.insertBefore",
            "r.insertBefore d.createElement(\"z\"), r.firstChild\nPrint r.firstChild.nodeName",
            "z",
        ),
        (
            "IXMLDOMNode.removeChild",
            "Set o = r.removeChild(r.firstChild)\nPrint o.xml & r.childNodes.length",
            "<a>one</a>2",
        ),
        (
            "IXMLDOMNode.replaceChild",
            "Set o = r.replaceChild(d.createTextNode(\"t\"), r.lastChild)\nPrint o.xml & r.text",
            "<n/>onetwot",
        ),
        (
            "IXMLDOMNode.cloneNode",
            "Print r.cloneNode(True).childNodes.length & r.cloneNode(False).childNodes.length",
            "30",
        ),
        (
            "IXMLDOMNode.selectNodes, from a node",
            "Print r.selectNodes(\"a\").length & r.selectNodes(\"/a\").length & r.selectSingleNode(\"@id\").text",
            "207",
        ),
        (
            "DOMDocument.getProperty",
            "Print d.getProperty(\"SelectionLanguage\") & d.getProperty(\"SelectionNamespaces\")",
            "XPathxmlns:s='urn:s'",
        ),
        (
            "DOMDocument.setProperty, not known",
            "d.setProperty \"Fly\", True",
            "error 4999: DOMDocument.setProperty(fly) is not there: no host of this run has it",
        ),
        (
            "DOMDocument.load is refused",
            "Print d.load(\"http://x/a.xml\")",
            "error 4999: DOMDocument.load of http://x/a.xml is not there: a run opens no files and fetches nothing; see loadXML and xml",
        ),
        (
            "IXMLDOMNode, members",
            "Print r.fly",
            "error 4999: IXMLDOMElement.fly is not there: no host of this run has it",
        ),
    ];
    for (documented, body, expected) in cases {
        let expected = format!("True|{expected}");
        assert_eq!(
            printed(&format!("{LOAD}{body}")),
            expected,
            "as documented in {documented}:\n{body}"
        );
    }
}

#[test]
fn documents_are_made_as_documented() {
    check(&[
        (
            "DOMDocument, a SOAP request",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.appendChild d.createProcessingInstruction(\"xml\", \"version=\"\"1.0\"\" encoding=\"\"utf-8\"\"\")\nSet e = d.createNode(1, \"soap:Envelope\", \"urn:s\")\nd.appendChild e\nSet b = d.createNode(\"element\", \"soap:Body\", \"urn:s\")\ne.appendChild b\nb.appendChild d.createElement(\"x\")\nPrint Replace(d.xml, Chr(13) & Chr(10), \"~\")",
            "<?xml version=\"1.0\"?>~<soap:Envelope xmlns:soap=\"urn:s\"><soap:Body><x/></soap:Body></soap:Envelope>~",
        ),
        (
            "DOMDocument.createElement, in a default namespace",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a xmlns='urn:a'/>\"\nd.documentElement.appendChild d.createElement(\"b\")\nd.documentElement.appendChild d.createNode(1, \"c\", \"urn:a\")\nPrint d.documentElement.xml",
            "<a xmlns=\"urn:a\"><b xmlns=\"\"/><c/></a>",
        ),
        (
            "DOMDocument, other nodes",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a/>\"\nSet e = d.documentElement\ne.appendChild d.createTextNode(\"<\")\ne.appendChild d.createCDATASection(\"<\")\ne.appendChild d.createComment(\"c\")\ne.setAttributeNode d.createAttribute(\"k\")\ne.attributes.getNamedItem(\"k\").value = \"v\"\nPrint e.xml",
            "<a k=\"v\">&lt;<![CDATA[<]]><!--c--></a>",
        ),
        (
            "DOMDocument.createDocumentFragment",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a/>\"\nSet f = d.createDocumentFragment()\nf.appendChild d.createElement(\"b\")\nf.appendChild d.createElement(\"c\")\nd.documentElement.appendChild f\nPrint d.documentElement.xml & f.hasChildNodes()",
            "<a><b/><c/></a>False",
        ),
        (
            "IXMLDOMNode.appendChild, from another document",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a/>\"\nSet g = CreateObject(\"MSXML2.DOMDocument\")\ng.loadXML \"<b><c/></b>\"\nSet c = g.documentElement.firstChild\nd.documentElement.appendChild c\nc.setAttribute \"k\", 1\nPrint d.documentElement.xml & g.documentElement.xml",
            "<a><c k=\"1\"/></a><b/>",
        ),
        (
            "DOMDocument.loadXML, errors",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nPrint d.loadXML(\"<a>\" & Chr(10) & \"</b>\")\nSet p = d.parseError\nPrint p.errorCode & \" \" & Left(p.reason, Len(p.reason) - 2) & \" \" & p.line & \" \" & p.linepos\nPrint d.documentElement Is Nothing",
            "False|-1072896659 End tag 'b' does not match the start tag 'a'. 2 1|True",
        ),
        (
            "DOMDocument.loadXML, nothing",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nPrint d.loadXML(\"\") & d.parseError.errorCode",
            "False-1072896680",
        ),
        (
            "DOMDocument 6.0, ProhibitDTD",
            "Set d = CreateObject(\"MSXML2.DOMDocument.6.0\")\nPrint d.loadXML(\"<!DOCTYPE a><a/>\") & Left(d.parseError.reason, 18)",
            "FalseDTD is prohibited.",
        ),
        (
            "DOMDocument 3.0, a document type that is not followed",
            "Set d = CreateObject(\"MSXML2.DOMDocument.3.0\")\nPrint d.loadXML(\"<!DOCTYPE a SYSTEM 'http://x/a.dtd'><a/>\") & d.doctype.name",
            "Truea",
        ),
        (
            "SelectionLanguage, XSLPattern of 3.0",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a><b>0</b><b>1</b></a>\"\nPrint d.selectSingleNode(\"//b[0]\").text\nd.setProperty \"SelectionLanguage\", \"XPath\"\nPrint d.selectSingleNode(\"//b[1]\").text",
            "0|0",
        ),
        (
            "DOMDocument.preserveWhiteSpace",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a> <b/> </a>\"\nPrint d.documentElement.childNodes.length\nd.preserveWhiteSpace = True\nd.loadXML \"<a> <b/> </a>\"\nPrint d.documentElement.childNodes.length",
            "1|3",
        ),
        (
            "DOMDocument, properties",
            "Set d = CreateObject(\"MSXML2.DOMDocument.6.0\")\nPrint d.async & d.preserveWhiteSpace & d.validateOnParse & d.resolveExternals & d.readyState\nd.validateOnParse = False\nPrint d.validateOnParse",
            "TrueFalseTrueFalse4|False",
        ),
        (
            "IXMLDOMElement.normalize",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a/>\"\nSet e = d.documentElement\ne.appendChild d.createTextNode(\"x\")\ne.appendChild d.createTextNode(\"y\")\ne.normalize\nPrint e.childNodes.length & e.text",
            "1xy",
        ),
        (
            "DOMDocument.loadXML, again: nodes of before stay, settings too",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.setProperty \"SelectionLanguage\", \"XPath\"\nd.loadXML \"<a><b>1</b><c/><c/></a>\"\nSet b = d.selectSingleNode(\"//b[1]\")\nSet l = d.documentElement.childNodes\nPrint d.loadXML(\"<z/>\") & d.documentElement.nodeName\nPrint b.text & b.parentNode.nodeName & l.length & d.getProperty(\"SelectionLanguage\")\nd.documentElement.appendChild b\nPrint d.documentElement.xml & l.length",
            "Truez|1a3XPath|<z><b>1</b></z>2",
        ),
        (
            "IXMLDOMNode, what cannot be put or taken",
            "Set d = CreateObject(\"MSXML2.DOMDocument\")\nd.loadXML \"<a/>\"\nSet g = CreateObject(\"MSXML2.DOMDocument\")\ng.loadXML \"<b/>\"\nOn Error Resume Next\nd.documentElement.appendChild g\nPrint Error$\nd.documentElement.removeChild g.documentElement\nPrint Error$\nd.documentElement.appendChild d.documentElement\nPrint Error$\nPrint d.documentElement.xml & g.documentElement.xml & g.nodeType",
            "Automation object error: such a node cannot stand there|Automation object error: the node is no child of this one|Automation object error: a node cannot stand in itself|<a/><b/>9",
        ),
        (
            "CreateObject, what is not there",
            "Set d = CreateObject(\"Word.Application\")",
            "error 4999: the object word.application is not there: no host of this run has it",
        ),
    ]);
}

#[test]
fn dictionaries_are_as_documented() {
    check(&[
        (
            "Scripting.Dictionary, Add, Item and Count",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nd.Add \"a\", 1\nd.Add \"b\", \"x\"\nPrint d.Count & d.Item(\"a\") & d(\"b\")",
            "21x",
        ),
        (
            "Scripting.Dictionary.Exists and Remove",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nd.Add \"a\", 1\nPrint d.Exists(\"a\") & d.Exists(\"A\")\nd.Remove \"a\"\nPrint d.Exists(\"a\")\nd.Remove \"a\"",
            "TrueFalse|False|error 213: Automation object error: Element not found",
        ),
        (
            "Scripting.Dictionary.Add, twice",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nd.Add 1, 1\nd.Add 1, 2",
            "error 213: Automation object error: This key is already associated with an element of this collection",
        ),
        (
            "Scripting.Dictionary.Keys and Items",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nd.Add \"b\", 1\nd.Add \"a\", 2\nv = d.Items\nPrint Join(d.Keys) & v(0) & v(1)\nForAll k In d\nPrint k\nEnd ForAll\nd.RemoveAll\nPrint d.Count",
            "b a12|b|a|0",
        ),
        (
            "Scripting.Dictionary.CompareMode",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nd.CompareMode = 1\nd.Add \"a\", 1\nPrint d.Exists(\"A\")\nd.CompareMode = 0",
            "True|error 213: Automation object error: CompareMode is set while the dictionary is empty",
        ),
        (
            "Scripting.Dictionary.Item, adds what is not there",
            "Set d = CreateObject(\"Scripting.Dictionary\")\nPrint IsEmpty(d.Item(\"x\")) & d.Count",
            "True1",
        ),
    ]);
}
