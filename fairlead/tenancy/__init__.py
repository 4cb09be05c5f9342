"""Organizations, the people in them, who may do what, and the wall between organizations."""
