//! A plan as JSON of any size, the same each time: ordinary records, and in every hundred resources
//! a cluster with its machine config and its credential, as the real provider has planned them.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use serde_json::{Value, json};

/// A real plan of three resources: a cluster that is on spot alone, and what it needs.
const CLUSTER: &str =
    include_str!("../../../config/tests/fixtures/plans/all-in-one-spot/plan.json");

/// Names in it that become another one's by a number.
const NAMES: [&str; 3] = [
    "rancher2_cloud_credential.aws",
    "rancher2_cluster_v2.k3s",
    "rancher2_machine_config_v2.all_in_one",
];

/// Where in the document resources stand.
const PLACES: [&str; 3] = [
    "/planned_values/root_module/resources",
    "/resource_changes",
    "/configuration/root_module/resources",
];

/// A plan of so many resources.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Plan {
    /// A multiple of [`Plan::GROUP`].
    pub resources: usize,
}

impl Plan {
    /// Resources of which three are a cluster.
    pub const GROUP: usize = 100;

    /// Clusters in it; all of them are on spot alone.
    pub fn clusters(self) -> usize {
        self.resources / Self::GROUP
    }

    /// Writes it, and says how many bytes it has.
    ///
    /// # Errors
    /// The file cannot be written.
    pub fn write(self, path: &Path) -> io::Result<u64> {
        let document: Value = serde_json::from_str(CLUSTER)?;
        let mut out = BufWriter::new(File::create(path)?);
        out.write_all(br#"{"format_version":"1.2","terraform_version":"1.15.9","#)?;
        out.write_all(br#""variables":{"node_count":{"value":3}},"planned_values":"#)?;
        out.write_all(br#"{"root_module":{"resources":"#)?;
        self.write_list(&mut out, &document, 0)?;
        out.write_all(br#"}},"resource_changes":"#)?;
        self.write_list(&mut out, &document, 1)?;
        out.write_all(br#","configuration":{"root_module":{"resources":"#)?;
        self.write_list(&mut out, &document, 2)?;
        out.write_all(br#","variables":{"node_count":{"default":3}}}},"#)?;
        out.write_all(br#""applyable":true,"complete":true,"errored":false}"#)?;
        out.flush()?;
        Ok(path.metadata()?.len())
    }

    /// The resources at one of the places.
    fn write_list(self, out: &mut impl Write, document: &Value, place: usize) -> io::Result<()> {
        let resources = document
            .pointer(PLACES[place])
            .ok_or_else(|| io::Error::other(format!("the plan has no {}", PLACES[place])))?;
        // Between the brackets.
        let text = resources.to_string();
        let cluster = &text[1..text.len() - 1];
        out.write_all(b"[")?;
        for group in 0..self.clusters() {
            if group > 0 {
                out.write_all(b",")?;
            }
            let mut cluster = cluster.to_owned();
            for name in NAMES {
                let (_, label) = name.split_once('.').unwrap_or_default();
                cluster = cluster.replace(name, &format!("{name}_{group}"));
                let (before, after) = (
                    format!(r#""name":"{label}""#),
                    format!(r#""name":"{label}_{group}""#),
                );
                cluster = cluster.replace(&before, &after);
            }
            out.write_all(cluster.as_bytes())?;
            for index in 3..Self::GROUP {
                let record = record(group * Self::GROUP + index, place);
                write!(out, ",{record}")?;
            }
        }
        out.write_all(b"]")
    }
}

/// A record of a zone at one of the places.
fn record(number: usize, place: usize) -> Value {
    let name = format!("r{number}");
    let mut resource = json!({
        "address": format!("aws_route53_record.{name}"),
        "mode": "managed",
        "type": "aws_route53_record",
        "name": name,
        "provider_name": "registry.terraform.io/hashicorp/aws",
    });
    let values = json!({
        "name": format!("host-{number}.example.com"),
        "type": "A",
        "ttl": 300,
        "records": [format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255)],
        "set_identifier": null,
        "alias": [],
        "weighted_routing_policy": [],
    });
    let unknown = json!({
        "id": true, "fqdn": true, "zone_id": true, "allow_overwrite": true,
        "records": [false], "alias": [], "weighted_routing_policy": [],
    });
    match place {
        0 => {
            resource["schema_version"] = 2.into();
            resource["values"] = values;
            resource["sensitive_values"] = json!({ "records": [false] });
        }
        1 => {
            resource["change"] = json!({
                "actions": ["create"],
                "before": null,
                "after": values,
                "after_unknown": unknown,
                "before_sensitive": false,
                "after_sensitive": { "records": [false] },
            });
        }
        _ => {
            resource["provider_config_key"] = "aws".into();
            resource["expressions"] = json!({
                "name": { "constant_value": values["name"] },
                "records": { "constant_value": values["records"] },
                "ttl": { "constant_value": 300 },
                "type": { "constant_value": "A" },
                "zone_id": { "references": ["aws_route53_zone.main.zone_id", "aws_route53_zone.main"] },
            });
            resource["schema_version"] = 2.into();
        }
    }
    resource
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_json_with_as_many_resources_at_each_place_each_once() {
        let scratch = std::env::temp_dir().join(format!("plan-{}.json", std::process::id()));
        let plan = Plan { resources: 300 };
        let bytes = plan.write(&scratch).unwrap();
        let text = std::fs::read_to_string(&scratch).unwrap();
        std::fs::remove_file(&scratch).unwrap();
        assert_eq!(text.len() as u64, bytes);
        let document: Value = serde_json::from_str(&text).unwrap();
        for place in PLACES {
            let resources = document.pointer(place).unwrap().as_array().unwrap();
            let addresses = resources.iter().map(|it| it["address"].as_str().unwrap());
            let addresses: std::collections::BTreeSet<&str> = addresses.collect();
            assert_eq!((resources.len(), addresses.len()), (300, 300), "{place}");
        }
        let link = "rancher2_machine_config_v2.all_in_one_2.name";
        assert!(text.contains(link), "links go to the cluster's own config");
    }
}
