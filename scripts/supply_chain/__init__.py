"""Check the licenses and the known vulnerabilities of the locked packages: see scripts/audit."""
