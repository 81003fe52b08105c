//! The choice on what it has not seen, beside what is simpler than it.

use super::objective::run;
use super::split::{Split, as_ended, during};
use super::{Candidate, Grid, Objective, Search, Trial};
use crate::exact::Ratio;
use crate::scaling::{
    Autoscaling, ClockSchedule, Impossible, Load, Measure, Range, Sample, fewest, fixed, others, seeds, simulate,
    usual_runs,
};
use alloc::boxed::Box;
use alloc::string::String;
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

/// The choice where AWS does something else that it does not say: see [`others`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Under {
    /// What it is called: `datapoints later`.
    pub name: &'static str,
    /// The key of a stack file that chooses it, and what it is about.
    pub remark: String,
    /// Over the part that it was chosen on.
    pub seen: Standing,
    /// Over the part that was held out.
    pub held_out: Option<Standing>,
}

impl Under {
    /// What counts: what it had not seen, where there is such.
    #[must_use]
    pub fn counts(&self) -> Standing {
        self.held_out.unwrap_or(self.seen)
    }
}

/// What comes of other launch times and Spot interruptions, where they are drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Luck {
    /// How many runs, each with another seed.
    pub runs: u32,
    /// Who wins how many of them: of those that win any, the most first.
    pub wins: Vec<(Winner, u32)>,
    /// In how many the choice keeps to the limits.
    pub kept: u32,
    /// Task-seconds of the choice: nine tenths of the runs lie within.
    pub task_seconds: Range<u64>,
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
    /// The choice where AWS does something else that it does not say.
    pub under: Vec<Under>,
    /// The same with other luck, where something is drawn.
    pub luck: Option<Luck>,
    /// Who wins.
    pub verdict: Verdict,
}

impl Contest {
    /// Whether the choice keeps to the limits where it counts under some rules and not under others.
    #[must_use]
    pub fn depends_on_rules(&self) -> bool {
        let choice = self.entries.iter().find(|entry| matches!(entry.contender, Contender::Choice(_)));
        let met = choice.map(|choice| choice.counts().met);
        self.under.iter().any(|under| Some(under.counts().met) != met)
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
            Ok(Part { load: load.clone(), service, objective: objective.over(&now) })
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

    /// A search of at most `budget` trials, the policy that there is among them.
    #[must_use]
    pub fn search(&self, grid: Grid, budget: usize) -> Search {
        let now = Candidate::of(&self.seen.service, self.question.place);
        Search::new(grid, self.seen.objective.clone(), budget, now)
    }

    /// Judges a candidate by what is seen.
    ///
    /// # Errors
    /// As [`simulate`].
    pub fn judge(&self, candidate: Candidate) -> Result<Trial, Impossible> {
        let Part { load, service, objective, .. } = &self.seen;
        super::judge(load, service, self.question.place, candidate, objective, self.question.seed)
    }

    /// Judges candidates by what is seen, in their order: see [`judge_all`](super::judge_all).
    ///
    /// # Errors
    /// As [`simulate`].
    pub fn judge_all(&self, candidates: &[Candidate]) -> Result<Vec<Trial>, Impossible> {
        let Part { load, service, objective, .. } = &self.seen;
        super::judge_all(load, service, self.question.place, candidates, objective, self.question.seed)
    }

    /// Runs what was chosen over both parts, beside the policy that there is, fixed counts and a
    /// schedule by the clock, made for the first part alone. The schedule is run as scheduled actions,
    /// which ask for tasks as early as they take to come.
    ///
    /// # Errors
    /// As [`simulate`].
    pub fn contest(&self, choice: Candidate) -> Result<Contest, Impossible> {
        let ways = self.ways(choice)?;
        let entry = |way: &Way<'_>| -> Result<Entry, Impossible> {
            let (seen, held_out) = self.stand(way, self.question.seed)?;
            Ok(Entry { contender: way.contender.clone(), service: (way.of)(&self.seen), seen, held_out })
        };
        let entries = ways.iter().map(entry).collect::<Result<Vec<Entry>, Impossible>>()?;
        let chosen = |of: &Part| choice.on(&of.service, self.question.place);
        let mut under = Vec::new();
        for (place, other) in others(&chosen(&self.seen)).into_iter().enumerate() {
            let of =
                |part: &Part| others(&chosen(part)).into_iter().nth(place).map_or_else(|| chosen(part), |o| o.service);
            let way = Way { contender: Contender::Choice(choice), goes_on: true, of: Box::new(of) };
            let (seen, held_out) = self.stand(&way, self.question.seed)?;
            under.push(Under { name: other.name, remark: other.remark, seen, held_out });
        }
        Ok(Contest {
            verdict: verdict(entries.iter().map(|entry| (&entry.contender, entry.counts()))),
            entries,
            limits: self.seen.objective.clone(),
            limits_held_out: self.held_out.as_ref().map(|part| part.objective.clone()),
            under,
            luck: self.luck(&ways)?,
        })
    }

