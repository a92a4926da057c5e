"""One importer framework for CSV and XLSX: read, recognise, parse, stage, check, plan, merge, report.

`reader` opens files and refuses dangerous ones, `layout` finds the header and tells data from decoration, `parsers`
turns cells into values, `codes` lists every code a row may carry, `framework` runs an importer from file to result,
`workbook` writes the rows with problems for download. The kinds live in the apps above and are found in the registry.
"""
