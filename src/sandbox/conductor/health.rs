//! The health check of the API: whether it answers `GET /health` with 200.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use crate::sandbox::service::HEALTH_CHECK;

/// A check that takes longer has failed.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Asks once.
pub(super) async fn answers(api: SocketAddr) -> bool {
    matches!(tokio::time::timeout(TIMEOUT, ask(api)).await, Ok(Ok(true)))
}

async fn ask(api: SocketAddr) -> std::io::Result<bool> {
    let mut stream = TcpStream::connect(api).await?;
    let request =
        format!("GET /health HTTP/1.1\r\nhost: {api}\r\nuser-agent: {HEALTH_CHECK}\r\nconnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut status = [0; 12];
    stream.read_exact(&mut status).await?;
    Ok(&status == b"HTTP/1.1 200")
}
