//! Media types: the extension and the kind of preview that n8n gives a file of one, and a file's properties.

use heddle_node::BinaryData;

/// Media types with their first extension, in order.
const EXTENSIONS: [(&str, &str); 108] = [
    ("application/atom+xml", "atom"),
    ("application/dash+xml", "mpd"),
    ("application/epub+zip", "epub"),
    ("application/geo+json", "geojson"),
    ("application/gzip", "gz"),
    ("application/java-archive", "jar"),
    ("application/javascript", "js"),
    ("application/json", "json"),
    ("application/ld+json", "jsonld"),
    ("application/mbox", "mbox"),
    ("application/msword", "doc"),
    ("application/octet-stream", "bin"),
    ("application/pdf", "pdf"),
    ("application/pgp-signature", "sig"),
    ("application/pkcs7-mime", "p7m"),
    ("application/rss+xml", "rss"),
    ("application/rtf", "rtf"),
    ("application/sql", "sql"),
    ("application/toml", "toml"),
    ("application/vnd.amazon.ebook", "azw"),
    ("application/vnd.android.package-archive", "apk"),
    ("application/vnd.apple.mpegurl", "m3u8"),
    ("application/vnd.google-earth.kml+xml", "kml"),
    ("application/vnd.google-earth.kmz", "kmz"),
    ("application/vnd.ms-excel", "xls"),
    ("application/vnd.ms-fontobject", "eot"),
    ("application/vnd.ms-powerpoint", "ppt"),
    ("application/vnd.oasis.opendocument.presentation", "odp"),
    ("application/vnd.oasis.opendocument.spreadsheet", "ods"),
    ("application/vnd.oasis.opendocument.text", "odt"),
    ("application/vnd.openxmlformats-officedocument.presentationml.presentation", "pptx"),
    ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "xlsx"),
    ("application/vnd.openxmlformats-officedocument.wordprocessingml.document", "docx"),
    ("application/vnd.rar", "rar"),
    ("application/vnd.visio", "vsd"),
    ("application/wasm", "wasm"),
    ("application/x-7z-compressed", "7z"),
    ("application/x-bzip", "bz"),
    ("application/x-bzip2", "bz2"),
    ("application/x-msdownload", "exe"),
    ("application/x-pkcs12", "p12"),
    ("application/x-rar-compressed", "rar"),
    ("application/x-sh", "sh"),
    ("application/x-shockwave-flash", "swf"),
    ("application/x-tar", "tar"),
    ("application/xhtml+xml", "xhtml"),
    ("application/xml", "xml"),
    ("application/zip", "zip"),
    ("audio/3gpp", "3gpp"),
    ("audio/aac", "adts"),
    ("audio/amr", "amr"),
    ("audio/midi", "mid"),
    ("audio/mp3", "mp3"),
    ("audio/mp4", "m4a"),
    ("audio/mpeg", "mpga"),
    ("audio/ogg", "oga"),
    ("audio/wav", "wav"),
    ("audio/wave", "wav"),
    ("audio/webm", "weba"),
    ("audio/x-flac", "flac"),
    ("audio/x-m4a", "m4a"),
    ("audio/x-wav", "wav"),
    ("font/otf", "otf"),
    ("font/ttf", "ttf"),
    ("font/woff", "woff"),
    ("font/woff2", "woff2"),
    ("image/apng", "apng"),
    ("image/avif", "avif"),
    ("image/bmp", "bmp"),
    ("image/gif", "gif"),
    ("image/heic", "heic"),
    ("image/heif", "heif"),
    ("image/jp2", "jp2"),
    ("image/jpeg", "jpg"),
    ("image/jxl", "jxl"),
    ("image/png", "png"),
    ("image/svg+xml", "svg"),
    ("image/tiff", "tif"),
    ("image/vnd.adobe.photoshop", "psd"),
    ("image/vnd.microsoft.icon", "ico"),
    ("image/webp", "webp"),
    ("image/x-icon", "ico"),
    ("message/rfc822", "eml"),
    ("model/gltf+json", "gltf"),
    ("model/gltf-binary", "glb"),
    ("text/calendar", "ics"),
    ("text/css", "css"),
    ("text/csv", "csv"),
    ("text/html", "html"),
    ("text/javascript", "js"),
    ("text/markdown", "md"),
    ("text/plain", "txt"),
    ("text/rtf", "rtf"),
    ("text/tab-separated-values", "tsv"),
    ("text/vcard", "vcard"),
    ("text/xml", "xml"),
    ("text/yaml", "yaml"),
    ("video/3gpp", "3gp"),
    ("video/mp2t", "ts"),
    ("video/mp4", "mp4"),
    ("video/mpeg", "mpeg"),
    ("video/ogg", "ogv"),
    ("video/quicktime", "qt"),
    ("video/webm", "webm"),
    ("video/x-flv", "flv"),
    ("video/x-matroska", "mkv"),
    ("video/x-ms-wmv", "wmv"),
    ("video/x-msvideo", "avi"),
];

