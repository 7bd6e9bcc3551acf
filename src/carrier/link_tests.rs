//! Links against an SMSC of our own on loopback: what a fallen half, a lost lease and a refused bind do.
