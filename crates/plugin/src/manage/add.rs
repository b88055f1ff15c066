//! Adding a package.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use heddle_data::{Json, JsonObject};

use super::archive::{LARGEST_ARCHIVE, copy, unpack};
use super::registry::{Registry, Release, integrity_of};
use super::{hosts_in_code, is_provided, licence, lock, text_of};
use crate::package::{Manifest, read_json};

/// As many packages as one may depend on.
const MOST_PACKAGES: usize = 500;

/// Settings of packages that are known to need some: which nodes are called for each item.
const KNOWN: &str = include_str!("known.json");

/// What is to be added, and where to.
#[derive(Debug, Clone)]
pub struct Addition {
    /// `NAME`, `NAME@VERSION`, an archive, or a folder.
    pub what: String,
    /// The folder with packages.
    pub folder: PathBuf,
    /// The user accepts a licence that asks something of him.
    pub accepts_licence: bool,
}

/// A package that was added.
#[derive(Debug, Clone, Default)]
pub struct Added {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Its licence, as it says itself.
    pub licence: String,
    /// Names and versions of what it depends on.
    pub dependencies: Vec<(String, String)>,
    /// The hosts that its code names, which it may reach.
    pub hosts: Vec<String>,
    /// Where it lies.
    pub folder: PathBuf,
}

/// Adds a package, in the place of one of the same name.
///
/// # Errors
/// When it cannot be fetched, is no package with nodes of n8n, breaks a bound, or its licence was not accepted. Nothing is
/// changed then.
pub async fn add(addition: &Addition) -> Result<Added, String> {
    let folder = &addition.folder;
    std::fs::create_dir_all(folder)
        .map_err(|error| format!("{} cannot be made: {error}", folder.display()))?;
    let staging = folder.join(format!(".adding-{}", std::process::id()));
    let _ = std::fs::remove_dir_all(&staging);
    let result = stage(addition, &staging).await;
    if result.is_err() {
        let _ = std::fs::remove_dir_all(&staging);
    }
    result
}

async fn stage(addition: &Addition, staging: &Path) -> Result<Added, String> {
    let folder = &addition.folder;
    let own = staging.join("package");
    let (resolved, integrity) = unpack_own(addition, &own).await?;
    let json = read_json(&own.join("package.json"))?.ok_or("the package has no package.json")?;
    let manifest = Manifest::read(&own)?.ok_or_else(|| {
        format!(
            "{} is no package with nodes for n8n: its package.json has no \"n8n\"",
            text_of(&json, "name")
        )
    })?;
    check_name(&manifest.name)?;
    if manifest.nodes.is_empty() && manifest.credentials.is_empty() {
        return Err(format!("{} names neither nodes nor credentials", manifest.name));
    }
    let licence = match text_of(&json, "license") {
        empty if empty.is_empty() => "none".to_owned(),
        own => own,
    };
    if !licence::is_free(&licence) && !addition.accepts_licence {
        return Err(format!(
            "{} {} is under the licence \"{licence}\". Read it, and say --accept-licence to add the package",
            manifest.name, manifest.version
        ));
    }
    let dependencies = add_dependencies(&own, &json).await?;
    let hosts: Vec<String> = hosts_in_code::collect(&own).into_iter().collect();
    write_settings(&own, &manifest, &hosts)?;
    let target = folder.join(&manifest.name);
    replace(&own, &target, staging)?;
    let mut entry = JsonObject::new();
    entry.insert("version", Json::from(manifest.version.as_str()));
    entry.insert("resolved", Json::from(resolved));
    entry.insert("integrity", Json::from(integrity));
    let listed = dependencies.iter().map(|release| {
        let mut own = JsonObject::new();
        own.insert("name", Json::from(release.name.as_str()));
        own.insert("version", Json::from(release.version.as_str()));
        own.insert("integrity", Json::from(release.integrity.as_str()));
        Json::from(own)
    });
    entry.insert("dependencies", listed.collect::<Json>());
    lock::note(folder, &manifest.name, Json::from(entry))?;
    Ok(Added {
        name: manifest.name,
        version: manifest.version,
        licence,
        dependencies: dependencies.into_iter().map(|own| (own.name, own.version)).collect(),
        hosts,
        folder: target,
    })
}

/// Unpacks the package itself; gives where it comes from, and what its archive is.
async fn unpack_own(addition: &Addition, own: &Path) -> Result<(String, String), String> {
    let path = Path::new(&addition.what);
    if path.is_dir() {
        copy(path, own)?;
        return Ok((format!("file:{}", path.display()), String::new()));
    }
    if path.is_file() {
        let size = std::fs::metadata(path).map_or(0, |metadata| metadata.len());
        if size > LARGEST_ARCHIVE as u64 {
            return Err(format!("{} is larger than {} MB", path.display(), LARGEST_ARCHIVE >> 20));
        }
        let bytes = std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))?;
        unpack(&bytes, own)?;
        return Ok((format!("file:{}", path.display()), integrity_of(&bytes)));
    }
    let at = addition.what.char_indices().skip(1).find(|(_, char)| *char == '@').map(|(at, _)| at);
    let (name, wanted) = match at {
        Some(at) => (&addition.what[..at], &addition.what[at + 1..]),
        None => (addition.what.as_str(), ""),
    };
    check_name(name)?;
    let registry = Registry::new()?;
    let release = registry.find(name, wanted).await?;
    unpack(&registry.fetch(&release).await?, own)?;
    Ok((release.tarball, release.integrity))
}

