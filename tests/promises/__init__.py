"""What Fairlead promises, each row with the tests that prove it and a planted fault that must turn them red."""
