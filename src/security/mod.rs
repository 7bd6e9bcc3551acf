//! Secrets: keys and their commitments, lookup hashes, passwords, sealing of texts, serials and tokens, certificates.
