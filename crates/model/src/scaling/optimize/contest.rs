//! The choice on what it has not seen, beside what is simpler than it.

use super::objective::run;
use super::split::{Split, as_ended, during};
use super::{Candidate, Grid, Objective, Search, Trial};
use crate::exact::Ratio;
use crate::scaling::{
    Aggregation, Autoscaling, ClockSchedule, Credit, Impossible, Load, Measure, Rules, Sample, ScaleIn, fewest, fixed,
    simulate,
};
use alloc::vec::Vec;
use jiff::tz::TimeZone;

/// What contends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contender {
    /// The policy that there is.
    Present(Candidate),
    /// The one that was chosen.
    Choice(Candidate),
    /// So many tasks all the time: the fewest that keep to the limits over what was seen.
    Fixed(u32),
    /// So many tasks all the time: the fewest that are never over target in what was seen.
    NeverOver(u32),
    /// A schedule by the clock, made for what was seen within the limits.
    Clock(ClockSchedule),
}

impl Contender {
    /// What it is called when it wins; none for what only shows how much there is to save.
    #[must_use]
    pub fn as_winner(&self) -> Option<Winner> {
        match self {
            Contender::Present(_) => Some(Winner::Present),
            Contender::Choice(_) => Some(Winner::Autoscaling),
            Contender::Fixed(_) => Some(Winner::Fixed),
            Contender::Clock(_) => Some(Winner::ClockSchedule),
            Contender::NeverOver(_) => None,
        }
    }
}

/// What came of a contender over a part of the load.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Its figures.
    pub sample: Sample,
    /// What it costs, in seconds of tasks on demand.
    pub cost: Ratio,
    /// Whether it keeps to all limits.
    pub met: bool,
}

/// A contender and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Who.
    pub contender: Contender,
    /// The service that does it, over what was seen: for a run that tells more.
    pub service: Autoscaling,
    /// Over the part that it was chosen on.
    pub seen: Standing,
    /// Over the part that was held out.
    pub held_out: Option<Standing>,
}

impl Entry {
    /// What counts: what it had not seen, where there is such.
    #[must_use]
    pub fn counts(&self) -> Standing {
        self.held_out.unwrap_or(self.seen)
    }
}

/// What it comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Winner {
    /// The policy that there is: nothing has to change.
    Present,
    /// The policy that was chosen.
    Autoscaling,
    /// The schedule by the clock.
    ClockSchedule,
    /// As many tasks all the time.
    Fixed,
}

/// Who wins: the cheapest of the policy that there is, choice, schedule and fixed count that keeps to the
/// limits where it was held out (over all, where nothing was). Of equals the simplest wins: what there is,
/// a count, a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// None where none of them keeps to the limits.
    pub winner: Option<Winner>,
    /// The next cheapest of them that keeps to them, and what it costs more, in seconds of tasks on
    /// demand; none where no other keeps to them.
    pub ahead: Option<(Winner, Ratio)>,
}

/// The choice under another rule that AWS leaves open.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Under {
    /// The rules, of which one is not as in the service.
    pub rules: Rules,
    /// Over the part that it was chosen on.
    pub seen: Standing,
    /// Over the part that was held out.
    pub held_out: Option<Standing>,
}

/// All of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contest {
    /// What there is, what was chosen, the fixed counts, the schedule.
    pub entries: Vec<Entry>,
    /// The limits over what was seen, "as now" made known.
    pub limits: Objective,
    /// The limits over what was held out.
    pub limits_held_out: Option<Objective>,
    /// The choice under other rules.
    pub under: Vec<Under>,
    /// Who wins.
    pub verdict: Verdict,
}

impl Contest {
    /// Whether the choice keeps to the limits where it counts under some rules and not under others.
    #[must_use]
    pub fn depends_on_rules(&self) -> bool {
        let choice = self.entries.iter().find(|entry| matches!(entry.contender, Contender::Choice(_)));
        let met = choice.map(|choice| choice.counts().met);
        self.under.iter().any(|under| Some(under.held_out.unwrap_or(under.seen).met) != met)
    }
}

