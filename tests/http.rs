//! What the HTTP service does beyond the recorded contract, on the file store and on Dapr.

#[path = "http/conditions.rs"]
mod conditions;
#[path = "http/events.rs"]
mod events;
#[path = "http/invocation.rs"]
mod invocation;
#[path = "http/keys.rs"]
mod keys;
#[path = "http/lists.rs"]
mod lists;
#[path = "http/methods.rs"]
mod methods;
#[path = "http/metrics.rs"]
mod metrics;
#[path = "http/probes.rs"]
mod probes;
#[path = "http/problems.rs"]
mod problems;
#[path = "http/request_ids.rs"]
mod request_ids;
#[path = "http/starting.rs"]
mod starting;
mod support;
#[path = "http/verify.rs"]
mod verify;

/// The same tests on both stores: each is a function that is given a running service.
macro_rules! on_both_stores {
    ($($room:ident: $($name:ident)*;)*) => {
        mod embedded {
            $($(#[test]
            fn $name() {
                crate::$room::$name(&crate::support::service::Service::embedded());
            })*)*
        }

        mod dapr {
            use crate::support::service::Service;
            use crate::support::stack::Stack;

            $($(#[test]
            fn $name() {
                crate::$room::$name(&Service::on(Stack::shared()));
            })*)*
        }
    };
}

on_both_stores! {
    methods:
        a_merge_patch_changes_what_it_names
        a_merge_patch_is_refused_as_an_update_is_and_removes_nothing
        head_answers_as_get_does_without_the_body
        options_tells_every_method_of_a_resource
        no_cache_on_the_way_may_keep_an_answer_unasked
        a_request_names_its_host_once;
    conditions:
        a_change_is_made_only_of_the_version_that_was_read
        a_weak_or_foreign_tag_matches_no_version_and_a_star_every_one
        a_user_that_is_not_there_is_not_found_whatever_is_demanded_of_it
        a_known_version_is_not_sent_again_and_a_hit_tells_it
        of_two_clients_that_change_the_same_version_one_wins
        a_condition_that_makes_no_sense_is_named;
    lists:
        a_list_is_walked_page_by_page_to_its_end
        a_cursor_past_the_end_is_an_empty_page
        a_page_that_makes_no_sense_is_refused_with_its_parameter
        a_user_is_found_by_an_address_in_upper_or_lower_case_as_soon_as_it_has_it;
    keys:
        the_same_key_and_body_give_the_same_answer
        the_same_key_with_another_body_is_refused_and_creates_nobody
        of_equal_creates_at_the_same_time_one_is_made
        a_key_that_makes_no_sense_is_named;
    invocation:
        a_sidecar_that_asks_for_its_configuration_is_told_quietly;
    verify:
        a_verification_tells_how_far_it_is_and_at_the_end_all_of_it
        the_client_hears_how_far_a_verification_is;
    events:
        what_happens_in_the_cache_is_told_as_it_happens
        a_listener_for_one_user_hears_of_no_other
        a_listener_for_what_is_no_user_is_refused
        so_many_listen_and_no_more
        a_stop_ends_the_events_at_once;
    probes:
        it_is_alive_and_ready;
    metrics:
        what_was_answered_is_counted_by_method_and_class_of_status
        all_that_the_users_count_is_in_the_metrics;
    problems:
        an_error_is_a_problem_document_where_it_is_preferred
        the_list_of_a_422_is_in_its_problem_document
        who_does_not_prefer_a_problem_document_gets_the_errors_of_the_original
        what_is_no_error_does_not_depend_on_accept;
    request_ids:
        the_id_of_a_request_comes_back_with_every_answer
        an_id_that_is_absent_or_unusable_is_replaced_by_a_fresh_one;
}
