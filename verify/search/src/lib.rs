//! Searches all schedules of small programs against the rules of the map's chains: reuse of removed
//! slots by age, renewal of one chain, and evacuation of the table, together.
//!
//! The models under `loom-tests/` run the map's own code and know weak memory; but loom keeps one
//! last access for each word, and so overlooks schedules. This is the other half: the rules by
//! themselves, written down a second time, sequentially consistent, and every schedule.
//!
//! | module | what is in it |
//! |---|---|
//! | [`rules`] | the mistakes that can be seeded |
//! | [`programs`] | what is searched: chains, and what threads do to them |
//! | [`word`], [`memory`] | slots, overflow words, buckets, the clock, what has been retired |
//! | [`thread`], [`step`] | what a thread holds between two steps; the steps |
//! | [`history`] | the specification, and whether any order explains what was answered |
//! | [`explore`] | the search |
//!
//! # The rules
//!
//! *Clock.* It counts grace periods. Under a pin it moves once at most. What was retired with
//! number n is freed when the clock stands at n + 2. Pins last for an operation, for several (a
//! guard), or until an idle thread loses its lease.
//!
//! *Reuse.* An operation reads its number from the clock, under its pin, before its walk. A removal
//! writes DEAD with that number. An insertion remembers the DEAD words that it passes. (1) It takes
//! the first EMPTY slot; if that is beyond the first bucket, it first reads again those of earlier
//! buckets that are two steps old, and begins again if one has changed. (2) In a full chain it
//! takes the slot that has been DEAD for longest, if that is three steps old. (3) Else it appends a
//! bucket, if no slot is two steps old. (4) Else it stamps those with its own number, begins again
//! if that fails, and appends. A failed compare-and-swap always begins again at the first slot.
//!
//! *Renewal.* Before (3) and (4) a chain that is long and half empty is renewed: all of it is
//! frozen, from the link that the head had when the renewal began; what lives is copied to a block,
//! with room to spare; the head's word is exchanged for a link to the block with RENEWED, unless it
//! has changed. A frozen word of the key is the truth only if the head still names the generation
//! that it was met in. A write that meets a frozen word helps, and begins again. An iteration drops
//! what it read in the head if the head's word then has RENEWED; nothing else has to be read again.
//!
//! *Evacuation.* The head's slots are frozen, then CLOSED is set on its word, which tells whether
//! the chain was renewed and stops both renewals and links; then the rest. What lives is placed in
//! the destination by compare-and-swap from EMPTY, by each helper at the same positions. EVACUATED
//! makes that the truth; then the old table is retired with all that is its own. DEAD is frozen as
//! all else, and never copied.
//!
//! # As it is built
//!
//! That form is argued; [`Form::Built`](rules::Form) is what the map does where it does otherwise:
//!
//! - a removal reads the clock when it has found its key, an insertion anew for each walk;
//! - an insertion remembers the oldest slot only, and *counts* those that are two steps old; the
//!   second reading counts once more, along the links as they are then, and stamping anew counts
//!   what it has stamped: the same number, so the same slots;
//! - a DEAD word keeps a part of its number (here 16 are told apart). A slot whose age is untold
//!   counts as two steps old, and whoever passes one takes no slot by (2);
//! - only frozen words of the head are asked about: what is behind it was found by way of the head;
//! - a write that is to help a renewal reads the head anew, and whether that generation is frozen;
//! - what is appended to a block goes with it.
//!
//! # What is looked for
//!
//! A key that is there twice; answers, and a content in the end, that no order of the operations
//! explains (so entries that were lost, or are back); a bucket or an entry looked at that may be
//! freed before the pin ends; an entry retired twice, or never; a slot used again while somebody is
//! pinned who saw its former content; chains without an end; and a schedule that comes back to
//! where it was, in which no operation ends. Steps of operations that end are counted, and the
//! clock only rises, so each such circle is a fault: the map is lock-free.
//!
//! A step is one access to what is shared. States are kept as fingerprints of 64 bits. A step that
//! would do the same at any later time, and that nobody notices (a look at a frozen slot, say), is
//! taken at once, and the others' steps are tried after it only.
//!
//! # What is not modelled
//!
//! - **Weak memory.** The orderings are the models' and the thread sanitizer's business.
//! - **The clock's own working**: that it moves once at most under a pin is taken for granted here.
//!   The collector's models show it.
//! - **Tags, several chains, growth**: one chain of each table, with buckets of one slot or two; so
//!   no groups of which some heads are EVACUATED and some are not. One generation of tables: a
//!   helper that comes late from an earlier evacuation is modelled, more than one resize is not.
//! - **Teardown, prefetching, lengths.** An iteration reads one chain. That a `clear` is atomic for
//!   all keys together is not looked for; for each key it is.
//! - **Addresses that come back.** A bucket that was freed is not used again here; that nobody
//!   looks at one that may be freed is checked instead.
//! - **Losers' memory**: a bucket or a block is built in the step that links it.
//!
//! # What was seen
//!
//! `verify/RUNS.md` has the counts of states. `tests/mistakes.rs` says which program finds which
//! mistake.

pub mod explore;
pub mod history;
pub mod memory;
pub mod program;
pub mod programs;
pub mod rules;
pub mod step;
pub mod thread;
pub mod word;
