"""What the law says of a vehicle: dated tables judge it. Pure; only ``tables`` reads files."""
