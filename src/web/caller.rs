//! The caller of an HTTP door: its API key, as the `Authorization` header carries it [RFC 6750 §2.1].

use crate::accounts::{Book, Identified, Unidentified};
use crate::security::ApiKeyMode;
use http::{HeaderMap, header};

/// Why a request has no caller.
#[derive(Debug, thiserror::Error)]
pub enum NoCaller {
    /// No `Authorization` header, or not of the scheme `Bearer`.
    #[error("no API key")]
    NoKey,
    /// A key came, and nobody is known by it now.
    #[error(transparent)]
    Unidentified(#[from] Unidentified),
}

/// Who sent these headers. What cannot be a key of ours costs no look-up.
pub async fn by_bearer(book: &Book, headers: &HeaderMap, now: i64) -> Result<Identified, NoCaller> {
    let key = bearer(headers).ok_or(NoCaller::NoKey)?;
    if ApiKeyMode::of(key).is_none() {
        return Err(Unidentified::Unknown.into());
    }
    Ok(book.by_api_key(key, now).await?)
}

/// The token behind `Bearer`, in any case. Two headers are none: it would be a guess which of them is meant.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut values = headers.get_all(header::AUTHORIZATION).iter();
    let value = values.next()?.to_str().ok()?;
    if values.next().is_some() {
        return None;
    }
    let (scheme, token) = value.trim().split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_one_bearer_token_is_taken() {
        for (values, token) in [
            (&[][..], None),
            (&["Bearer abc"], Some("abc")),
            (&["bearer   abc "], Some("abc")),
            (&["Bearer"], None),
            (&["Bearer "], None),
            (&["Basic YTpi"], None),
            (&["abc"], None),
            (&["Bearer abc", "Bearer abc"], None),
        ] {
            let mut headers = HeaderMap::new();
            for value in values {
                headers.append(header::AUTHORIZATION, value.parse().unwrap());
            }
            assert_eq!(bearer(&headers), token, "{values:?}");
        }
    }
}
