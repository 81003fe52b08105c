use super::*;
use alloc::collections::BTreeSet;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

/// The time of all tables.
pub(super) fn now() -> Timestamp {
    "2026-10-01T00:00:00Z".parse().unwrap()
}

/// `10d`, `36h`, `5s`, or several of them, before now.
fn ago(text: &str) -> Timestamp {
    let mut seconds = 0_i64;
    for part in text.split_inclusive(|letter: char| letter.is_alphabetic()) {
        let (number, unit) = part.split_at(part.len() - 1);
        let unit = match unit {
            "d" => 86_400,
            "h" => 3_600,
            "s" => 1,
            _ => panic!("{text}"),
        };
        seconds += number.parse::<i64>().unwrap() * unit;
    }
    now() - jiff::SignedDuration::from_secs(seconds)
}

/// `A v1,latest 10d 100MB; B - 9d of=C pulled=5d archived=100d`: digest, tags, age, and the rest.
pub(super) fn images(text: &str) -> Vec<Image> {
    let image = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let mut image = Image {
            digest: words[0].to_string(),
            tags: words[1].split(',').filter(|tag| *tag != "-").map(String::from).collect(),
            pushed_at: ago(words[2]),
            bytes: 0,
            children: Vec::new(),
            storage: Storage::Standard,
            pulled_at: None,
            archived_at: None,
        };
        for word in &words[3..] {
            match word.split_once('=') {
                Some(("of", children)) => image.children = children.split(',').map(String::from).collect(),
                Some(("pulled", age)) => image.pulled_at = Some(ago(age)),
                Some(("archived", age)) => {
                    image.storage = Storage::Archive;
                    image.archived_at = (age != "?").then(|| ago(age));
                }
                _ => image.bytes = word.strip_suffix("MB").unwrap().parse::<u64>().unwrap() * 1_000_000,
            }
        }
        image
    };
    text.split(';').map(str::trim).filter(|text| !text.is_empty()).map(image).collect()
}

