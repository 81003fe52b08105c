use super::*;
use jiff::tz::TimeZone;
use stackcost_model::exact::Ratio;
use stackcost_model::report::Subject;
use stackcost_model::scaling::{
    Activity, Autoscaling, Cause, Direction, Load, LoadUnit, Metric, NotScaled, Outcome, Policy, Run, Served,
    TargetTracking,
};
use stackcost_model::simulation::Simulation;
use stackcost_model::timeline::Timeline;

/// 2026-10-05T00:00Z.
const START: i64 = 1_791_158_400;

fn service() -> Autoscaling {
    let policy = Policy::TargetTracking(TargetTracking::new(Metric::Cpu, 500_000));
    Autoscaling { over: Ratio::new(1, 2), ..Autoscaling::between(2, 10, Ratio::whole(10)) }.with(policy)
}

/// Two hours of 10 a minute, two of 20: 2 tasks are needed, then 4.
fn load() -> Load {
    let values = (0..240).map(|minute| if minute < 120 { 10 } else { 20 }).collect();
    Load::new(LoadUnit::RequestsPerMinute, START, 60, 1, values).unwrap()
}

/// Two tasks, four from the third hour and 10 minutes on, five in the last hour.
fn run() -> Run {
    let steps = [(7_800, 2), (3_000, 4), (3_600, 5)];
    let activity = |at, outcome| Activity {
        at,
        cause: Cause::Policy { policy: 0, direction: Direction::Out, metric: 1_000_000 },
        from: 2,
        to: if outcome == Outcome::Successful { 4 } else { 2 },
        running: 2,
        outcome,
    };
    Run {
        seconds: 14_400,
        billed: Timeline::steps([(7_770, 2), (3_030, 4), (3_600, 5)]).unwrap(),
        running: Timeline::steps(steps).unwrap(),
        task_seconds: 7_770 * 2 + 3_030 * 4 + 3_600 * 5,
        spot_task_seconds: 0,
        launches: 3,
        interruptions: 0,
        peak: 5,
        served: Served::default(),
        latencies: Vec::new(),
        activities: vec![
            activity(7_740, Outcome::NotScaled(NotScaled::Cooldown)),
            activity(7_770, Outcome::Successful),
        ],
    }
}

fn clock() -> Clock {
    Clock::new(START, TimeZone::UTC)
}

#[test]
fn the_plot_says_what_runs_what_is_needed_and_when() {
    let text = plot(&run(), &load(), &service(), 48, &clock());
    let want = "\
tasks over time: █ running and needed for the
load to be at target, ░ running, x needed but
not running
    5 |                              ░░░░░░░░░░
      |                              ░░░░░░░░░░
    4 |                    x███████████████████
      |                    x███████████████████
    3 |                    x███████████████████
      |                    x███████████████████
    2 |████████████████████████████████████████
      |████████████████████████████████████████
    1 |████████████████████████████████████████
      |████████████████████████████████████████
    0 ++---------+---------+---------+---------
       10-05     01:00     02:00     03:00
from 2026-10-05 00:00 to 2026-10-05 04:00 (UTC)
";
    assert_eq!(text, want);
}

#[test]
fn no_line_of_a_plot_is_wider_than_the_terminal() {
    for width in [20, 30, 40, 80, 120, 300] {
        let text = plot(&run(), &load(), &service(), width, &clock());
        let widest = text.lines().map(|line| line.chars().count()).max().unwrap_or(0);
        assert!(widest <= width, "{widest} in {width} columns:\n{text}");
        assert!(text.lines().filter(|line| line.contains('|')).count() == 10, "{text}");
    }
}

#[test]
fn a_load_shorter_than_the_plot_is_wide() {
    let load = Load::new(LoadUnit::TaskUnits, START, 60, 1, vec![1]).unwrap();
    let both = Timeline::constant(2, 60);
    let short = Run { seconds: 60, billed: both.clone(), running: both, ..run() };
    let text = plot(&short, &load, &service(), 80, &clock());
    // One task is kept busy, at half its capacity by two.
    assert!(text.contains(&format!("    2 |{}\n", "░".repeat(72))), "{text}");
    assert!(text.contains(&format!("    1 |{}\n", "█".repeat(72))), "{text}");
}

#[test]
fn the_picture_is_xml_with_a_point_for_each_side_of_a_column() {
    let text = picture(&run(), &load(), &service(), &clock()).into_string();
    let document = roxmltree::Document::parse(&text).expect("XML");
    let svg = document.root_element();
    assert_eq!(svg.tag_name().namespace(), Some("http://www.w3.org/2000/svg"));
    let lines: Vec<_> =
        svg.children().filter(|node| node.has_tag_name(("http://www.w3.org/2000/svg", "polyline"))).collect();
    let names: Vec<&str> = lines.iter().filter_map(|line| line.first_element_child()?.text()).collect();
    assert_eq!(names, ["load, in tasks at 100 %", "needed to be at target", "billed", "running"]);
    for line in &lines {
        let points: Vec<(u64, u64)> = line
            .attribute("points")
            .expect("points")
            .split(' ')
            .map(|point| point.split_once(',').map(|(x, y)| (x.parse().unwrap(), y.parse().unwrap())).unwrap())
            .collect();
        assert_eq!(points.len(), 2 * 960);
        assert!(points.windows(2).all(|pair| pair[0].0 <= pair[1].0), "time goes forward");
        assert!(points.iter().all(|&(x, y)| (56..=1_016).contains(&x) && (16..=336).contains(&y)), "within the axes");
    }
    // Nothing is loaded from elsewhere, and no program runs.
    assert!(!text.contains("href") && !text.contains("<script") && !text.contains("url("), "{text}");
}

#[test]
fn names_are_escaped_in_pictures_and_cells() {
    let mut service = service();
    if let Policy::TargetTracking(policy) = &mut service.policies[0] {
        policy.name = "=HYPERLINK(\"x\")".to_string();
    }
    let load = load();
    let none: [String; 0] = [];
    let of = Subject {
        scenario: None,
        component: "fargate.api",
        load: &load,
        service: &service,
        source: "trace",
        usual_step: 60,
        remarks: &none,
        zone: "UTC",
    };
    let (courses, bounds) = (Vec::new(), Vec::new());
    let simulation = Simulation { run: run(), courses, bounds, range: None, without_deployments: None };
    let text = activities_csv(&simulation, &of, &clock());
    assert_eq!(
        text,
        "time,second,from,to,running,successful,policy,metric,value,comparison,threshold,reason\n\
         2026-10-05T02:09:00Z,7740,2,2,2,false,\"'=HYPERLINK(\"\"x\"\")\",CPUUtilization,100 %,>,50 %,alarm high: CPUUtilization 100 % > 50 %; not scaled: cooldown\n\
         2026-10-05T02:09:30Z,7770,2,4,2,true,\"'=HYPERLINK(\"\"x\"\")\",CPUUtilization,100 %,>,50 %,alarm high: CPUUtilization 100 % > 50 %\n"
    );
}

#[test]
fn steps_are_one_after_another_without_gaps() {
    let text = steps_csv(&run(), &clock());
    assert_eq!(
        text,
        "from,to,second,seconds,running,billed\n\
         2026-10-05T00:00:00Z,2026-10-05T02:09:30Z,0,7770,2,2\n\
         2026-10-05T02:09:30Z,2026-10-05T02:10:00Z,7770,30,2,4\n\
         2026-10-05T02:10:00Z,2026-10-05T03:00:00Z,7800,3000,4,4\n\
         2026-10-05T03:00:00Z,2026-10-05T04:00:00Z,10800,3600,5,5\n"
    );
}
