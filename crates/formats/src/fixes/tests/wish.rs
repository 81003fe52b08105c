use super::super::{read_wish, wish_example};
use super::cases;
use proptest::prelude::*;
use stackcost_model::exact::Ratio;
use stackcost_model::fixes::Wish;
use stackcost_model::fixes::setting::TargetTracking;
use stackcost_model::fixes::wish::{
    AlarmsWish, BillingWish, BudgetWish, DashboardWish, DeploymentWish, EcrWish, LogsWish, PortsWish, ScalingWish,
};
use stackcost_model::money::Usd;

const ALL: &str = r#"
protect  = ["/audit/*", "legacy-*"]
services = ["prod/*"]
[ecr]
keep = 5
untagged = "14d"
rollback_revisions = 2
scan_on_push = false
[logs]
retention = "90d"
rules = [{ groups = "*debug*", retention = "7d" }, { groups = "/prod/*", retention = 90 }]
allow_shorten = true
compression = 0.2
[billing]
thresholds = [50, 75.5, "100 USD"]
topic = "alerts"
emails = ["ops@example.com"]
[budget]
name = "all"
amount = "100"
forecast = "90%"
[deployment]
minimum_healthy = "50%"
maximum = "150%"
[scaling."prod/api"]
min = 2
max = 10
metric = "cpu"
target = "62.5%"
scale_out_cooldown = "60s"
scale_in_cooldown = "5min"
[scaling."prod/web"]
min = 1
max = 4
metric = "requests"
target = "20/s"
policy = "web"
disable_scale_in = true
resource_label = "app/web/1/targetgroup/web/2"
[alarms]
topic = "pages"
emails = ["a@b", "c@d"]
errors_5xx = 3
p99 = "250ms"
cpu = "70%"
[dashboard]
name = "signals"
[tags]
cost_allocation = ["Environment"]
[container_insights]
want = "enhanced"
[ports]
web = [443, 8443]
"#;

#[test]
fn everything_can_be_wished() {
    // `90` days without a unit is not what is written, so that one rule is another mistake below.
    let text = ALL.replace("retention = 90 }", "retention = \"90d\" }");
    let wish = read_wish("fixes.toml", &text).unwrap_or_else(|problems| panic!("{problems}"));
    let texts = |texts: &[&str]| texts.iter().map(ToString::to_string).collect::<Vec<_>>();
    let usd = |text| Usd::parse(text).expect("an amount");
    let tracking = |metric: &str, target: &str| TargetTracking {
        metric: metric.into(),
        resource_label: None,
        target: target.into(),
        scale_out_cooldown: None,
        scale_in_cooldown: None,
        disable_scale_in: false,
    };
    let api = TargetTracking {
        scale_out_cooldown: Some(60),
        scale_in_cooldown: Some(300),
        ..tracking("ECSServiceAverageCPUUtilization", "62.5")
    };
    let web = TargetTracking {
        resource_label: Some("app/web/1/targetgroup/web/2".into()),
        disable_scale_in: true,
        ..tracking("ALBRequestCountPerTarget", "1200")
    };
    let expected = Wish {
        protect: texts(&["/audit/*", "legacy-*"]),
        services: texts(&["prod/*"]),
        ecr: EcrWish { keep: 5, headroom: 0, untagged_days: Some(14), rollback_revisions: 2, scan_on_push: false },
        logs: LogsWish {
            days: 90,
            rules: vec![("*debug*".into(), 7), ("/prod/*".into(), 90)],
            allow_shorten: true,
            compression: Ratio::new(1, 5),
        },
        billing: BillingWish {
            thresholds: vec![usd("50"), usd("75.5"), usd("100")],
            expected: None,
            topic: "alerts".into(),
            emails: texts(&["ops@example.com"]),
        },
        budget: Some(BudgetWish { name: "all".into(), amount: usd("100"), forecast_percent: 90 }),
        deployment: DeploymentWish { on: true, minimum_healthy: 50, maximum: 150 },
        scaling: [
            ("prod/api".into(), ScalingWish { min: 2, max: 10, policy: "cpu-target".into(), tracking: api }),
            ("prod/web".into(), ScalingWish { min: 1, max: 4, policy: "web".into(), tracking: web }),
        ]
        .into(),
        alarms: AlarmsWish {
            on: true,
            topic: "pages".into(),
            emails: texts(&["a@b", "c@d"]),
            errors_5xx: 3,
            p99_seconds: "0.25".into(),
            cpu_percent: 70,
        },
        dashboard: DashboardWish { on: true, name: "signals".into() },
        cost_tags: texts(&["Environment"]),
        container_insights: Some("enhanced".into()),
        ports: PortsWish { web: vec![443, 8443] },
    };
    assert_eq!(wish, expected);
}

