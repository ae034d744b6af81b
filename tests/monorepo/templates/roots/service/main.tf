# __NAME__: roles and secrets of services that run in __TEAM__'s clusters.

locals {
  config = yamldecode(file("${path.module}/services.yaml"))

  services = {
    for service in local.config.services : service.name => {
      namespace = try(service.namespace, service.name)
      actions   = distinct(flatten([for grant in try(service.grants, []) : grant.actions]))
      resources = [for grant in try(service.grants, []) : grant.resource]
      secrets   = try(service.secrets, [])
    }
  }

  secrets = merge([
    for name, service in local.services : {
      for secret in service.secrets : "${name}/${secret}" => { service = name, secret = secret }
    }
  ]...)

  issuer = trimprefix(var.issuer_url, "https://")
}

module "label" {
  source   = "../../../../modules/label"
  for_each = local.services

  team        = "__TEAM__"
  environment = "__ENV__"
  name        = each.key
  tags        = { namespace = each.value.namespace }
}

resource "aws_iam_role" "service" {
  for_each = local.services

  name                 = module.label[each.key].id
  max_session_duration = 3600
  tags                 = module.label[each.key].tags

  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Action    = "sts:AssumeRoleWithWebIdentity"
      Principal = { Federated = "arn:aws:iam::__ACCOUNT__:oidc-provider/${local.issuer}" }
      Condition = {
        StringEquals = {
          "${local.issuer}:aud" = "sts.amazonaws.com"
          "${local.issuer}:sub" = "system:serviceaccount:${each.value.namespace}:${each.key}"
        }
      }
    }]
  })
}

resource "aws_iam_role_policy" "service" {
  for_each = { for name, service in local.services : name => service if length(service.actions) > 0 }

  name = "grants"
  role = aws_iam_role.service[each.key].id

  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect   = "Allow"
      Action   = each.value.actions
      Resource = each.value.resources
    }]
  })
}

resource "aws_secretsmanager_secret" "service" {
  for_each = local.secrets

  name                    = "__ENV__/${each.key}"
  recovery_window_in_days = "__ENV__" == "prod" ? 30 : 7
  tags                    = module.label[each.value.service].tags
}

resource "aws_ecr_repository" "service" {
  for_each = var.create_repositories ? local.services : {}

  name                 = "__TEAM__/${each.key}"
  image_tag_mutability = "IMMUTABLE"

  image_scanning_configuration {
    scan_on_push = true
  }
}
