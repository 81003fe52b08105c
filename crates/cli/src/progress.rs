//! How far it has come: on a terminal alone, and only if it takes a while.

use crate::output::visible;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use std::time::{Duration, Instant};

/// What ends sooner needs no progress.
const SOON: Duration = Duration::from_secs(1);

/// Progress that is drawn on standard error, and gone when it is dropped.
pub(crate) struct Progress {
    bar: ProgressBar,
    begun: Instant,
}

impl Progress {
    /// Of so many of something.
    pub fn of(count: usize, what: &str) -> Progress {
        Progress::new(Some(count as u64), &format!("{{pos}} of {{len}} {what} {{wide_bar}} {{eta}}"))
    }

    /// Of nobody knows how much.
    pub fn open() -> Progress {
        Progress::new(None, "{spinner} {wide_msg}")
    }

    fn new(length: Option<u64>, template: &str) -> Progress {
        let bar = ProgressBar::with_draw_target(length, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style);
        }
        Progress { bar, begun: Instant::now() }
    }

    /// So many are done.
    pub fn reached(&self, done: usize) {
        self.show();
        self.bar.set_position(done as u64);
    }

    /// So many of so many are done, where that becomes known only now.
    pub fn reached_of(&self, done: usize, all: usize) {
        self.bar.set_length(all as u64);
        self.reached(done);
    }

    /// What was done last.
    pub fn told(&self, what: &str) {
        self.show();
        self.bar.set_message(visible(what));
        self.bar.tick();
    }

    fn show(&self) {
        if self.bar.is_hidden() && self.begun.elapsed() > SOON {
            // Draws nothing where standard error is no terminal.
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
