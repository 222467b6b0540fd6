"""The contract: what a centre may rely on."""
