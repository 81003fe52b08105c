//! Patterns of names, as ECR has them for tags and this tool for everything.

/// Whether a name fits a pattern, in which `*` stands for any run of characters.
///
/// Each part between two `*` is taken where it is found first: what is left is longest then, so
/// there is nothing to go back for.
///
/// ```
/// use stackcost_model::fixes::matches;
/// assert!(matches("/ecs/*", "/ecs/api") && matches("*debug*", "/ecs/debug") && matches("v1", "v1"));
/// assert!(!matches("/ecs/*", "/aws/ecs/api") && !matches("v1", "v1.2"));
/// ```
#[must_use]
pub fn matches(pattern: &str, name: &str) -> bool {
    let Some((first, rest)) = pattern.split_once('*') else { return name == pattern };
    let Some(mut left) = name.strip_prefix(first) else { return false };
    let (middle, last) = rest.rsplit_once('*').unwrap_or(("", rest));
    for part in middle.split('*') {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}