/// The JSON of `1 v*&rc* >5; 2 ^dev 14d; 3 untagged 7d; 4 any 90d-pulled archive; 5 any
/// 90d-archived`: priority, selection (patterns, `^` before prefixes), count, and where to.
pub(super) fn json(text: &str) -> String {
    let rule = |text: &str| {
        let words: Vec<&str> = text.split_whitespace().collect();
        let tags = |words: &str| words.split('&').map(|tag| format!("{tag:?}")).collect::<Vec<_>>().join(",");
        let select = match words[1] {
            "any" | "untagged" => format!(r#""tagStatus":"{}""#, words[1]),
            list => match list.strip_prefix('^') {
                Some(list) => format!(r#""tagStatus":"tagged","tagPrefixList":[{}]"#, tags(list)),
                None => format!(r#""tagStatus":"tagged","tagPatternList":[{}]"#, tags(list)),
            },
        };
        let (kind, number) = match words[2].split_once('d') {
            None => ("imageCountMoreThan", words[2].strip_prefix('>').unwrap()),
            Some((days, "")) => (r#"sinceImagePushed","countUnit":"days"#, days),
            Some((days, "-pulled")) => (r#"sinceImagePulled","countUnit":"days"#, days),
            Some((days, "-archived")) => {
                (r#"sinceImageTransitioned","countUnit":"days","storageClass":"archive"#, days)
            }
            _ => panic!("{text}"),
        };
        let action = match words.get(3) {
            None => r#""type":"expire""#,
            Some(_) => r#""type":"transition","targetStorageClass":"archive""#,
        };
        format!(
            r#"{{"rulePriority":{},"selection":{{{select},"countType":"{kind}","countNumber":{number}}},"action":{{{action}}}}}"#,
            words[0]
        )
    };
    let rules: Vec<String> = text.split(';').map(str::trim).filter(|text| !text.is_empty()).map(rule).collect();
    format!(r#"{{"rules":[{}]}}"#, rules.join(","))
}

pub(super) fn policy(text: &str) -> Policy {
    Policy::parse(&json(text)).unwrap_or_else(|bad| panic!("{text}: {bad}"))
}

/// `A:1 B:2>archive`.
fn verdicts(verdicts: &[Verdict]) -> String {
    let word = |verdict: &Verdict| {
        let to = if verdict.action == Action::Expire { "" } else { ">archive" };
        format!("{}:{}{to}", verdict.digest, verdict.rule)
    };
    verdicts.iter().map(word).collect::<Vec<_>>().join(" ")
}

fn set(digests: &str) -> BTreeSet<String> {
    digests.split_whitespace().map(String::from).collect()
}

#[test]
fn what_policies_take() {
    let two = "A beta-1,prod-1 10d; B beta-2,prod-2 9d; C beta-3 8d";
    let platforms = "A a 9d of=B,C; B - 10d; C - 10d; D d 5d; E e 4d; F f 3d";
    for (why, policy_text, images_text, taken) in [
        // The examples of the guide.
        ("guide, age", "1 prod* 14d", "A prod-1 20d; B prod 10d; C dev 20d", "A:1"),
        ("guide, one untagged", "1 untagged >1", "A - 3d; B - 2d; C - 1d; D v1 9d", "A:1 B:1"),
        ("guide, two rules, A", "1 prod* >1; 2 beta* >1", two, "A:1"),
        ("guide, two rules, B", "1 beta* >1; 2 prod* >1", two, "A:1 B:1"),
        (
            "guide, two tags in one rule, A",
            "1 alpha*&beta* 5d",
            "A alpha-1 12d; B beta-1 11d; C alpha-2,beta-2 10d; D alpha-3 4d; E beta-3 3d; F alpha-4,beta-4 2d",
            "C:1",
        ),
        (
            "guide, two tags in one rule, B",
            "1 alpha*&beta* >1",
            "A alpha-1,beta-1,gamma-1 10d; B alpha-2,beta-2 9d; C alpha-3,beta-3,gamma-2 8d",
            "A:1 B:1",
        ),
        ("guide, all, A", "1 any >1", "A alpha-1 4d; B beta-1 3d; C - 2d; D alpha-2 1d", "A:1 B:1 C:1"),
        (
            "guide, all, B",
            "1 alpha* >1; 2 untagged 1d; 3 any >1",
            "A alpha-1,beta-1 4d; B - 3d; C alpha-2 2d; D hash 1d1s; E - 1d",
            "A:1 B:2 D:3",
        ),
        ("guide, archive by age", "1 prod* 30d archive", "A prod-1 31d; B prod-2 29d; C dev 99d", "A:1>archive"),
        (
            "guide, archive and expire",
            "1 any 30d archive; 2 any 365d-archived",
            "A a 40d; B b 20d; C c 900d archived=366d; D d 900d archived=364d",
            "C:2 A:1>archive",
        ),
        // Numbers.
        ("fewer than are kept", "1 any >3", "A a 3d; B b 2d; C c 1d", ""),
        ("no images", "1 any >1", "", ""),
        ("the same instant: the lowest digest goes first", "1 any >1", "B b 1d; A a 1d; C c 1d", "A:1 B:1"),
        ("oldest first, whatever the order given", "1 any >1", "C c 1d; A a 3d; B b 2d", "A:1 B:1"),
        ("a count far beyond", "1 any >4294967295", "A a 1d; B b 2d", ""),
        // Ages: more than, not as much as.
        ("to the second", "1 any 14d", "A a 14d1s; B b 14d; C c 13d", "A:1"),
        ("pushed later than now", "1 any 1d", "A a -1d", ""),
        ("a policy of many days", "1 any 4294967295d", "A a 9999d", ""),
        // Pulls.
        ("pulled lately", "1 any 30d-pulled archive", "A a 90d pulled=31d; B b 90d pulled=30d", "A:1>archive"),
        ("never pulled: the push counts", "1 any 30d-pulled archive", "A a 31d; B b 30d", "A:1>archive"),
        // Storage classes.
        ("an archived image is not counted", "1 any >1", "A a 3d; B b 2d archived=1d; C c 1d", "A:1"),
        ("nor selected by tags", "1 v* 1d", "A v1 9d archived=5d; B v2 9d", "B:1"),
        ("a rule of the archive shields nothing else", "1 v* 90d-archived; 2 any 1d", "A v1 9d; B v2 9d", "A:2 B:2"),
        (
            "nobody knows since when it is archived",
            "1 any 90d-archived",
            "A a 900d archived=?; B b 900d archived=91d",
            "B:1",
        ),
        // Tags.
        ("a prefix", "1 ^v 1d", "A v1 2d; B v 2d; C wv 2d; D - 2d; E V1 2d", "A:1 B:1"),
        ("two prefixes", "1 ^v&^r 1d", "A v1 2d; B v1,^r 2d; C r1 2d", "B:1"),
        ("a star in a prefix is a star", "1 ^v* 1d", "A v1 2d", ""),
        ("a pattern is all of the tag", "1 v1 1d", "A v1 2d; B v10 2d; C xv1 2d", "A:1"),
        ("stars", "1 a*b*c 1d", "A abc 2d; B axbxc 2d; C axc 2d; D abcx 2d; E acb,abbc 2d", "A:1 B:1 E:1"),
        ("stars overlap nothing", "1 ab*ba 1d", "A aba 2d; B abba 2d; C abxba 2d", "B:1 C:1"),
        ("a star alone is any tag", "1 * 1d", "A a 2d; B - 2d", "A:1"),
        ("a point is a point", "1 v1.* 1d", "A v1.2 2d; B v1x2 2d", "A:1"),
        ("one tag may meet both", "1 a*&*z 1d", "A abcz 2d; B a,z 2d; C a 2d", "A:1 B:1"),
        // Shields.
        ("shielded by a rule that takes nothing", "1 latest >9999; 2 any >1", "A latest 3d; B b 2d; C c 1d", "B:2"),
        ("shielded by age", "1 v* 30d; 2 any 7d", "A v1 20d; B b 20d", "B:2"),
        ("young untagged images are shielded", "1 untagged 7d; 2 any >1", "A - 8d; B - 3d; C c 4d; D d 1d", "A:1 C:2"),
        ("what is taken is counted still", "1 v* >1; 2 any >2", "A a 4d; B v1 3d; C v2 2d; D d 1d", "A:2 B:1"),
        ("gaps between numbers, given backwards", "70 any >1; 5 v* >1", "A v1 3d; B v2 2d; C c 1d", "A:5"),
        // Indexes.
        ("children leave with their index", "1 any >3", platforms, "B:1 C:1 A:1"),
        ("children do not count", "1 any >4", platforms, ""),
        ("no rule takes what was a child", "1 a 1d; 2 d* 1d", platforms, "A:1 D:2"),
        ("a rule for untagged images does", "1 a 1d; 2 untagged 7d", platforms, "B:2 C:2 A:1"),
        ("but not what is young", "1 a 1d; 2 untagged 7d", "A a 5d of=B,C; B - 6d; C - 8d", "C:2 A:1"),
        ("an index keeps its children from their own rule", "1 untagged 1d", platforms, ""),
        ("an index that stays holds them", "1 any >1", "A a 9d of=C; B b 1d of=C; C - 10d", "A:1"),
        ("tagged children too", "1 a* 1d; 2 b* 1d", "A x 9d of=B; B b 10d", ""),
        ("a child that is left may be taken by its tag", "1 a* 1d; 2 b* 1d", "A a 9d of=B; B b 10d", "B:2 A:1"),
        ("an index of indexes", "1 any >1", "A a 9d of=B; B - 10d of=C; C - 11d; D d 1d", "C:1 B:1 A:1"),
        ("a child left over counts again", "1 any >1", "A a 9d of=C; B b 8d; C - 1d", "A:1 B:1"),
        ("an archived index holds nothing", "1 any 5d", "A a 9d archived=8d of=B; B - 9d", "B:1"),
        (
            "children follow their index to the archive",
            "1 any 5d archive",
            "A a 9d of=B; B - 9d",
            "A:1>archive B:1>archive",
        ),
        ("an index of itself", "1 any 5d", "A a 9d of=A", "A:1"),
        ("indexes of each other", "1 any 5d", "A a 9d of=B; B b 9d of=A", ""),
        ("children that are not there", "1 any 5d", "A a 9d of=X,Y", "A:1"),
        // Not of this world.
        ("one digest twice: the later counts", "1 any 5d", "A a 9d; A a 1d", ""),
    ] {
        let (policy, images) = (policy(policy_text), images(images_text));
        assert_eq!(verdicts(&evaluate(&policy, &images, now())), taken, "{why}: {policy_text} / {images_text}");
    }
}

#[test]
fn what_is_no_policy() {
    let long = |rules: u32| (1..=rules).map(|rule| format!("{rule} v{rule} >1;")).collect::<String>();
    let rules_51 = json(&long(51));
    let of = |selection: &str, action: &str| {
        format!(r#"{{"rules":[{{"rulePriority":1,"selection":{{{selection}}},"action":{{{action}}}}}]}}"#)
    };
    let expire = r#""type":"expire""#;
    let by_count = r#""countType":"imageCountMoreThan","countNumber":5"#;
    for (text, message) in [
        // No document.
        ("".to_string(), "the policy is no JSON: EOF while parsing a value at line 1 column 0"),
        ("{\"rules\":[}".to_string(), "the policy is no JSON: expected value at line 1 column 11"),
        ("[]".to_string(), "policy: an object is expected, not a list"),
        ("{}".to_string(), "policy: rules is missing"),
        (r#"{"rules":[],"version":1}"#.to_string(), "policy: \"version\" is not known; there is rules"),
        (r#"{"rules":null}"#.to_string(), "rules: a list is expected, not null"),
        (r#"{"rules":[7]}"#.to_string(), "rules[0]: an object is expected, not a number"),
        (r#"{"rules":[{"rulePriority":1}]}"#.to_string(), "rules[0]: selection is missing"),
        // Values.
        (
            json("1 any >1").replace(":1,\"selection", ":1.5,\"selection"),
            "rules[0].rulePriority: 1.5 is no whole number from 0 to 4294967295",
        ),
        (
            json("1 any >1").replace(":1,\"selection", ":\"1\",\"selection"),
            "rules[0].rulePriority: a number is expected, not a text",
        ),
        (
            json("1 any >1; 2 any >-4").replace("\"selection\"", "\"description\":null,\"selection\""),
            "rules[0].description: a text is expected, not null",
        ),
        (
            json("1 untagged >1; 2 any >-4"),
            "rules[1].selection.countNumber: -4 is no whole number from 0 to 4294967295",
        ),
        (
            json("1 any >4294967296"),
            "rules[0].selection.countNumber: 4294967296 is no whole number from 0 to 4294967295",
        ),
        (of(by_count, expire), "rules[0].selection: tagStatus is missing"),
        (
            of(&format!(r#""tagStatus":"TAGGED",{by_count}"#), expire),
            "rules[0].selection.tagStatus: \"TAGGED\" is not known; there is tagged, untagged, any",
        ),
        (
            of(&format!(r#""tagStatus":"tagged",{by_count}"#), expire),
            "rules[0].selection.tagStatus: tagged needs a tagPatternList or tagPrefixList",
        ),
        (
            of(&format!(r#""tagStatus":"tagged","tagPrefixList":["a"],"tagPatternList":["a"],{by_count}"#), expire),
            "rules[0].selection.tagPrefixList: there is a tagPatternList as well; only one may be",
        ),
        (
            of(&format!(r#""tagStatus":"any","tagPrefixList":[],{by_count}"#), expire),
            "rules[0].selection.tagPrefixList: only tagged may have it",
        ),
        (
            of(&format!(r#""tagStatus":"untagged","tagPatternList":["a"],{by_count}"#), expire),
            "rules[0].selection.tagPatternList: only tagged may have it",
        ),
        (
            of(&format!(r#""tagStatus":"tagged","tagPatternList":["a",1],{by_count}"#), expire),
            "rules[0].selection.tagPatternList[1]: a text is expected, not a number",
        ),
        (
            of(r#""tagStatus":"any","countType":"imageAge","countNumber":5"#, expire),
            "rules[0].selection.countType: \"imageAge\" is not known; there is imageCountMoreThan, sinceImagePushed, \
             sinceImagePulled, sinceImageTransitioned",
        ),
        (
            of(&format!(r#""tagStatus":"any","countUnit":"days",{by_count}"#), expire),
            "rules[0].selection.countUnit: imageCountMoreThan has none",
        ),
        (
            of(r#""tagStatus":"any","countType":"sinceImagePushed","countNumber":5"#, expire),
            "rules[0].selection.countType: it needs a countUnit, \"days\"",
        ),
        (
            of(r#""tagStatus":"any","countType":"sinceImagePushed","countUnit":"weeks","countNumber":5"#, expire),
            "rules[0].selection.countUnit: \"weeks\" is not known; there is days",
        ),
        (
            of(r#""tagStatus":"any","countType":"sinceImageTransitioned","countUnit":"days","countNumber":90"#, expire),
            "rules[0].selection.countType: it needs the storageClass \"archive\"",
        ),
        (
            json("1 any 90d-archived").replace("archive\"", "standard\""),
            "rules[0].selection.storageClass: \"standard\" is not known; there is archive",
        ),
        (
            of(&format!(r#""tagStatus":"any","storageClass":"archive",{by_count}"#), expire),
            "rules[0].selection.storageClass: \"archive\" is not known; there is standard",
        ),
        (
            of(r#""tagStatus":"any","countType":"imageCountMoreThan""#, expire),
            "rules[0].selection: countNumber is missing",
        ),
        (
            of(&format!(r#""tagStatus":"any",{by_count}"#), r#""type":"archive""#),
            "rules[0].action.type: \"archive\" is not known; there is expire, transition",
        ),
        (
            of(&format!(r#""tagStatus":"any",{by_count}"#), r#""type":"transition""#),
            "rules[0].action.type: it needs the targetStorageClass \"archive\"",
        ),
        (
            of(&format!(r#""tagStatus":"any",{by_count}"#), r#""type":"transition","targetStorageClass":"glacier""#),
            "rules[0].action.targetStorageClass: \"glacier\" is not known; there is archive",
        ),
        (
            of(&format!(r#""tagStatus":"any",{by_count}"#), r#""type":"expire","targetStorageClass":"archive""#),
            "rules[0].action.targetStorageClass: only transition may have it",
        ),
        // Rules.
        (r#"{"rules":[]}"#.to_string(), "a policy needs a rule"),
        (rules_51, "a policy has at most 50 rules, this one has 51"),
        (json("0 any >1"), "a rule has priority 0; they begin with 1"),
        (json("3 v* >1; 3 any >1"), "two rules have priority 3"),
        (json("1 any >0"), "rule 1: its countNumber is 0; it is 1 or more"),
        (json("1 any 0d"), "rule 1: its countNumber is 0; it is 1 or more"),
        (
            of(&format!(r#""tagStatus":"tagged","tagPatternList":[],{by_count}"#), expire),
            "rule 1: tagged needs at least one entry in its tagPatternList or tagPrefixList",
        ),
        (json("4 *a*b*c*d* >1"), "rule 4: \"*a*b*c*d*\" has more than 4 *"),
        (json("1 any 90d-pulled"), "rule 1: sinceImagePulled can only archive images, not expire them"),
        (
            json("1 any 90d-archived archive"),
            "rule 1: sinceImageTransitioned can only expire images: they are in the archive",
        ),
        (json("1 any 89d-archived"), "rule 1: the archive keeps images for 90 days at least, 89 is too short"),
        (
            json("1 untagged >1; 5 untagged 9d"),
            "rule 5: only one rule of a storage class selects untagged images, and rule 1 does",
        ),
        (json("1 any >1; 5 any 9d"), "rule 5: only one rule of a storage class selects any image, and rule 1 does"),
        (json("5 any >1; 9 v* >1"), "rule 5 selects any image, so it comes last; rule 9 is after it"),
        (json("1 ^a&b >1; 2 ^b&a 9d"), "rule 2: it has the same prefixes as rule 1"),
    ] {
        let error = Policy::parse(&text).expect_err(&text);
        assert_eq!(error.to_string(), message, "{text}");
    }
    // What is refused above is only just so.
    for text in [
        "1 *a*b*c*d >1",
        "1 any 90d-archived",
        "1 any 90d-pulled archive",
        "1 untagged >1; 2 untagged 90d-archived; 3 any >1; 4 any 90d-archived",
        "1 any 90d-archived; 2 any >5",
        "1 ^a >1; 2 ^a&b 9d; 3 a >1; 4 a >2; 5 ^a 90d-archived",
        &long(50),
    ] {
        assert_eq!(policy(text).rules().len(), text.trim_end_matches(';').split(';').count());
    }
}

#[test]
fn written_as_aws_takes_it() {
    let text = r#"
        { "rules": [
            { "action": { "targetStorageClass": "archive", "type": "transition" }, "rulePriority": 20,
              "selection": { "countNumber": 90, "countUnit": "days", "countType": "sinceImagePulled",
                             "storageClass": "standard", "tagStatus": "any" } },
            { "rulePriority": 10, "description": "the \"good\" ones",
              "selection": { "tagStatus": "tagged", "tagPatternList": ["v*", "*-ok"],
                             "countType": "imageCountMoreThan", "countNumber": 5 },
              "action": { "type": "expire" } } ] }"#;
    let policy = Policy::parse(text).unwrap();
    assert_eq!(
        policy.to_text(),
        concat!(
            r#"{"rules":[{"rulePriority":10,"description":"the \"good\" ones","selection":{"tagStatus":"tagged","#,
            r#""tagPatternList":["v*","*-ok"],"countType":"imageCountMoreThan","countNumber":5},"#,
            r#""action":{"type":"expire"}},{"rulePriority":20,"selection":{"tagStatus":"any","#,
            r#""countType":"sinceImagePulled","countUnit":"days","countNumber":90},"#,
            r#""action":{"type":"transition","targetStorageClass":"archive"}}]}"#,
        )
    );
    let words: Vec<String> = policy.rules().iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "rule 10: images tagged v* and *-ok beyond the newest 5 expire",
            "rule 20: all images not pulled for more than 90 days go to the archive",
        ]
    );
    let words = |text: &str| super::tests::policy(text).rules().first().unwrap().to_string();
    assert_eq!(words("1 ^v&r 9d"), "rule 1: images tagged v* and r* pushed more than 9 days ago expire");
    assert_eq!(words("1 untagged 90d-archived"), "rule 1: untagged images archived more than 90 days ago expire");
}

#[test]
fn how_long_a_policy_may_be() {
    let shortest = policy("1 any >1");
    assert!(shortest.fits());
    assert!(shortest.to_text().len() > *Policy::LENGTH.start());
    let described = |length: usize| {
        let rule = shortest.rules().first().unwrap();
        let policy = Policy::new(vec![Rule { description: Some("ü".repeat(length)), ..rule.clone() }]).unwrap();
        (policy.to_text().chars().count(), policy.fits())
    };
    let (one, _) = described(1);
    assert_eq!(described(30_720 - one + 1), (30_720, true));
    assert_eq!(described(30_720 - one + 2), (30_721, false));
}

#[test]
fn bytes_that_expire() {
    let images = images(
        "A a 9d 50MB of=B,C; B - 10d 40MB; C - 10d 50MB; D d 5d 7MB; E e 100d 3MB archived=95d; F f 1d 9MB; F f 1d 9MB",
    );
    let bytes = |text: &str| bytes_of(&evaluate(&policy(text), &images, now()), &images);
    assert_eq!(bytes("1 any >2"), 90_000_000);
    assert_eq!(bytes("1 any >1"), 97_000_000);
    assert_eq!(bytes("1 any 6d archive; 2 any 90d-archived"), 3_000_000);
    let mut huge = images.clone();
    huge.iter_mut().for_each(|image| image.bytes = u64::MAX);
    assert_eq!(bytes_of(&evaluate(&policy("1 any >1"), &huge, now()), &huge), u64::MAX);
}

#[test]
fn images_in_use() {
    let plain = "A a 5d; B b 4d; C c 3d; D d 2d; E e 1d";
    let platforms = "A a 9d of=B,C; B - 10d; C - 10d; D d 5d; E e 4d; F f 3d";
    for (why, policy_text, images_text, in_use, lost, protection) in [
        ("nothing in use", "1 any >1", plain, "", "", "safe"),
        ("in use and kept", "1 any >2", plain, "D E", "", "safe"),
        ("in use elsewhere", "1 any >2", plain, "X", "", "safe"),
        ("one too old", "1 any >2", plain, "C E", "C", "keep 3"),
        ("the oldest", "1 any >2", plain, "A", "A", "keep 5"),
        ("two, oldest first", "1 any >1", plain, "C A", "A C", "keep 5"),
        ("by age, which has no count", "1 any 3d", plain, "B C", "B", "refuse B"),
        ("by another rule", "1 b* 1d; 2 any >1", plain, "B C", "B C", "refuse B"),
        ("the archive is no place to run from", "1 any >1 archive", plain, "B", "B", "refuse B"),
        ("shielded", "1 a >9999; 2 any >1", plain, "A", "", "safe"),
        ("the index of a child that runs", "1 any >3", platforms, "B", "B A", "keep 4"),
        ("the children of an index that runs", "1 any >3", platforms, "A", "B C A", "keep 4"),
        ("in the order pushed", "1 any >1", platforms, "D A", "B C A D", "keep 4"),
    ] {
        let (policy, images, in_use) = (policy(policy_text), images(images_text), set(in_use));
        let found: Vec<&str> =
            endangered(&policy, &images, &in_use, now()).into_iter().map(|image| image.digest.as_str()).collect();
        assert_eq!(found.join(" "), lost, "{why}");
        let found = match protects(&policy, &images, &in_use, now()) {
            Protection::Safe => "safe".to_string(),
            Protection::ByCount { keep } => format!("keep {keep}"),
            Protection::Refuse { images } => format!("refuse {}", images.join(" ")),
        };
        assert_eq!(found, protection, "{why}");
    }
}

#[test]
fn wishes_put_into_policies() {
    let one_to_49 = (1..=49).map(|rule| format!("{rule} v{rule} >1;")).collect::<String>();
    for (existing, keep, untagged, protect, merged, signs, conflict) in [
        // Nothing there.
        ("", 10, None, "", "10 any >10", "+", ""),
        ("", 0, Some(0), "", "10 untagged 1d; 20 any >1", "++", ""),
        ("", 5, Some(7), "", "10 untagged 7d; 20 any >5", "++", ""),
        ("", 5, Some(7), "v1 latest v1", "10 untagged 7d; 20 latest >9999; 30 v1 >9999; 40 any >5", "++++", ""),
        // Rules for tags.
        ("1 dev* 9d", 10, None, "", "1 dev* 9d; 10 any >10", "=+", ""),
        ("1 dev* 9d; 25 v* >3", 10, Some(7), "", "1 dev* 9d; 25 v* >3; 30 untagged 7d; 40 any >10", "==++", ""),
        ("10 dev* 9d", 10, None, "", "10 dev* 9d; 20 any >10", "=+", ""),
        // Rules for all images.
        ("1 any >10", 10, None, "", "1 any >10", "=", ""),
        ("1 any >3", 10, None, "", "1 any >3", "=", ""),
        ("1 v* 9d; 7 any >100", 10, None, "", "1 v* 9d; 7 any >10", "=~", ""),
        (
            "1 any 90d",
            10,
            None,
            "",
            "1 any 90d",
            "=",
            "the newest 10 are not all that is kept: rule 1: all images pushed more than 90 days ago expire, and no \
             second rule can be about all images",
        ),
        (
            "1 any >10 archive; 2 any 90d-archived",
            10,
            None,
            "",
            "1 any >10 archive; 2 any 90d-archived",
            "==",
            "the newest 10 are not all that is kept: rule 1: all images beyond the newest 10 go to the archive, and \
             no second rule can be about all images",
        ),
        ("2 any 90d-archived", 10, None, "", "2 any 90d-archived; 10 any >10", "=+", ""),
        // Rules for untagged images.
        ("5 untagged 3d", 10, Some(7), "", "5 untagged 3d; 10 any >10", "=+", ""),
        ("5 untagged 7d", 10, Some(7), "", "5 untagged 7d; 10 any >10", "=+", ""),
        ("5 untagged 30d", 10, Some(7), "", "5 untagged 7d; 10 any >10", "~+", ""),
        ("5 untagged 30d; 6 any >10", 10, Some(7), "", "5 untagged 7d; 6 any >10", "~=", ""),
        (
            "5 untagged >3",
            10,
            Some(7),
            "",
            "5 untagged >3; 10 any >10",
            "=+",
            "untagged images do not expire after 7 days: rule 5: untagged images beyond the newest 3 expire, and no \
             second rule can be about them",
        ),
        (
            "5 any >30",
            10,
            Some(7),
            "",
            "5 any >10",
            "~",
            "no rule for untagged images is added: it would shield those of the last 7 days from rule 5",
        ),
        // Shields.
        ("1 dev* 9d; 2 untagged 1d", 10, None, "v1", "1 dev* 9d; 2 untagged 1d; 10 v1 >9999; 20 any >10", "==++", ""),
        (
            "1 untagged 1d; 30 any >10",
            10,
            None,
            "v1 v2",
            "1 untagged 1d; 10 v1 >9999; 20 v2 >9999; 30 any >10",
            "=++=",
            "",
        ),
        ("1 untagged 1d; 5 any >20", 10, None, "v1 v2", "1 untagged 1d; 2 v1 >9999; 3 v2 >9999; 5 any >10", "=++~", ""),
        (
            "1 untagged 1d; 3 any >20",
            10,
            None,
            "v1 v2",
            "1 untagged 1d; 2 v1 >9999; 3 any >20",
            "=+=",
            "v2 is not protected: no number before the rule for all images is free for a rule; so how many images \
             are kept is left as it is",
        ),
        (
            "1 v* 30d",
            10,
            None,
            "v1 w1",
            "1 v* 30d; 10 w1 >9999; 20 any >10",
            "=++",
            "v1 is not protected from rule 1: images tagged v* pushed more than 30 days ago expire",
        ),
        (
            "1 v1 9d",
            10,
            None,
            "v1",
            "1 v1 9d; 10 any >10",
            "=+",
            "v1 is not protected from rule 1: images tagged v1 pushed more than 9 days ago expire",
        ),
        (
            "1 v* >3",
            10,
            None,
            "v1",
            "1 v* >3; 10 any >10",
            "=+",
            "v1 is not protected from rule 1: images tagged v* beyond the newest 3 expire",
        ),
        ("1 v1 >3; 2 any >10", 10, None, "v1", "1 v1 >3; 2 any >10", "==", ""),
        ("1 v1 90d-archived", 10, None, "v1", "1 v1 90d-archived; 10 v1 >9999; 20 any >10", "=++", ""),
        (
            "1 dev* 9d",
            10,
            None,
            "v*",
            "1 dev* 9d; 10 any >10",
            "=+",
            "no image can have the tag \"v*\", and none is protected by it",
        ),
        // No room.
        (
            &one_to_49,
            10,
            Some(7),
            "",
            &format!("{one_to_49} 50 untagged 7d"),
            &format!("{}+", "=".repeat(49)),
            "not added: rule 60: all images beyond the newest 10 expire (a policy has at most 50 rules, this one has 51)",
        ),
        (
            &one_to_49,
            10,
            None,
            "w1 x1",
            &format!("{one_to_49} 50 w1 >9999"),
            &format!("{}+", "=".repeat(49)),
            "not added: rule 60: images tagged x1 beyond the newest 9999 expire (a policy has at most 50 rules, this \
             one has 51); so how many images are kept is left as it is",
        ),
        (
            "4294967295 v* 9d",
            10,
            None,
            "",
            "4294967295 v* 9d",
            "=",
            "not added: rule 4294967295: all images beyond the newest 10 expire (two rules have priority 4294967295)",
        ),
    ] {
        let existing = (!existing.is_empty()).then(|| policy(existing));
        let protect = protect.split_whitespace().map(String::from).collect();
        let result = merge(existing.as_ref(), &Wished { keep, untagged_days: untagged, protect });
        let mut plain = result.policy.rules().to_vec();
        plain.iter_mut().for_each(|rule| rule.description = None);
        assert_eq!(Policy::new(plain).unwrap(), policy(merged));
        let sign = |line: &DiffLine| match line {
            DiffLine::Kept(_) => '=',
            DiffLine::Added(_) => '+',
            DiffLine::Changed { .. } => '~',
        };
        assert_eq!(result.diff.iter().map(sign).collect::<String>(), signs, "{merged}");
        assert_eq!(result.conflict.as_deref().unwrap_or(""), conflict, "{merged}");
        assert_eq!(result.is_change(), signs.contains(['+', '~']));
    }
    let result = merge(Some(&policy("1 any >100")), &Wished { keep: 10, untagged_days: None, protect: Vec::new() });
    let [DiffLine::Changed { from, to }] = result.diff.as_slice() else { panic!("{result:?}") };
    assert_eq!((from.description.as_deref(), to.description.as_deref()), (None, Some("keep the newest 10 images")));
}

#[test]
fn a_shield_leaves_its_tag_alone() {
    let images = images("A v1,dev-1 9d; B b 8d; C v10 7d; D d 1d");
    let rules = policy("5 any >1").rules().to_vec();
    let policy = Policy::new([vec![shield(1, "v1")], rules].concat()).unwrap();
    assert_eq!(verdicts(&evaluate(&policy, &images, now())), "B:5 C:5");
    assert_eq!(policy.rules().first().unwrap().to_string(), "rule 1: images tagged v1 beyond the newest 9999 expire");
}