#[test]
fn nothing_has_to_be_wished() {
    assert_eq!(read_wish("fixes.toml", ""), Ok(Wish::default()));
    assert_eq!(read_wish("fixes.toml", "[ecr]\n[logs]\n[billing]\n[alarms]\n[scaling]\n[tags]\n"), Ok(Wish::default()));
    let off = read_wish("fixes.toml", "deployment = false\nalarms = false\ndashboard = false\n").expect("a wish");
    assert_eq!((off.deployment.on, off.alarms.on, off.dashboard.on), (false, false, false));
    assert_eq!(read_wish("fixes.toml", "alarms = true\n"), Ok(Wish::default()));
    let budget = read_wish("fixes.toml", "[budget]\namount = 100\n").expect("a wish").budget.expect("a budget");
    assert_eq!((budget.name.as_str(), budget.forecast_percent), ("monthly", 100));
}

#[test]
fn the_example_is_what_counts_without_it() {
    assert_eq!(read_wish("fixes.toml", wish_example()), Ok(Wish::default()));
    // What it gives as examples can be read, too: these lines are switched on.
    let switched_on: String = wish_example()
        .lines()
        .map(|line| match line.strip_prefix('#') {
            Some(rest) if !rest.starts_with(' ') => format!("{rest}\n"),
            _ => format!("{line}\n"),
        })
        .collect();
    let wish = read_wish("fixes.toml", &switched_on).unwrap_or_else(|problems| panic!("{problems}"));
    let every = [
        wish.protect.len(),
        wish.services.len(),
        wish.logs.rules.len(),
        wish.billing.thresholds.len(),
        wish.billing.emails.len(),
        wish.alarms.emails.len(),
        wish.scaling.len(),
        wish.cost_tags.len(),
        usize::from(wish.budget.is_some()),
        usize::from(wish.container_insights.is_some()),
        usize::from(wish.ecr.untagged_days.is_some()),
    ];
    assert!(every.iter().all(|count| *count > 0), "{every:?}");
}

/// What is said of a text, problem by problem.
fn said(text: &str) -> Vec<String> {
    match read_wish("fixes.toml", text) {
        Ok(_) => panic!("this can be wished:\n{text}"),
        Err(problems) => problems.0.iter().map(ToString::to_string).collect(),
    }
}

