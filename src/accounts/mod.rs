//! Who may send, and how much: companies, departments, users, quotas, destination rules.
