#!/usr/bin/env python3
"""Envelopes written by hand, over bare sockets: the manners of old clients, which must work, and malformed ones, which must fault.
Needs nothing but Python. See contract.py for the arguments."""

import socket
import ssl
import time
import urllib.parse
import xml.etree.ElementTree as ElementTree
from xml.sax.saxutils import escape

from contract import HANDSET, Checks, arguments, journey

ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
INTERFACE = "urn:SOAPServerImpl-ISOAPServer"
XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
ORDER = {
    "SendTextSMS": ["strOutMessageIDs", "return"],
    "CheckMessageStatus": ["strOutMessageStatus", "return"],
    "GetIncomingMessage": ["strOutSender", "strOutMessageContent", "strOutTimeStamp", "iOutMessagesLeft", "return"],
    "RedWebServiceVersion": ["return"],
}


class Wire:
    """One request per connection, byte by byte as given."""

    def __init__(self, demo):
        url = urllib.parse.urlsplit(demo["soap_legacy"])
        self.host, self.path = url.hostname, url.path
        self.port = url.port or (443 if url.scheme == "https" else 80)
        self.context = ssl.create_default_context(cafile=demo.get("ca")) if url.scheme == "https" else None

    def exchange(self, request):
        """(status, headers, body, seconds); an answer that is cut short raises."""
        start = time.monotonic()
        with socket.create_connection((self.host, self.port), timeout=30) as plain:
            stream = self.context.wrap_socket(plain, server_hostname=self.host) if self.context else plain
            try:
                stream.sendall(request)
            except (BrokenPipeError, ConnectionResetError):
                pass  # refused before all of it was read; the answer may still be there
            answer = b""
            try:
                while b"\r\n\r\n" not in answer and (piece := stream.recv(65536)):
                    answer += piece
                head, _, body = answer.partition(b"\r\n\r\n")
                lines = head.decode("latin-1").split("\r\n")
                headers = {k.strip().lower(): v.strip() for k, _, v in (line.partition(":") for line in lines[1:])}
                while len(body) < int(headers.get("content-length", "0")) and (piece := stream.recv(65536)):
                    body += piece
            except ConnectionResetError:
                if not answer:
                    return 0, {}, b"", time.monotonic() - start
        return int(lines[0].split()[1]), headers, body, time.monotonic() - start

    def post(self, body, content_type="text/xml; charset=utf-8", action=None, version="1.1", path=None, chunked=False):
        head = [f"POST {path or self.path} HTTP/{version}", f"Host: {self.host}:{self.port}", "Connection: close"]
        head += [f"Content-Type: {content_type}"] if content_type else []
        head += [f"SOAPAction: {action}"] if action is not None else []
        if chunked:
            head.append("Transfer-Encoding: chunked")
            pieces = [body[i:i + 100] for i in range(0, len(body), 100)]
            body = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
        else:
            head.append(f"Content-Length: {len(body)}")
        return self.exchange("\r\n".join(head).encode() + b"\r\n\r\n" + body)


def envelope(operation, arguments):
    inner = "".join(f"<{name}>{escape(str(value))}</{name}>" for name, value in arguments.items())
    return f'<S:Envelope xmlns:S="{ENVELOPE}"><S:Body><m:{operation} xmlns:m="{INTERFACE}">{inner}</m:{operation}></S:Body></S:Envelope>'


