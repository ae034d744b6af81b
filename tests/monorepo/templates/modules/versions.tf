terraform {
  required_version = ">= 1.9.0"

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 6.0"
    }
    rancher2 = {
      source  = "rancher/rancher2"
      version = ">= 14.0"
    }
  }
}
