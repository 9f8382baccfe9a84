//! Every rule is needed: without it a read answers with an older value than one acknowledged
//! before the read began. Numbers are those of the design.

use crate::protocol::Flaw;
use crate::scopes;

#[test]
fn v1_a_view_counted_from_its_answer_outlives_the_wait() {
    scopes::writers().serves_older_value_with(Flaw::ViewCountedFromAnswer);
}

#[test]
fn v2_a_view_kept_for_longer_hits_in_an_epoch_that_is_over() {
    scopes::writers().serves_older_value_with(Flaw::ViewKeptForEver);
}

#[test]
fn v3_a_view_that_ignores_the_sentinel_trusts_a_cache_that_lost_its_markers() {
    scopes::loss().serves_older_value_with(Flaw::SentinelIgnored);
}

#[test]
fn v4_going_straight_to_off_leaves_views_that_hit() {
    scopes::writers().serves_older_value_with(Flaw::StraightToOff);
}

#[test]
fn v4_going_straight_to_the_next_epoch_leaves_views_that_hit() {
    scopes::writers().serves_older_value_with(Flaw::StraightToNextEpoch);
}

#[test]
fn v5_turning_off_without_a_wait_leaves_views_that_hit() {
    scopes::writers().serves_older_value_with(Flaw::ClosingWithoutWait);
}

#[test]
fn v6_turning_on_from_off_meets_an_unmarked_write_in_flight() {
    scopes::writers().serves_older_value_with(Flaw::OffStraightToOn);
}

#[test]
fn v7_turning_on_without_a_wait_meets_an_unmarked_write_in_flight() {
    scopes::writers().serves_older_value_with(Flaw::OpeningWithoutWait);
}

#[test]
fn v8_joining_a_get_that_was_sent_before_the_read_began_serves_an_older_value() {
    scopes::slow_reads().serves_older_value_with(Flaw::JoinsEarlierGet);
}

#[test]
fn v9_filling_over_a_lapsed_value_replaces_a_marker_whose_etag_repeats() {
    scopes::expiry().serves_older_value_with(Flaw::FillsOverLapsedValue);
}

#[test]
fn v9_filling_over_a_left_over_marker_replaces_one_that_is_not() {
    scopes::repair().serves_older_value_with(Flaw::FillsOverMarker);
}

#[test]
fn v10_a_fill_under_the_epoch_of_its_landing_carries_an_older_value_over() {
    scopes::first_fills().serves_older_value_with(Flaw::FillsUnderLatestEpoch);
}

#[test]
fn v11_without_the_fence_a_stalled_writer_commits_after_the_fill() {
    scopes::first_fills().serves_older_value_with(Flaw::NoFence);
}

#[test]
fn v12_a_tombstone_filled_for_a_missing_row_hides_its_creation() {
    scopes::creator().serves_older_value_with(Flaw::FillsMissingRow);
}

#[test]
fn v13_a_view_checked_before_the_etag_is_read_is_too_old() {
    scopes::writers().serves_older_value_with(Flaw::ViewBeforeEtag);
}

#[test]
fn v14_a_marker_in_the_next_epoch_while_closing_is_seen_by_nobody() {
    scopes::writers().serves_older_value_with(Flaw::MarksNextEpochWhileClosing);
}

#[test]
fn v15_a_promotion_under_opening_misses_a_write_marked_in_the_old_epoch() {
    scopes::writers().serves_older_value_with(Flaw::PromotesUnderOpening);
}

#[test]
fn v16_an_unconditional_promotion_replaces_a_later_marker() {
    scopes::writers().serves_older_value_with(Flaw::PromotesUnconditionally);
}

#[test]
fn v17_an_id_created_again_is_hidden_by_its_tombstone() {
    scopes::ids_in_turn().serves_older_value_with(Flaw::ReusesIds);
}

#[test]
fn v18_a_create_that_fills_under_a_later_view_skips_the_fence() {
    scopes::creator().serves_older_value_with(Flaw::CreateFillsUnderLaterView);
}

#[test]
fn v19_a_repair_without_a_save_promotes_a_value_just_replaced() {
    scopes::repair().serves_older_value_with(Flaw::RepairsWithoutSave);
}

#[test]
fn v20_a_flushed_id_without_a_row_gets_a_tombstone_that_hides_its_creation() {
    scopes::flush_of_one_id().serves_older_value_with(Flaw::FlushMarksMissingRow);
}

#[test]
fn plain_cache_aside_serves_the_value_it_is_about_to_delete() {
    scopes::crowd().serves_older_value_with(Flaw::CacheAside);
}

#[test]
fn plain_write_through_serves_the_value_it_is_about_to_replace() {
    scopes::crowd().serves_older_value_with(Flaw::WriteThrough);
}

#[test]
fn a_marker_put_before_the_etag_is_read_is_gone_when_the_write_commits() {
    scopes::crowd().serves_older_value_with(Flaw::MarksBeforeEtag);
}

#[test]
fn a_write_that_cannot_mark_while_closing_and_does_not_wait_for_off_leaves_views_that_hit() {
    scopes::outage().serves_older_value_with(Flaw::UnmarkedWhileClosing);
}

#[test]
fn a_hit_whose_view_ran_out_before_its_answer_stretches_the_staleness_after_a_loss() {
    scopes::slow_loss().serves_older_value_with(Flaw::HitsUnderLapsedView);
}

#[test]
fn a_key_without_its_epoch_brings_back_what_an_unmarked_write_replaced() {
    scopes::writers().serves_older_value_with(Flaw::KeyWithoutEpoch);
}

#[test]
fn a_key_without_its_epoch_brings_back_a_snapshot() {
    scopes::snapshot().serves_older_value_with(Flaw::KeyWithoutEpoch);
}

#[test]
fn a_stamp_given_under_opening_spares_a_fence_that_is_needed() {
    scopes::creator().serves_older_value_with(Flaw::StampsUnderOpening);
}

#[test]
fn a_value_that_expires_under_a_stalled_promotion_makes_its_cache_etag_repeat() {
    scopes::expiry().serves_older_value_with(Flaw::ShortLivedValues);
}

#[test]
fn a_refused_fill_with_a_shorter_ttl_ends_the_life_of_a_marker() {
    scopes::expiry().serves_older_value_with(Flaw::RefusedWriteShortensTtl);
}

#[test]
fn a_strict_read_that_gets_sentinel_and_entry_in_one_call_misses_a_loss_between() {
    scopes::strict_loss().serves_older_value_with(Flaw::SentinelReadBeforeHit);
}

#[test]
fn a_sentinel_put_twice_by_a_retry_vouches_for_a_lost_cache() {
    scopes::loss().serves_older_value_with(Flaw::SentinelPutTwice);
}

#[test]
fn promoting_a_write_of_unknown_outcome_serves_a_value_that_was_never_committed() {
    scopes::repair().serves_uncommitted_value_with(Flaw::PromotesUnknownOutcome);
}