def main():
    demo, prepared, strict = arguments(__doc__)
    checks = Checks(strict)
    wire = Wire(demo)
    serial, key = demo["user"]["serial"], demo["user"]["key"]

    def parts(operation, status, headers, body):
        """The answer's parts, after its form was checked."""
        form = f"{operation}: form of the answer"
        if status != 200:
            raise SystemExit(f"FAILED  {form}: HTTP {status} {body[:500]!r}")
        [element] = ElementTree.fromstring(body).find(f"{{{ENVELOPE}}}Body")
        problems = [
            problem for problem, holds in {
                "no Content-Length": headers.get("content-length") == str(len(body)),
                "not text/xml in utf-8": headers.get("content-type", "").lower().replace('"', "").startswith("text/xml; charset=utf-8"),
                "wrapper": element.tag == f"{{{INTERFACE}}}{operation}Response",
                "parts or their order": [part.tag for part in element] == ORDER[operation],
                "a part without xsi:type": all(part.get(XSI_TYPE) for part in element),
            }.items() if not holds
        ]
        if problems:
            checks.true(form, False, f"{problems} in {body!r}")
        return {part.tag: int(part.text) if part.get(XSI_TYPE).endswith(":int") else part.text or "" for part in element}

    def call(operation, **given):
        return parts(operation, *wire.post(envelope(operation, given).encode(), action=f'"{INTERFACE}#{operation}"')[:3])

    journey(checks, demo, prepared, call, "raw")

    text = "Grüße é"
    plain = {"strInSerialNo": serial, "strInSMSKey": key, "strInRecipients": HANDSET, "strInMessageText": text, "strInReplyEmail": "",
             "strInOriginator": "", "iInType": "0", "strOutMessageIDs": ""}
    good = envelope("SendTextSMS", plain)
    bare = good.replace("xmlns:S=", "xmlns=").replace("S:", "")
    swapped = envelope("SendTextSMS", dict(reversed(plain.items())))
    referenced = good.replace(f"<strInMessageText>{text}</strInMessageText>", '<strInMessageText href="#t"/>').replace(
        "</S:Body>", f'<x id="t">{text}</x></S:Body>')
    nothing_out = envelope("SendTextSMS", {k: v for k, v in plain.items() if v and not k.startswith("strOut")})
    odd_type = good.replace("<strInRecipients>", '<strInRecipients xmlns:i="http://www.w3.org/2001/XMLSchema-instance" i:type="z:odd" xmlns:z="z">')
    declared = '<?xml version="1.0" encoding="{}"?>{}'
    manners = [
        ("parameters in another order", swapped.encode(), {}),
        ("no prefix on the Envelope", bare.encode(), {}),
        ("an odd xsi:type", odd_type.encode(), {}),
        ("leading blanks, no declaration", b"\r\n\t " + good.encode(), {}),
        ("leading blanks before a declaration", b" \n" + declared.format("utf-8", good).encode(), {}),
        ("HTTP/1.0", good.encode(), {"version": "1.0"}),
        ("chunked", good.encode(), {"chunked": True}),
        ("Latin-1 by Content-Type", good.encode("latin-1"), {"content_type": "text/xml; charset=iso-8859-1"}),
        ("Latin-1 by declaration", declared.format("ISO-8859-1", good).encode("latin-1"), {"content_type": "text/xml"}),
        ("Latin-1 without any label", good.encode("latin-1"), {"content_type": "text/xml"}),
        ("UTF-16 with a mark", declared.format("UTF-16", good).encode("utf-16"), {"content_type": "text/xml; charset=utf-16"}),
        ("UTF-16 BE without a mark", good.encode("utf-16-be"), {"content_type": "text/xml"}),
        ("UTF-8 with a mark, no Content-Type", b"\xef\xbb\xbf" + good.encode(), {"content_type": None}),
        ("href and id", referenced.encode(), {}),
        ("empty and out parts left out", nothing_out.encode(), {}),
        ("SOAPAction quoted", good.encode(), {"action": f'"{INTERFACE}#SendTextSMS"'}),
        ("SOAPAction unquoted", good.encode(), {"action": f"{INTERFACE}#SendTextSMS"}),
        ("SOAPAction empty", good.encode(), {"action": '""'}),
        ("path in capitals", good.encode(), {"path": wire.path.upper()}),
        ("path in small letters", good.encode(), {"path": wire.path.lower()}),
    ]
    for what, body, options in manners:
        answer = parts("SendTextSMS", *wire.post(body, **options)[:3])
        checks.true(what, answer["return"] == 0 and answer["strOutMessageIDs"].isdigit(), repr(answer))

    attributes = " ".join(f'a{i}="x"' for i in range(65))
    faults = [
        ("empty", b"", "Client"),
        ("cut short", good.encode()[:300], "Client"),
        ("not XML", b'{"to": "x"}', "Client"),
        ("unknown operation", envelope("SendMMS", {}).encode(), "Client"),
        ("SOAP 1.2", good.replace(ENVELOPE, "http://www.w3.org/2003/05/soap-envelope").encode(), "VersionMismatch"),
        ("mustUnderstand", good.replace("<S:Body>", '<S:Header><t:T xmlns:t="t" S:mustUnderstand="1"/></S:Header><S:Body>').encode(), "MustUnderstand"),
        ("DOCTYPE with laughs", (b'<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>' + good.encode()), "Client"),
        ("external entity", b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + good.replace("Gr", "&x;").encode(), "Client"),
        ("parameter entity", b'<!DOCTYPE x [<!ENTITY % p SYSTEM "http://127.0.0.1:9/"> %p;]>' + good.encode(), "Client"),
        ("entity of nobody", good.replace("Gr", "&eacute;").encode(), "Client"),
        ("quadratic", b'<!DOCTYPE q [<!ENTITY a "' + b"a" * 50_000 + b'">]><a>' + b"&a;" * 50_000 + b"</a>", "Client"),
        ("100,000 deep", b"<a>" * 100_000, "Client"),
        ("65 attributes", good.replace("<strInRecipients>", f"<strInRecipients {attributes}>").encode(), "Client"),
        ("an argument twice", good.replace("<strInRecipients>", "<strInRecipients>0491570157</strInRecipients><strInRecipients>").encode(), "Client"),
        ("NUL", good.replace("Gr", "G\0r").encode(), "Client"),
        ("reference to NUL", good.replace("Gr", "G&#0;r").encode(), "Client"),
        ("reference to a surrogate", good.replace("Gr", "G&#xD83D;r").encode(), "Client"),
        ("a kind in letters", good.replace(">0</iInType>", ">zero</iInType>").encode(), "Client"),
        ("UTF-7", b'<?xml version="1.0" encoding="UTF-7"?>+ADw-a/+AD4-', "Client"),
        ("gzip bytes", b"\x1f\x8b\x08\x00" + bytes(40), "Client"),
        ("hrefs in a circle", referenced.replace('<x id="t">', '<x id="t" href="#t">').encode(), "Client"),
    ]
    slowest = 0.0
    for what, body, code in faults:
        status, _, answer, seconds = wire.post(body, content_type="text/xml")
        slowest = max(slowest, seconds)
        fault = ElementTree.fromstring(answer).find(f".//{{{ENVELOPE}}}Fault") if status == 500 else None
        got = None if fault is None else (fault.findtext("faultcode") or "").partition(":")[2]
        said = "" if fault is None else fault.findtext("faultstring") or ""
        checks.true(f"fault: {what}", got == code and said and key not in said, f"HTTP {status} {answer[:300]!r}")
    print(f"slowest fault: {slowest * 1000:.1f} ms, connecting included")
    status, *_ = wire.post(b"<a>" * 1_000_000)
    checks.true("3 MB are refused", status in (0, 413, 500), f"HTTP {status}")
    checks.equal("alive after all of it", call("RedWebServiceVersion")["return"], "5.0")
    checks.finish()


if __name__ == "__main__":
    main()
