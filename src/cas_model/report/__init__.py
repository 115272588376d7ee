"""Reports: tables, figures and one self-contained page, made from tidy results."""
