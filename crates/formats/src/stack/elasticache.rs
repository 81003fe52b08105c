//! `[elasticache.NAME]`.

use super::Part;
use super::calibrate::{Form, Quantity};
use crate::problem::Problem;
use crate::scalar::{self, MOST};
use crate::tree::{Node, Reader, Value};
use stackcost_model::meter::ServiceCode;
use stackcost_model::services::Component;
use stackcost_model::services::elasticache::{Backups, Capacity, ElastiCache, Engine};

const ENGINES: [(&str, Engine); 4] = [
    ("redis", Engine::Redis),
    ("valkey", Engine::Valkey),
    ("memcached", Engine::Memcached),
    ("redis-oss", Engine::Redis),
];

/// Keys that are quantities of a bill.
pub(super) const QUANTITIES: &[Quantity] = &[
    Quantity { instead_of: &["shards", "replicas"], ..Quantity::new("NodeUsage:", "nodes", Form::Hours) },
    Quantity::new("ElastiCacheProcessingUnits:", "serverless.ecpus", Form::CountFlow),
];

pub(super) fn read(part: &Part<'_>) -> Result<Component, Problem> {
    let table = &part.table;
    let engine = scalar::word(table.need("engine", "\"valkey\"")?, "engine of ElastiCache", &ENGINES)?;
    let node_class = table.opt("node");
    let serverless = table.opt("serverless");
    let backups_node = table.opt("backups");
    let backups = backups_node.map(read_backups).transpose()?;
    if let (Engine::Memcached, Some(_), Some(node)) = (engine, node_class, backups_node) {
        return Err(Problem::new(&node.at, "Memcached nodes have no backups"));
    }
    let capacity = match (node_class, serverless) {
        (Some(class), None) => nodes(part, engine, class)?,
        (None, Some(node)) => self::serverless(part, node)?,
        (Some(_), Some(node)) => return Err(Problem::new(&node.at, "a cache has nodes or is serverless, not both")),
        (None, None) => {
            return Err(Problem::new(&table.at, format!("{} needs `node` or `serverless`", table.name))
                .help("node = \"cache.t4g.micro\", or serverless = { data = \"1 GB\", ecpus = \"10M/month\" }"));
        }
    };
    Ok(ElastiCache { engine, capacity, backups }.into())
}

fn nodes(part: &Part<'_>, engine: Engine, class: &Node) -> Result<Capacity, Problem> {
    let table = &part.table;
    let class = part.class(class, ServiceCode::ElastiCache.code())?;
    let count = |key| table.read(key, |node| scalar::whole(node, 1, MOST));
    let nodes = table.opt("nodes");
    let (shards, replicas) = (count("shards")?, table.opt("replicas"));
    if let (Some(node), Some(_)) = (nodes, shards) {
        return Err(Problem::new(&node.at, "`nodes` and `shards` say the same thing twice"));
    }
    if let (Some(node), Some(_)) = (nodes, replicas) {
        return Err(
            Problem::new(&node.at, "`nodes` and `replicas` cannot be mixed").help("nodes = shards x (1 + replicas)")
        );
    }
    if let (Engine::Memcached, Some(node)) = (engine, replicas) {
        return Err(Problem::new(&node.at, "Memcached has no replicas").help("give `nodes`"));
    }
    let shards = match nodes {
        Some(node) => scalar::whole(node, 1, MOST)?,
        None => shards.unwrap_or(1),
    };
    let extended_support = part.extended_support()?;
    if let (Engine::Valkey | Engine::Memcached, Some(node)) = (engine, table.opt("extended_support")) {
        return Err(Problem::new(&node.at, "only Redis OSS has extended support"));
    }
    Ok(Capacity::Nodes {
        class,
        shards,
        replicas: replicas.map(|node| scalar::whole(node, 0, 5)).transpose()?.unwrap_or(0),
        running: part.clock.running(table.opt("running"))?,
        extended_support,
    })
}

fn serverless(part: &Part<'_>, node: &Node) -> Result<Capacity, Problem> {
    let table = Reader::new(node, "`serverless`")?;
    let data = table.need("data", "\"1 GB\"")?;
    let data_gb = part.clock.schedule(data, "data", |node| scalar::gb(node, false, "\"1 GB\""))?;
    let ecpus = table.read("ecpus", |node| scalar::count_flow(node, part.horizon()))?.unwrap_or_default();
    table.finish()?;
    Ok(Capacity::Serverless { data_gb, ecpus })
}

fn read_backups(node: &Node) -> Result<Backups, Problem> {
    if !matches!(node.value, Value::Table(_)) {
        return Err(
            Problem::new(&node.at, "how many backups, and how large?").help("backups = { count = 7, size = \"2 GB\" }")
        );
    }
    let table = Reader::new(node, "`backups`")?;
    let count = scalar::whole(table.need("count", "7")?, 0, MOST)?;
    let size_gb = scalar::gb(table.need("size", "\"2 GB\"")?, false, "\"2 GB\"")?;
    table.finish()?;
    Ok(Backups { count, size_gb })
}
