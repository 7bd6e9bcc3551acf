//! TLS to an SMSC: whom we trust, and what to do when a certificate does not hold [SPEC 4.5].

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme,
};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

/// How an SMSC is known.
#[derive(Debug, Clone, Default)]
pub struct Tls {
    /// Certificates (PEM) to be trusted in place of the machine's.
    pub ca_file: Option<PathBuf>,
    /// The name in its certificate; none: its host.
    pub server_name: Option<String>,
}

impl Tls {
    /// An error, with its remedy, if the certificates that are to be trusted cannot be used.
    pub fn look(&self) -> Result<(), String> {
        config(self.ca_file.as_deref()).map(|_| ())
    }
}

/// Speaks TLS on a connection to `host`. The files are read each time, so that an exchanged one is seen. The error says what to do.
pub(super) async fn handshake<S: AsyncRead + AsyncWrite + Unpin>(
    stream: S,
    host: &str,
    tls: &Tls,
) -> Result<TlsStream<S>, String> {
    let name = tls.server_name.as_deref().unwrap_or(host);
    let server = ServerName::try_from(name.to_owned()).map_err(|_| {
        format!("{name} can stand in no certificate; set carrier.tls_server_name to the name that the SMSC's bears")
    })?;
    let file = tls.ca_file.clone();
    let config = tokio::task::spawn_blocking(move || config(file.as_deref()))
        .await
        .map_err(|error| error.to_string())??;
    TlsConnector::from(Arc::new(config))
        .connect(server, stream)
        .await
        .map_err(|error| {
            let inner = error.get_ref().and_then(|inner| inner.downcast_ref());
            match inner {
                Some(error) => remedy(error, name),
                None => format!("TLS failed: {error}; does the SMSC speak TLS at this port? Else ask for the right port, or set carrier.tls = \"none\""),
            }
        })
}

fn config(ca_file: Option<&Path>) -> Result<ClientConfig, String> {
    let certificates = match ca_file {
        Some(file) => of_file(file)?,
        None => rustls_native_certs::load_native_certs().certs,
    };
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates.iter().cloned());
    let place = ca_file.map_or_else(
        || "this machine".to_owned(),
        |file| file.display().to_string(),
    );
    let provider = Arc::new(aws_lc_rs::default_provider());
    let chains = WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider.clone())
        .build()
        .map_err(|error| {
            format!("{place} has no certificate of an authority that can be used ({error}); name a PEM file in carrier.tls_ca_file")
        })?;
    let own = match ca_file {
        Some(_) => certificates,
        None => Vec::new(),
    };
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Known { chains, own }))
        .with_no_client_auth();
    Ok(config)
}

fn of_file(file: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let shown = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| format!("carrier.tls_ca_file {shown} cannot be read: {error}"))?;
    let certificates: Result<Vec<_>, _> = CertificateDer::pem_slice_iter(&pem).collect();
    match certificates {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        Ok(_) => Err(format!(
            "carrier.tls_ca_file {shown} holds no certificate; expected -----BEGIN CERTIFICATE-----"
        )),
        Err(error) => Err(format!(
            "carrier.tls_ca_file {shown} is not a PEM file: {error}"
        )),
    }
}

/// What is wrong with a certificate, and what to do.
fn remedy(error: &Error, name: &str) -> String {
    let Error::InvalidCertificate(wrong) = error else {
        return format!(
            "TLS failed: {error}; does the SMSC speak TLS 1.2 or 1.3 at this port? Else ask for the right port, or set carrier.tls = \"none\""
        );
    };
    let advice = match wrong {
        CertificateError::UnknownIssuer => {
            "name the PEM file of the authority that signed it, or of the certificate itself, in carrier.tls_ca_file"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "set carrier.tls_server_name to the name that it bears"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "the carrier has to renew it; or this machine's clock is wrong"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "this machine's clock is wrong, or the carrier began to use it too early"
        }
        _ => "if it is the carrier's own, name its PEM file in carrier.tls_ca_file",
    };
    format!("the certificate of {name} does not hold: {wrong}; {advice}")
}

/// Trusts chains that end at an authority, and the very certificates that an operator named: SMSCs often sign their own, as an authority or under no name.
#[derive(Debug)]
struct Known {
    chains: Arc<WebPkiServerVerifier>,
    own: Vec<CertificateDer<'static>>,
}

