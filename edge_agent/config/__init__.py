"""How a site file is read: located line by line, validated whole, complained about all at once."""
