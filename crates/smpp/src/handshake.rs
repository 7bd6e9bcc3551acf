//! Single PDUs before the session begins: what bind and accept need.

use std::{future::poll_fn, io};

use tokio::io::{AsyncRead, AsyncWrite, AsyncWriteExt};
use zeroize::Zeroizing;

use crate::{
    inbox::{Inbox, Unframed},
    pdu::{Frame, Undecodable},
};

/// Why no PDU came.
#[derive(Debug)]
pub(crate) enum NoFrame {
    Closed,
    Io(io::Error),
    Unframed(Unframed),
}

/// The next PDU; `Ok(Err(…))` if it could not be decoded.
pub(crate) async fn read_frame<S: AsyncRead + Unpin>(
    stream: &mut S,
    inbox: &mut Inbox,
) -> Result<Result<Frame, Undecodable>, NoFrame> {
    loop {
        if let Some(pdu) = inbox.next_pdu().map_err(NoFrame::Unframed)? {
            return Ok(Frame::decode(pdu).map(|(frame, _)| frame));
        }
        match poll_fn(|cx| inbox.poll_fill(stream, cx)).await {
            Ok(0) => return Err(NoFrame::Closed),
            Ok(_) => {}
            Err(e) => return Err(NoFrame::Io(e)),
        }
    }
}

/// Writes one PDU and flushes. Its octets are wiped: a bind carries a password.
pub(crate) async fn write_frame<S: AsyncWrite + Unpin>(
    stream: &mut S,
    frame: &Frame,
) -> io::Result<()> {
    let mut octets = Zeroizing::new(Vec::with_capacity(256));
    frame
        .encode(&mut octets)
        .map_err(|e| io::Error::new(io::ErrorKind::InvalidInput, e))?;
    stream.write_all(&octets).await?;
    stream.flush().await
}
