//! The whole protocol keeps the promise.

use crate::scopes;

#[test]
fn two_writers_and_two_readers_across_an_epoch() {
    scopes::writers().holds();
}

#[test]
fn a_writer_a_deleter_and_two_readers_across_an_epoch() {
    scopes::deleter().holds();
}

#[test]
fn a_crowd_of_writers_deleters_and_readers_in_one_epoch() {
    scopes::crowd().holds();
}

#[test]
fn a_creator_a_writer_and_two_readers_across_an_epoch() {
    scopes::creator().holds();
}

#[test]
fn an_id_is_not_created_again_after_its_deletion() {
    scopes::ids_in_turn().holds();
}

#[test]
fn flush_of_one_id_beside_its_creation_and_deletion() {
    scopes::flush_of_one_id().holds();
}

#[test]
fn first_fills_of_a_row_that_the_original_wrote() {
    scopes::first_fills().holds();
}

#[test]
fn an_outage_in_which_markers_are_refused_and_answers_lost() {
    scopes::outage().holds();
}

#[test]
fn a_lost_cache_serves_nothing_old_to_views_taken_since() {
    scopes::loss().holds();
}

#[test]
fn a_lost_cache_serves_nothing_old_to_slow_reads_under_views_taken_since() {
    scopes::slow_loss().holds();
}

#[test]
fn a_lost_cache_serves_nothing_old_at_all_to_strict_reads() {
    scopes::strict_loss().holds();
}

#[test]
fn a_snapshot_of_the_epoch_before_and_a_late_sentinel_do_no_harm() {
    scopes::snapshot().holds();
}

#[test]
fn left_over_and_flushed_markers_are_repaired() {
    scopes::repair().holds();
}

#[test]
fn lapsed_values_are_refreshed() {
    scopes::refresh().holds();
}

#[test]
fn entries_expire_and_cache_etags_repeat() {
    scopes::expiry().holds();
}

#[test]
fn reads_in_slow_motion_are_no_worse_than_instant_ones() {
    scopes::slow_reads().holds();
}

#[test]
fn the_reduction_of_states_hides_no_violation() {
    for scope in [
        scopes::creator(),
        scopes::ids_in_turn(),
        scopes::flush_of_one_id(),
        scopes::first_fills(),
        scopes::loss(),
        scopes::repair(),
        scopes::refresh(),
        scopes::slow_reads(),
    ] {
        scope.holds_unreduced();
    }
}
