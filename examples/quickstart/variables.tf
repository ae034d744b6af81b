variable "region" {
  description = "AWS region of the volumes and the bucket."
  type        = string
  default     = "eu-central-1"
}

variable "bucket" {
  description = "Name of the bucket for etcd snapshots. Nobody else in all of AWS may have it."
  type        = string
  default     = "example-etcd-snapshots"
}

variable "deletion_protection" {
  description = "Whether destroying the bucket is refused. Set it to false and apply, then destroy: the snapshots go too."
  type        = bool
  default     = true
}

variable "execution_role_arn" {
  description = "Role that DLM assumes; `aws dlm create-default-role` makes this one."
  type        = string
  default     = "arn:aws:iam::123456789012:role/AWSDataLifecycleManagerDefaultRole"
}
