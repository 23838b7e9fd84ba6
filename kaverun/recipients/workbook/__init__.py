"""Workbooks of Excel and LibreOffice: calamine reads the cells, this room what calamine leaves out."""
