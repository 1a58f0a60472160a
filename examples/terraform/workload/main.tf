# A landing zone's guardrail, and what a workload's account needs of other services, which another emulator provides behind
# this one: artifact-emulator serve --scenario landing-zone --behind moto

terraform {
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

variable "endpoint" {
  description = "The address of the emulator, or of one of its worlds."
  default     = "http://127.0.0.1:4700"
}

variable "workload_account" {
  description = "A member account, in which the workload is."
  default     = "100000000001"
}

variable "region" {
  description = "The region of the workload."
  default     = "eu-west-1"
}

variable "forbidden_region" {
  description = "The region in which members may do nothing; none if it is empty."
  default     = ""
}

provider "aws" {
  region                  = "us-east-1"
  access_key              = "111122223333" # the management account
  secret_key              = "placeholder"
  skip_metadata_api_check = true
  endpoints {
    iam           = var.endpoint
    organizations = var.endpoint
    sts           = var.endpoint
  }
}

provider "aws" {
  alias                   = "workload"
  region                  = var.region
  access_key              = var.workload_account
  secret_key              = "placeholder"
  skip_metadata_api_check = true
  s3_use_path_style       = true
  endpoints {
    iam = var.endpoint
    kms = var.endpoint
    s3  = var.endpoint
    sns = var.endpoint
    ssm = var.endpoint
    sts = var.endpoint
  }
}

data "aws_organizations_organization" "this" {}

resource "aws_organizations_organizational_unit" "sandbox" {
  name      = "Sandbox of the example"
  parent_id = data.aws_organizations_organization.this.roots[0].id
}

data "aws_iam_policy_document" "regions" {
  statement {
    sid         = "ForbidRegion"
    effect      = "Deny"
    not_actions = ["iam:*", "organizations:*", "sts:*"]
    resources   = ["*"]
    condition {
      test     = "StringEquals"
      variable = "aws:RequestedRegion"
      values   = [var.forbidden_region]
    }
  }
}

resource "aws_organizations_policy" "regions" {
  count   = var.forbidden_region == "" ? 0 : 1
  name    = "regions"
  content = data.aws_iam_policy_document.regions.json
}

resource "aws_organizations_policy_attachment" "regions" {
  count     = var.forbidden_region == "" ? 0 : 1
  policy_id = aws_organizations_policy.regions[0].id
  target_id = var.workload_account
}

resource "aws_iam_role" "deploy" {
  provider = aws.workload
  name     = "deploy"
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { AWS = var.workload_account } }]
  })
}

resource "aws_kms_key" "logs" {
  provider                = aws.workload
  description             = "Logs"
  deletion_window_in_days = 7
  enable_key_rotation     = true
  depends_on              = [aws_organizations_policy_attachment.regions]
}

resource "aws_kms_alias" "logs" {
  provider      = aws.workload
  name          = "alias/logs"
  target_key_id = aws_kms_key.logs.key_id
}

resource "aws_s3_bucket" "logs" {
  provider   = aws.workload
  bucket     = "workload-logs-${var.workload_account}"
  depends_on = [aws_organizations_policy_attachment.regions]
}

resource "aws_s3_bucket_versioning" "logs" {
  provider = aws.workload
  bucket   = aws_s3_bucket.logs.id
  versioning_configuration {
    status = "Enabled"
  }
}

resource "aws_s3_bucket_public_access_block" "logs" {
  provider                = aws.workload
  bucket                  = aws_s3_bucket.logs.id
  block_public_acls       = true
  block_public_policy     = true
  ignore_public_acls      = true
  restrict_public_buckets = true
}

resource "aws_s3_bucket_server_side_encryption_configuration" "logs" {
  provider = aws.workload
  bucket   = aws_s3_bucket.logs.id
  rule {
    apply_server_side_encryption_by_default {
      sse_algorithm     = "aws:kms"
      kms_master_key_id = aws_kms_key.logs.arn
    }
  }
}

resource "aws_sns_topic" "alerts" {
  provider          = aws.workload
  name              = "alerts"
  kms_master_key_id = aws_kms_key.logs.arn
}

resource "aws_ssm_parameter" "bucket" {
  provider = aws.workload
  name     = "/workload/logs/bucket"
  type     = "String"
  value    = aws_s3_bucket.logs.bucket
}

resource "aws_ssm_parameter" "topic" {
  provider = aws.workload
  name     = "/workload/alerts/topic"
  type     = "SecureString"
  value    = aws_sns_topic.alerts.arn
}
