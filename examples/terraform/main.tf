# The IAM baseline of an account in a landing zone: alias and password policy, service-linked roles, roles of
# administrators with a permissions boundary, a group whose users need MFA, deployment from GitHub Actions, and
# instances that AWS Systems Manager manages.

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
  access_key              = "111122223333" # the account
  secret_key              = "placeholder"
  skip_metadata_api_check = true
  endpoints {
    iam = var.endpoint
    sts = var.endpoint
  }
}

locals {
  managed_policies = {
    admin     = "AdministratorAccess"
    poweruser = "PowerUserAccess"
    readonly  = "ReadOnlyAccess"
    billing   = "job-function/Billing"
    support   = "AWSSupportAccess"
  }
  policy_prefix = "arn:${data.aws_partition.current.partition}:iam::aws:policy"
}

data "aws_caller_identity" "current" {}

data "aws_partition" "current" {}

resource "aws_iam_account_alias" "this" { account_alias = "landing-zone-shared" }

resource "aws_iam_account_password_policy" "this" {
  max_password_age               = 90
  minimum_password_length        = 14
  allow_users_to_change_password = true
  hard_expiry                    = false
  password_reuse_prevention      = 24
  require_lowercase_characters   = true
  require_uppercase_characters   = true
  require_numbers                = true
  require_symbols                = true
}

# Service-linked roles.
resource "aws_iam_service_linked_role" "this" {
  for_each         = toset(["access-analyzer.amazonaws.com", "config.amazonaws.com", "guardduty.amazonaws.com", "securityhub.amazonaws.com", "autoscaling.amazonaws.com"])
  aws_service_name = each.value
}

# Support role, CIS 1.17.
data "aws_iam_policy_document" "account" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "AWS"
      identifiers = ["arn:${data.aws_partition.current.partition}:iam::${data.aws_caller_identity.current.account_id}:root"]
    }
    condition {
      test     = "Bool"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["true"]
    }
  }
}

resource "aws_iam_role" "access" {
  for_each             = local.managed_policies
  name                 = each.key
  path                 = "/baseline/"
  description          = "The ${each.key} role of the baseline"
  max_session_duration = 3600
  assume_role_policy   = data.aws_iam_policy_document.account.json
  permissions_boundary = each.key == "admin" ? null : aws_iam_policy.boundary.arn
  tags                 = { Baseline = "true" }
}

resource "aws_iam_role_policy_attachment" "access" {
  for_each   = aws_iam_role.access
  role       = each.value.name
  policy_arn = "${local.policy_prefix}/${local.managed_policies[each.key]}"
}

data "aws_iam_policy_document" "boundary" {
  statement {
    effect    = "Allow"
    actions   = ["*"]
    resources = ["*"]
  }
  statement {
    effect    = "Deny"
    actions   = ["organizations:LeaveOrganization", "iam:DeleteAccountPasswordPolicy", "iam:CreateUser"]
    resources = ["*"]
  }
}

resource "aws_iam_policy" "boundary" {
  name   = "baseline-boundary"
  path   = "/baseline/"
  policy = data.aws_iam_policy_document.boundary.json
}

# Groups and the policy that forces MFA.
data "aws_iam_policy_document" "force_mfa" {
  statement {
    sid       = "ManageOwnCredentials"
    actions   = ["iam:ChangePassword", "iam:*MFADevice", "iam:ListMFADevices", "iam:GetUser"]
    resources = ["arn:${data.aws_partition.current.partition}:iam::*:user/$${aws:username}", "arn:${data.aws_partition.current.partition}:iam::*:mfa/*"]
  }
  statement {
    sid         = "DenyWithoutMFA"
    effect      = "Deny"
    not_actions = ["iam:ChangePassword", "iam:CreateVirtualMFADevice", "iam:EnableMFADevice", "iam:ListMFADevices", "iam:ResyncMFADevice", "sts:GetSessionToken"]
    resources   = ["*"]
    condition {
      test     = "BoolIfExists"
      variable = "aws:MultiFactorAuthPresent"
      values   = ["false"]
    }
  }
}

resource "aws_iam_policy" "force_mfa" {
  name   = "force-mfa"
  policy = data.aws_iam_policy_document.force_mfa.json
}

resource "aws_iam_group" "operators" { name = "operators" }

resource "aws_iam_group_policy_attachment" "operators" {
  for_each   = { mfa = aws_iam_policy.force_mfa.arn, ro = "${local.policy_prefix}/ReadOnlyAccess" }
  group      = aws_iam_group.operators.name
  policy_arn = each.value
}

resource "aws_iam_user" "break_glass" { name = "break-glass" }

resource "aws_iam_user_group_membership" "break_glass" {
  user   = aws_iam_user.break_glass.name
  groups = [aws_iam_group.operators.name]
}

resource "aws_iam_virtual_mfa_device" "break_glass" { virtual_mfa_device_name = "break-glass" }

# Deployment from GitHub Actions.
resource "aws_iam_openid_connect_provider" "github" {
  url             = "https://token.actions.githubusercontent.com"
  client_id_list  = ["sts.amazonaws.com"]
  thumbprint_list = ["6938fd4d98bab03faadb97b34396831e3780aea1", "1c58a3a8518e8759bf075b76b750d4f2df264fcd"]
}

data "aws_iam_policy_document" "deploy" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "token.actions.githubusercontent.com:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "token.actions.githubusercontent.com:sub"
      values   = ["repo:example/landing-zone:*"]
    }
  }
}

resource "aws_iam_role" "deploy" {
  name               = "github-deploy"
  assume_role_policy = data.aws_iam_policy_document.deploy.json
}

resource "aws_iam_role_policy" "deploy" {
  name   = "deploy"
  role   = aws_iam_role.deploy.id
  policy = data.aws_iam_policy_document.boundary.json
}

# Instances managed by Systems Manager.
data "aws_iam_policy_document" "ec2" {
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["ec2.${data.aws_partition.current.dns_suffix}"]
    }
  }
}

resource "aws_iam_role" "ssm" {
  name               = "baseline-ssm"
  assume_role_policy = data.aws_iam_policy_document.ec2.json
}

resource "aws_iam_role_policy_attachment" "ssm" {
  for_each   = toset(["AmazonSSMManagedInstanceCore", "CloudWatchAgentServerPolicy"])
  role       = aws_iam_role.ssm.name
  policy_arn = "${local.policy_prefix}/${each.value}"
}

resource "aws_iam_instance_profile" "ssm" {
  name = "baseline-ssm"
  path = "/baseline/"
  role = aws_iam_role.ssm.name
}
