variable "environment" {
  description = "Stage of the deployment"
  type        = string
  default     = "__ENV__"
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
}

variable "workers" {
  description = "Machines that carry workload"
  type        = number
  default     = 3
}

variable "worker_type" {
  description = "Instance type of the workers"
  type        = string
  default     = "m7i.2xlarge"
}

variable "worker_taints" {
  description = "Taints of the workers"
  type        = map(string)
  default     = {}
}

variable "etcd_on_spot" {
  description = "Save money on etcd, for clusters that nobody would miss"
  type        = string
  default     = "false"
}

variable "snapshot_schedule" {
  description = "When etcd is snapshotted"
  type        = string
  default     = "0 */6 * * *"
}

variable "snapshot_retention" {
  description = "Snapshots that are kept"
  type        = number
}

variable "bucket_prefix" {
  description = "In front of the names of buckets, which are unique in the world"
  type        = string
  default     = "__TEAM__"
}

variable "log_bucket" {
  description = "Bucket for access logs"
  type        = string
  default     = null
}

variable "domain" {
  description = "Domain of the clusters"
  type        = string
  default     = "k8s.example.com"
}

variable "alarm_topics" {
  description = "SNS topics that hear of trouble"
  type        = list(string)
  default     = []
}

variable "tags" {
  description = "More tags"
  type        = map(string)
  default     = {}
}
