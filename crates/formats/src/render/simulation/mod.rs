//! Simulations: a plot of tasks over time as text and as a picture, JSON, and CSV.
//!
//! | format | what it holds |
//! |---|---|
//! | JSON | all there is |
//! | NDJSON | a line each: courses, bounds, ranges; activities and steps where they are asked for |
//! | CSV | one table: courses, bounds and ranges; or the activities; or the steps |

mod clock;
mod columns;
mod csv;
mod json;
mod picture;
mod plot;
#[cfg(test)]
mod tests;

pub use self::clock::Clock;
pub use self::csv::{ACTIVITIES_HEADER, COURSES_HEADER, STEPS_HEADER, activities_csv, courses_csv, steps_csv};
pub use self::json::{Lists, json, ndjson};
pub use self::picture::picture;
pub use self::plot::{lines, plot};
