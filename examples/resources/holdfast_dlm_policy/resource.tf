# Two rhythms for what carries either tag: every six hours for a week, monthly for two years.
resource "holdfast_dlm_policy" "rancher" {
  description        = "Rancher data volumes"
  execution_role_arn = "arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole"

  policy_details {
    resource_types = ["VOLUME"]

    target_tag {
      key   = "Backup"
      value = "Daily"
    }
    target_tag {
      key   = "Backup"
      value = "Hourly"
    }

    schedule {
      name      = "every six hours"
      copy_tags = true
      create_rule {
        interval = 6
        times    = ["03:00"]
      }
      retain_rule {
        interval      = 7
        interval_unit = "DAYS"
      }
    }

    schedule {
      name        = "monthly"
      tags_to_add = { Kept = "2y" }
      create_rule {
        cron_expression = "cron(0 4 1 * ? *)"
      }
      retain_rule {
        interval      = 2
        interval_unit = "YEARS"
      }
    }
  }

  tags = {
    Team = "platform"
  }
}
