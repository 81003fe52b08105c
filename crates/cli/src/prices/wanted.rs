//! Which price lists are asked for: of which services, in which regions, of which day.

use crate::args::PricingArgs;
use crate::failure::Failure;
use crate::input::Input;
use crate::prices::args::PricesRefreshArgs;
use stackcost_formats::offers::urls::Offer;
use stackcost_formats::problem::{Problem, region};
use stackcost_model::meter::{Region, ServiceCode};
use std::collections::BTreeSet;
use std::path::Path;

/// What is asked for.
pub(crate) struct Wish {
    /// In these regions; none are all that there are.
    pub regions: Vec<Region>,
    /// Of these services.
    pub services: BTreeSet<ServiceCode>,
}

impl Wish {
    /// What the flags say: a stack says which services, and where if nothing else does.
    pub fn of(args: &PricesRefreshArgs) -> Result<Wish, Failure> {
        let mut regions = args.region.iter().map(|code| region(code)).collect::<Result<Vec<_>, _>>()?;
        let mut services: BTreeSet<ServiceCode> = ServiceCode::ALL.iter().copied().collect();
        if let Some(stack) = &args.stack {
            let (of_stack, there) = of_stack(stack)?;
            services = of_stack;
            if regions.is_empty() {
                regions = there.into_iter().collect();
            }
        }
        if (args.api || args.download) && regions.is_empty() && args.pinned.is_none() {
            let problem = Problem::of_text("which region's prices are asked for is not said");
            return Err(problem.help("name it with --region, or the stack that is in it with --stack").into());
        }
        Ok(Wish { regions, services })
    }

    /// The lists of the services, and those of the Savings Plans that cover them, each once.
    pub fn offers(&self) -> (Vec<Offer>, Vec<Offer>) {
        let offers = self.services.iter().map(|service| Offer::of(*service)).collect();
        let mut plans: Vec<Offer> = self.services.iter().filter_map(|service| Offer::of_plans(*service)).collect();
        plans.sort_by_key(|offer| offer.code);
        plans.dedup();
        (offers, plans)
    }
}

/// The services that a stack and its scenarios use, and where.
fn of_stack(path: &Path) -> Result<(BTreeSet<ServiceCode>, BTreeSet<Region>), Failure> {
    let input = Input::read(path, &PricingArgs::default())?;
    let (mut services, mut regions) = (BTreeSet::new(), BTreeSet::new());
    let scenarios = input.file().scenarios().map(Some).collect::<Vec<_>>();
    for scenario in std::iter::once(None).chain(scenarios) {
        let stack = input.resolve(scenario)?.stack;
        let components = stack.components.iter();
        services.extend(components.flat_map(|(_, component)| component.meters()).map(|meter| meter.service));
        regions.insert(stack.region);
    }
    Ok((services, regions))
}
