//! Fetching packages from a registry.

use base64::prelude::{BASE64_STANDARD, Engine as _};
use heddle_data::{Json, hexadecimal};
use nodejs_semver::{Range, Version};
use sha1::Sha1;
use sha2::{Digest as _, Sha512};

use super::archive::LARGEST_ARCHIVE;
use super::npmrc::Npmrc;

/// The largest description of a package.
const LARGEST_DESCRIPTION: usize = 64 << 20;

/// A package in a registry, at one version.
#[derive(Debug, Clone)]
pub(crate) struct Release {
    pub(crate) name: String,
    pub(crate) version: String,
    pub(crate) tarball: String,
    /// What its archive must be: `sha512-…`, or `sha1-` with hexadecimal digits.
    pub(crate) integrity: String,
}

/// A registry's client.
pub(crate) struct Registry {
    client: reqwest::Client,
    npmrc: Npmrc,
}

impl Registry {
    /// A client with the user's settings.
    ///
    /// # Errors
    /// When it cannot start.
    pub(crate) fn new() -> Result<Self, String> {
        // Another part of the program may have chosen a provider already; theirs is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .user_agent(concat!("heddle/", env!("CARGO_PKG_VERSION")))
            .timeout(std::time::Duration::from_secs(120))
            .build()
            .map_err(|error| format!("the HTTP client cannot start: {error}"))?;
        Ok(Self { client, npmrc: Npmrc::read() })
    }

    /// Finds the version of a package that a range asks for: an exact one, a range, a tag, or nothing for the latest.
    ///
    /// # Errors
    /// When there is none, or the registry does not answer.
    pub(crate) async fn find(&self, name: &str, wanted: &str) -> Result<Release, String> {
        let url = self.npmrc.url_of(name);
        let text = self
            .get(&url, "application/vnd.npm.install-v1+json, application/json", LARGEST_DESCRIPTION)
            .await?;
        let described = Json::parse_slice(&text).map_err(|_| format!("{url} gives no JSON"))?;
        let versions = described.get("versions").and_then(Json::as_object);
        let known: Vec<&str> = versions.into_iter().flat_map(|own| own.keys()).collect();
        let tag = if wanted.is_empty() { "latest" } else { wanted };
        let tagged = described.get("dist-tags").and_then(|tags| tags.get(tag)).and_then(Json::as_str);
        let version = match tagged {
            Some(version) => version.to_owned(),
            None => best(&known, wanted)
                .ok_or_else(|| format!("the registry has no version of {name} that fits \"{wanted}\""))?,
        };
        let dist = versions.and_then(|own| own.get(&version)).and_then(|own| own.get("dist"));
        let text = |name: &str| dist.and_then(|dist| dist.get(name)).and_then(Json::as_str);
        let integrity = match (text("integrity"), text("shasum")) {
            (Some(own), _) => own.to_owned(),
            (None, Some(digits)) => format!("sha1-{digits}"),
            (None, None) => return Err(format!("the registry does not say what {name} {version} must be")),
        };
        let tarball =
            text("tarball").ok_or_else(|| format!("the registry names no archive of {name} {version}"))?;
        Ok(Release { name: name.to_owned(), version, tarball: tarball.to_owned(), integrity })
    }

    /// Fetches the archive of a release, and checks that it is what the registry says.
    ///
    /// # Errors
    /// When it is something else, or does not arrive.
    pub(crate) async fn fetch(&self, release: &Release) -> Result<Vec<u8>, String> {
        let bytes = self.get(&release.tarball, "*/*", LARGEST_ARCHIVE).await?;
        check(&bytes, &release.integrity).then_some(bytes).ok_or_else(|| {
            format!(
                "the archive of {} {} is not what the registry says (integrity)",
                release.name, release.version
            )
        })
    }

    async fn get(&self, url: &str, accept: &str, most: usize) -> Result<Vec<u8>, String> {
        let mut request = self.client.get(url).header("accept", accept);
        if let Some(token) = self.npmrc.token_for(url) {
            request = request.bearer_auth(token);
        }
        // An error of the client names the address, which holds no secret.
        let mut response = request.send().await.map_err(|error| format!("{url} does not answer: {error}"))?;
        if !response.status().is_success() {
            return Err(format!("{url} answers {}", response.status()));
        }
        let mut bytes = Vec::new();
        while let Some(piece) =
            response.chunk().await.map_err(|error| format!("{url} breaks off: {error}"))?
        {
            if bytes.len() + piece.len() > most {
                return Err(format!("{url} gives more than {} MB", most >> 20));
            }
            bytes.extend_from_slice(&piece);
        }
        Ok(bytes)
    }
}

/// What an archive is, in the words of a lock file.
pub(crate) fn integrity_of(bytes: &[u8]) -> String {
    format!("sha512-{}", BASE64_STANDARD.encode(Sha512::digest(bytes)))
}

fn check(bytes: &[u8], integrity: &str) -> bool {
    integrity.split_whitespace().any(|own| match own.split_once('-') {
        Some(("sha512", base64)) => base64 == BASE64_STANDARD.encode(Sha512::digest(bytes)),
        Some(("sha1", text)) => {
            let digest = Sha1::digest(bytes);
            let digits = hexadecimal(digest);
            text == digits || text == BASE64_STANDARD.encode(digest)
        }
        _ => false,
    })
}

/// The newest version that fits; a version before a release only where it is asked for.
fn best(known: &[&str], wanted: &str) -> Option<String> {
    let range = Range::parse(if wanted.is_empty() { "*" } else { wanted }).ok()?;
    let versions = known.iter().filter_map(|text| Some((Version::parse(text).ok()?, *text)));
    let fitting = versions.filter(|(version, _)| range.satisfies(version));
    fitting.max_by(|(a, _), (b, _)| a.cmp(b)).map(|(_, text)| text.to_owned())
}
