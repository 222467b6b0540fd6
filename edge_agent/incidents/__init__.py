"""What somebody must see to: raised, updated and cleared under one id. Pure, the clock injected."""
