# Owned by __TEAM__. Versions are raised by the platform team, all roots at once.

terraform {
  required_version = ">= 1.9.0"

  backend "s3" {
    bucket       = "__TEAM__-terraform-state"
    key          = "live/__ENV__/__REGION__/__NAME__/terraform.tfstate"
    region       = "eu-central-1"
    encrypt      = true
    use_lockfile = true
  }

  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = "~> 6.25"
    }
    rancher2 = {
      source  = "rancher/rancher2"
      version = "~> 14.1"
    }
  }
}

provider "aws" {
  region              = "__REGION__"
  allowed_account_ids = ["__ACCOUNT__"]

  assume_role {
    role_arn     = "arn:aws:iam::__ACCOUNT__:role/terraform-__ENV__"
    session_name = "__TEAM__-__NAME__"
  }

  default_tags {
    tags = {
      Team        = "__TEAM__"
      Environment = "__ENV__"
      ManagedBy   = "terraform"
      Repository  = "infrastructure"
    }
  }
}
