//! The REST door: `/v1`, problems, API keys.
