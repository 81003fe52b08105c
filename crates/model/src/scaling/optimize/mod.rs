//! The best target tracking policy for a load, held to what it has not seen.
//!
//! * A [`Grid`] of [`Candidate`]s is run over the load, all of them, then the surroundings of the best
//!   in ever smaller steps: a [`Search`], which says what to run next and learns what came of it, so
//!   that the caller may run many at once. What it finds does not depend on the order in which it
//!   learns.
//! * The best is the cheapest one that keeps to the [`Limit`]s of an [`Objective`]; the [`curve`] tells
//!   what less would cost, and more.
//! * A [`Contest`] runs the choice over the part of the load that was [held out](Split) when it was
//!   chosen, beside the policy there is, as many tasks all the time, and a schedule by the clock; and
//!   with each other choice that AWS may have made where it does not say, and with other luck.
//!
//! One target tracking policy is tuned, with its bounds; all else of the service stays as it is, other
//! policies and scheduled actions among it, which may set bounds of their own.

mod candidate;
mod objective;
mod search;
mod split;
mod contest;
#[cfg(test)]
mod tests;

pub use candidate::{Candidate, Grid, alike, tuned};
pub use contest::{Arena, Contender, Contest, Entry, Luck, Question, Standing, Under, Verdict, Winner};
pub use objective::{Limit, Objective, Trial, curve, judge, judge_all};
pub use search::Search;
pub use split::Split;
