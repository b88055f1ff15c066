//! `heddle nodes`.

use heddle_node::Registry;

use crate::failure::Failure;

pub(crate) fn list(registry: &Registry) -> Result<u8, Failure> {
    let mut text = String::new();
    for node in registry.nodes() {
        let header = node.header();
        let versions: Vec<String> = header.versions.iter().map(f64::to_string).collect();
        text.push_str(&format!(
            "{}\t{}\t{}\t{}\n",
            header.type_name,
            versions.join(", "),
            header.display_name,
            header.description
        ));
    }
    super::print(&text)?;
    Ok(0)
}
