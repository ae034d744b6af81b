# __NAME__: buckets, queues and tables of one application.

locals {
  name     = "__NAME__"
  is_prod  = var.environment == "prod"
  suffixes = toset([for name, bucket in var.buckets : name if bucket.replicated])

  tables = {
    for table in var.tables : table.name => merge(table, {
      billing = table.capacity == null ? "PAY_PER_REQUEST" : "PROVISIONED"
    })
  }
}

module "label" {
  source = "../../../../modules/label"

  team        = "__TEAM__"
  environment = var.environment
  name        = local.name
  tags        = { owner = var.owner, data_class = var.data_class }
}

module "bucket" {
  source   = "../../../../modules/bucket"
  for_each = var.buckets

  name          = "${module.label.id}-${each.key}"
  versioned     = each.value.versioned
  force_destroy = !local.is_prod
  kms_key_arn   = aws_kms_key.this.arn
  log_bucket    = "__TEAM__-access-logs"
  tags          = merge(module.label.tags, each.value.tags)

  lifecycle_rules = [
    for rule in each.value.rules : {
      id                 = "${each.key}-${rule.prefix}"
      prefix             = rule.prefix
      expire_after_days  = rule.days
      archive_after_days = rule.days > 60 ? 30 : null
    }
  ]
}

resource "aws_kms_key" "this" {
  description             = "Data of ${local.name}"
  deletion_window_in_days = local.is_prod ? 30 : 7
  enable_key_rotation     = true
  tags                    = module.label.tags
}

resource "aws_kms_alias" "this" {
  name          = "alias/${module.label.id}"
  target_key_id = aws_kms_key.this.key_id
}

resource "aws_dynamodb_table" "this" {
  for_each = local.tables

  name         = "${module.label.id}-${each.key}"
  billing_mode = each.value.billing
  hash_key     = each.value.hash_key
  range_key    = each.value.range_key
  tags         = module.label.tags

  attribute {
    name = each.value.hash_key
    type = "S"
  }

  dynamic "attribute" {
    for_each = each.value.range_key == null ? [] : [each.value.range_key]

    content {
      name = attribute.value
      type = "S"
    }
  }

  point_in_time_recovery {
    enabled = local.is_prod
  }

  server_side_encryption {
    enabled     = true
    kms_key_arn = aws_kms_key.this.arn
  }
}

resource "aws_sqs_queue" "dead" {
  for_each = toset(var.queues)

  name                      = "${module.label.id}-${each.key}-dead"
  message_retention_seconds = 14 * 24 * 60 * 60
  tags                      = module.label.tags
}

resource "aws_sqs_queue" "this" {
  for_each = toset(var.queues)

  name                       = "${module.label.id}-${each.key}"
  visibility_timeout_seconds = 60
  tags                       = module.label.tags

  redrive_policy = jsonencode({
    deadLetterTargetArn = aws_sqs_queue.dead[each.key].arn
    maxReceiveCount     = 5
  })
}

resource "aws_dlm_lifecycle_policy" "volumes" {
  count = var.volume_snapshots ? 1 : 0

  description        = "Volumes of ${local.name}"
  execution_role_arn = "arn:aws:iam::__ACCOUNT__:role/dlm"
  state              = "ENABLED"
  tags               = module.label.tags

  policy_details {
    resource_types = ["VOLUME"]
    target_tags    = { Application = local.name }

    schedule {
      name = "daily"

      create_rule {
        interval      = 24
        interval_unit = "HOURS"
        times         = ["02:00"]
      }

      retain_rule {
        count = local.is_prod ? 14 : 3
      }

      copy_tags = true
    }
  }
}

data "aws_iam_policy_document" "access" {
  dynamic "statement" {
    for_each = var.readers

    content {
      sid       = "Read${replace(title(replace(statement.key, "-", " ")), " ", "")}"
      actions   = ["s3:GetObject", "s3:ListBucket"]
      resources = flatten([for name, bucket in module.bucket : [bucket.arn, "${bucket.arn}/*"] if contains(statement.value, name)])
    }
  }
}

resource "aws_iam_policy" "access" {
  name   = "${module.label.id}-read"
  policy = data.aws_iam_policy_document.access.json
  tags   = module.label.tags
}
