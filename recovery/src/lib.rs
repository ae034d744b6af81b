//! What a backup is worth: the domain of both programs, pure, without input or output.
//!
//! | module | holds |
//! |---|---|
//! | [`schedule`] | when backups are taken: AWS's cron dialect and intervals, fire times, gaps found by walking them |
//! | [`retention`] | how long they are kept, by count or by age, and the history that guarantees |
//! | [`bucket`] | a backup bucket: what it may be called, its policy, and the least its writers need |
//! | [`dlm`] | what AWS's Data Lifecycle Manager accepts, as faults that name the attribute |
//! | [`lifecycle`] | what S3 accepts as lifecycle rules of a bucket, in the same way |
//! | [`given`] | values that may be absent or not known yet, and the faults of both |

pub mod bucket;
pub mod dlm;
pub mod given;
pub mod lifecycle;
pub mod retention;
pub mod schedule;