impl ServerCertVerifier for Known {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.own.iter().any(|own| own == end_entity) {
            return Ok(ServerCertVerified::assertion());
        }
        self.chains
            .verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, cert, dss)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, cert, dss)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    use rustls::ServerConfig;
    use rustls::pki_types::PrivateKeyDer;
    use tokio::net::{TcpListener, TcpStream};
    use tokio_rustls::TlsAcceptor;

    /// An SMSC's certificate with its key, and what may stand in the file of those to be trusted.
    struct Issued {
        certificate: CertificateDer<'static>,
        key: KeyPair,
        authority: String,
    }

    fn by_authority(names: &[&str]) -> Issued {
        let mut params = CertificateParams::new(Vec::new()).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let authority = CertifiedIssuer::self_signed(params, KeyPair::generate().unwrap()).unwrap();
        let key = KeyPair::generate().unwrap();
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let leaf = CertificateParams::new(names).unwrap();
        let leaf = leaf.signed_by(&key, &authority).unwrap();
        Issued {
            certificate: leaf.der().clone(),
            key,
            authority: authority.pem(),
        }
    }

    /// As `openssl req -x509` makes them: an authority that serves as a server's certificate.
    fn by_itself() -> Issued {
        let mut params = CertificateParams::new(vec!["elsewhere".to_owned()]).unwrap();
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        let own = params.self_signed(&key).unwrap();
        Issued {
            certificate: own.der().clone(),
            authority: own.pem(),
            key,
        }
    }

    /// Whether a handshake with an SMSC of this certificate succeeds.
    async fn shake(issued: &Issued, server_name: &str, ca: Option<&str>) -> Result<(), String> {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let key = PrivateKeyDer::try_from(issued.key.serialize_der()).unwrap();
        let provider = Arc::new(aws_lc_rs::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![issued.certificate.clone()], key)
            .unwrap();
        let acceptor = TlsAcceptor::from(Arc::new(config));
        tokio::spawn(async move {
            let (stream, _) = listener.accept().await.unwrap();
            acceptor.accept(stream).await.ok();
        });
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        if let Some(ca) = ca {
            std::fs::write(&file, ca).unwrap();
        }
        let tls = Tls {
            ca_file: Some(file),
            server_name: Some(server_name.to_owned()),
        };
        let stream = TcpStream::connect(address).await.unwrap();
        handshake(stream, "127.0.0.1", &tls).await.map(drop)
    }

    /// A certificate, the name that is wanted, what is trusted, and what comes of it.
    type Case<'a> = (&'a Issued, &'a str, Option<&'a str>, Result<(), &'a str>);

    #[tokio::test]
    async fn certificates_hold_or_say_what_to_do() {
        let (signed, own) = (by_authority(&["smsc.example"]), by_itself());
        let stranger = by_authority(&["smsc.example"]);
        let table: [Case<'_>; 8] = [
            (&signed, "smsc.example", Some(&signed.authority), Ok(())),
            (&own, "127.0.0.1", Some(&own.authority), Ok(())),
            (
                &signed,
                "other.example",
                Some(&signed.authority),
                Err("tls_server_name"),
            ),
            (
                &signed,
                "smsc.example",
                Some(&stranger.authority),
                Err("tls_ca_file"),
            ),
            (
                &own,
                "elsewhere",
                Some(&stranger.authority),
                Err("tls_ca_file"),
            ),
            (&signed, "smsc.example", None, Err("cannot be read")),
            (
                &signed,
                "smsc.example",
                Some("no PEM"),
                Err("holds no certificate"),
            ),
            (
                &signed,
                "a b",
                Some(&signed.authority),
                Err("tls_server_name"),
            ),
        ];
        for (issued, name, ca, expected) in table {
            let shaken = shake(issued, name, ca).await;
            match expected {
                Ok(()) => assert_eq!(shaken, Ok(())),
                Err(says) => {
                    let error = shaken.expect_err(says);
                    assert!(error.contains(says), "{error}");
                }
            }
        }
    }

    #[tokio::test]
    async fn who_speaks_no_tls_is_named_so() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
        let stream = TcpStream::connect(address).await.unwrap();
        let issued = by_itself();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("ca.pem");
        std::fs::write(&file, issued.authority).unwrap();
        let tls = Tls {
            ca_file: Some(file),
            server_name: None,
        };
        let error = handshake(stream, "127.0.0.1", &tls)
            .await
            .map(drop)
            .unwrap_err();
        assert!(error.contains("does the SMSC speak TLS"), "{error}");
    }
}
