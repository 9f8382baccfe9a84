//! The least that a service on Dapr can be: one handler, one sidecar call, no domain.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::{StatusCode, header::CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use dapr::dapr::proto::runtime::v1::dapr_client::DaprClient;
use dapr::dapr::proto::runtime::v1::{GetBulkStateRequest, GetStateRequest};
use tonic::transport::{Channel, Endpoint};

struct Bare {
    client: DaprClient<Channel>,
    store: String,
}

/// Answers `GET /{key}` with what the component holds under that key, `GET /{first}/{second}` with the second after it
/// asked for the first, and `GET /bulk/{from}/{count}` with that many users, by one bulk get.
pub fn serve(store: &str, grpc_port: &str, port: &str) {
    let (endpoint, address) = (format!("http://127.0.0.1:{grpc_port}"), format!("127.0.0.1:{port}"));
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let channel = Endpoint::from_shared(endpoint).expect("it is an address").connect_lazy();
        let bare = Arc::new(Bare { client: DaprClient::new(channel), store: store.to_owned() });
        let health = get(async || "ok");
        let routes = Router::new()
            .route("/health", health)
            .route("/{key}", get(answer))
            .route("/{first}/{second}", get(answer_two))
            .route("/bulk/{from}/{count}", get(answer_many))
            .with_state(bare);
        let listener = tokio::net::TcpListener::bind(address).await.expect("the port is free");
        axum::serve(listener, routes).await.expect("it serves");
    });
}

async fn answer(State(bare): State<Arc<Bare>>, Path(key): Path<String>) -> Response {
    let request = GetStateRequest { store_name: bare.store.clone(), key, ..GetStateRequest::default() };
    match bare.client.clone().get_state(request).await {
        Ok(reply) => ([(CONTENT_TYPE, "application/json")], reply.into_inner().data).into_response(),
        Err(status) => (StatusCode::SERVICE_UNAVAILABLE, status.to_string()).into_response(),
    }
}

async fn answer_two(State(bare): State<Arc<Bare>>, Path((first, second)): Path<(String, String)>) -> Response {
    let first = answer(State(Arc::clone(&bare)), Path(first)).await;
    if first.status() == StatusCode::OK { answer(State(bare), Path(second)).await } else { first }
}

async fn answer_many(State(bare): State<Arc<Bare>>, Path((from, count)): Path<(u64, u64)>) -> Response {
    let keys = (from..from + count).map(|id| format!("user-{id}")).collect();
    let request =
        GetBulkStateRequest { store_name: bare.store.clone(), keys, parallelism: 8, ..GetBulkStateRequest::default() };
    match bare.client.clone().get_bulk_state(request).await {
        Ok(reply) => {
            let rows: Vec<Vec<u8>> = reply.into_inner().items.into_iter().map(|item| item.data).collect();
            ([(CONTENT_TYPE, "application/json")], [b"[", &*rows.join(&b","[..]), b"]"].concat()).into_response()
        }
        Err(status) => (StatusCode::SERVICE_UNAVAILABLE, status.to_string()).into_response(),
    }
}
