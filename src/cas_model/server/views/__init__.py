"""What a browser is told: plain dictionaries of numbers, colours and words, made from sessions."""
