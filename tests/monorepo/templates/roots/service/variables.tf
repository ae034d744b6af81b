variable "issuer_url" {
  description = "Issuer of the cluster's service account tokens"
  type        = string
  default     = "https://oidc.example.com/__TEAM__/__ENV__"
}

variable "create_repositories" {
  description = "Make a repository for the images of each service"
  type        = bool
  default     = true
}
