//! Certificates: read from PEM files, given to TLS, read again when they change; and the demo's self-made authority.

use std::fs;
use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose, SanType, date_time_ymd,
};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, aws_lc_rs};
use rustls::pki_types::pem::{self, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{ClientConfig, DigitallySignedStruct, ServerConfig, SignatureScheme};

use super::keys::{self, KeyError};

/// Why there is no TLS. Each names the file.
#[derive(Debug, thiserror::Error)]
pub enum CertificateError {
    /// A file cannot be read or written.
    #[error("{path}: {source}")]
    Io {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// A file is not PEM, or what is in it is cut short.
    #[error("{path} is not a PEM file: {problem}")]
    NoPem {
        /// Which.
        path: PathBuf,
        /// What the reader stumbled over.
        problem: String,
    },
    /// No certificate in the certificate file.
    #[error(
        "{0} holds no certificate; expected -----BEGIN CERTIFICATE-----, our own first, then those of its authorities"
    )]
    NoCertificate(PathBuf),
    /// No private key in the key file.
    #[error(
        "{0} holds no private key that can be read without a pass phrase; expected -----BEGIN PRIVATE KEY-----"
    )]
    NoKey(PathBuf),
    /// The two do not belong together, or are of a kind that TLS cannot use.
    #[error("{certificate} and {key} cannot be used together: {problem}")]
    Unfit {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// Why.
        problem: String,
    },
    /// The authority cannot issue.
    #[error("the authority in {path} cannot issue a certificate: {problem}")]
    Authority {
        /// The directory.
        path: PathBuf,
        /// Why.
        problem: String,
    },
    /// The authority's private key can be read by others.
    #[error(transparent)]
    Exposed(KeyError),
}

/// A certificate in use by listeners. It can be exchanged under them: connections keep the one that they began with.
#[derive(Debug)]
pub struct Certificates {
    /// Where they were read from; nothing if they were made.
    files: Option<(PathBuf, PathBuf)>,
    current: RwLock<Current>,
}

#[derive(Debug)]
struct Current {
    certified: Arc<CertifiedKey>,
    /// What the files held.
    source: (Vec<u8>, zeroize::Zeroizing<Vec<u8>>),
}

impl Certificates {
    /// Reads the certificate chain and its private key.
    pub fn load(certificate: &Path, private_key: &Path) -> Result<Arc<Self>, CertificateError> {
        Ok(Arc::new(Certificates {
            current: RwLock::new(read_files(certificate, private_key)?),
            files: Some((certificate.to_owned(), private_key.to_owned())),
        }))
    }

    /// Reads the files again and, if they changed and fit, takes them from the next connection on: true. On an error, and while only
    /// one of the two has been exchanged, what was in use stays.
    pub fn reload(&self) -> Result<bool, CertificateError> {
        let Some((certificate, private_key)) = &self.files else {
            return Ok(false);
        };
        let read = read_files(certificate, private_key)?;
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let changed = read.source != current.source;
        if changed {
            *current = read;
        }
        Ok(changed)
    }

    /// For HTTPS: TLS 1.2 and 1.3, HTTP/2, HTTP/1.1 and HTTP/1.0.
    pub fn https_config(self: &Arc<Self>) -> Arc<ServerConfig> {
        self.server_config(&[b"h2", b"http/1.1", b"http/1.0"])
    }

    /// For the doors with a protocol of their own, such as SMTP and SMPP: TLS 1.2 and 1.3, no protocol named.
    pub fn plain_config(self: &Arc<Self>) -> Arc<ServerConfig> {
        self.server_config(&[])
    }

    /// For asking ourselves: nobody is believed but who has the certificate that is served now, whatever names and dates it bears.
    pub fn client_config(self: &Arc<Self>) -> Arc<ClientConfig> {
        let config = ClientConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .expect("the provider has suites for both versions")
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Own(self.clone(), provider())))
            .with_no_client_auth();
        Arc::new(config)
    }

    fn server_config(self: &Arc<Self>, protocols: &[&[u8]]) -> Arc<ServerConfig> {
        let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])
            .expect("the provider has suites for both versions")
            .with_no_client_auth()
            .with_cert_resolver(self.clone());
        config.alpn_protocols = protocols.iter().map(|name| name.to_vec()).collect();
        Arc::new(config)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        Some(current.certified.clone())
    }
}

/// Knows us by the certificate that we serve.
#[derive(Debug)]
struct Own(Arc<Certificates>, CryptoProvider);

impl ServerCertVerifier for Own {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        let current = self.0.current.read();
        let current = current.unwrap_or_else(PoisonError::into_inner);
        match current.certified.end_entity_cert() {
            Ok(own) if own == end_entity => Ok(ServerCertVerified::assertion()),
            _ => Err(rustls::CertificateError::ApplicationVerificationFailure.into()),
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.1.signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, cert, dss, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = &self.1.signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, cert, dss, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.1.signature_verification_algorithms.supported_schemes()
    }
}

fn provider() -> CryptoProvider {
    aws_lc_rs::default_provider()
}

