//! Texts at rest: sealed under a subkey per row, of a data key per company and week, wrapped by a master key [SPEC 15.2].
//!
//! Every sealed blob is `version 1 | algorithm 1 | key id (8) | nonce (12) | ciphertext | tag (16)`, numbers big-endian. The algorithm
//! is AES-256-GCM with a random nonce; that is safe here because each row has a subkey of its own and is sealed a handful of times.
//! What a blob belongs to is bound to it as associated data: moved to another row, field, company or key, it does not open.

use aws_lc_rs::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use aws_lc_rs::{hkdf, hmac};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::keys::Keys;
use super::secrets::random;

const FORMAT: u8 = 1;
const ALGORITHM: u8 = 1;
const TAG_LEN: usize = 16;
/// Version, algorithm, key id, nonce.
const HEADER_LEN: usize = 2 + 8 + NONCE_LEN;
/// Plaintexts grow to a multiple of this, so that a blob's length tells little about its text.
const PADDING_STEP: usize = 32;

/// What is sealed; part of the associated data. Numbers never change their meaning.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Field {
    /// The text of an SMS.
    SmsText = 1,
    /// The whole text of a reply.
    ReplyText = 2,
    /// One part of a reply that is not complete.
    ReplyPart = 3,
    /// The subject of the mail that an SMS came from, or was given.
    Subject = 4,
    /// The body of a mail.
    MailBody = 5,
}

/// Why a blob does not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SealError {
    /// Not a blob of ours, or one cut short.
    #[error("this is no sealed text")]
    Malformed,
    /// A version or algorithm of a later release.
    #[error("sealed in a format of a later release")]
    UnknownFormat,
    /// Sealed under another key than the one it was to be opened with.
    #[error("sealed under key {0}, not under the one given")]
    OtherKey(i64),
    /// Wrapped by a master key that is not among the live ones.
    #[error("wrapped by master key {0}, which is not here")]
    NoMaster(i64),
    /// Changed, or moved from another row or field.
    #[error("a sealed text was changed, or stands where it does not belong")]
    Forged,
}

/// A data key as its row holds it: of one company, for what was accepted in one week.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DataKey {
    /// The row's id, which each blob carries.
    pub id: i64,
    /// Whose texts it seals.
    pub company: i64,
    /// The ISO week of acceptance as `yyyyww`; see [`week_of`].
    pub week: i32,
    /// The key under a master key, with its commitment: what only [`Keys::open_data_key`] can use.
    pub wrapped: Vec<u8>,
}

/// The ISO week of a time (UTC milliseconds) as `yyyyww`: 2027-01-01 is in 202653. Times outside the calendar count for its ends.
pub fn week_of(at: i64) -> i32 {
    let at = at.clamp(
        Timestamp::MIN.as_millisecond(),
        Timestamp::MAX.as_millisecond(),
    );
    let date = Timestamp::from_millisecond(at)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(TimeZone::UTC)
        .date()
        .iso_week_date();
    i32::from(date.year()) * 100 + i32::from(date.week())
}

/// The id of the data key that a blob was sealed under (for a wrapped key or a sealed secret: the version of the master key); nothing
/// if this is not a blob.
pub fn sealed_key_id(blob: &[u8]) -> Option<i64> {
    Header::read(blob).ok().map(|header| header.key_id)
}

/// A data key in use. Sealing and opening take a few microseconds and no lock: share one for the week.
pub struct OpenKey {
    id: i64,
    company: i64,
    root: hkdf::Prk,
}

impl std::fmt::Debug for OpenKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "OpenKey({})", self.id)
    }
}

impl OpenKey {
    /// The id that [`sealed_key_id`] reads from this key's blobs.
    pub fn id(&self) -> i64 {
        self.id
    }

    /// Seals a field of a row.
    ///
    /// Panics only if the system has no random numbers.
    pub fn seal(&self, row: i64, field: Field, text: &[u8]) -> Vec<u8> {
        seal_blob(
            &self.subkey(row),
            self.id,
            &self.binding(row, field),
            text,
            &random(),
        )
    }

    /// Opens what [`OpenKey::seal`] made for this very row and field.
    pub fn open(&self, row: i64, field: Field, blob: &[u8]) -> Result<Vec<u8>, SealError> {
        let header = Header::read(blob)?;
        if header.key_id != self.id {
            return Err(SealError::OtherKey(header.key_id));
        }
        let mut text = open_blob(&self.subkey(row), &header, &self.binding(row, field))?;
        Ok(std::mem::take(&mut *text))
    }

