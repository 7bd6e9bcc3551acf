//! A TCP connection whose kernel acknowledges at once what was read.
//!
//! An SMSC that leaves Nagle's algorithm on, which is the default of most, holds its second small answer back until the first is acknowledged; a kernel that sees its own
//! side write now and then waits for the next write to acknowledge along with. Together they turn a window over once per write instead of once per round trip.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;

/// Writes without delay, and has what it reads acknowledged without delay.
pub(super) struct Prompt(TcpStream);

impl Prompt {
    pub fn new(stream: TcpStream) -> io::Result<Self> {
        stream.set_nodelay(true)?;
        Ok(Self(stream))
    }

    /// Linux forgets it by itself, so it is said again after each read. Where it cannot be said, answers come later and nothing else.
    fn acknowledge(&self) {
        #[cfg(target_os = "linux")]
        let _ = rustix::net::sockopt::set_tcp_quickack(&self.0, true);
    }
}

impl AsyncRead for Prompt {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let read = Pin::new(&mut self.0).poll_read(context, buffer);
        if matches!(read, Poll::Ready(Ok(()))) {
            self.acknowledge();
        }
        read
    }
}

impl AsyncWrite for Prompt {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        octets: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, octets)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write_vectored(context, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.0.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(context)
    }
}

#[cfg(test)]
#[cfg(target_os = "linux")]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    /// Whether each octet that comes back is acknowledged at once after some of our own were written.
    async fn is_prompt<S: AsyncRead + AsyncWrite + Unpin>(
        near: &mut S,
        far: &mut TcpStream,
        asked: impl Fn(&S) -> bool,
    ) -> bool {
        let mut octet = [0];
        for _ in 0..50 {
            near.write_all(b"a").await.unwrap();
            far.read_exact(&mut octet).await.unwrap();
            far.write_all(b"b").await.unwrap();
            near.read_exact(&mut octet).await.unwrap();
        }
        asked(near)
    }

    #[tokio::test]
    async fn what_is_read_is_acknowledged_at_once_however_the_connection_looks() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let quick = |stream: &TcpStream| rustix::net::sockopt::tcp_quickack(stream).unwrap();

        let mut plain = TcpStream::connect(address).await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        assert!(!is_prompt(&mut plain, &mut far, quick).await);

        let stream = TcpStream::connect(address).await.unwrap();
        let (mut far, _) = listener.accept().await.unwrap();
        let mut prompt = Prompt::new(stream).unwrap();
        assert!(is_prompt(&mut prompt, &mut far, |prompt| quick(&prompt.0)).await);
        assert!(prompt.0.nodelay().unwrap());
    }
}
