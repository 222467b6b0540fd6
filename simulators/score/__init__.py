"""What the centre stored, held against what truly happened."""
