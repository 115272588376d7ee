"""The teaching page: sessions of one or two worlds, and what a browser shows of them."""
