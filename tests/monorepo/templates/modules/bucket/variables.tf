variable "name" {
  description = "Name of the bucket, unique in the world"
  type        = string

  validation {
    condition     = length(var.name) >= 3 && length(var.name) <= 63 && can(regex("^[a-z0-9][a-z0-9.-]+[a-z0-9]$", var.name))
    error_message = "A bucket's name has 3 to 63 characters: lower case letters, digits, dots and dashes."
  }
}

variable "versioned" {
  description = "Keep old versions"
  type        = bool
  default     = true
}

variable "force_destroy" {
  description = "Let the bucket go with what is in it"
  type        = bool
  default     = false
}

variable "kms_key_arn" {
  description = "Key of the objects; S3's own without one"
  type        = string
  default     = null
}

variable "log_bucket" {
  description = "Bucket for access logs"
  type        = string
  default     = null
}

variable "lifecycle_rules" {
  description = "How long objects are kept, by prefix"
  type = list(object({
    id                 = string
    prefix             = optional(string, "")
    enabled            = optional(bool, true)
    archive_after_days = optional(number)
    expire_after_days  = number
  }))
  default = []
}

variable "tags" {
  description = "Tags of the bucket"
  type        = map(string)
  default     = {}
}
