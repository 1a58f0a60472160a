"""Authorization of calls: the requests that policies are evaluated for, the denials, and their explanations."""
