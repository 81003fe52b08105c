use super::super::{ReadJournal, journal_header, journal_line, read_journal};
use super::plan::small;
use super::{cases, plans};
use proptest::prelude::*;
use stackcost_model::fixes::setting::State;
use stackcost_model::fixes::{Entry, Journal, Outcome};

const STEP: &str = "123456789012 us-east-1 log-retention /ecs/api";

fn entries() -> [Entry; 2] {
    let at = |text: &str| text.parse().expect("a time");
    let outcome = Outcome::Stale { found: Some(State::LogRetention { days: 7 }) };
    [
        Entry::Intent { at: at("2026-10-02T09:00:00Z"), step: STEP.into() },
        Entry::Outcome { at: at("2026-10-02T09:00:01.5Z"), step: STEP.into(), outcome },
    ]
}

fn write(journal: &Journal) -> String {
    let lines = journal.entries.iter().map(journal_line);
    std::iter::once(journal_header(&journal.plan)).chain(lines).collect()
}

#[test]
fn a_journal_looks_like_this() {
    let journal = Journal { plan: small(), entries: entries().to_vec() };
    let text = write(&journal);
    let lines: Vec<&str> = text.lines().collect();
    assert!(lines[0].starts_with("{\"schema\":\"stackcost.journal/1\",\"digest\":\"sha256:"), "{}", lines[0]);
    assert_eq!(
        lines[1..],
        [
            "{\"entry\":\"intent\",\"at\":\"2026-10-02T09:00:00Z\",\
             \"step\":\"123456789012 us-east-1 log-retention /ecs/api\"}",
            "{\"entry\":\"outcome\",\"at\":\"2026-10-02T09:00:01.5Z\",\
             \"step\":\"123456789012 us-east-1 log-retention /ecs/api\",\
             \"outcome\":{\"how\":\"stale\",\"found\":{\"kind\":\"log-retention\",\"days\":7}}}",
        ]
    );
    assert_eq!(read_journal("j", text.as_bytes()), Ok(ReadJournal { journal, cut: None }));
}

#[test]
fn an_unfinished_last_line_is_dropped() {
    let header = journal_header(&small());
    let [intent, outcome] = entries().map(|entry| journal_line(&entry));
    for (rest, left, cut) in [
        (String::new(), 0, None),
        (intent.clone(), 1, None),
        // Whole but for its line break: its writing had not ended.
        (intent.trim_end().to_string(), 0, Some(header.len())),
        (format!("{intent}{}", &outcome[..20]), 1, Some(header.len() + intent.len())),
        // What some disks leave after a loss of power.
        (format!("{intent}\0\0\0\0"), 1, Some(header.len() + intent.len())),
        (format!("{intent}\0\0\0\0\n"), 1, Some(header.len() + intent.len())),
        (format!("{intent}{{\"entry\":\"outc\n"), 1, Some(header.len() + intent.len())),
        (format!("{intent}\n"), 1, Some(header.len() + intent.len())),
    ] {
        let read = read_journal("j", format!("{header}{rest}").as_bytes()).unwrap_or_else(|error| panic!("{error}"));
        assert_eq!((read.journal.entries.len(), read.cut), (left, cut), "{rest:?}");
    }
    // A character that is cut in two.
    let mut bytes = format!("{header}{intent}").into_bytes();
    bytes.extend(b"{\"entry\":\"\xc3");
    let read = read_journal("j", &bytes).expect("the rest is whole");
    assert_eq!(read.cut, Some(header.len() + intent.len()));
}

#[test]
fn what_is_not_whole_before_the_end_is_an_error() {
    let header = journal_header(&small());
    let [intent, outcome] = entries().map(|entry| journal_line(&entry));
    let other = intent.replace("/ecs/api", "/ecs/web");
    let edited = header.replace("\"days\":30", "\"days\":3");
    for (text, said) in [
        (
            format!("{header}{}\n{intent}", &outcome[..20]),
            "j:2:1: line 2 of j is no entry: control character (\\u0000-\\u001F) found while parsing a string",
        ),
        (format!("{header}\n{intent}"), "j:2:1: line 2 of j is no entry: EOF while parsing a value"),
        (
            format!("{header}{intent}{{\"entry\":\"wish\"}}\n"),
            "j:3:1: line 3 of j is no entry: unknown variant `wish`, expected `intent` or `outcome`",
        ),
        (
            format!("{header}{intent}{other}"),
            "j:3:1: line 3 of j is of step `123456789012 us-east-1 log-retention /ecs/web`, which its plan does not have",
        ),
        (
            String::new(),
            "the first line of j is cut: the plan is not all there (a change is made after that line is whole, so \
             none was made: apply the plan again)",
        ),
        (
            header.trim_end().to_string(),
            "the first line of j is cut: the plan is not all there (a change is made after that line is whole, so \
             none was made: apply the plan again)",
        ),
        (
            edited + &intent,
            "the journal was edited: its digest is another one, in line 1 (make a new one with `stackcost fix plan`)",
        ),
        (super::super::write_plan(&small()), "j is no journal: EOF while parsing an object, in line 1"),
        (
            header.replace("journal/1", "journal/7"),
            "j is of the kind stackcost.journal/7, not stackcost.journal/1, in line 1 (a journal of this version is \
             wanted here)",
        ),
    ] {
        let problem = read_journal("j", text.as_bytes()).expect_err(&text);
        assert_eq!(problem.to_string(), said);
    }
}

proptest! {
    #![proptest_config(cases())]

    #[test]
    fn any_journal_survives(journal in plans::journal()) {
        let text = write(&journal);
        prop_assert_eq!(read_journal("j", text.as_bytes()), Ok(ReadJournal { journal, cut: None }));
    }

    #[test]
    fn a_journal_cut_anywhere_is_a_prefix_of_itself(journal in plans::journal(), at in any::<prop::sample::Index>()) {
        let bytes = write(&journal).into_bytes();
        let header = journal_header(&journal.plan).len();
        // Every line break and its neighbours, and one place anywhere.
        let breaks = bytes.iter().enumerate().filter(|(_, byte)| **byte == b'\n').map(|(at, _)| at);
        let places = breaks.flat_map(|at| [at, at + 1, at + 2]).chain([at.index(bytes.len() + 1)]);
        for cut_at in places.filter(|at| *at <= bytes.len()) {
            match read_journal("j", &bytes[..cut_at]) {
                Err(_) => prop_assert!(cut_at < header, "{cut_at} of {}, after {header}", bytes.len()),
                Ok(read) => {
                    prop_assert!(cut_at >= header);
                    let whole = bytes[header..cut_at].iter().filter(|byte| **byte == b'\n').count();
                    prop_assert_eq!(&read.journal.plan, &journal.plan);
                    prop_assert_eq!(&read.journal.entries[..], &journal.entries[..whole]);
                    let last = bytes[..cut_at].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
                    prop_assert_eq!(read.cut, (last < cut_at).then_some(last));
                }
            }
        }
    }

    #[test]
    fn a_damaged_journal_invents_nothing(
        journal in plans::journal(),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = write(&journal).into_bytes();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        // An entry has no seal, so its words can change; the plan's cannot.
        if let Ok(read) = read_journal("j", &bytes) {
            prop_assert_eq!(read.journal.plan, journal.plan);
            prop_assert!(read.journal.entries.len() <= journal.entries.len());
        }
    }
}
