variable "name" {
  description = "Name of the cluster"
  type        = string
}

variable "environment" {
  description = "Stage of the deployment"
  type        = string
}

variable "region" {
  description = "AWS region of the machines and of the snapshots"
  type        = string
  default     = "__REGION__"
}

variable "kubernetes_version" {
  description = "Distribution and version, as Rancher names them"
  type        = string
  default     = "v1.34.2+rke2r1"
}

variable "cloud_credential" {
  description = "Rancher cloud credential, as namespace:name"
  type        = string
  default     = "cattle-global-data:cc-__TEAM__"
}

variable "ami" {
  description = "Image of all machines"
  type        = string
  default     = "ami-0a1b2c3d4e5f60718"
}

variable "instance_profile" {
  description = "IAM instance profile of all machines"
  type        = string
  default     = "rancher-node"
}

variable "vpc_id" {
  description = "VPC of the machines"
  type        = string
}

variable "subnets" {
  description = "A subnet for each zone; null where there is none"
  type        = map(string)
}

variable "security_groups" {
  description = "Security groups of all machines"
  type        = set(string)
  default     = ["rancher-nodes"]
}

variable "pools" {
  description = "Machine pools by name"
  type = map(object({
    roles         = set(string)
    quantity      = optional(number, 1)
    instance_type = optional(string)
    zone          = optional(string)
    root_size     = optional(number, 60)
    spot          = optional(bool, false)
    labels        = optional(map(string), {})
    taints = optional(list(object({
      key    = string
      value  = optional(string, "true")
      effect = optional(string, "NoSchedule")
    })), [])
  }))

  validation {
    condition     = length([for pool in values(var.pools) : pool if contains(pool.roles, "etcd")]) > 0
    error_message = "At least one pool has the role etcd."
  }
}

variable "snapshots" {
  description = "When etcd snapshots are taken, how many are kept, and where"
  type = object({
    bucket    = string
    schedule  = optional(string, "0 */6 * * *")
    retention = optional(number, 28)
  })
}

variable "proxy" {
  description = "Proxy for packages and images"
  type        = string
  default     = null
}

variable "tls_sans" {
  description = "More names in the certificate of the API server"
  type        = list(string)
  default     = []
}

variable "hardened" {
  description = "Apply the CIS profile"
  type        = bool
  default     = true
}

variable "annotations" {
  description = "Annotations of the cluster"
  type        = map(any)
  default     = {}
}

variable "labels" {
  description = "Labels of the cluster"
  type        = map(string)
  default     = {}
}

variable "tags" {
  description = "Tags of the machines"
  type        = map(string)
  default     = {}
}
