//! Pages of a feed: `?limit=&after=`, the cursor that goes on from the last row, and `Link` [SPEC 12.1].
//!
//! A feed always has a cursor, on its last page too: whoever asks again with it gets what came since, and misses nothing.

use super::fields::MOST_ERRORS;
use super::problem::{Fault, FieldError, clip};
use crate::store::{external, parse_external};
use http::{HeaderValue, header};
use warp::reply::Response;

/// Rows on a page unless told otherwise.
const DEFAULT: u64 = 100;
/// Rows on a page at most.
const MOST: u64 = 1_000;
/// Filters that lists will have; to leave one out of account would answer another question than was asked.
const NOT_BUILT: &[&str] = &[
    "department",
    "from",
    "message_id",
    "q",
    "since",
    "sort",
    "status",
    "to",
    "until",
    "user",
];

/// Refuses every parameter, where there is none: its client meant something by it, and would not get it.
pub fn nothing(query: &str) -> Result<(), Fault> {
    let wrong: Vec<FieldError> = parameters(query)
        .map(|(name, _)| unknown(name))
        .take(MOST_ERRORS)
        .collect();
    match wrong.is_empty() {
        true => Ok(()),
        false => Err(Fault::Fields(wrong)),
    }
}

fn parameters(query: &str) -> impl Iterator<Item = (&str, &str)> {
    let pairs = query.split('&').filter(|pair| !pair.is_empty());
    pairs.map(|pair| pair.split_once('=').unwrap_or((pair, "")))
}

fn unknown(name: &str) -> FieldError {
    FieldError::parameter(&clip(name), "is not known here; leave it out")
}

/// Which page is wanted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Page {
    pub limit: u64,
    /// Rows with ids above it.
    pub after: i64,
    prefix: &'static str,
}

impl Page {
    /// Reads a query string. Cursors are ids with this prefix.
    pub fn parse(query: &str, prefix: &'static str) -> Result<Self, Fault> {
        let mut page = Self {
            limit: DEFAULT,
            after: 0,
            prefix,
        };
        let (mut wrong, mut not_built) = (Vec::new(), Vec::new());
        for (name, value) in parameters(query) {
            match name {
                "limit" => match value.parse() {
                    Ok(limit) if (1..=MOST).contains(&limit) => page.limit = limit,
                    _ => wrong.push(FieldError::parameter(
                        name,
                        format!("must be a number from 1 to {MOST}"),
                    )),
                },
                "after" if value.is_empty() => {}
                "after" => match parse_external(prefix, value) {
                    Some(after) => page.after = after,
                    None => wrong.push(FieldError::parameter(
                        name,
                        "must be the `next` of an earlier page",
                    )),
                },
                _ if NOT_BUILT.contains(&name) => {
                    not_built.push(FieldError::parameter(
                        name,
                        "is not built yet; leave it out",
                    ));
                }
                _ => wrong.push(unknown(name)),
            }
        }
        wrong.truncate(MOST_ERRORS);
        match (wrong.is_empty(), not_built.is_empty()) {
            (true, true) => Ok(page),
            (false, _) => Err(Fault::Fields(wrong)),
            (true, false) => Err(Fault::FieldsNotBuilt(not_built)),
        }
    }

    /// One row more than fits, to see whether there are more.
    pub fn fetch(&self) -> u64 {
        self.limit + 1
    }

    /// Takes off the row that shows that there are more; whether there are.
    pub fn cut<T>(&self, rows: &mut Vec<T>) -> bool {
        let limit = usize::try_from(self.limit).unwrap_or(usize::MAX);
        let more = rows.len() > limit;
        rows.truncate(limit);
        more
    }

    /// The cursor behind the last row, or the one that was given if there was no row.
    pub fn next(&self, last: Option<i64>) -> String {
        external(self.prefix, last.unwrap_or(self.after))
    }

    /// Names the next page in `Link` [RFC 8288].
    pub fn link(&self, response: &mut Response, path: &str, next: &str) {
        let link = format!("<{path}?limit={}&after={next}>; rel=\"next\"", self.limit);
        if let Ok(link) = HeaderValue::from_str(&link) {
            response.headers_mut().insert(header::LINK, link);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn queries_are_read_or_refused_by_name() {
        let cursor = external("in", 7);
        for (query, limit, after) in [
            (String::new(), 100, 0),
            ("limit=1".into(), 1, 0),
            (format!("after={cursor}&limit=1000"), 1000, 7),
            ("after=&limit=100&&".into(), 100, 0),
        ] {
            let page = Page::parse(&query, "in").unwrap();
            assert_eq!((page.limit, page.after), (limit, after), "{query}");
        }
        for (query, name) in [
            ("limit=0", "limit"),
            ("limit=1001", "limit"),
            ("limit=-1", "limit"),
            ("limit", "limit"),
            ("limit=99999999999999999999", "limit"),
            ("after=7", "after"),
            ("after=evt_0000000000007", "after"),
            ("since=2026-01-01", "since"),
            ("strange=1", "strange"),
            ("limit=1&Limit=2", "Limit"),
        ] {
            let (Fault::Fields(errors) | Fault::FieldsNotBuilt(errors)) =
                Page::parse(query, "in").unwrap_err()
            else {
                panic!("{query}")
            };
            assert_eq!(errors[0].parameter.as_deref(), Some(name), "{query}");
        }
        assert!(nothing("").is_ok() && nothing("&").is_ok());
        let many = "x&".repeat(5_000);
        for query in ["limit=1", many.as_str()] {
            let Err(Fault::Fields(errors)) = nothing(query) else {
                panic!("{query}")
            };
            assert!((1..=MOST_ERRORS).contains(&errors.len()));
        }
    }
}
