"""The workbook, one sheet a file: `write.write_workbook` makes it."""