    /// All ways to run the service.
    fn ways(&self, choice: Candidate) -> Result<Vec<Way<'_>>, Impossible> {
        let Question { service, place, zone, least, .. } = self.question;
        let Part { load, objective, .. } = &self.seen;
        let budgets = objective.budgets(load);
        let few = fewest(load, &self.seen.service, least, &budgets)?;
        let never = fewest(load, &self.seen.service, least, &[(Measure::TimeOver, 0)])?;
        let clock = ClockSchedule::fit(load, &self.seen.service, zone, least, &budgets)?;
        let mut ways: Vec<Way<'_>> = Vec::new();
        if let Some(present) = Candidate::of(service, place) {
            let of = Box::new(|part: &Part| part.service.clone());
            ways.push(Way { contender: Contender::Present(present), goes_on: true, of });
        }
        let of = Box::new(move |part: &Part| choice.on(&part.service, place));
        ways.push(Way { contender: Contender::Choice(choice), goes_on: true, of });
        for (tasks, contender) in [(few, Contender::Fixed(few)), (never, Contender::NeverOver(never))] {
            ways.push(Way { contender, goes_on: false, of: Box::new(move |part| fixed(&part.service, tasks)) });
        }
        let contender = Contender::Clock(clock.clone());
        let of = Box::new(move |part: &Part| clock.service(&part.service, &part.load));
        ways.push(Way { contender, goes_on: false, of });
        Ok(ways)
    }

    /// A way over both parts.
    fn stand(&self, way: &Way<'_>, seed: u64) -> Result<(Standing, Option<Standing>), Impossible> {
        let first = (way.of)(&self.seen);
        let seen = self.seen.stand(run(&self.seen.load, &first, &self.seen.objective, seed)?);
        let Some(part) = &self.held_out else { return Ok((seen, None)) };
        let mut second = (way.of)(part);
        if way.goes_on {
            second = as_ended(second, &simulate(&self.seen.load, &first, seed)?);
        }
        Ok((seen, Some(part.stand(run(&part.load, &second, &part.objective, seed)?))))
    }

    /// The same with other launch times and interruptions; none where nothing is drawn.
    fn luck(&self, ways: &[Way<'_>]) -> Result<Option<Luck>, Impossible> {
        let runs = usual_runs(self.question.service, 0);
        let (mut costs, mut kept) = (Vec::new(), 0);
        let mut wins: Vec<(Winner, u32)> = Vec::new();
        let counts = self.held_out.as_ref().unwrap_or(&self.seen);
        for seed in seeds(self.question.seed, runs) {
            let sample = |way: &Way<'_>| -> Result<Sample, Impossible> {
                let (seen, held_out) = self.stand(way, seed)?;
                Ok(held_out.unwrap_or(seen).sample)
            };
            let samples = ways.iter().map(sample).collect::<Result<Vec<Sample>, Impossible>>()?;
            // "As now" is what now comes to with the same luck.
            let now = ways.iter().zip(&samples).find(|(way, _)| matches!(way.contender, Contender::Present(_)));
            let objective = now.map_or_else(|| counts.objective.clone(), |(_, now)| self.question.objective.over(now));
            let standings = samples.iter().map(|&sample| Standing {
                sample,
                cost: objective.cost(&sample),
                met: objective.met(&sample),
            });
            let standings: Vec<(&Contender, Standing)> = ways.iter().map(|way| &way.contender).zip(standings).collect();
            for (_, standing) in standings.iter().filter(|(who, _)| matches!(who, Contender::Choice(_))) {
                costs.push(standing.sample.task_seconds);
                kept += u32::from(standing.met);
            }
            if let Some(winner) = verdict(standings.into_iter()).winner {
                match wins.iter_mut().find(|(who, _)| *who == winner) {
                    Some((_, count)) => *count += 1,
                    None => wins.push((winner, 1)),
                }
            }
        }
        wins.sort_by_key(|&(_, count)| core::cmp::Reverse(count));
        Ok(Range::of(costs, Ratio::new(9, 10)).map(|task_seconds| Luck { runs, wins, kept, task_seconds }))
    }
}

/// A way to run the service over a part of the load.
struct Way<'w> {
    contender: Contender,
    /// Whether the second part goes on with the count and bounds that the first ended with.
    goes_on: bool,
    of: Box<dyn Fn(&Part) -> Autoscaling + 'w>,
}

impl Part {
    fn stand(&self, sample: Sample) -> Standing {
        Standing { sample, cost: self.objective.cost(&sample), met: self.objective.met(&sample) }
    }
}

fn verdict<'e>(standings: impl Iterator<Item = (&'e Contender, Standing)>) -> Verdict {
    let simple = [Winner::Present, Winner::Fixed, Winner::ClockSchedule, Winner::Autoscaling];
    let rank = |(contender, standing): (&Contender, Standing)| {
        let winner = contender.as_winner()?;
        let place = simple.iter().position(|&one| one == winner)?;
        standing.met.then_some((standing.cost, place))
    };
    let mut ranked: Vec<(Ratio, usize)> = standings.filter_map(rank).collect();
    ranked.sort_unstable();
    let at = |place: usize| ranked.get(place).and_then(|&(cost, place)| Some((*simple.get(place)?, cost)));
    Verdict {
        winner: at(0).map(|(winner, _)| winner),
        ahead: at(1).zip(at(0)).map(|((next, more), (_, cost))| (next, more - cost)),
    }
}
