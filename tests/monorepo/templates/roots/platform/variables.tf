variable "environment" {
  description = "Stage of the deployment"
  type        = string
}

variable "owner" {
  description = "Whom to ask"
  type        = string
}

variable "enabled" {
  description = "Build the cluster at all"
  type        = bool
  default     = false
}

variable "cidr" {
  description = "Addresses of the VPC"
  type        = string
}

variable "domain" {
  description = "Domain of the clusters"
  type        = string
  default     = "k8s.example.com"
}

variable "zone_id" {
  description = "Hosted zone for the names of the cluster"
  type        = string
  default     = null
}

variable "pools" {
  description = "Pools that carry the cluster itself"
  type = map(object({
    roles         = set(string)
    quantity      = optional(number, 1)
    instance_type = optional(string)
    spot          = optional(bool, false)
    labels        = optional(map(string), {})
    taints        = optional(list(object({ key = string, value = string })), [])
  }))
}

variable "worker_groups" {
  description = "Groups of machines that carry workload"
  type = list(object({
    name   = string
    size   = number
    type   = optional(string, "m7i.xlarge")
    spot   = optional(bool, true)
    taints = optional(list(string), [])
  }))
  default = []
}

variable "snapshot_retention" {
  description = "Snapshots that are kept"
  type        = number
  default     = 28
}
