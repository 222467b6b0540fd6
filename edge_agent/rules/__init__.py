"""What the law says of a vehicle: dated tables judge it. Pure but for reading files at start."""
