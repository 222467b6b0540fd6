"""One self-contained page about a period: what the unit measured, decided and suffered.

Events in, HTML out: no script, no request, no plate in clear; readable on paper and by people who
see colours differently.
"""