/// The extension of files of a media type, without its dot.
pub(crate) fn extension(media_type: &str) -> Option<&'static str> {
    let media_type = media_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    let place = EXTENSIONS.binary_search_by_key(&&*media_type, |(known, _)| known).ok()?;
    Some(EXTENSIONS[place].1)
}

/// The media type of files with an extension.
pub(crate) fn of_extension(extension: &str) -> Option<&'static str> {
    let extension = extension.to_ascii_lowercase();
    // Of several types the plain one counts.
    let mut found =
        EXTENSIONS.iter().filter(|(_, known)| *known == extension).map(|(media_type, _)| *media_type);
    let first = found.next()?;
    Some(found.find(|media_type| !media_type.contains("/x-") && first.contains("/x-")).unwrap_or(first))
}

/// The kind of preview that a file of a media type has.
pub(crate) fn preview(media_type: &str) -> Option<&'static str> {
    let kinds = [
        ("application/json", "json"),
        ("text/html", "html"),
        ("image/", "image"),
        ("audio/", "audio"),
        ("video/", "video"),
        ("text/", "text"),
        ("application/javascript", "text"),
        ("application/pdf", "pdf"),
    ];
    kinds.into_iter().find(|(start, _)| media_type.starts_with(start)).map(|(_, kind)| kind)
}

/// The properties of a file of a media type at a path, whose content is to come.
pub(crate) fn describe(media_type: Option<&str>, path: Option<&str>) -> BinaryData {
    let name = path.map(|path| path.trim_end_matches('/').rsplit('/').next().unwrap_or_default());
    let of_name = name.and_then(|name| {
        let (stem, extension) = name.rsplit_once('.')?;
        (!stem.is_empty() && !extension.is_empty()).then_some(extension)
    });
    let media_type = media_type
        .filter(|media_type| !media_type.is_empty())
        .or_else(|| of_name.and_then(of_extension))
        .unwrap_or("text/plain");
    let folder = path.and_then(|path| path.trim_end_matches('/').rsplit_once('/')).map(|(folder, _)| folder);
    BinaryData {
        mime_type: media_type.to_owned(),
        file_type: preview(media_type).map(str::to_owned),
        file_extension: of_name.or_else(|| extension(media_type)).map(str::to_owned),
        file_name: name.map(str::to_owned),
        directory: folder.filter(|folder| !folder.is_empty()).map(str::to_owned),
        ..BinaryData::default()
    }
}

/// A size for people, as n8n writes it: 1.23 kB.
pub(crate) fn size_text(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    if bytes < 1000 {
        return format!("{bytes} B");
    }
    let exponent = ((bytes as f64).log10() / 3.0).floor().min(4.0);
    let value = bytes as f64 / 1000f64.powf(exponent);
    // Three digits that count.
    let decimals = (2 - value.log10().floor() as i32).clamp(0, 2) as usize;
    let text = format!("{value:.decimals$}");
    let text = if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { &text };
    format!("{text} {}", UNITS[exponent as usize])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_in_order() {
        assert!(EXTENSIONS.is_sorted());
        assert_eq!(extension("image/jpeg; q=1"), Some("jpg"));
        assert_eq!(of_extension("pdf"), Some("application/pdf"));
    }

    #[test]
    fn sizes_have_three_digits() {
        for (bytes, text) in [
            (0, "0 B"),
            (999, "999 B"),
            (1000, "1 kB"),
            (1337, "1.34 kB"),
            (13_370, "13.4 kB"),
            (1_500_000, "1.5 MB"),
        ] {
            assert_eq!(size_text(bytes), text);
        }
    }
}
