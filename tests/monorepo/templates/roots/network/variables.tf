variable "peers" {
  description = "VPCs that are peered with this one, and their addresses"
  type        = map(string)
  default     = {}
}

variable "transit_gateway_id" {
  description = "Transit gateway to the data centre"
  type        = string
  default     = null
}
