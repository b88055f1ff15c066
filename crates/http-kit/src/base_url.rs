//! The address of an API, as people write it into a credential.

/// The base URL without blanks around it and slashes at its end, `default` where it is empty; `None` where it is no web
/// address, or one with a query or a fragment.
pub fn read_base_url(text: &str, default: &str) -> Option<String> {
    let text = text.trim().trim_end_matches('/');
    if text.is_empty() {
        return Some(default.to_owned());
    }
    let is_web_address = text.parse::<http::Uri>().is_ok_and(|url| {
        matches!(url.scheme_str(), Some("http" | "https")) && url.host().is_some() && url.query().is_none()
    });
    (is_web_address && !text.contains('#')).then(|| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_web_addresses_are_taken() {
        let read = |text| read_base_url(text, "https://default.test");
        assert_eq!(read(" https://a.test/api// ").as_deref(), Some("https://a.test/api"));
        assert_eq!(read("  ").as_deref(), Some("https://default.test"));
        for wrong in
            ["a.test", "ftp://a.test", "https://", "https://a.test/?key=1", "https://a.test/#x", "not a url"]
        {
            assert_eq!(read(wrong), None, "{wrong}");
        }
    }
}
