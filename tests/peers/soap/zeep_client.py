#!/usr/bin/env python3
"""zeep (pip install zeep) against the legacy interface, from nothing but the served WSDL. See contract.py."""

import requests
import zeep
import zeep.helpers

from contract import Checks, arguments, journey

# zeep refuses a call that omits a part, so values stand for the out parts too.
OUT_PARTS = {
    "SendTextSMS": {"strOutMessageIDs": ""},
    "CheckMessageStatus": {"strOutMessageStatus": ""},
    "GetIncomingMessage": {"strOutSender": "", "strOutMessageContent": "", "strOutTimeStamp": "", "iOutMessagesLeft": 0},
}


def main():
    demo, prepared, strict = arguments(__doc__)
    checks = Checks(strict)
    session = requests.Session()
    session.trust_env = False
    session.verify = demo.get("ca") or True
    client = zeep.Client(demo["soap_legacy_wsdl"], transport=zeep.Transport(session=session, timeout=30, operation_timeout=30))
    [service] = client.wsdl.services.values()
    [port] = service.ports.values()
    checks.equal("the WSDL has fourteen operations", len(port.binding._operations), 14)
    checks.equal("the WSDL names the address", port.binding_options["address"].lower(), demo["soap_legacy"].lower())

    def call(operation, **given):
        answer = zeep.helpers.serialize_object(client.service[operation](**given, **OUT_PARTS.get(operation, {})), dict)
        parts = answer if isinstance(answer, dict) else {"return": answer}
        return {name: "" if value is None else value for name, value in parts.items()}

    journey(checks, demo, prepared, call, "zeep")
    checks.finish()


if __name__ == "__main__":
    main()
