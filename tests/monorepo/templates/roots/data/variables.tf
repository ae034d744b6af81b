variable "environment" {
  description = "Stage of the deployment"
  type        = string
}

variable "owner" {
  description = "Whom to ask"
  type        = string
}

variable "data_class" {
  description = "How confidential it is"
  type        = string
  default     = "internal"

  validation {
    condition     = contains(["public", "internal", "confidential"], var.data_class)
    error_message = "The class is public, internal or confidential."
  }
}

variable "buckets" {
  description = "Buckets by name"
  type = map(object({
    versioned  = optional(bool, true)
    replicated = optional(bool, false)
    tags       = optional(map(string), {})
    rules = optional(list(object({
      prefix = string
      days   = number
    })), [])
  }))
}

variable "tables" {
  description = "DynamoDB tables"
  type = list(object({
    name      = string
    hash_key  = optional(string, "id")
    range_key = optional(string)
    capacity  = optional(number)
  }))
  default = []
}

variable "queues" {
  description = "SQS queues"
  type        = list(string)
  default     = []
}

variable "readers" {
  description = "Applications that may read, and what"
  type        = map(list(string))
  default     = {}
}

variable "volume_snapshots" {
  description = "Snapshot the application's volumes"
  type        = bool
  default     = true
}
