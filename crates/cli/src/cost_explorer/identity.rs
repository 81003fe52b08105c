//! Which credentials these are, without asking AWS: so a report from the cache needs no network.

use super::cache::sha256;
use std::path::PathBuf;

/// What in the environment can decide whose credentials are used.
const VARIABLES: [&str; 5] =
    ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_ROLE_SESSION_NAME"];
/// Keys of a profile that give credentials.
const GIVES_CREDENTIALS: [&str; 8] = [
    "aws_access_key_id",
    "credential_process",
    "login_session",
    "role_arn",
    "source_profile",
    "sso_account_id",
    "sso_session",
    "web_identity_token_file",
];

/// Who is asked if not AWS, as the SDK decides it from flag and environment.
pub(super) fn endpoint(flag: Option<&str>, environment: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let ignored = environment("AWS_IGNORE_CONFIGURED_ENDPOINT_URLS").is_some_and(|value| value == "true");
    let named = ["AWS_ENDPOINT_URL_COST_EXPLORER", "AWS_ENDPOINT_URL"].into_iter().filter(|_| !ignored);
    flag.map(str::to_string).or_else(|| named.into_iter().find_map(environment))
}

/// A hash of all that decides whose credentials are used: it changes when they may be another's.
/// `None` when only the machine can give them (the role of an instance or task), since then
/// nothing here tells one from the other.
pub(super) fn fingerprint(
    profile: Option<&str>,
    endpoint: Option<&str>,
    environment: &dyn Fn(&str) -> Option<String>,
) -> Option<String> {
    let files = [("AWS_CONFIG_FILE", "config"), ("AWS_SHARED_CREDENTIALS_FILE", "credentials")].map(|(name, usual)| {
        let path = environment(name)
            .map(PathBuf::from)
            .or_else(|| etcetera::home_dir().ok().map(|home| home.join(".aws").join(usual)));
        path.and_then(|path| std::fs::read_to_string(path).ok()).unwrap_or_default()
    });
    let from_environment = profile.is_none()
        && (environment("AWS_ACCESS_KEY_ID").is_some() || environment("AWS_WEB_IDENTITY_TOKEN_FILE").is_some());
    let profile = profile.map(str::to_string).or_else(|| environment("AWS_PROFILE")).unwrap_or("default".to_string());
    if !from_environment && !files.iter().any(|text| gives_credentials(text, &profile)) {
        return None;
    }
    let variables = VARIABLES.map(|name| environment(name).unwrap_or_default());
    let [config, credentials] = &files;
    let parts = [profile.as_str(), endpoint.unwrap_or_default(), config, credentials];
    let from = if from_environment { "environment" } else { "profile" };
    let all = parts.into_iter().chain(variables.iter().map(String::as_str)).chain([from]);
    Some(sha256(all.map(str::as_bytes)))
}

/// Whether this profile of a configuration file says where credentials come from.
fn gives_credentials(text: &str, profile: &str) -> bool {
    let mut inside = false;
    for line in text.lines() {
        if let Some(section) = line.trim().strip_prefix('[') {
            let name = section.split(']').next().unwrap_or_default().trim();
            inside = name.strip_prefix("profile ").map_or(name, str::trim) == profile;
        } else if let Some((key, _)) = line.split_once('=')
            && inside
            && GIVES_CREDENTIALS.contains(&key.trim())
        {
            return true;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The fingerprint with these variables and this configuration file.
    fn print(profile: Option<&str>, variables: &[(&str, &str)], config: &str) -> Option<String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), config).unwrap();
        let environment = |name: &str| match name {
            "AWS_CONFIG_FILE" => Some(file.path().display().to_string()),
            "AWS_SHARED_CREDENTIALS_FILE" => Some("/nowhere".to_string()),
            _ => variables.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string()),
        };
        fingerprint(profile, None, &environment)
    }

    #[test]
    fn it_changes_with_whatever_decides_on_the_account() {
        const CONFIG: &str =
            "[default]\nregion = us-east-1\n[profile a]\nsso_session = corp\n[profile b]\nrole_arn = x\n";
        let keys = [("AWS_ACCESS_KEY_ID", "AKIA1")];
        let all = [
            print(Some("a"), &[], CONFIG),
            print(Some("b"), &[], CONFIG),
            print(Some("b"), &[], &CONFIG.replace("role_arn = x", "role_arn = y")),
            print(None, &keys, CONFIG),
            print(None, &[("AWS_ACCESS_KEY_ID", "AKIA2")], CONFIG),
            print(None, &[("AWS_ACCESS_KEY_ID", "AKIA1"), ("AWS_PROFILE", "a")], CONFIG),
            print(None, &[("AWS_WEB_IDENTITY_TOKEN_FILE", "/t"), ("AWS_ROLE_ARN", "r")], CONFIG),
        ];
        assert!(all.iter().all(Option::is_some), "{all:?}");
        let different: std::collections::BTreeSet<_> = all.iter().collect();
        assert_eq!(different.len(), all.len());
        assert_eq!(print(None, &[("AWS_PROFILE", "a")], CONFIG), print(None, &[("AWS_PROFILE", "a")], CONFIG));
    }

    #[test]
    fn what_only_the_machine_knows_is_asked_each_time() {
        const CONFIG: &str = "[default]\nregion = us-east-1\n[profile a]\nsso_session = corp\n";
        assert_eq!(print(None, &[], ""), None);
        assert_eq!(print(None, &[], CONFIG), None);
        assert_eq!(print(Some("default"), &[("AWS_ACCESS_KEY_ID", "AKIA1")], CONFIG), None);
        assert_eq!(print(Some("nobody"), &[], CONFIG), None);
    }

    #[test]
    fn the_flag_goes_before_the_environment() {
        let environment = |name: &str| name.starts_with("AWS_ENDPOINT_URL").then(|| name.to_string());
        assert_eq!(endpoint(Some("http://x"), &environment).as_deref(), Some("http://x"));
        assert_eq!(endpoint(None, &environment).as_deref(), Some("AWS_ENDPOINT_URL_COST_EXPLORER"));
        let ignoring = |name: &str| Some(if name.starts_with("AWS_IGNORE") { "true" } else { "http://y" }.to_string());
        assert_eq!(endpoint(None, &ignoring), None);
    }
}
