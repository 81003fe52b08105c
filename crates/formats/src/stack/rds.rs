//! `[rds.NAME]`: RDS instances, and Aurora clusters by `engine = "aurora-..."`.

use super::Part;
use super::calibrate::{Form, Quantity};
use crate::problem::Problem;
use crate::scalar::{self, MOST};
use crate::tree::{Node, Reader};
use stackcost_model::exact::Ratio;
use stackcost_model::meter::ServiceCode;
use stackcost_model::services::Component;
use stackcost_model::services::rds::{
    Aurora, AuroraCapacity, AuroraEngine, Deployment, Engine, Rds, Storage, StorageKind,
};

#[derive(Clone, Copy)]
enum Which {
    Rds(Engine),
    Aurora(AuroraEngine),
}

const ENGINES: [(&str, Which); 6] = [
    ("postgres", Which::Rds(Engine::PostgreSql)),
    ("postgresql", Which::Rds(Engine::PostgreSql)),
    ("mysql", Which::Rds(Engine::MySql)),
    ("mariadb", Which::Rds(Engine::MariaDb)),
    ("aurora-mysql", Which::Aurora(AuroraEngine::MySql)),
    ("aurora-postgresql", Which::Aurora(AuroraEngine::PostgreSql)),
];

/// Keys that are quantities of a bill.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity::new("InstanceUsage:", "count", Form::Hours),
    Quantity::new("InstanceUsage:", "instances", Form::Hours),
    Quantity::new("InstanceUsageIOOptimized:", "instances", Form::Hours),
    Quantity::new("Multi-AZUsage:", "count", Form::Hours),
    Quantity::new("Multi-AZClusterUsage:", "count", Form::Hours),
    Quantity::new("RDS:GP2-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZ-GP2-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:GP3-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZ-GP3-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZCluster-GP3-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:PIOPS-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZ-PIOPS-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZCluster-PIOPS-Storage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:PIOPS-Storage-IO2", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZ-PIOPS-Storage-IO2", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZCluster-PIOPS-Storage-IO2", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:StorageUsage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:Multi-AZ-StorageUsage", "storage.size", Form::GbOfEach),
    Quantity::new("RDS:StorageIOUsage", "storage.io_requests", Form::CountFlow),
    Quantity::new("RDS:ChargedBackupUsage", "backup", Form::Gb),
    Quantity::new("CPUCredits:", "cpu_credits", Form::VcpuHours),
    Quantity::new("Aurora:StorageUsage", "storage", Form::Gb),
    Quantity::new("Aurora:StorageIOUsage", "io_requests", Form::CountFlow),
    Quantity::new("Aurora:BackupUsage", "charged_backup", Form::Gb),
];

pub(super) fn read(part: &Part<'_>) -> Result<Component, Problem> {
    match scalar::word(part.table.need("engine", "\"postgres\"")?, "engine of RDS", &ENGINES)? {
        Which::Rds(engine) => instance(part, engine).map(Component::from),
        Which::Aurora(engine) => aurora(part, engine).map(Component::from),
    }
}

fn instance(part: &Part<'_>, engine: Engine) -> Result<Rds, Problem> {
    let table = &part.table;
    let class = part.class(table.need("class", "\"db.t4g.micro\"")?, ServiceCode::Rds.code())?;
    let deployment = deployment(table)?;
    let storage_node = table.need("storage", "{ type = \"gp3\", size = \"20 GB\" }")?;
    let storage = storage(part, storage_node, deployment)?;
    let cpu_credits = cpu_credits(part, &class.name)?;
    Ok(Rds {
        engine,
        class,
        count: table.read("count", |node| scalar::whole(node, 1, MOST))?.unwrap_or(1),
        deployment,
        running: part.clock.running(table.opt("running"))?,
        storage,
        backup_gb: table.read("backup", |node| scalar::gb(node, false, "\"30 GB\""))?.unwrap_or_default(),
        cpu_credit_vcpu_hours: cpu_credits,
        proxy: table.read("proxy", scalar::boolean)?.unwrap_or(false),
        extended_support: part.extended_support()?,
        snapshot_export_gb: snapshot_export(part)?,
    })
}

