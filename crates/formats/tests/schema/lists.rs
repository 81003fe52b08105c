//! Tables of a stack file, each with the least text that makes the reader come to it.

/// A service that scales: `@` as below, and `?` for more keys.
pub const SCALES: &str =
    "[fargate.x]\ncpu = 256\nmemory = 512\ntasks = { trace = 'load.csv', capacity_per_task = 1, min = 1, max = 2, ? }";

/// Tables below a service that scales, likewise.
pub const SCALING: &[(&str, &str)] = &[
    ("", "target = '70% cpu', @"),
    (".metric", "target = 5, metric = { trace = 'queue.csv', @ }"),
    (".policies[]", "policies = [{ target = '70% cpu', @ }]"),
    (".policies[].metric", "policies = [{ target = 5, metric = { trace = 'queue.csv', @ } }]"),
    (".policies[].step", "policies = [{ step = { alarm = '> 60% cpu', steps = [{ from = 0, add = 1 }], @ } }]"),
    (
        ".policies[].step.metric",
        "policies = [{ step = { alarm = '> 6', metric = { trace = 'queue.csv', @ }, steps = [{ from = 0, add = 1 }] } }]",
    ),
    (".policies[].step.steps[]", "policies = [{ step = { alarm = '> 60% cpu', steps = [{ from = 0, add = 1, @ }] } }]"),
    (".scheduled[]", "scheduled = [{ schedule = 'rate(1 day)', min = 1, @ }]"),
    (".predictive", "predictive = { @ }"),
    (".suspended[]", "target = '70% cpu', suspended = [{ from = '0s', to = '1min', @ }]"),
    (".deployments[]", "target = '70% cpu', deployments = [{ at = '1s', @ }]"),
    (".launch_time", "target = '70% cpu', launch_time = { min = '1s', max = '2s', @ }"),
];

/// Tables of a generated load, likewise; `?` stands in `generate`.
pub const GENERATES: &str = "[fargate.x]\ncpu = 256\nmemory = 512\ntasks = { generate = { length = '1h', ? }, \
                         capacity_per_task = 1, min = 1, max = 2, target = '70% cpu' }";
pub const GENERATING: &[(&str, &str)] = &[
    ("", "base = 1, @"),
    (".daily", "base = 1, daily = { height = 1, at = '12:00', @ }"),
    (".growth", "base = 1, growth = { by = '5%', per = 'day', @ }"),
    (".ramps[]", "base = 1, ramps = [{ at = '0s', height = 1, @ }]"),
    (".spikes[]", "base = 1, spikes = [{ at = '0s', lasting = '1s', height = 1, @ }]"),
];

/// Tables of a stack file, by their place in the schema, each with the least that makes the reader
/// come to them; `@` stands where one more key goes. Where keys depend on others, a table is here
/// once for each case.
pub const TABLES: &[(&str, &str)] = &[
    ("", "@"),
    ("account", "[account]\n@"),
    ("account.elsewhere.*", "[account.elsewhere]\nKMS-Requests = { quantity = 1, @ }"),
    ("account.private_rates.*", "[account.private_rates]\nKMS-Keys = { rate = 1, @ }"),
    ("account.discount", "[account]\ndiscount = { off = '1%', @ }"),
    ("account.credits[]", "[account]\ncredits = [{ amount = 1, @ }]"),
    ("account.currency", "[account]\ncurrency = { code = 'EUR', per_usd = 1, @ }"),
    ("prices.*", "[prices]\nKMS-Keys = { rate = 1, @ }"),
    ("fargate.*", "[fargate.x]\ncpu = 256\nmemory = 512\ntasks = 1\n@"),
    ("fargate.*.spot", "[fargate.x]\ncpu = 256\nmemory = 512\ntasks = 1\nspot = { share = '1%', @ }"),
    ("fargate.*.tasks", "[fargate.x]\ncpu = 256\nmemory = 512\ntasks = { runs = 1, lasting = '1h', @ }"),
    ("rds.*", "[rds.x]\nengine = 'mysql'\nclass = 'db.t3.micro'\nstorage = { type = 'gp2', size = 20 }\n@"),
    ("rds.*", "[rds.x]\nengine = 'aurora-mysql'\nclass = 'db.t3.small'\nstorage = '1 GB'\n@"),
    ("rds.*.storage", "[rds.x]\nengine = 'mysql'\nclass = 'db.t3.micro'\nstorage = { type = 'gp2', size = 20, @ }"),
    ("elasticache.*", "[elasticache.x]\nengine = 'redis'\nnode = 'cache.t3.micro'\n@"),
    ("elasticache.*.serverless", "[elasticache.x]\nengine = 'redis'\nserverless = { data = '1 GB', @ }"),
    ("elasticache.*.backups", "[elasticache.x]\nengine = 'redis'\nbackups = { count = 1, size = '1 GB', @ }"),
    ("alb.*", "[alb.x]\nrule_evaluations = 0\n@"),
    ("nlb.*", "[nlb.x]\nlcu = 1\n@"),
    ("nlb.*.tcp", "[nlb.x]\ntcp = { @ }"),
    ("nlb.*.udp", "[nlb.x]\nudp = { @ }"),
    ("nlb.*.tls", "[nlb.x]\ntls = { @ }"),
    ("ecr.*", "[ecr.x]\nstored = '1 GB'\n@"),
    ("ecr.*.images", "[ecr.x]\nimages = { pushed = '1/day', size = '1 MB', keep = 1, @ }"),
    ("ecr.*.pulled_to[]", "[ecr.x]\nstored = '1 GB'\npulled_to = [{ region = 'eu-west-1', data = 0, @ }]"),
    ("cloudwatch.*", "[cloudwatch.x]\n@"),
    ("cloudwatch.*.alarms", "[cloudwatch.x]\nalarms = { @ }"),
    ("cloudwatch.*.container_insights", "[cloudwatch.x]\ncontainer_insights = { @ }"),
    ("nat_gateway.*", "[nat_gateway.x]\n@"),
    ("public_ipv4.*", "[public_ipv4.x]\n@"),
    ("data_transfer.*", "[data_transfer.x]\n@"),
    ("data_transfer.*.inter_region[]", "[data_transfer.x]\ninter_region = [{ region = 'eu-west-1', data = 0, @ }]"),
    ("secrets_manager.*", "[secrets_manager.x]\nsecrets = 1\n@"),
    ("sns.*", "[sns.x]\n@"),
    ("kms.*", "[kms.x]\nkeys = 1\n@"),
];

