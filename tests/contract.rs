//! The contract of the HTTP service, on the file store and on Dapr: what the original answered, the rules behind it,
//! and that no input whatsoever makes the service fail.

#[path = "contract/client.rs"]
mod client;
#[path = "contract/nonsense.rs"]
mod nonsense;
#[path = "contract/play.rs"]
mod play;
#[path = "contract/rules.rs"]
mod rules;
mod support;

mod embedded {
    use crate::play::{REBUILT, RECORDED, play};
    use crate::rules;
    use crate::support::service::Service;

    #[test]
    fn every_recorded_request_gets_its_recorded_answer() {
        play(RECORDED, Service::embedded().port());
    }

    #[test]
    fn odd_requests_get_the_answers_of_a_rebuilt_original() {
        play(REBUILT, Service::embedded().port());
    }

    #[test]
    fn the_log_tells_what_happened_in_the_words_of_the_original() {
        rules::the_log_tells_what_happened_in_the_words_of_the_original(Service::embedded);
    }

    #[test]
    fn a_hit_and_a_miss_are_told_in_the_headers() {
        rules::a_hit_and_a_miss_are_told_in_the_headers(&Service::embedded());
    }
}

mod dapr {
    use crate::play::{REBUILT, RECORDED, play};
    use crate::rules;
    use crate::support::components::{CACHE_SQLITE, STATESTORE_SQLITE};
    use crate::support::service::Service;
    use crate::support::stack::{Setup, Stack};

    #[test]
    fn every_recorded_request_gets_its_recorded_answer() {
        let stack = Stack::start(Setup::default());
        play(RECORDED, Service::on(&stack).port());
    }

    #[test]
    fn odd_requests_get_the_answers_of_a_rebuilt_original() {
        let flags = ["--statestore", STATESTORE_SQLITE, "--cache", CACHE_SQLITE];
        play(REBUILT, Service::beside(&Stack::shared().daprd, &flags).port());
    }

    #[test]
    fn the_log_tells_what_happened_in_the_words_of_the_original() {
        rules::the_log_tells_what_happened_in_the_words_of_the_original(|| Service::on(Stack::shared()));
    }

    #[test]
    fn a_hit_and_a_miss_are_told_in_the_headers() {
        rules::a_hit_and_a_miss_are_told_in_the_headers(&Service::on(Stack::shared()));
    }
}