#[test]
fn what_cannot_be_wished_is_told_at_its_place() {
    for (text, expected) in [
        // Keys and forms.
        ("keep = 10", "fixes.toml:1:1: unknown key `keep` in the wish file (known keys: @)"),
        ("[log]", "fixes.toml:1:2: unknown key `log` in the wish file (did you mean \"logs\"?)"),
        ("[ecr]\nkepe = 10", "fixes.toml:2:1: unknown key `kepe` in [ecr] (did you mean \"keep\"?)"),
        ("ecr = 10", "fixes.toml:1:7: [ecr] must be a table, not a number (write [ecr], then its keys)"),
        ("ecr = ", "fixes.toml:1:7: not valid TOML: string values must be quoted, expected literal string"),
        (
            "dashboard = \"no\"",
            "fixes.toml:1:13: `dashboard` is a table or false, not a string (write [dashboard] with what is wished, \
             or dashboard = false)",
        ),
        ("protect = \"/audit/*\"", "fixes.toml:1:11: a list is wanted, not a string (write it in brackets: [...])"),
        (
            "protect = [\"a\", \"\"]",
            "fixes.toml:1:17: an empty pattern fits nothing (write a name, with * for any run of characters: \
             \"/audit/*\")",
        ),
        // Registries.
        ("[ecr]\nkeep = 0", "fixes.toml:2:8: 0 is not what is wanted here (write a whole number from 1 to 1000000)"),
        ("[ecr]\nuntagged = 14", "fixes.toml:2:12: the unit is missing (write a length of time such as \"14d\")"),
        (
            "[ecr]\nuntagged = \"0d\"",
            "fixes.toml:2:12: less than a day cannot be asked for (write whole days such as \"14d\")",
        ),
        ("[ecr]\nscan_on_push = 1", "fixes.toml:2:16: 1 is not what is wanted here (write true or false)"),
        // Logs.
        (
            "[logs]\nretention = \"31d\"",
            "fixes.toml:2:13: CloudWatch Logs does not offer a retention of 31 days (nearest: 30d, 60d)",
        ),
        (
            "[logs]\nretention = \"9999d\"",
            "fixes.toml:2:13: CloudWatch Logs does not offer a retention of 9999 days (nearest: 3653d)",
        ),
        (
            "[logs]\nretention = \"never\"",
            "fixes.toml:2:13: a retention of \"never\" is what is mended, not wished (protect = [\"/audit/*\"] leaves \
             log groups as they are)",
        ),
        (
            "[logs]\nrules = [{ groups = \"*\" }]",
            "fixes.toml:2:10: a rule needs `retention` (for example: retention = \"90d\")",
        ),
        (
            "[logs]\nrules = [\"*debug*\"]",
            "fixes.toml:2:10: a rule must be a table, not a string (write { groups = \"/prod/*\", retention = \"90d\" \
             })",
        ),
        (
            "[logs]\nrules = [{ groups = \"*\", retention = \"2d\" }]",
            "fixes.toml:2:38: CloudWatch Logs does not offer a retention of 2 days (nearest: 1d, 3d)",
        ),
        (
            "[logs]\ncompression = 1.5",
            "fixes.toml:2:15: compressed logs are not larger than they were (write a part such as 0.15)",
        ),
        // Money and who is told.
        (
            "[billing]\nthresholds = [50, 40]",
            "fixes.toml:2:19: a threshold of 40 USD is less than the one before it (write them in ascending order, \
             each once)",
        ),
        (
            "[billing]\nthresholds = [50, \"50.00 USD\"]",
            "fixes.toml:2:19: a threshold of 50 USD is there twice (write them in ascending order, each once)",
        ),
        ("[billing]\nthresholds = [0]", "fixes.toml:2:15: this must be more than nothing (write dollars such as 75)"),
        (
            "[billing]\nthresholds = [-5]",
            "fixes.toml:2:15: a quantity cannot be negative (write dollars such as 75, \"75.50\" or \"75 USD\")",
        ),
        (
            "[billing]\nthresholds = [\"50 EUR\"]",
            "fixes.toml:2:15: `EUR` is no unit that fits here (write dollars such as 75, \"75.50\" or \"75 USD\")",
        ),
        (
            "[billing]\ntopic = \"billing alerts\"",
            "fixes.toml:2:9: an SNS topic cannot be called \"billing alerts\" (AWS permits 1 to 256 letters from A to \
             Z and a to z, digits, - and _)",
        ),
        (
            "[billing]\nemails = [\"ops@example.com\", \"ops\"]",
            "fixes.toml:2:30: \"ops\" is no e-mail address (write one address, such as \"ops@example.com\")",
        ),
        (
            "[billing]\nemails = [\"a@b@c\"]",
            "fixes.toml:2:11: \"a@b@c\" is no e-mail address (write one address, such as \"ops@example.com\")",
        ),
        (
            "[alarms]\nemails = [\"a b@c\"]",
            "fixes.toml:2:11: \"a b@c\" is no e-mail address (write one address, such as \"ops@example.com\")",
        ),
        ("[budget]\nname = \"x\"", "fixes.toml:1:2: [budget] needs `amount` (for example: amount = 100)"),
        (
            "[budget]\nname = \"a:b\"\namount = 1",
            "fixes.toml:2:8: a budget cannot be called \"a:b\" (AWS permits 1 to 100 characters other than : and \\)",
        ),
        (
            "[budget]\namount = 1\nforecast = 100",
            "fixes.toml:3:12: the unit is missing (write whole percent from \"1%\" to \"1000%\")",
        ),
        // Services.
        (
            "[deployment]\nmaximum = \"100%\"",
            "fixes.toml:2:11: at 100% healthy and 100% at most nothing could roll: no task may stop before its \
             successor runs, and there is no room for a successor (write maximum = \"200%\", or minimum_healthy = \
             \"50%\")",
        ),
        (
            "[deployment]\nminimum_healthy = \"101%\"",
            "fixes.toml:2:19: \"101%\" is not what is wanted here (write whole percent from \"0%\" to \"100%\")",
        ),
        ("[scaling.api]\nmin = 1", "fixes.toml:1:10: `api` names no service (write [scaling.\"CLUSTER/SERVICE\"])"),
        (
            "[scaling.\"c/s\"]\nmin = 4\nmax = 2\nmetric = \"cpu\"\ntarget = \"70%\"",
            "fixes.toml:2:7: `min` is 4, which is more than `max`, 2",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 0\nmax = 0\nmetric = \"cpu\"\ntarget = \"70%\"",
            "fixes.toml:3:7: 0 is not what is wanted here (write a whole number from 1 to 1000000)",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"cpus\"\ntarget = \"70%\"",
            "fixes.toml:4:10: \"cpus\" is no metric (did you mean \"cpu\"?)",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"cpu\"\ntarget = \"0%\"",
            "fixes.toml:5:10: this must be more than nothing",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"cpu\"\ntarget = 70",
            "fixes.toml:5:10: 70 is not what is wanted here (write a share from \"0%\" to \"100%\")",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"requests\"\ntarget = 1000",
            "fixes.toml:1:10: [scaling.\"c/s\"] needs `resource_label` (requests are counted for one target group of \
             one load balancer: resource_label = \"app/NAME/ID/targetgroup/NAME/ID\", the ends of their two ARNs)",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"cpu\"\ntarget = \"70%\"\nresource_label = \
             \"app/w/1/targetgroup/w/2\"",
            "fixes.toml:6:18: `resource_label` means nothing for the metric \"cpu\" (it goes with metric = \
             \"requests\")",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"requests\"\ntarget = \"50000/h\"\nresource_label = \
             \"app/w/1/targetgroup/w/2\"",
            "fixes.toml:5:10: this has no end as a decimal number (write it for each minute)",
        ),
        (
            "[scaling.\"c/s\"]\nmin = 1\nmax = 2\nmetric = \"cpu\"\ntarget = \"70%\"\nscale_in_cooldown = \"0.5s\"",
            "fixes.toml:6:21: this is no cooldown (write whole seconds such as \"60s\", or \"5min\")",
        ),
        ("[alarms]\np99 = \"0s\"", "fixes.toml:2:7: this must be more than nothing"),
        (
            "[alarms]\ncpu = \"180%\"",
            "fixes.toml:2:7: \"180%\" is not what is wanted here (write whole percent from \"1%\" to \"100%\")",
        ),
        (
            "[dashboard]\nname = \"golden signals\"",
            "fixes.toml:2:8: a dashboard cannot be called \"golden signals\" (AWS permits 1 to 255 letters from A to \
             Z and a to z, digits, - and _)",
        ),
        // The others.
        (
            "[container_insights]\nwant = \"on\"",
            "fixes.toml:2:8: \"on\" is no state of Container Insights (one of: enabled, enhanced, disabled)",
        ),
        (
            "[tags]\ncost_allocation = [\"\"]",
            "fixes.toml:2:20: the key of a tag is printable text (such as \"Environment\")",
        ),
        ("[ports]\nweb = [0]", "fixes.toml:2:8: 0 is not what is wanted here (write a whole number from 1 to 65535)"),
        (
            "[ports]\nweb = [65536]",
            "fixes.toml:2:8: 65536 is not what is wanted here (write a whole number from 1 to 65535)",
        ),
    ] {
        let known = "alarms, billing, budget, container_insights, dashboard, deployment, ecr, logs, ports, protect, \
                     scaling, services, tags";
        assert_eq!(
            said(text),
            [expected.replace('@', if expected.contains("known keys") { known } else { "@" })],
            "{text}"
        );
    }
}