/// What is asked: the best candidate for a service over a load.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// The whole load.
    pub load: &'a Load,
    /// The service as it is, over the whole load.
    pub service: &'a Autoscaling,
    /// The place of the policy that is tuned: see [`tuned`](super::tuned).
    pub place: usize,
    /// What is looked for.
    pub objective: &'a Objective,
    /// The part of the load, its end, that is not looked at when choosing: see [`Split::of`].
    pub hold_out: Ratio,
    /// The clock of the schedule.
    pub zone: &'a TimeZone,
    /// The fewest tasks of the schedule, and of fixed counts.
    pub least: u32,
    /// What launch times and interruptions are drawn by.
    pub seed: u64,
}

/// Where candidates are judged: over the first part of the load alone, until one is chosen.
///
/// In the part that is held out a service begins with the count and the bounds that it ended the first
/// with; its alarms begin anew.
#[derive(Clone, Debug)]
pub struct Arena<'a> {
    question: Question<'a>,
    seen: Part,
    held_out: Option<Part>,
}

/// A part of the load, the service over it, and what is looked for in it.
#[derive(Clone, Debug)]
struct Part {
    load: Load,
    service: Autoscaling,
    /// "As now" is known.
    objective: Objective,
    now: Sample,
}

impl<'a> Arena<'a> {
    /// Splits the load and runs the policy that there is.
    ///
    /// # Errors
    /// As [`simulate`].
    pub fn new(question: Question<'a>) -> Result<Arena<'a>, Impossible> {
        let Question { load, service, objective, seed, .. } = question;
        let part = |load: &Load, service: Autoscaling, begin: Option<&Autoscaling>| -> Result<Part, Impossible> {
            let now = run(load, begin.unwrap_or(&service), objective, seed)?;
            Ok(Part { load: load.clone(), service, objective: objective.over(&now), now })
        };
        let split = Split::of(load, question.hold_out);
        let services = split.as_ref().and_then(|split| {
            let cut = split.seen.seconds();
            Some((during(service, 0, cut)?, during(service, cut, load.seconds())?))
        });
        let (Some(split), Some((first, second))) = (split, services) else {
            return Ok(Arena { question, seen: part(load, service.clone(), None)?, held_out: None });
        };
        let begin = as_ended(second.clone(), &simulate(&split.seen, &first, seed)?);
        let held_out = part(&split.held_out, second, Some(&begin))?;
        Ok(Arena { question, seen: part(&split.seen, first, None)?, held_out: Some(held_out) })
    }

    /// The part of the load that candidates are judged over.
    #[must_use]
    pub fn seen(&self) -> &Load {
        &self.seen.load
    }

    /// The part that is held out; none where that would have left nothing.
    #[must_use]
    pub fn held_out(&self) -> Option<&Load> {
        self.held_out.as_ref().map(|part| &part.load)
    }

    /// The service over the part that candidates are judged over.
    #[must_use]
    pub fn service(&self) -> &Autoscaling {
        &self.seen.service
    }

    /// The place of the policy that is tuned.
    #[must_use]
    pub fn place(&self) -> usize {
        self.question.place
    }

    /// What is looked for over the part that candidates are judged over.
    #[must_use]
    pub fn objective(&self) -> &Objective {
        &self.seen.objective
    }

    /// A search of at most `budget` trials.
    #[must_use]
    pub fn search(&self, grid: Grid, budget: usize) -> Search {
        Search::new(grid, self.seen.objective.clone(), budget)
    }

    /// Judges a candidate by what is seen.
    ///
    /// # Errors
    /// As [`simulate`].
    pub fn judge(&self, candidate: Candidate) -> Result<Trial, Impossible> {
        let Part { load, service, objective, .. } = &self.seen;
        super::judge(load, service, self.question.place, candidate, objective, self.question.seed)
    }

    /// Runs what was chosen over both parts, beside the policy that there is, fixed counts and a
    /// schedule by the clock, made for the first part alone. The schedule is run as scheduled actions,
    /// which ask for tasks as early as they take to come.
    ///
    /// # Errors
    /// As [`simulate`].
    pub fn contest(&self, choice: Candidate) -> Result<Contest, Impossible> {
        let Question { service, place, zone, least, .. } = self.question;
        let Part { load, objective, .. } = &self.seen;
        let mut entries = Vec::new();
        if let Some(present) = Candidate::of(service, place) {
            entries.push(Entry {
                contender: Contender::Present(present),
                service: self.seen.service.clone(),
                seen: self.seen.stand(self.seen.now),
                held_out: self.held_out.as_ref().map(|part| part.stand(part.now)),
            });
        }
        let chosen = |of: &Autoscaling| choice.on(of, place);
        let (seen, held_out) = self.one_after_the_other(chosen)?;
        let (contender, service) = (Contender::Choice(choice), chosen(&self.seen.service));
        entries.push(Entry { contender, service, seen, held_out });
        let budgets = objective.budgets(load);
        let few = fewest(load, &self.seen.service, least, &budgets)?;
        let never = fewest(load, &self.seen.service, least, &[(Measure::TimeOver, 0)])?;
        for (tasks, contender) in [(few, Contender::Fixed(few)), (never, Contender::NeverOver(never))] {
            let still = |part: &Part| fixed(&part.service, tasks);
            let (seen, held_out) = self.each(still)?;
            entries.push(Entry { contender, service: still(&self.seen), seen, held_out });
        }
        let clock = ClockSchedule::fit(load, &self.seen.service, zone, least, &budgets)?;
        let by_clock = |part: &Part| clock.service(&part.service, &part.load);
        let (seen, held_out) = self.each(by_clock)?;
        let service = by_clock(&self.seen);
        entries.push(Entry { contender: Contender::Clock(clock), service, seen, held_out });
        let mut under = Vec::new();
        for rules in others(self.question.service.rules) {
            let (seen, held_out) = self.one_after_the_other(|of| Autoscaling { rules, ..chosen(of) })?;
            under.push(Under { rules, seen, held_out });
        }
        Ok(Contest {
            verdict: verdict(&entries),
            entries,
            limits: objective.clone(),
            limits_held_out: self.held_out.as_ref().map(|part| part.objective.clone()),
            under,
        })
    }

    /// A service over both parts: the second begins as the first ends.
    fn one_after_the_other(
        &self,
        of: impl Fn(&Autoscaling) -> Autoscaling,
    ) -> Result<(Standing, Option<Standing>), Impossible> {
        let seed = self.question.seed;
        let Part { load, service, objective, .. } = &self.seen;
        let service = of(service);
        let seen = self.seen.stand(run(load, &service, objective, seed)?);
        let Some(part) = &self.held_out else { return Ok((seen, None)) };
        let begin = as_ended(of(&part.service), &simulate(load, &service, seed)?);
        Ok((seen, Some(part.stand(run(&part.load, &begin, &part.objective, seed)?))))
    }

    /// A service over each part by itself.
    fn each(&self, of: impl Fn(&Part) -> Autoscaling) -> Result<(Standing, Option<Standing>), Impossible> {
        let stand = |part: &Part| Ok(part.stand(run(&part.load, &of(part), &part.objective, self.question.seed)?));
        Ok((stand(&self.seen)?, self.held_out.as_ref().map(stand).transpose()?))
    }
}

impl Part {
    fn stand(&self, sample: Sample) -> Standing {
        Standing { sample, cost: self.objective.cost(&sample), met: self.objective.met(&sample) }
    }
}

/// Each rule as it could be as well, one at a time.
fn others(rules: Rules) -> impl Iterator<Item = Rules> {
    let scale_in = [ScaleIn::Proportional, ScaleIn::OneStep, ScaleIn::OneStepThenProportional];
    let scale_in = scale_in.into_iter().map(move |scale_in| Rules { scale_in, ..rules });
    let credit = [Credit::Running, Credit::Added].into_iter().map(move |credit| Rules { credit, ..rules });
    let aggregation = [Aggregation::Evaluated, Aggregation::Newest];
    let aggregation = aggregation.into_iter().map(move |aggregation| Rules { aggregation, ..rules });
    scale_in.chain(credit).chain(aggregation).filter(move |&other| other != rules)
}

fn verdict(entries: &[Entry]) -> Verdict {
    let simple = [Winner::Present, Winner::Fixed, Winner::ClockSchedule, Winner::Autoscaling];
    let rank = |entry: &Entry| {
        let winner = entry.contender.as_winner()?;
        let place = simple.iter().position(|&one| one == winner)?;
        entry.counts().met.then(|| (entry.counts().cost, place))
    };
    let mut ranks: Vec<(Ratio, usize)> = entries.iter().filter_map(rank).collect();
    ranks.sort_unstable();
    let who = |place: usize| simple.get(place).copied();
    let (first, second) = (ranks.first(), ranks.get(1));
    let ahead = first.zip(second).and_then(|(first, second)| Some((who(second.1)?, second.0 - first.0)));
    Verdict { winner: first.and_then(|first| who(first.1)), ahead }
}
