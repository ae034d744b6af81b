variable "team" {
  description = "Team that is called when it breaks"
  type        = string
}

variable "environment" {
  description = "Stage of the deployment"
  type        = string

  validation {
    condition     = contains(["dev", "test", "prod"], var.environment)
    error_message = "The environment is dev, test or prod."
  }
}

variable "name" {
  description = "What it is"
  type        = string
}

variable "delimiter" {
  description = "Between the parts of a name"
  type        = string
  default     = "-"
}

variable "max_length" {
  description = "Longest name that every service takes"
  type        = number
  default     = 63
}

variable "cost_centres" {
  description = "Cost centre of each environment"
  type        = map(string)
  default = {
    dev  = "4711"
    test = "4711"
    prod = "4712"
  }
}

variable "tags" {
  description = "More tags; null takes one away"
  type        = map(string)
  default     = {}
}