#[test]
fn all_mistakes_are_told_at_once() {
    let text = "\
protect = [\"\"]
[ecr]
keep = 0
untaged = \"1d\"
[logs]
retention = \"2d\"
compression = \"2\"
[scaling.\"c/s\"]
minn = 1
metric = \"cpu\"
[ports]
web = 80
[nonsense]
";
    let lines: Vec<&str> = "1 3 4 6 7 9 8 8 12 13".split(' ').collect();
    let said = said(text);
    let found: Vec<&str> = said.iter().filter_map(|problem| problem.split(':').nth(1)).collect();
    assert_eq!(found, lines, "{}", said.join("\n"));
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn damaged_wishes_do_no_harm(
        example in any::<bool>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), "\\PC|\n|[0-9%\"'\\[\\]=.{}]", 0_u8..3), 1..6),
    ) {
        let mut signs: Vec<char> = if example { wish_example() } else { ALL }.chars().collect();
        for (at, with, how) in changes {
            let at = at.index(signs.len());
            let sign = with.chars().next().unwrap_or('x');
            match how {
                0 => signs[at] = sign,
                1 => signs.insert(at, sign),
                _ => {
                    signs.remove(at);
                }
            }
        }
        let text: String = signs.into_iter().collect();
        if let Err(problems) = read_wish("fixes.toml", &text) {
            prop_assert!(!problems.0.is_empty());
            for problem in problems.0 {
                prop_assert!(!problem.message.is_empty());
                for at in &problem.at {
                    prop_assert!(text.get(at.span.clone()).is_some(), "{:?} of {text}", at.span);
                }
            }
        }
    }
}