    fn subkey(&self, row: i64) -> LessSafeKey {
        derive(&self.root, &[b"msg", &row.to_be_bytes()])
    }

    fn binding(&self, row: i64, field: Field) -> [u8; 26] {
        let mut aad = [0; 26];
        aad[0] = FORMAT;
        aad[1..9].copy_from_slice(&self.company.to_be_bytes());
        aad[9..17].copy_from_slice(&row.to_be_bytes());
        aad[17] = field as u8;
        aad[18..26].copy_from_slice(&self.id.to_be_bytes());
        aad
    }
}

impl Keys {
    /// A new random data key, wrapped by the current master key.
    pub fn new_data_key(&self, id: i64, company: i64, week: i32) -> DataKey {
        let key = random::<32>();
        let (version, master) = self.current_master();
        let mut plain = Zeroizing::new([0; 64]);
        plain[..32].copy_from_slice(key.as_ref());
        plain[32..].copy_from_slice(&key_commitment(key.as_ref()));
        DataKey {
            id,
            company,
            week,
            wrapped: seal_blob(
                &wrapping_key(master, id),
                version.into(),
                &wrapping_binding(id, company, week, version.into()),
                plain.as_ref(),
                &random(),
            ),
        }
    }

    /// Unwraps a data key, and checks that it is the one of this id, company and week.
    pub fn open_data_key(&self, data_key: &DataKey) -> Result<OpenKey, SealError> {
        let header = Header::read(&data_key.wrapped)?;
        let master = self.master_of(header.key_id)?;
        let DataKey {
            id, company, week, ..
        } = *data_key;
        let plain = open_blob(
            &wrapping_key(master, id),
            &header,
            &wrapping_binding(id, company, week, header.key_id),
        )?;
        let (key, commitment) = plain.split_at_checked(32).ok_or(SealError::Forged)?;
        // AES-GCM alone does not commit to its key: one blob could be made to open under two masters as two data keys.
        if !bool::from(key_commitment(key).ct_eq(commitment)) {
            return Err(SealError::Forged);
        }
        Ok(OpenKey {
            id,
            company,
            root: hkdf::Salt::new(hkdf::HKDF_SHA256, b"emailsms data key v1").extract(key),
        })
    }

    /// The same data key under the current master key, or nothing if that is what wraps it. No text needs to be touched.
    pub fn rewrap(&self, data_key: &DataKey) -> Result<Option<DataKey>, SealError> {
        let header = Header::read(&data_key.wrapped)?;
        let (version, current) = self.current_master();
        if header.key_id == i64::from(version) {
            return Ok(None);
        }
        let master = self.master_of(header.key_id)?;
        let DataKey {
            id, company, week, ..
        } = *data_key;
        let plain = open_blob(
            &wrapping_key(master, id),
            &header,
            &wrapping_binding(id, company, week, header.key_id),
        )?;
        let wrapped = seal_blob(
            &wrapping_key(current, id),
            version.into(),
            &wrapping_binding(id, company, week, version.into()),
            &plain,
            &random(),
        );
        Ok(Some(DataKey {
            wrapped,
            ..*data_key
        }))
    }

    /// Seals a small secret of the installation itself, such as a carrier's password, straight under the current master key.
    /// `row` and `name` say where it stands.
    pub fn seal_secret(&self, row: i64, name: &str, secret: &[u8]) -> Vec<u8> {
        let (version, master) = self.current_master();
        seal_blob(
            &derive(master, &[b"secret", &row.to_be_bytes(), name.as_bytes()]),
            version.into(),
            &secret_binding(row, name, version.into()),
            secret,
            &random(),
        )
    }

    /// Opens what [`Keys::seal_secret`] made for this row and name, under any live master key.
    pub fn open_secret(
        &self,
        row: i64,
        name: &str,
        blob: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, SealError> {
        let header = Header::read(blob)?;
        let master = self.master_of(header.key_id)?;
        open_blob(
            &derive(master, &[b"secret", &row.to_be_bytes(), name.as_bytes()]),
            &header,
            &secret_binding(row, name, header.key_id),
        )
    }

    fn master_of(&self, version: i64) -> Result<&hkdf::Prk, SealError> {
        u32::try_from(version)
            .ok()
            .and_then(|version| self.master(version))
            .ok_or(SealError::NoMaster(version))
    }
}

fn wrapping_key(master: &hkdf::Prk, id: i64) -> LessSafeKey {
    derive(master, &[b"wrap", &id.to_be_bytes()])
}

fn wrapping_binding(id: i64, company: i64, week: i32, version: i64) -> Vec<u8> {
    let mut aad = vec![FORMAT];
    aad.extend_from_slice(b"data key");
    aad.extend_from_slice(&company.to_be_bytes());
    aad.extend_from_slice(&id.to_be_bytes());
    aad.extend_from_slice(&week.to_be_bytes());
    aad.extend_from_slice(&version.to_be_bytes());
    aad
}

fn secret_binding(row: i64, name: &str, version: i64) -> Vec<u8> {
    let mut aad = vec![FORMAT];
    aad.extend_from_slice(b"secret");
    aad.extend_from_slice(&row.to_be_bytes());
    aad.extend_from_slice(&version.to_be_bytes());
    aad.extend_from_slice(name.as_bytes());
    aad
}

fn key_commitment(key: &[u8]) -> [u8; 32] {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), b"commit");
    let mut bytes = [0; 32];
    bytes.copy_from_slice(tag.as_ref());
    bytes
}