/// A name may not lead anywhere else than into its folder.
fn check_name(name: &str) -> Result<(), String> {
    let plain = |part: &str| {
        !part.is_empty()
            && !part.starts_with(['.', '_'])
            && part.chars().all(|char| char.is_ascii_alphanumeric() || matches!(char, '-' | '_' | '.' | '~'))
    };
    let fits = match name.strip_prefix('@').and_then(|rest| rest.split_once('/')) {
        Some((scope, name)) => plain(scope) && plain(name),
        None => plain(name),
    };
    if fits { Ok(()) } else { Err(format!("\"{name}\" is no name of a package")) }
}

/// Fetches what a package depends on, and what that depends on, into its `node_modules`; a second version of a package goes
/// below the one that asks for it.
async fn add_dependencies(own: &Path, json: &Json) -> Result<Vec<Release>, String> {
    let bundled = own.join("node_modules");
    let mut registry = None;
    let mut added: Vec<Release> = Vec::new();
    let mut seen: BTreeSet<PathBuf> = BTreeSet::new();
    let mut open: Vec<(PathBuf, String, String)> =
        dependencies_of(json).into_iter().map(|(name, range)| (own.to_owned(), name, range)).collect();
    while let Some((asker, name, range)) = open.pop() {
        check_name(&name)?;
        let top = bundled.join(&name);
        let target = match read_json(&top.join("package.json"))? {
            None => top,
            Some(known) if fits(&text_of(&known, "version"), &range) => continue,
            Some(_) => asker.join("node_modules").join(&name),
        };
        if !seen.insert(target.clone()) || target.join("package.json").is_file() {
            continue;
        }
        if added.len() >= MOST_PACKAGES {
            return Err(format!("the package depends on more than {MOST_PACKAGES} others"));
        }
        let registry = match &registry {
            Some(registry) => registry,
            None => registry.insert(Registry::new()?),
        };
        let (real, range) = alias(&name, &range)?;
        let release = registry.find(&real, &range).await?;
        unpack(&registry.fetch(&release).await?, &target)?;
        let below = read_json(&target.join("package.json"))?.unwrap_or_else(Json::object);
        open.extend(dependencies_of(&below).into_iter().map(|(name, range)| (target.clone(), name, range)));
        added.push(release);
    }
    Ok(added)
}

/// What a `package.json` asks for. Neither peers nor what is optional, nor what Heddle provides.
fn dependencies_of(json: &Json) -> Vec<(String, String)> {
    let optional = json.get("optionalDependencies");
    let list = json.get("dependencies").and_then(Json::as_object);
    let wanted = list
        .into_iter()
        .flat_map(|own| own.iter())
        .filter(|(name, _)| !is_provided(name) && optional.is_none_or(|own| own.get(name).is_none()));
    wanted.map(|(name, range)| (name.to_owned(), range.as_str().unwrap_or_default().to_owned())).collect()
}

/// `npm:name@range` asks for another package under this name.
fn alias(name: &str, range: &str) -> Result<(String, String), String> {
    if let Some(other) = range.strip_prefix("npm:") {
        let at =
            other.char_indices().skip(1).find(|(_, char)| *char == '@').map_or(other.len(), |(at, _)| at);
        let real = &other[..at];
        if is_provided(real) {
            return Err(format!("{name} stands for {real}, which is never downloaded"));
        }
        return Ok((real.to_owned(), other[at..].trim_start_matches('@').to_owned()));
    }
    if range.contains("://") || range.starts_with("git") || range.starts_with("file:") || range.contains('/')
    {
        return Err(format!("{name} is to come from \"{range}\": only packages of a registry are added"));
    }
    Ok((name.to_owned(), range.to_owned()))
}

fn fits(version: &str, range: &str) -> bool {
    let range = nodejs_semver::Range::parse(if range.is_empty() { "*" } else { range });
    match (nodejs_semver::Version::parse(version), range) {
        (Ok(version), Ok(range)) => range.satisfies(&version),
        // A tag, or a range that nobody can read: what is there must do.
        _ => true,
    }
}

/// Writes the package's `heddle.json`: what is known of it, and the hosts that its code names.
fn write_settings(own: &Path, manifest: &Manifest, hosts: &[String]) -> Result<(), String> {
    let known = Json::parse(KNOWN).unwrap_or_default();
    let mut settings = manifest.settings.as_object().cloned().unwrap_or_default();
    for (key, value) in
        known.get(&manifest.name).and_then(Json::as_object).into_iter().flat_map(|own| own.iter())
    {
        if !settings.contains_key(key) {
            settings.insert(key, value.clone());
        }
    }
    if !settings.contains_key("hosts") {
        settings.insert("hosts", hosts.iter().map(|host| Json::from(host.as_str())).collect::<Json>());
    }
    let text =
        heddle_data::json::to_string_pretty(&Json::from(settings)).map_err(|error| error.to_string())?;
    std::fs::write(own.join("heddle.json"), text + "\n").map_err(|error| format!("heddle.json: {error}"))
}

/// Puts a folder in its place. What was there goes with the staging folder.
fn replace(own: &Path, target: &Path, staging: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{} cannot be put in its place: {error}", target.display());
    if let Some(parent) = target.parent() {
        std::fs::create_dir_all(parent).map_err(failed)?;
    }
    if target.exists() {
        std::fs::rename(target, staging.join("before")).map_err(failed)?;
    }
    std::fs::rename(own, target).map_err(failed)?;
    let _ = std::fs::remove_dir_all(staging);
    Ok(())
}
