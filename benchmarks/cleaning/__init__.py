"""How much of an article its extraction keeps, and how much else it lets through: pages of our own with both marked."""
