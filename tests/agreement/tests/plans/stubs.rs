//! Every kind of change of other people's resources, with stubs: blocks, sets, what schemas call
//! sensitive, data sources.

use anyhow::{Context, Result, ensure};
use holdfast_agreement::host::Stubs;
use holdfast_agreement::plans::{make, schemas};
use holdfast_e2e::hosts;
use terraform_config::plan::{Action, Completeness, PriorResource};

use crate::holds;

const HEAD: &str = r#"
terraform {
  required_providers {
    rancher2 = { source = "rancher/rancher2" }
    aws      = { source = "hashicorp/aws" }
  }
}
provider "aws" {
  region = "eu-central-1"
}
variable "key" {
  type      = string
  sensitive = true
  default   = "hidden"
}
data "aws_caller_identity" "now" {
}
"#;

const FIRST: &str = r#"
resource "rancher2_machine_config_v2" "m" {
  for_each      = { "cp.1" = "a", worker = "b" }
  generate_name = each.key
  amazonec2_config {
    ami            = "ami-1"
    region         = "eu-central-1"
    security_group = ["x", "y"]
    subnet_id      = data.aws_subnet.later.id
    vpc_id         = "vpc-1"
    zone           = each.value
    secret_key     = var.key
  }
}
data "aws_subnet" "later" {
  id = aws_subnet.new.id
}
resource "aws_subnet" "new" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.0.0/24"
}
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.30.1+rke2r1"
  rke_config {
    dynamic "machine_pools" {
      for_each = rancher2_machine_config_v2.m
      content {
        name                         = machine_pools.key
        cloud_credential_secret_name = "cc"
        etcd_role                    = true
        quantity                     = 3
        machine_config {
          kind = machine_pools.value.kind
          name = machine_pools.value.name
        }
      }
    }
    etcd {
      snapshot_retention = 5
      s3_config {
        bucket   = "backups"
        endpoint = "s3.eu-central-1.amazonaws.com"
      }
    }
  }
}
resource "aws_cloudwatch_metric_alarm" "a" {
  alarm_name          = "a"
  comparison_operator = "LessThanThreshold"
  evaluation_periods  = 1
  threshold           = 0.1
}
resource "aws_secretsmanager_secret_version" "s" {
  secret_id     = aws_subnet.new.id
  secret_string = var.key
}
resource "aws_instance" "i" {
  count = 2
  ami   = "ami-1"
  ebs_block_device {
    device_name = "/dev/sdb"
    volume_size = 10
  }
  ebs_block_device {
    device_name = "/dev/sdc"
    tags        = { Name = aws_subnet.new.id }
  }
  tags = { "a.b" = var.key }
}
resource "aws_s3_bucket" "goes" {
  bucket = "goes"
}
resource "aws_s3_bucket" "forgotten" {
  bucket = "forgotten"
}
output "cluster" {
  value     = rancher2_cluster_v2.c
  sensitive = true
}
"#;

const SECOND: &str = r#"
resource "rancher2_machine_config_v2" "machine" {
  for_each      = { "cp.1" = "a", third = "c" }
  generate_name = each.key
  amazonec2_config {
    ami            = "ami-2"
    region         = "eu-central-1"
    security_group = ["y", "z"]
    subnet_id      = "subnet-1"
    vpc_id         = "vpc-1"
    zone           = each.value
  }
}
moved {
  from = rancher2_machine_config_v2.m
  to   = rancher2_machine_config_v2.machine
}
resource "aws_subnet" "new" {
  vpc_id     = "vpc-1"
  cidr_block = "10.0.0.0/24"
}
resource "rancher2_cluster_v2" "c" {
  name               = "c"
  kubernetes_version = "v1.31.1+rke2r1"
  rke_config {
    machine_pools {
      name                         = "cp"
      cloud_credential_secret_name = "cc"
      etcd_role                    = true
      machine_config {
        kind = rancher2_machine_config_v2.machine["cp.1"].kind
        name = rancher2_machine_config_v2.machine["cp.1"].name
      }
    }
  }
}
resource "aws_instance" "i" {
  count = 1
  ami   = "ami-1"
  ebs_block_device {
    device_name = "/dev/sdc"
  }
}
removed {
  from = aws_s3_bucket.forgotten
  lifecycle {
    destroy = false
  }
}
import {
  to = aws_s3_bucket.imported
  id = "imported"
}
resource "aws_s3_bucket" "imported" {
  bucket = "imported"
  tags   = { a = "b" }
}
"#;

#[test]
fn every_kind_of_change_of_stubs_is_read_as_its_host_shows_it() -> Result<()> {
    let hosts = hosts::for_tests()?;
    if hosts.is_empty() {
        return Ok(());
    }
    let stubs = Stubs::new()?;
    for host in hosts {
        let workdir = stubs.workdir(&host)?;
        let run = || -> Result<()> {
            workdir.write("main.tf", &format!("{HEAD}{FIRST}"))?;
            workdir.init()?;
            let schemas = schemas(&workdir)?;
            let cluster = "rancher2_cluster_v2.c";

            let made = make(&workdir, "create", &["-var=key=canary"])?;
            let wanted = [
                (cluster, Action::Create),
                ("data.aws_subnet.later", Action::Read),
                ("rancher2_machine_config_v2.m[\"cp.1\"]", Action::Create),
            ];
            let held = holds("create", &made, &schemas, &wanted)?;
            ensure!(held.ambiguous > 0, "0.1 may be a text where no schema says");
            let data =
                |it: &PriorResource| it.address.to_string() == "data.aws_caller_identity.now";
            ensure!(held.plan.prior.iter().any(data), "what was read is there");
            let narrow = ["-target=aws_subnet.new"];
            let made = make(&workdir, "target", &narrow)?;
            let held = holds("target", &made, &schemas, &[])?;
            ensure!(held.plan.completeness == Completeness::Partial);

            workdir.apply()?;
            let made = make(&workdir, "unchanged", &[])?;
            holds("unchanged", &made, &schemas, &[(cluster, Action::NoOp)])?;
            let replace = format!("-replace={cluster}");
            let made = make(&workdir, "replace", &[&replace])?;
            let wanted = [(cluster, Action::DeleteThenCreate)];
            holds("replace", &made, &schemas, &wanted)?;
            let made = make(&workdir, "destroy", &["-destroy"])?;
            holds("destroy", &made, &schemas, &[(cluster, Action::Delete)])?;

            workdir.write("main.tf", &format!("{HEAD}{SECOND}"))?;
            let made = make(&workdir, "second", &[])?;
            let wanted = [
                (cluster, Action::Update),
                (
                    "rancher2_machine_config_v2.machine[\"cp.1\"]",
                    Action::Update,
                ),
                (
                    "rancher2_machine_config_v2.machine[\"worker\"]",
                    Action::Delete,
                ),
                ("aws_instance.i[0]", Action::Update),
                ("aws_instance.i[1]", Action::Delete),
                ("aws_s3_bucket.goes", Action::Delete),
                ("aws_s3_bucket.forgotten", Action::Forget),
                ("aws_s3_bucket.imported", Action::Update),
            ];
            holds("second", &made, &schemas, &wanted).map(drop)
        };
        run().with_context(|| format!("on {host}"))?;
    }
    Ok(())
}
