variable "name" {
  description = "Name of the VPC"
  type        = string
}

variable "region" {
  description = "AWS region"
  type        = string
}

variable "cidr" {
  description = "Addresses of the VPC"
  type        = string

  validation {
    condition     = can(cidrhost(var.cidr, 0))
    error_message = "This is no CIDR block."
  }
}

variable "zones" {
  description = "Letters of the availability zones"
  type        = list(string)
  default     = ["a", "b", "c"]
}

variable "nat_per_zone" {
  description = "Survive the loss of a zone"
  type        = bool
  default     = true
}

variable "node_ports" {
  description = "Ports that nodes open for each other, or for some addresses"
  type = map(object({
    from     = number
    to       = optional(number)
    protocol = optional(string, "tcp")
    cidrs    = optional(list(string))
  }))
  default = {
    etcd       = { from = 2379, to = 2380 }
    supervisor = { from = 9345 }
    api        = { from = 6443 }
    kubelet    = { from = 10250 }
    vxlan      = { from = 8472, protocol = "udp" }
    node_ports = { from = 30000, to = 32767 }
  }
}

variable "tags" {
  description = "Tags of everything"
  type        = map(string)
  default     = {}
}
