# __NAME__: the network of __TEAM__ in __REGION__, and what is allowed into it.

locals {
  cidr = "10.__OCTET__.0.0/16"

  services = {
    rancher = { port = 443, cidrs = ["10.0.0.0/8"] }
    metrics = { port = 9090, cidrs = [local.cidr] }
    logs    = { port = 6514, cidrs = [local.cidr, "192.168.0.0/16"] }
  }

  endpoints = ["ecr.api", "ecr.dkr", "sts", "ssm", "ssmmessages", "ec2messages", "logs", "kms"]
  is_prod   = "__ENV__" == "prod"
}

module "network" {
  source = "../../../../modules/network"

  name         = "__TEAM__-__ENV__-__INDEX__"
  region       = "__REGION__"
  cidr         = local.cidr
  nat_per_zone = local.is_prod

  tags = {
    Team        = "__TEAM__"
    Environment = "__ENV__"
  }
}

resource "aws_security_group" "service" {
  for_each = local.services

  name        = "__NAME__-${each.key}"
  description = "Traffic to ${each.key}"
  vpc_id      = module.network.vpc_id

  ingress {
    from_port   = each.value.port
    to_port     = each.value.port
    protocol    = "tcp"
    cidr_blocks = each.value.cidrs
  }
}

resource "aws_vpc_endpoint" "interface" {
  for_each = toset(local.endpoints)

  vpc_id              = module.network.vpc_id
  service_name        = "com.amazonaws.__REGION__.${each.value}"
  vpc_endpoint_type   = "Interface"
  private_dns_enabled = true
  subnet_ids          = values(module.network.private_subnets)
  security_group_ids  = [aws_security_group.service["metrics"].id]
}

resource "aws_vpc_endpoint" "s3" {
  vpc_id       = module.network.vpc_id
  service_name = "com.amazonaws.__REGION__.s3"
}

resource "aws_flow_log" "this" {
  count = local.is_prod ? 1 : 0

  vpc_id               = module.network.vpc_id
  traffic_type         = "ALL"
  log_destination_type = "s3"
  log_destination      = "arn:aws:s3:::__TEAM__-flow-logs/__NAME__/"
}

resource "aws_route53_zone" "private" {
  name = "__NAME__.internal.example.com"

  vpc {
    vpc_id = module.network.vpc_id
  }
}

moved {
  from = aws_route53_zone.internal
  to   = aws_route53_zone.private
}
