//! AWS, and several providers in one configuration.

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::{AWS, SMALL, Served, change, on_each_host, whole_life};

const AWS_STACK: &str = r#"
terraform {
  required_providers {
    aws = {
      source = "hashicorp/aws"
    }
  }
}

provider "aws" {
  region = "eu-central-1"
  default_tags {
    tags = { team = "platform" }
  }
}

data "aws_ami" "linux" {
  most_recent = true
  owners      = ["amazon"]
  filter {
    name   = "name"
    values = ["al2023-*"]
  }
}

data "aws_iam_policy_document" "assume" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["dlm.amazonaws.com"]
    }
  }
}

resource "aws_iam_role" "dlm" {
  assume_role_policy = data.aws_iam_policy_document.assume.json
}

resource "aws_s3_bucket" "backups" {
  bucket_prefix = "backups-"
}

resource "aws_s3_bucket_versioning" "backups" {
  bucket = aws_s3_bucket.backups.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_security_group" "node" {
  dynamic "ingress" {
    for_each = toset([6443, 9345])
    content {
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = ["10.0.0.0/8"]
    }
  }
}

resource "aws_instance" "node" {
  count                  = 2
  ami                    = data.aws_ami.linux.id
  instance_type          = "t3a.small"
  vpc_security_group_ids = [aws_security_group.node.id]
  root_block_device {
    volume_size = 30
  }
  ebs_block_device {
    device_name = "/dev/sdf"
    volume_size = 50
  }
  ebs_block_device {
    device_name = "/dev/sdg"
  }
  tags = { Backup = "Daily" }
}

resource "aws_dlm_lifecycle_policy" "daily" {
  description        = "Daily snapshots"
  execution_role_arn = aws_iam_role.dlm.arn
  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { Backup = "Daily" }
    schedule {
      name = "daily"
      create_rule {
        interval = 24
        times    = ["03:00"]
      }
      retain_rule {
        count = 7
      }
    }
  }
}
"#;

#[test]
fn aws_lives_its_whole_life() -> Result<()> {
    let served: [Served<'_>; 1] = [("hashicorp/aws", "6.25.0", AWS)];
    on_each_host(&served, |workdir| {
        workdir.write("main.tf", AWS_STACK)?;
        workdir.init()?;

        let plan = workdir.plan_json(&[])?;
        let instance = change(&plan, "aws_instance.node[1]")?;
        let ami = instance["after"]["ami"].as_str().context("read by now")?;
        ensure!(ami.starts_with("stub-"), "{ami}");
        let disks = instance["after"]["ebs_block_device"].as_array();
        ensure!(disks.is_some_and(|disks| disks.len() == 2), "{instance}");
        let unknown = &instance["after_unknown"];
        ensure!(
            unknown["ebs_block_device"][0]["volume_id"] == json!(true),
            "{unknown}"
        );
        ensure!(
            unknown["vpc_security_group_ids"] == json!([true]),
            "{unknown}"
        );
        let policy = change(&plan, "aws_dlm_lifecycle_policy.daily")?;
        let schedule = &policy["after"]["policy_details"][0]["schedule"][0];
        ensure!(
            schedule["retain_rule"][0]["count"] == json!(7),
            "{schedule}"
        );
        ensure!(
            policy["after_unknown"]["execution_role_arn"] == json!(true),
            "{policy}"
        );

        whole_life(workdir)
    })
}

const SMALL_STACK: &str = r#"
resource "random_pet" "name" {
  length = 2
}

resource "random_password" "admin" {
  length  = 24
  special = false
}

resource "tls_private_key" "ca" {
  algorithm = "ED25519"
}

resource "tls_self_signed_cert" "ca" {
  private_key_pem       = tls_private_key.ca.private_key_pem
  validity_period_hours = 8760
  allowed_uses          = ["cert_signing"]
  subject {
    common_name = random_pet.name.id
  }
}

resource "time_sleep" "pause" {
  create_duration = "30s"
  triggers        = { pet = random_pet.name.id }
}

resource "null_resource" "done" {
  triggers = { certificate = tls_self_signed_cert.ca.cert_pem }
  depends_on = [time_sleep.pause]
}

output "name" {
  value = random_pet.name.id
}
"#;

/// Sources are not declared: the hosts' own defaults lead to the mirror.
#[test]
fn small_providers_work_together() -> Result<()> {
    let served: [Served<'_>; 4] = [
        ("random", "3.7.2", SMALL),
        ("tls", "4.1.0", SMALL),
        ("time", "0.13.1", SMALL),
        ("hashicorp/null", "3.2.4", SMALL),
    ];
    on_each_host(&served, |workdir| {
        workdir.write("main.tf", SMALL_STACK)?;
        workdir.init()?;
        whole_life(workdir)?;

        // The same configuration gives the same values again.
        workdir.apply()?;
        let first = workdir.ok(&["output", "-raw", "name"])?.stdout;
        ensure!(first.starts_with("stub-"), "{first}");
        workdir.ok(&["apply", "-auto-approve", "-replace=random_pet.name"])?;
        let second = workdir.ok(&["output", "-raw", "name"])?.stdout;
        ensure!(first == second, "{first} {second}");
        Ok(())
    })
}
