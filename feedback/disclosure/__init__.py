"""What is stored of one person, handed to them: all that erasing them would touch."""
