"""The web console, `/console`: pages for the documented console steps of AWS Organizations, AWS Artifact and IAM.

Every action on a page is an AWS call, which runs through the pipeline and is authorized and recorded like any other.
The pages are a Flask application, which is imported on the first request.
"""

PREFIX = "/console"