/// HKDF-Expand to an AES-256 key. [RFC 5869 §2.3]
fn derive(root: &hkdf::Prk, info: &[&[u8]]) -> LessSafeKey {
    let unbound: UnboundKey = root
        .expand(info, &AES_256_GCM)
        .expect("32 bytes are within HKDF's limit")
        .into();
    LessSafeKey::new(unbound)
}

struct Header<'a> {
    key_id: i64,
    nonce: [u8; NONCE_LEN],
    /// Ciphertext and tag.
    sealed: &'a [u8],
}

impl<'a> Header<'a> {
    fn read(blob: &'a [u8]) -> Result<Self, SealError> {
        let (header, sealed) = blob
            .split_first_chunk::<HEADER_LEN>()
            .ok_or(SealError::Malformed)?;
        let [format, algorithm, rest @ ..] = header;
        if (*format, *algorithm) != (FORMAT, ALGORITHM) {
            return Err(SealError::UnknownFormat);
        }
        if sealed.len() < PADDING_STEP + TAG_LEN
            || !(sealed.len() - TAG_LEN).is_multiple_of(PADDING_STEP)
        {
            return Err(SealError::Malformed);
        }
        let mut key_id = [0; 8];
        let mut nonce = [0; NONCE_LEN];
        key_id.copy_from_slice(&rest[..8]);
        nonce.copy_from_slice(&rest[8..]);
        Ok(Header {
            key_id: i64::from_be_bytes(key_id),
            nonce,
            sealed,
        })
    }
}

/// Pads with one 0x80 and zeros [ISO/IEC 7816-4], seals, and puts the header before it.
fn seal_blob(
    key: &LessSafeKey,
    key_id: i64,
    aad: &[u8],
    text: &[u8],
    nonce: &[u8; NONCE_LEN],
) -> Vec<u8> {
    let padded_len = (text.len() / PADDING_STEP + 1) * PADDING_STEP;
    let mut blob = Vec::with_capacity(HEADER_LEN + padded_len + TAG_LEN);
    blob.extend_from_slice(&[FORMAT, ALGORITHM]);
    blob.extend_from_slice(&key_id.to_be_bytes());
    blob.extend_from_slice(nonce);
    blob.extend_from_slice(text);
    blob.push(0x80);
    blob.resize(HEADER_LEN + padded_len, 0);
    let tag = key
        .seal_in_place_separate_tag(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(aad),
            &mut blob[HEADER_LEN..],
        )
        .expect("a text in memory is within AES-GCM's limit");
    blob.extend_from_slice(tag.as_ref());
    blob
}

