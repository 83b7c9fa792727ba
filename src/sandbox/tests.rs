//! The sandbox as a whole, over real sockets on this machine only.

use super::{Options, Sandbox};

#[tokio::test(flavor = "multi_thread")]
async fn it_answers_once_it_has_started_and_its_ports_are_free_once_it_has_stopped() {
    let sandbox = Sandbox::start(Options::default()).await.unwrap();
    let (api, aws) = (sandbox.api, sandbox.aws);
    assert!(api.ip().is_loopback() && aws.ip().is_loopback());
    let settings = sandbox.settings();
    assert_eq!(settings.api_url, Some(format!("http://{api}")));
    assert_eq!(settings.aws.unwrap().endpoint_url, Some(format!("http://{aws}")));
    sandbox.stop().await;
    for address in [api, aws] {
        assert!(tokio::net::TcpListener::bind(address).await.is_ok(), "{address} is still taken");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_port_that_is_taken_is_said_to_be() {
    let taken = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = taken.local_addr().unwrap().port();
    let error = Sandbox::start(Options { aws_port: Some(port), ..Options::default() }).await.unwrap_err();
    assert!(error.to_string().starts_with(&format!("cannot listen on 127.0.0.1:{port}: ")), "{error}");
}
