//! How HTTP Request connects where its options say so: through a proxy, with a client's certificate, to a server whose
//! authority only the credential knows, or to any server.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::TcpListener;
use std::sync::Arc;

use heddle_node::{Json, Registry};
use heddle_nodes as _;
use heddle_runner::{CredentialStore, Host, RunOptions, RunResult, Status};
use heddle_tests::root;
use heddle_tests::scripted_service::ScriptedService;
use heddle_workflow::Workflow;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig, ServerConnection, StreamOwned};
use serde_json::{Value, json};

fn pem(name: &str) -> String {
    std::fs::read_to_string(root().join("tests/certificates").join(name)).expect("the certificate is there")
}

async fn run(parameters: Value, credentials: Value) -> RunResult {
    let workflow = json!({
        "nodes": [{
            "id": "1", "name": "Call", "type": "n8n-nodes-base.httpRequest", "typeVersion": 4.2, "position": [0, 0],
            "parameters": parameters,
        }],
        "connections": {}, "settings": { "executionOrder": "v1" },
    });
    let host = Host::new(Registry::linked().expect("nodes"))
        .with_credentials(CredentialStore::parse(&credentials.to_string()).expect("credentials"));
    let options = RunOptions { start: Some("Call".to_owned()), ..RunOptions::default() };
    host.run(&Workflow::from_json(&Json::from(workflow)), options).await.expect("it begins")
}

fn data(result: &RunResult) -> Value {
    assert_eq!(result.status, Status::Success, "{:?}", result.error);
    result.last_outputs("Call").expect("outputs")[0][0].json.to_value()
}

/// All that a run says about its failure.
fn told(result: &RunResult) -> String {
    assert_eq!(result.status, Status::Error);
    serde_json::to_string(result).expect("JSON")
}

/// A server that speaks TLS, and answers with the number of certificates that the client showed.
fn secure_service(asks_for_certificate: bool) -> String {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let chain = vec![CertificateDer::from_pem_slice(pem("server.pem").as_bytes()).expect("a certificate")];
    let key = PrivateKeyDer::from_pem_slice(pem("server.key").as_bytes()).expect("a key");
    let builder = if asks_for_certificate {
        let mut roots = RootCertStore::empty();
        roots
            .add(CertificateDer::from_pem_slice(pem("authority.pem").as_bytes()).expect("a certificate"))
            .expect("an authority");
        let verifier = WebPkiClientVerifier::builder(Arc::new(roots)).build().expect("a verifier");
        ServerConfig::builder().with_client_cert_verifier(verifier)
    } else {
        ServerConfig::builder().with_no_client_auth()
    };
    let config = Arc::new(builder.with_single_cert(chain, key).expect("they fit"));
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("an address").port();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let Ok(connection) = ServerConnection::new(Arc::clone(&config)) else { return };
            let mut stream = BufReader::new(StreamOwned::new(connection, stream));
            let mut line = String::new();
            // A client that does not trust the server, or is not trusted, goes away here.
            while stream.read_line(&mut line).is_ok_and(|length| length > 2) {
                line.clear();
            }
            if line != "\r\n" {
                continue;
            }
            let shown = stream.get_ref().conn.peer_certificates().map_or(0, <[_]>::len);
            let body = format!("{{\"shown\":{shown}}}");
            let _ = write!(
                stream.get_mut(),
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
                body.len()
            );
            stream.get_mut().conn.send_close_notify();
            let _ = stream.get_mut().flush();
        }
    });
    format!("https://localhost:{port}/")
}

fn with_certificates(url: &str) -> Value {
    json!({ "url": url, "provideSslCertificates": true })
}

#[tokio::test]
async fn a_proxy_gets_the_request_and_its_password_is_told_to_nobody_else() {
    let proxy = ScriptedService::start(
        &json!([{ "body": { "by": "proxy" }, "headers": { "content-type": "application/json" } }]),
    );
    let address = proxy.url().replace("http://", "http://user:hidden-word@");
    let result =
        run(json!({ "url": "http://nowhere.test/path?a=1", "options": { "proxy": address } }), json!({}))
            .await;
    assert_eq!(data(&result), json!({ "by": "proxy" }));
    let request = &proxy.requests()[0];
    assert_eq!(request["url"], "http://nowhere.test/path?a=1");
    // user:hidden-word
    assert_eq!(request["headers"]["proxy-authorization"], "Basic dXNlcjpoaWRkZW4td29yZA==");
    assert!(!serde_json::to_string(&result).expect("JSON").contains("dXNlcjpoaWRkZW4td29yZA"));

    let closed = address.replace(&proxy.address().port().to_string(), "1");
    let result =
        run(json!({ "url": "http://nowhere.test/", "options": { "proxy": closed } }), json!({})).await;
    let error = result.error.as_ref().expect("it fails");
    // The workflow's own parameters, which hold the proxy, come back in the error as they are.
    let told = format!("{} {:?}", error.message, error.cause);
    assert!(
        told.contains("the proxy http://user:***@127.0.0.1:1") && !told.contains("hidden-word"),
        "{told}"
    );

    let result =
        run(json!({ "url": "http://nowhere.test/", "options": { "proxy": "no proxy" } }), json!({})).await;
    let told = self::told(&result);
    assert!(told.contains("proxy") && told.contains("not a valid URL"), "{told}");
}

#[tokio::test]
async fn a_client_shows_the_certificate_of_its_credential() {
    let url = secure_service(true);
    let credential = |key: &str| json!({ "httpSslAuth": { "ca": pem("authority.pem"), "cert": pem("client.pem"), "key": key } });
    let result = run(with_certificates(&url), credential(&pem("client.key"))).await;
    assert_eq!(data(&result), json!({ "shown": 1 }));

    // Forms of one line lose the line breaks.
    let flat = pem("client.key").replace('\n', " ");
    let result = run(with_certificates(&url), credential(&flat)).await;
    assert_eq!(data(&result), json!({ "shown": 1 }));

    let none = json!({ "httpSslAuth": { "ca": pem("authority.pem") } });
    let told = told(&run(with_certificates(&url), none).await);
    assert!(!told.contains("\"shown\""), "{told}");

    for (key, way_out) in [(pem("client-encrypted.key"), "openssl pkey"), ("nonsense".to_owned(), "PEM")] {
        let told = self::told(&run(with_certificates(&url), credential(&key)).await);
        assert!(told.contains(way_out) && told.contains("client's certificate"), "{told}");
        assert!(!told.contains("BEGIN"), "{told}");
    }
}

#[tokio::test]
async fn a_server_is_trusted_by_its_authority_or_where_any_is() {
    let url = secure_service(false);
    let told = told(&run(json!({ "url": url }), json!({})).await);
    assert!(told.to_lowercase().contains("certificate"), "{told}");

    let known = json!({ "httpSslAuth": { "ca": pem("authority.pem") } });
    assert_eq!(data(&run(with_certificates(&url), known).await), json!({ "shown": 0 }));

    let any = json!({ "url": url, "options": { "allowUnauthorizedCerts": true } });
    assert_eq!(data(&run(any, json!({})).await), json!({ "shown": 0 }));
}