fn open_blob(
    key: &LessSafeKey,
    header: &Header<'_>,
    aad: &[u8],
) -> Result<Zeroizing<Vec<u8>>, SealError> {
    let mut text = Zeroizing::new(header.sealed.to_vec());
    let nonce = Nonce::assume_unique_for_key(header.nonce);
    let padded_len = key
        .open_in_place(nonce, Aad::from(aad), &mut text)
        .map_err(|_| SealError::Forged)?
        .len();
    text.truncate(padded_len);
    let end = text
        .iter()
        .rposition(|byte| *byte != 0)
        .filter(|at| text[*at] == 0x80)
        .ok_or(SealError::Forged)?;
    text.truncate(end);
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use data_encoding::HEXLOWER;

    const ROW: i64 = 0x0102_0304_0506_0708;

    fn open_key(keys: &Keys) -> OpenKey {
        let data_key = keys.new_data_key(77, 5, 202_647);
        keys.open_data_key(&data_key).expect("our own key")
    }

    /// The same computed by other software; a change of format must not go unseen.
    #[test]
    fn the_format_is_the_agreed_one() {
        let keys = Keys::parse(
            &format!(
                "master-1 {}\nlookup-1 {}\nserials-1 {}",
                "11".repeat(32),
                "22".repeat(32),
                "33".repeat(32)
            ),
            "test",
        )
        .expect("keys");
        let data_key = DataKey {
            id: 77,
            company: 5,
            week: 202_647,
            wrapped: HEXLOWER.decode(WRAPPED.as_bytes()).expect("hex"),
        };
        let key = keys.open_data_key(&data_key).expect("opens");
        let blob = HEXLOWER.decode(BLOB.as_bytes()).expect("hex");
        assert_eq!(
            key.open(ROW, Field::SmsText, &blob).as_deref(),
            Ok("Grüße 😀".as_bytes())
        );
        let nonce = blob[10..22].try_into().expect("a nonce");
        let again = seal_blob(
            &key.subkey(ROW),
            77,
            &key.binding(ROW, Field::SmsText),
            "Grüße 😀".as_bytes(),
            nonce,
        );
        assert_eq!(again, blob);
    }
    const WRAPPED: &str = "01010000000000000001aaaaaaaaaaaaaaaaaaaaaaaaf97eea02ccc60a45a70976b0cce639fb6d2e71644b236c3657186392b78d1bc67d165d5b5d4f3d3017f22caaee17f2d068b32d20713756fb9220684ba9ba0c72ff88e750bdb1e4c41162c9dded11327acfda843167541678673953c0f515a02878200bec9ebe9624b659db2b0bbbb06e";
    const BLOB: &str = "0101000000000000004dbbbbbbbbbbbbbbbbbbbbbbbb4083dd7dade368795032d2b706031abbf28e03959c1626b21d65e6ec6419789f216df405324a7435eece9cf9b4d1e8f1";

    #[test]
    fn what_is_sealed_opens() {
        let key = open_key(&Keys::ephemeral());
        for len in [0, 1, 30, 31, 32, 33, 63, 64, 160, 1530, 100_000] {
            let text: Vec<u8> = (0..len).map(|n| (n % 251) as u8).collect();
            let blob = key.seal(ROW, Field::SmsText, &text);
            assert_eq!((blob.len() - HEADER_LEN - TAG_LEN) % PADDING_STEP, 0);
            assert_eq!(sealed_key_id(&blob), Some(77));
            assert_eq!(key.open(ROW, Field::SmsText, &blob), Ok(text));
        }
        let zeros = [0x80, 0, 0];
        let blob = key.seal(ROW, Field::ReplyPart, &zeros);
        assert_eq!(key.open(ROW, Field::ReplyPart, &blob), Ok(zeros.to_vec()));
        assert_ne!(blob, key.seal(ROW, Field::ReplyPart, &zeros), "fresh nonce");
        assert_eq!(
            key.seal(ROW, Field::SmsText, b"1234").len(),
            key.seal(ROW, Field::SmsText, b"a longer one-time code: 9876")
                .len(),
            "lengths tell little"
        );
    }

    #[test]
    fn a_blob_opens_only_where_it_belongs() {
        let keys = Keys::ephemeral();
        let key = open_key(&keys);
        let blob = key.seal(ROW, Field::SmsText, b"for one row");
        assert_eq!(
            key.open(ROW + 1, Field::SmsText, &blob),
            Err(SealError::Forged)
        );
        assert_eq!(key.open(ROW, Field::Subject, &blob), Err(SealError::Forged));

        let other = keys
            .open_data_key(&keys.new_data_key(78, 5, 202_647))
            .expect("a key");
        assert_eq!(
            other.open(ROW, Field::SmsText, &blob),
            Err(SealError::OtherKey(77))
        );
        let twin = open_key(&keys);
        assert_eq!(
            twin.open(ROW, Field::SmsText, &blob),
            Err(SealError::Forged)
        );
        let elsewhere = OpenKey {
            id: 77,
            company: 6,
            root: key.root.clone(),
        };
        assert_eq!(
            elsewhere.open(ROW, Field::SmsText, &blob),
            Err(SealError::Forged)
        );
    }

    #[test]
    fn every_flipped_byte_is_noticed() {
        let keys = Keys::ephemeral();
        let key = open_key(&keys);
        let blob = key.seal(ROW, Field::SmsText, b"meet me at eight");
        for at in 0..blob.len() {
            for bit in 0..8 {
                let mut flipped = blob.clone();
                flipped[at] ^= 1 << bit;
                assert!(
                    key.open(ROW, Field::SmsText, &flipped).is_err(),
                    "byte {at}"
                );
            }
            assert!(
                key.open(ROW, Field::SmsText, &blob[..at]).is_err(),
                "cut at {at}"
            );
        }
        assert!(
            key.open(ROW, Field::SmsText, &[&blob[..], &[0; 32]].concat())
                .is_err()
        );

        let data_key = keys.new_data_key(1, 2, 202_601);
        for at in 0..data_key.wrapped.len() {
            let mut flipped = data_key.clone();
            flipped.wrapped[at] ^= 1;
            assert!(keys.open_data_key(&flipped).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_data_key_stays_with_its_row() {
        let keys = Keys::ephemeral();
        let data_key = keys.new_data_key(1, 2, 202_601);
        for moved in [
            DataKey {
                id: 2,
                ..data_key.clone()
            },
            DataKey {
                company: 3,
                ..data_key.clone()
            },
            DataKey {
                week: 202_602,
                ..data_key.clone()
            },
        ] {
            assert_eq!(keys.open_data_key(&moved).err(), Some(SealError::Forged));
        }
        assert_eq!(
            Keys::ephemeral().open_data_key(&data_key).err(),
            Some(SealError::Forged)
        );
        assert!(!format!("{:?}", keys.open_data_key(&data_key)).contains("root"));
    }

    #[test]
    fn a_new_master_rewraps() {
        let old = Keys::ephemeral();
        let data_key = old.new_data_key(1, 2, 202_601);
        let blob =
            old.open_data_key(&data_key)
                .expect("opens")
                .seal(ROW, Field::ReplyText, b"still here");
        let password = old.seal_secret(9, "password", b"hunter2");

        let rotated = old.with_another_version();
        let rewrapped = rotated.rewrap(&data_key).expect("opens").expect("is older");
        assert_eq!(sealed_key_id(&rewrapped.wrapped), Some(2));
        assert_eq!(rotated.rewrap(&rewrapped), Ok(None));
        let key = rotated.open_data_key(&rewrapped).expect("opens");
        assert_eq!(
            key.open(ROW, Field::ReplyText, &blob),
            Ok(b"still here".to_vec())
        );
        assert_eq!(
            old.open_data_key(&rewrapped).err(),
            Some(SealError::NoMaster(2))
        );
        assert_eq!(
            rotated
                .open_secret(9, "password", &password)
                .expect("opens")
                .as_slice(),
            b"hunter2"
        );
    }

    #[test]
    fn secrets_stay_where_they_were_put() {
        let keys = Keys::ephemeral();
        let blob = keys.seal_secret(9, "password", b"hunter2");
        assert!(keys.open_secret(8, "password", &blob).is_err());
        assert!(keys.open_secret(9, "passwords", &blob).is_err());
        assert!(keys.open_secret(9, "password", &blob[1..]).is_err());
        assert_eq!(
            keys.open_secret(9, "password", b"hunter2"),
            Err(SealError::Malformed)
        );
    }

    #[test]
    fn weeks_are_iso_weeks() {
        for (time, week) in [
            ("2026-11-21T04:00:00Z", 202_647),
            ("2027-01-01T00:00:00Z", 202_653),
            ("2027-01-03T23:59:59.999Z", 202_653),
            ("2027-01-04T00:00:00Z", 202_701),
            ("2024-12-30T00:00:00Z", 202_501),
        ] {
            let at: Timestamp = time.parse().expect("a time");
            assert_eq!(week_of(at.as_millisecond()), week, "{time}");
        }
        assert_ne!(week_of(i64::MIN), week_of(i64::MAX));
    }

    /// HKDF is the published one. [RFC 5869 §A.1], its first 32 bytes, used as an AES key on a known block.
    #[test]
    fn derivation_is_hkdf() {
        let ikm = [0x0b; 22];
        let salt: Vec<u8> = (0..=12).collect();
        let info: Vec<u8> = (0xf0..=0xf9).collect();
        let root = hkdf::Salt::new(hkdf::HKDF_SHA256, &salt).extract(&ikm);
        let okm = HEXLOWER
            .decode(b"3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf")
            .expect("hex");
        let published = LessSafeKey::new(UnboundKey::new(&AES_256_GCM, &okm).expect("a key"));
        let nonce = [7; NONCE_LEN];
        assert_eq!(
            seal_blob(
                &derive(&root, &[&info[..4], &info[4..]]),
                1,
                b"",
                b"x",
                &nonce
            ),
            seal_blob(&published, 1, b"", b"x", &nonce)
        );
    }
}
