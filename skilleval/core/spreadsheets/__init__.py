"""Spreadsheets: the one reader of what people upload, and the one writer of what the portal hands out."""

from skilleval.core.spreadsheets.reading import MAX_ROWS, Row, Table, read_rows, read_table
from skilleval.core.spreadsheets.writing import Cell, Column, Marked, Sheet, write_workbook

__all__ = ["MAX_ROWS", "Cell", "Column", "Marked", "Row", "Sheet", "Table", "read_rows", "read_table", "write_workbook"]
