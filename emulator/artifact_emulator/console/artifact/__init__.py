"""The console of AWS Artifact: reports and agreements, in AWS's words.

Source: https://docs.aws.amazon.com/artifact/latest/ug/what-is-aws-artifact.html
"""
