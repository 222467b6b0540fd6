"""The way out: durable rows to the broker, receipts back. paho and its thread live here only."""
