"""The receiving end as a library: validate, remove duplicates, find gaps, store, send receipts."""
