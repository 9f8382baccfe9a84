//! Rules, or halves of rules, that no scope here needs. They stay in the design for what they
//! spare or for safety in depth, and these tests say so if that changes.

use crate::protocol::Flaw;
use crate::scopes;

/// Until the views `on(n)` have run out every write marks `key@n`, and replaces what was promoted
/// there; when they have, nobody reads it.
#[test]
fn half_of_v15_a_promotion_under_closing_does_no_harm() {
    scopes::writers().holds_without(Flaw::PromotesUnderClosing);
    scopes::outage().holds_without(Flaw::PromotesUnderClosing);
}

/// The fill goes into the epoch of the earlier view. If that is over, nobody reads it.
#[test]
fn half_of_v18_a_created_row_needs_no_second_look_at_the_view() {
    scopes::creator().holds_without(Flaw::CreateFillsUnderEarlierView);
    scopes::flush_of_one_id().holds_without(Flaw::CreateFillsUnderEarlierView);
}

/// A marker on an id without a row is a miss for ever, unless a repair makes it a tombstone.
#[test]
fn half_of_v20_a_flush_may_mark_an_id_without_a_row() {
    scopes::flush_of_one_id().holds_without(Flaw::FlushMarksMissingRowOnly);
}

/// Where a marker lies and the row is missing there was a deletion, and ids do not come back.
#[test]
fn half_of_v20_a_repair_may_make_a_tombstone() {
    scopes::flush_of_one_id().holds_without(Flaw::RepairMakesTombstone);
    scopes::ids_in_turn().holds_without(Flaw::RepairMakesTombstone);
}

/// A fence that lands late still proves that the row's etag is younger than the epoch it names.
#[test]
fn the_view_need_not_be_looked_at_again_before_the_fence() {
    scopes::first_fills().holds_without(Flaw::FenceWithoutView);
    scopes::creator().holds_without(Flaw::FenceWithoutView);
}

/// What it answers with was fresh when the read began. It is the loss of the cache that makes
/// the second look necessary, and a test among the broken variants shows it.
#[test]
fn a_hit_needs_no_view_at_its_answer_as_long_as_the_cache_loses_nothing() {
    scopes::slow_reads().holds_without(Flaw::HitsUnderLapsedView);
}
