# An organization: two units, an account in each, a service control policy, trusted access, a delegated administrator,
# and the resource policy that delegates the policies.

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

resource "aws_organizations_organization" "this" {
  feature_set                   = "ALL"
  aws_service_access_principals = ["artifact.amazonaws.com", "guardduty.amazonaws.com"]
  enabled_policy_types          = ["SERVICE_CONTROL_POLICY"]
}

resource "aws_organizations_organizational_unit" "this" {
  for_each  = toset(["Security", "Workloads"])
  name      = each.key
  parent_id = aws_organizations_organization.this.roots[0].id
}

resource "aws_organizations_account" "this" {
  for_each          = { Audit = "Security", Shop = "Workloads" }
  name              = each.key
  email             = "${lower(each.key)}@example.com"
  parent_id         = aws_organizations_organizational_unit.this[each.value].id
  close_on_deletion = true
}

data "aws_iam_policy_document" "regions" {
  statement {
    sid         = "DenyOtherRegions"
    effect      = "Deny"
    not_actions = ["iam:*", "organizations:*", "sts:*"]
    resources   = ["*"]
    condition {
      test     = "StringNotEquals"
      variable = "aws:RequestedRegion"
      values   = ["eu-central-1"]
    }
  }
}

resource "aws_organizations_policy" "regions" {
  name       = "regions"
  content    = data.aws_iam_policy_document.regions.json
  depends_on = [aws_organizations_organization.this] # The policy needs it, but does not name it.
}

resource "aws_organizations_policy_attachment" "regions" {
  policy_id = aws_organizations_policy.regions.id
  target_id = aws_organizations_organizational_unit.this["Workloads"].id
}

resource "aws_organizations_delegated_administrator" "guardduty" {
  account_id        = aws_organizations_account.this["Audit"].id
  service_principal = "guardduty.amazonaws.com"
}

data "aws_iam_policy_document" "delegation" {
  statement {
    actions   = ["organizations:DescribePolicy", "organizations:ListPolicies"]
    resources = ["*"]
    principals {
      type        = "AWS"
      identifiers = [aws_organizations_account.this["Audit"].id]
    }
  }
}

resource "aws_organizations_resource_policy" "delegation" {
  content = data.aws_iam_policy_document.delegation.json
}