fn read(path: &Path) -> Result<Vec<u8>, CertificateError> {
    fs::read(path).map_err(io_error(path))
}

fn io_error(path: &Path) -> impl FnOnce(io::Error) -> CertificateError {
    let path = path.to_owned();
    move |source| CertificateError::Io { path, source }
}

fn read_files(certificate: &Path, private_key: &Path) -> Result<Current, CertificateError> {
    let chain_pem = read(certificate)?;
    let key_pem = zeroize::Zeroizing::new(read(private_key)?);
    let no_pem = |path: &Path, error: pem::Error| CertificateError::NoPem {
        path: path.to_owned(),
        problem: error.to_string(),
    };
    let chain = CertificateDer::pem_slice_iter(&chain_pem)
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| no_pem(certificate, error))?;
    if chain.is_empty() {
        return Err(CertificateError::NoCertificate(certificate.to_owned()));
    }
    let key = PrivateKeyDer::from_pem_slice(&key_pem).map_err(|error| match error {
        pem::Error::NoItemsFound => CertificateError::NoKey(private_key.to_owned()),
        other => no_pem(private_key, other),
    })?;
    let certified = CertifiedKey::from_der(chain, key, &provider()).map_err(|error| {
        CertificateError::Unfit {
            certificate: certificate.to_owned(),
            key: private_key.to_owned(),
            problem: error.to_string(),
        }
    })?;
    Ok(Current {
        certified: Arc::new(certified),
        source: (chain_pem, key_pem),
    })
}

/// A certificate authority of our own, for the demo: it vouches for this machine's loopback names and nothing else.
///
/// Only the authority is kept (`authority.pem`, and `authority.key` of mode 0600); the server's certificate is issued anew at each
/// start and never expires in use. The files of an authority about to expire can be removed; the next start makes another.
pub struct Authority {
    certificate: PathBuf,
    issuer: Issuer<'static, KeyPair>,
}

impl std::fmt::Debug for Authority {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Authority({})", self.certificate.display())
    }
}

impl Authority {
    /// Reads the authority of `dir`, or makes one that is valid for ten years. Several nodes may start on one directory at once.
    pub fn create_or_load(dir: &Path) -> Result<Self, CertificateError> {
        let certificate = dir.join("authority.pem");
        let key_path = dir.join("authority.key");
        let failed = |error: rcgen::Error| CertificateError::Authority {
            path: dir.to_owned(),
            problem: error.to_string(),
        };
        fs::create_dir_all(dir).map_err(io_error(dir))?;
        if !key_path.exists() {
            let key = KeyPair::generate().map_err(failed)?;
            let pem = zeroize::Zeroizing::new(key.serialize_pem());
            keys::place(&key_path, 0o600, pem.as_bytes()).map_err(io_error(&key_path))?;
        }
        keys::refuse_exposed(&key_path).map_err(CertificateError::Exposed)?;
        let pem = zeroize::Zeroizing::new(read(&key_path)?);
        let key = KeyPair::from_pem(&String::from_utf8_lossy(&pem)).map_err(failed)?;
        let params = authority_params(&key).map_err(failed)?;
        if !certificate.exists() {
            let made = params.self_signed(&key).map_err(failed)?;
            keys::place(&certificate, 0o644, made.pem().as_bytes())
                .map_err(io_error(&certificate))?;
        }
        Ok(Authority {
            certificate,
            issuer: Issuer::new(params, key),
        })
    }

    /// The PEM file that clients must trust.
    pub fn certificate(&self) -> &Path {
        &self.certificate
    }

    /// A certificate for `localhost`, `127.0.0.1` and `::1`, valid for a year from now.
    pub fn issue(&self) -> Result<Arc<Certificates>, CertificateError> {
        let failed = |problem: String| CertificateError::Authority {
            path: self.certificate.clone(),
            problem,
        };
        let key = KeyPair::generate().map_err(|error| failed(error.to_string()))?;
        let certificate = server_params()
            .signed_by(&key, &self.issuer)
            .map_err(|error| failed(error.to_string()))?;
        let key_der = PrivateKeyDer::try_from(key.serialize_der())
            .map_err(|problem| failed(problem.to_owned()))?;
        let certified =
            CertifiedKey::from_der(vec![certificate.der().clone()], key_der, &provider())
                .map_err(|error| failed(error.to_string()))?;
        Ok(Arc::new(Certificates {
            files: None,
            current: RwLock::new(Current {
                certified: Arc::new(certified),
                source: Default::default(),
            }),
        }))
    }
}

/// The same for the same key, but for the dates: the issuer of a loaded authority is built from its key alone.
fn authority_params(key: &KeyPair) -> Result<CertificateParams, rcgen::Error> {
    let mut params = CertificateParams::new(Vec::new())?;
    // Authorities of different demos in one trust store must not be taken for one another.
    let digest = sha256_hex(key.public_key_raw());
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(
        DnType::CommonName,
        format!("EmailSMS demo authority {}", &digest[..8]),
    );
    params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    set_validity(&mut params, 3650);
    Ok(params)
}

fn sha256_hex(bytes: &[u8]) -> String {
    use ::aws_lc_rs::digest::{SHA256, digest};
    data_encoding::HEXLOWER.encode(digest(&SHA256, bytes).as_ref())
}