/// Schedules likewise: place, key, a value, and the text with `?` for the schedule.
pub const SCHEDULES: &[(&str, &str, &str, &str)] = &[
    ("fargate.*.tasks", "tasks", "1", "[fargate.x]\ncpu = 256\nmemory = 512\ntasks = ?"),
    ("rds.*.acu", "acu", "1", "[rds.x]\nengine = 'aurora-mysql'\nacu = ?"),
    (
        "rds.*.io_requests",
        "io_requests",
        "0",
        "[rds.x]\nengine = 'aurora-mysql'\nacu = 1\nstorage = '1 GB'\nio_requests = ?",
    ),
    ("elasticache.*.serverless.data", "data", "'1 GB'", "[elasticache.x]\nengine = 'redis'\nserverless = { data = ? }"),
    ("alb.*.lcu", "lcu", "1", "[alb.x]\nlcu = ?"),
    ("alb.*.new_connections", "new_connections", "0", "[alb.x]\nnew_connections = ?"),
    ("alb.*.active_connections", "active_connections", "0", "[alb.x]\nactive_connections = ?"),
    ("alb.*.processed", "processed", "0", "[alb.x]\nprocessed = ?"),
    ("alb.*.processed_lambda", "processed_lambda", "0", "[alb.x]\nprocessed_lambda = ?"),
    ("alb.*.rule_evaluations", "rule_evaluations", "0", "[alb.x]\nrule_evaluations = ?"),
    ("alb.*.requests", "requests", "0", "[alb.x]\nrules = 20\nrequests = ?"),
    ("nlb.*.lcu", "lcu", "1", "[nlb.x]\nlcu = ?"),
    ("nlb.*.tcp.new_connections", "new_connections", "0", "[nlb.x]\ntcp = { new_connections = ? }"),
    ("nlb.*.tcp.active_connections", "active_connections", "0", "[nlb.x]\ntcp = { active_connections = ? }"),
    ("nlb.*.tcp.processed", "processed", "0", "[nlb.x]\ntcp = { processed = ? }"),
    ("nlb.*.udp.new_connections", "new_connections", "0", "[nlb.x]\nudp = { new_connections = ? }"),
    ("nlb.*.udp.active_connections", "active_connections", "0", "[nlb.x]\nudp = { active_connections = ? }"),
    ("nlb.*.udp.processed", "processed", "0", "[nlb.x]\nudp = { processed = ? }"),
    ("nlb.*.tls.new_connections", "new_connections", "0", "[nlb.x]\ntls = { new_connections = ? }"),
    ("nlb.*.tls.active_connections", "active_connections", "0", "[nlb.x]\ntls = { active_connections = ? }"),
    ("nlb.*.tls.processed", "processed", "0", "[nlb.x]\ntls = { processed = ? }"),
];

/// What says when something runs, likewise.
pub const RUNNING: &[(&str, &str)] = &[
    (
        "rds.*.running",
        "[rds.x]\nengine = 'mysql'\nclass = 'db.t3.micro'\nstorage = { type = 'gp2', size = 20 }\nrunning = ?",
    ),
    ("elasticache.*.running", "[elasticache.x]\nengine = 'redis'\nnode = 'cache.t3.micro'\nrunning = ?"),
    ("alb.*.running", "[alb.x]\nlcu = 1\nrunning = ?"),
    ("nlb.*.running", "[nlb.x]\nlcu = 1\nrunning = ?"),
    ("nat_gateway.*.running", "[nat_gateway.x]\nrunning = ?"),
    ("public_ipv4.*.running", "[public_ipv4.x]\nrunning = ?"),
];
