"""Billing transfers (AWS's responsibility transfers): one organization pays the bills of another."""
