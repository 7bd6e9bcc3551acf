//! EmailSMS: the gateway that lets people text mobile phones from Notes, mail and software, and get the answers in their own inbox.
//!
//! `docs/ARCHITECTURE.md` is the map of these rooms.

pub mod accounts;
pub mod administration;
pub mod app;
pub mod carrier;
pub mod cli;
pub mod clock;
pub mod config;
pub mod faults;
pub mod mail;
pub mod metrics;
pub mod policy;
pub mod rest;
pub mod security;
pub mod simulator;
pub mod soap;
pub mod store;
pub mod telemetry;
#[cfg(test)]
mod testbed;
pub mod to_desktop;
pub mod to_handset;
pub mod vault;
pub mod web;
