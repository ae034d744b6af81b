# Names and tags as the organisation wants them: lower case, one order, no more than 63 characters.

locals {
  parts    = [for part in [var.team, var.environment, var.name] : lower(trimspace(part)) if part != null && part != ""]
  full     = join(var.delimiter, local.parts)
  id       = length(local.full) > var.max_length ? substr(local.full, 0, var.max_length) : local.full
  cleaned  = replace(local.id, "/[^a-z0-9-]/", "")
  standard = {
    Name        = local.cleaned
    Team        = var.team
    Environment = var.environment
    CostCentre  = lookup(var.cost_centres, var.environment, "shared")
  }
  tags = merge(local.standard, { for key, value in var.tags : title(key) => value if value != null })
}
