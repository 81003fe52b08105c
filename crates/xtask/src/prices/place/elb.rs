//! Load balancers. All kinds share their usage types; the operation tells them apart.

use super::{Place, Placed, agree, same_operation, unknown};
use crate::prices::input::Row;
use crate::prices::unit::Unit;

pub(super) fn place(row: &Row, kind: &str, what: &str) -> Result<Placed, String> {
    let operation = match kind {
        "alb" => "LoadBalancing:Application",
        "nlb" => "LoadBalancing:Network",
        "gwlb" => "LoadBalancing:Gateway",
        "clb" => "LoadBalancing",
        _ => return Err(unknown(row)),
    };
    let (usage_type, units, unit): (&str, &[&str], Unit) = match (kind, what) {
        (_, "hour") => ("LoadBalancerUsage", &["Hrs", "Hours"], Unit::HOURS),
        ("alb" | "nlb" | "gwlb", "lcu") => ("LCUUsage", &["LCU-Hrs", "LCU-Hours"], Unit::LCU_HOURS),
        ("alb" | "nlb" | "gwlb", "reserved_lcu") => ("ReservedLCUUsage", &["ReservedLCU-Hr"], Unit::LCU_HOURS),
        ("alb", "trust_store_hour") => ("TS-LoadBalancerUsage", &["Hrs"], Unit::HOURS),
        ("clb", "gb") => ("DataProcessing-Bytes", &["GB"], Unit::GB),
        _ => return Err(unknown(row)),
    };
    row.unit_is(units)?;
    agree(row, usage_type)?;
    same_operation(row, operation)?;
    Ok(Place::new("AWSELB", row, usage_type, unit).operation(operation).into())
}

#[cfg(test)]
mod tests {
    use crate::prices::place::tests::{check, told};

    #[test]
    fn the_operation_tells_the_kinds_apart() {
        check("AWSELB us-east-1 alb.hour", "", "Hrs", "LoadBalancerUsage|LoadBalancing:Application|Hrs");
        check("AWSELB us-east-1 nlb.lcu", "", "LCU-Hours", "LCUUsage|LoadBalancing:Network|LCU-Hrs");
        check("AWSELB us-east-1 clb.gb", "", "GB", "DataProcessing-Bytes|LoadBalancing|GB");
        check(
            "AWSELB us-east-1 gwlb.reserved_lcu",
            "operation=LoadBalancing:Gateway;usagetype=ReservedLCUUsage",
            "ReservedLCU-Hr",
            "ReservedLCUUsage|LoadBalancing:Gateway|LCU-Hrs",
        );
    }

    #[test]
    fn the_trust_store_is_not_the_load_balancer() {
        let trust = "usagetype=TS-LoadBalancerUsage";
        assert!(told("AWSELB us-east-1 alb.hour", trust, "Hrs").is_err());
        check(
            "AWSELB us-east-1 alb.trust_store_hour",
            trust,
            "Hrs",
            "TS-LoadBalancerUsage|LoadBalancing:Application|Hrs",
        );
    }
}
