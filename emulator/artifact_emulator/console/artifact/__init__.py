"""Console pages of AWS Artifact: reports, agreements and compliance inquiries.

Source: https://docs.aws.amazon.com/artifact/latest/ug/what-is-aws-artifact.html
"""