fn deployment(table: &Reader<'_>) -> Result<Deployment, Problem> {
    let words = [
        ("single-az", Deployment::SingleAz),
        ("multi-az", Deployment::MultiAz),
        ("multi-az-cluster", Deployment::MultiAzCluster),
    ];
    let named = table.read("deployment", |node| Ok((scalar::word(node, "deployment", &words)?, node)))?;
    // As in Terraform and the API.
    let multi_az = table.read("multi_az", |node| Ok((scalar::boolean(node)?, node)))?;
    match (named, multi_az) {
        (Some(_), Some((_, node))) => {
            Err(Problem::new(&node.at, "`deployment` and `multi_az` say the same thing twice"))
        }
        (Some((deployment, _)), None) => Ok(deployment),
        (None, Some((true, _))) => Ok(Deployment::MultiAz),
        (None, _) => Ok(Deployment::SingleAz),
    }
}

fn storage(part: &Part<'_>, node: &Node, deployment: Deployment) -> Result<Storage, Problem> {
    let table = Reader::new(node, "`storage`")?;
    let kinds = [
        ("gp2", "gp2"),
        ("gp3", "gp3"),
        ("io1", "io1"),
        ("io2", "io2"),
        ("magnetic", "magnetic"),
        ("standard", "magnetic"),
    ];
    let kind_node = table.need("type", "\"gp3\"")?;
    let kind = scalar::word(kind_node, "storage type", &kinds)?;
    let size_node = table.need("size", "\"20 GB\"")?;
    let size_gb = scalar::gb(size_node, true, "\"20 GB\"")?;
    // Of the RDS API's reference on `AllocatedStorage`.
    let (least, most) = match kind {
        "io1" | "io2" => (100, 65_536),
        "magnetic" => (5, 3_072),
        _ => (20, 65_536),
    };
    if size_gb.to_whole().is_none_or(|size| !(least..=most).contains(&size)) {
        let message = format!("{kind} storage has {least} to {most} GB, in whole GB");
        return Err(Problem::new(&size_node.at, message));
    }
    let iops_node = table.opt("iops");
    let iops = iops_node.map(|node| scalar::whole(node, 0, MOST)).transpose()?;
    let throughput_node = table.opt("throughput");
    let throughput = throughput_node.map(|node| scalar::whole(node, 0, MOST)).transpose()?;
    let requests_node = table.opt("io_requests");
    let requests = requests_node.map(|node| scalar::count_flow(node, part.horizon())).transpose()?;
    table.finish()?;
    let unused = |node: Option<&Node>, key: &str| match node {
        Some(node) => Err(Problem::new(&node.at, format!("{kind} has no `{key}` to set")).help("leave it out")),
        None => Ok(()),
    };
    if kind != "gp3" {
        unused(throughput_node, "throughput")?;
    }
    if kind != "magnetic" {
        unused(requests_node, "io_requests")?;
    }
    let (base_iops, base_throughput) = Storage::gp3_baseline(size_gb);
    let need_iops =
        || iops.ok_or_else(|| Problem::new(&node.at, format!("{kind} needs `iops`")).help("for example: iops = 3000"));
    let kind = match kind {
        "gp3" => {
            StorageKind::Gp3 { iops: iops.unwrap_or(base_iops), throughput: throughput.unwrap_or(base_throughput) }
        }
        "io1" => StorageKind::Io1 { iops: need_iops()? },
        "io2" => StorageKind::Io2 { iops: need_iops()? },
        "magnetic" => {
            unused(iops_node, "iops")?;
            StorageKind::Magnetic { requests: requests.unwrap_or_default() }
        }
        _ => {
            unused(iops_node, "iops")?;
            StorageKind::Gp2
        }
    };
    if deployment == Deployment::MultiAzCluster && matches!(kind, StorageKind::Gp2 | StorageKind::Magnetic { .. }) {
        return Err(Problem::new(&kind_node.at, "a Multi-AZ cluster stores on gp3, io1 or io2"));
    }
    let at = throughput_node.or(iops_node).unwrap_or(node);
    Storage::new(kind, size_gb).map_err(|invalid| Problem::new(&at.at, invalid.to_string()))
}

