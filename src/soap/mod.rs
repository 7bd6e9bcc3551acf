//! The SOAP door: the legacy interface, its WSDL, envelopes and faults.