fn server_params() -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params
        .distinguished_name
        .push(DnType::CommonName, "localhost");
    params.subject_alt_names = vec![
        SanType::DnsName("localhost".try_into().expect("localhost is ASCII")),
        SanType::IpAddress(IpAddr::V4(Ipv4Addr::LOCALHOST)),
        SanType::IpAddress(IpAddr::V6(Ipv6Addr::LOCALHOST)),
    ];
    params.use_authority_key_identifier_extension = true;
    params.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    set_validity(&mut params, 365);
    params
}

/// From yesterday, for clocks that are behind, for so many days.
fn set_validity(params: &mut CertificateParams, days: i64) {
    let day = |offset: i64| {
        let date = (Timestamp::now() + SignedDuration::from_hours(24 * offset))
            .to_zoned(TimeZone::UTC)
            .date();
        date_time_ymd(
            date.year().into(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    };
    params.not_before = day(-1);
    params.not_after = day(days);
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn leaf(certificates: &Certificates) -> Vec<u8> {
        let current = certificates.current.read().expect("unpoisoned");
        current.certified.cert[0].to_vec()
    }

    fn write_pair(dir: &Path) -> (PathBuf, PathBuf) {
        let made = rcgen::generate_simple_self_signed(vec!["sms.example.com".to_owned()])
            .expect("a certificate");
        let (certificate, key) = (dir.join("tls.pem"), dir.join("tls.key"));
        fs::write(&certificate, made.cert.pem()).expect("written");
        fs::write(&key, made.signing_key.serialize_pem()).expect("written");
        (certificate, key)
    }

    #[test]
    fn changed_files_are_taken_whole_or_not_at_all() {
        let dir = tempfile::tempdir().expect("a directory");
        let (certificate, key) = write_pair(dir.path());
        let in_use = Certificates::load(&certificate, &key).expect("loaded");
        let first = leaf(&in_use);
        assert!(!in_use.reload().expect("unchanged"));

        let old_key = fs::read(&key).expect("read");
        write_pair(dir.path());
        let new_key = fs::read(&key).expect("read");
        fs::write(&key, old_key).expect("written");
        assert!(matches!(
            in_use.reload(),
            Err(CertificateError::Unfit { .. })
        ));
        assert_eq!(leaf(&in_use), first, "half of a new pair changes nothing");

        fs::write(&key, new_key).expect("written");
        assert!(in_use.reload().expect("a whole pair"));
        assert_ne!(leaf(&in_use), first);
    }

    #[test]
    fn what_is_wrong_with_which_file_is_told() {
        let dir = tempfile::tempdir().expect("a directory");
        let (certificate, key) = write_pair(dir.path());
        let other = dir.path().join("other");
        fs::write(&other, "no PEM at all").expect("written");
        let cut = dir.path().join("cut.pem");
        let pem = fs::read_to_string(&certificate).expect("read");
        fs::write(&cut, &pem[..pem.len() / 2]).expect("written");
        let nowhere = dir.path().join("nowhere.pem");
        for (certificate, key, expected) in [
            (&nowhere, &key, "nowhere.pem: No such file"),
            (&other, &key, "other holds no certificate"),
            (&key, &key, "tls.key holds no certificate"),
            (&cut, &key, "cut.pem is not a PEM file"),
            (&certificate, &other, "other holds no private key"),
            (&certificate, &certificate, "tls.pem holds no private key"),
        ] {
            let error = Certificates::load(certificate, key)
                .expect_err(expected)
                .to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn an_authority_stays_and_its_certificates_verify() {
        let dir = tempfile::tempdir().expect("a directory");
        let authority = Authority::create_or_load(dir.path()).expect("made");
        let pem = fs::read(authority.certificate()).expect("read");
        let again = Authority::create_or_load(dir.path()).expect("loaded");
        assert_eq!(fs::read(again.certificate()).expect("read"), pem);

        let mut roots = rustls::RootCertStore::empty();
        for root in CertificateDer::pem_slice_iter(&pem) {
            roots
                .add(root.expect("a certificate"))
                .expect("an authority");
        }
        let verifier = rustls::client::WebPkiServerVerifier::builder_with_provider(
            Arc::new(roots),
            Arc::new(provider()),
        )
        .build()
        .expect("a verifier");
        for issuer in [&authority, &again] {
            let issued = leaf(&issuer.issue().expect("issued"));
            for name in ["localhost", "127.0.0.1", "::1"] {
                verifier
                    .verify_server_cert(
                        &CertificateDer::from(issued.as_slice()),
                        &[],
                        &name.try_into().expect("a name"),
                        &[],
                        UnixTime::now(),
                    )
                    .unwrap_or_else(|error| panic!("{name}: {error}"));
            }
        }

        let key = dir.path().join("authority.key");
        let mode = fs::metadata(&key).expect("metadata").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
        fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).expect("chmod");
        let error = Authority::create_or_load(dir.path()).expect_err("exposed");
        assert!(error.to_string().contains("chmod 0600"), "{error}");
    }
}
