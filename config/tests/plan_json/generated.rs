//! Plans of any number of resources, as a host would write them after a first apply: most of them
//! unchanged, some changed, some new.

use std::fmt::Write as _;

/// Resources of one module instance.
const PER_MODULE: usize = 100;

/// A plan as JSON of so many resources, about 3 KB each.
pub(crate) fn plan(resources: usize) -> String {
    let mut out = String::with_capacity(resources * 3_200);
    out.push_str(
        r#"{"format_version":"1.2","terraform_version":"1.15.9","variables":{"region":{"value":"eu-central-1"}},"planned_values":{"root_module":{"child_modules":["#,
    );
    modules(resources, &mut out);
    out.push_str(r#"]}},"resource_changes":["#);
    for at in 0..resources {
        comma(at, &mut out);
        change(at, &mut out);
    }
    out.push_str(
        r#"],"prior_state":{"format_version":"1.0","values":{"root_module":{"child_modules":["#,
    );
    modules(resources, &mut out);
    out.push_str(r#"]}}},"configuration":{"provider_config":{"aws":{"name":"aws","full_name":"registry.terraform.io/hashicorp/aws"}},"root_module":{"module_calls":{"fleet":{"source":"./fleet","expressions":{"zone":{"references":["each.value"]}},"for_each_expression":{"references":["local.zones"]},"module":{"resources":["#);
    for at in 0..PER_MODULE.min(resources) {
        comma(at, &mut out);
        write!(
            out,
            r#"{{"address":"aws_instance.node_{at}","mode":"managed","type":"aws_instance","name":"node_{at}","provider_config_key":"aws","expressions":{{"ami":{{"constant_value":"ami-0123456789abcdef0"}},"availability_zone":{{"references":["var.zone"]}},"instance_type":{{"constant_value":"t3a.medium"}},"subnet_id":{{"references":["aws_subnet.a[0].id","aws_subnet.a[0]","aws_subnet.a"]}}}},"schema_version":1}}"#
        )
        .expect("text grows");
    }
    out.push_str(
        r#"],"variables":{"zone":{}}}}},"variables":{"region":{"default":"eu-west-1"}}}},"timestamp":"2026-11-23T09:42:18Z","applyable":true,"complete":true,"errored":false}"#,
    );
    out
}

fn modules(resources: usize, out: &mut String) {
    for (module, first) in (0..resources).step_by(PER_MODULE).enumerate() {
        comma(module, out);
        write!(
            out,
            r#"{{"address":"module.fleet[\"z{module}\"]","resources":["#
        )
        .expect("text grows");
        for at in first..resources.min(first + PER_MODULE) {
            comma(at - first, out);
            let head = head(at);
            write!(out, r#"{{{head},"schema_version":1,"values":"#).expect("text grows");
            values(at, true, out);
            out.push_str(r#","sensitive_values":{"root_block_device":[{}],"tags":{}}}"#);
        }
        out.push_str("]}");
    }
}

/// What tells which resource it is.
fn head(at: usize) -> String {
    let (module, name) = (at / PER_MODULE, at % PER_MODULE);
    format!(
        r#""address":"module.fleet[\"z{module}\"].aws_instance.node_{name}","module_address":"module.fleet[\"z{module}\"]","mode":"managed","type":"aws_instance","name":"node_{name}","provider_name":"registry.terraform.io/hashicorp/aws""#
    )
}

fn change(at: usize, out: &mut String) {
    let action = match at % 10 {
        0 => "create",
        1 => "update",
        _ => "no-op",
    };
    let head = head(at);
    write!(
        out,
        r#"{{{head},"change":{{"actions":["{action}"],"before":"#
    )
    .expect("text grows");
    match action {
        "create" => out.push_str("null"),
        _ => values(at, true, out),
    }
    out.push_str(r#","after":"#);
    values(at, action != "create", out);
    out.push_str(match action {
        "create" => r#","after_unknown":{"arn":true,"id":true,"private_ip":true,"root_block_device":[{"volume_id":true}],"tags":{}}"#,
        _ => r#","after_unknown":{}"#,
    });
    out.push_str(r#","before_sensitive":{"root_block_device":[{}],"tags":{}},"after_sensitive":{"root_block_device":[{}],"tags":{}}}}"#);
}

fn values(at: usize, is_known: bool, out: &mut String) {
    let known = match is_known {
        true => format!(
            r#""arn":"arn:aws:ec2:eu-central-1:123456789012:instance/i-{at:017x}","id":"i-{at:017x}","private_ip":"10.0.{}.{}","#,
            at / 250 % 250,
            at % 250
        ),
        false => String::new(),
    };
    write!(
        out,
        r#"{{{known}"ami":"ami-0123456789abcdef0","associate_public_ip_address":false,"availability_zone":"eu-central-1a","cpu_core_count":{},"disable_api_termination":false,"ebs_optimized":true,"instance_type":"t3a.medium","key_name":null,"monitoring":true,"root_block_device":[{{"delete_on_termination":true,"encrypted":true,"iops":3000,"throughput":125,"volume_size":64,"volume_type":"gp3"}}],"subnet_id":"subnet-0a1b2c3d4e5f6a7b8","tags":{{"Name":"node-{at}","Owner":"platform \"core\" team","Stage":"prod"}},"user_data":null}}"#,
        at % 8 + 1
    )
    .expect("text grows");
}

fn comma(at: usize, out: &mut String) {
    if at > 0 {
        out.push(',');
    }
}