fn cpu_credits(part: &Part<'_>, class: &str) -> Result<Ratio, Problem> {
    let Some(node) = part.table.opt("cpu_credits") else { return Ok(Ratio::ZERO) };
    if !class.starts_with("db.t3.") && !class.starts_with("db.t4g.") {
        return Err(
            Problem::new(&node.at, format!("{class} has no CPU credits")).help("only db.t3 and db.t4g classes have")
        );
    }
    scalar::unit_flow(node, "vCPU-hours", part.horizon(), "\"30 vCPU-hours/month\"")
}

fn snapshot_export(part: &Part<'_>) -> Result<Ratio, Problem> {
    Ok(part.table.read("snapshot_export", |node| scalar::gb_flow(node, part.horizon()))?.unwrap_or_default())
}

fn aurora(part: &Part<'_>, engine: AuroraEngine) -> Result<Aurora, Problem> {
    let table = &part.table;
    let horizon = part.horizon();
    let class_node = table.opt("class");
    let serverless = table.opt("acu");
    let count_node = table.opt("instances");
    let running_node = table.opt("running");
    let mut cpu_credit_vcpu_hours = Ratio::ZERO;
    let capacity = match (class_node, serverless) {
        (Some(node), None) => {
            let class = part.class(node, ServiceCode::Rds.code())?;
            cpu_credit_vcpu_hours = cpu_credits(part, &class.name)?;
            AuroraCapacity::Instances {
                class,
                count: count_node.map(|node| scalar::whole(node, 1, MOST)).transpose()?.unwrap_or(1),
                running: part.clock.running(running_node)?,
            }
        }
        (None, Some(node)) => {
            if let Some(other) = count_node.or(running_node) {
                return Err(Problem::new(&other.at, "a serverless cluster is described by `acu` alone"));
            }
            AuroraCapacity::ServerlessV2(part.clock.schedule(node, "acu", acu)?)
        }
        (Some(_), Some(node)) => {
            return Err(Problem::new(&node.at, "`acu` and `class` cannot be mixed")
                .help("one makes a serverless cluster, the other instances"));
        }
        (None, None) => {
            return Err(Problem::new(&table.at, format!("{} needs `class` or `acu`", table.name))
                .help("class = \"db.r6g.large\", or acu = 2 for Serverless v2"));
        }
    };
    let io_optimized = table.read("io_optimized", scalar::boolean)?.unwrap_or(false);
    let flow = |key| table.read(key, |node| scalar::count_flow(node, horizon)).map(Option::unwrap_or_default);
    Ok(Aurora {
        engine,
        capacity,
        io_optimized,
        storage_gb: scalar::gb(table.need("storage", "\"50 GB\"")?, false, "\"50 GB\"")?,
        io_requests: io_requests(part)?,
        charged_backup_gb: table
            .read("charged_backup", |node| scalar::gb(node, false, "\"40 GB\""))?
            .unwrap_or_default(),
        backtrack_records: flow("backtrack_records")?,
        cpu_credit_vcpu_hours,
        extended_support: part.extended_support()?,
        snapshot_export_gb: snapshot_export(part)?,
    })
}

/// Requests, as a flow or as a schedule of flows.
fn io_requests(part: &Part<'_>) -> Result<Ratio, Problem> {
    let Some(node) = part.table.opt("io_requests") else { return Ok(Ratio::ZERO) };
    if matches!(node.value, crate::tree::Value::Table(_)) {
        let a_second = part.clock.schedule(node, "io_requests", |node| scalar::per_second(node, part.horizon()))?;
        return Ok(a_second.integrate(|rate| rate));
    }
    scalar::count_flow(node, part.horizon())
}

/// Aurora capacity units, on average: 0 to 256.
fn acu(node: &Node) -> Result<Ratio, Problem> {
    let acu = scalar::number(node, "2")?;
    if acu > Ratio::whole(256) {
        return Err(Problem::new(&node.at, "a serverless instance has at most 256 ACUs"));
    }
    Ok(acu)
}
