//! Pacing: the documented limits are held, on a virtual clock; and a 429 is waited for.

use std::time::Duration;

use heddle_node::Registry;
use heddle_nodes as _;
use heddle_runner::pacing::Pacer;
use heddle_tests::{Finished, Service, recipients, sending_workflow};
use serde_json::json;
use tokio::time::Instant;
use wts_sandbox::{Fault, FaultRule, RateLimits, RetryAfter, SandboxOptions, Window};

fn pacer() -> Pacer {
    let registry = Registry::linked().expect("nodes");
    let credential = registry.credential("wtsApi").expect("the credential type");
    Pacer::new((credential.describe)().expect("a description").rate_limits)
}

/// When each of `count` requests leaves, in seconds from the start, where everybody waits for the moment it booked.
async fn departures(path: &str, count: usize) -> Vec<f64> {
    let pacer = pacer();
    let start = Instant::now();
    let mut moments = Vec::new();
    for _ in 0..count {
        let moment = pacer.book("POST", path, Instant::now(), Duration::MAX).expect("no budget");
        tokio::time::sleep_until(moment).await;
        moments.push(start.elapsed().as_secs_f64());
    }
    moments
}

fn most_within(moments: &[f64], seconds: f64) -> usize {
    let window =
        |first: f64| moments.iter().filter(|moment| (first..first + seconds).contains(*moment)).count();
    moments.iter().map(|first| window(*first)).max().unwrap_or_default()
}

/// `docs/wts-api.md §1.2`: 200 requests in 5 seconds and 1,000 in 5 minutes for the whole API.
#[tokio::test(start_paused = true)]
async fn the_whole_api_stays_within_its_two_limits() {
    let moments = departures("/chat/v1/chatbot/send", 2500).await;
    assert_eq!(most_within(&moments, 5.0), 200);
    assert_eq!(most_within(&moments, 300.0), 1000);
    assert_eq!(moments[199], 0.0, "the first burst does not wait");
    assert!(moments[2499] >= 600.0 && moments[2499] < 630.0, "no slower than need be: {}", moments[2499]);
}

/// `docs/wts-api.md §1.2`: 1,000 requests in 2 minutes for each operation under `/chat/v1/send/`.
#[test]
fn queued_sends_have_a_limit_of_their_own_beside() {
    let registry = Registry::linked().expect("nodes");
    let limits = (registry.credential("wtsApi").expect("the credential type").describe)()
        .expect("a description")
        .rate_limits;
    let own = limits.iter().find(|limit| limit.per_operation).expect("a limit for each operation");
    let pacer = Pacer::new(vec![own.clone()]);
    let start = Instant::now();
    let book = |path: &str| pacer.book("POST", path, start, Duration::MAX).expect("no budget") - start;
    let queued: Vec<Duration> = (0..1001).map(|_| book("/chat/v1/send/chatbot")).collect();
    assert_eq!((queued[999], queued[1000]), (Duration::ZERO, Duration::from_secs(120)));
    assert_eq!(book("/chat/v1/send/text"), Duration::ZERO, "another operation");
    assert_eq!(book("/chat/v1/chatbot/send"), Duration::ZERO, "not under /send/");
    assert!((0..1001).all(|_| book("/chat/v1/send/typing").is_zero()), "typing has no stated limit");
}

/// With windows shrunk on both sides the sandbox never has to answer 429.
#[test]
fn paced_sends_meet_no_429() {
    let service = Service::start_with(SandboxOptions {
        rate_limits: RateLimits {
            account: vec![Window::new(20, Duration::from_millis(100))],
            ..RateLimits::off()
        },
        ..SandboxOptions::default()
    });
    service.write_credential(json!({ "rateLimits": [{ "name": "burst", "limit": 15, "windowMs": 150 }] }));
    let mut command = service.run(&sending_workflow(json!({}), json!({})), &recipients(100));
    let finished = Finished::of(command.args(["--concurrency", "50"]));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 100);
    assert!(service.requests().iter().all(|request| request.status == Some(200)));
}

#[test]
fn a_429_is_waited_for_and_nothing_is_lost() {
    let service = Service::start();
    for (number, retry_after) in
        [RetryAfter::None, RetryAfter::Seconds(1), RetryAfter::HttpDate(1)].into_iter().enumerate()
    {
        let fault = Fault::RateLimited { retry_after };
        service.fault(FaultRule::new(fault).to(heddle_tests::recipient(number)).times(2));
    }
    let finished = Finished::of(&mut service.run(&sending_workflow(json!({}), json!({})), &recipients(6)));
    assert_eq!(finished.status, 0, "{}", finished.stderr);
    assert!(finished.stderr.contains("Send: 6 sent, 0 not sent, 0 unknown"), "{}", finished.stderr);
    assert_eq!(service.ledger().len(), 6);
}
