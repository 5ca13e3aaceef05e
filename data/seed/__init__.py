"""How the shipped layers were made from the sourced facts and boundaries: the lineage, as code that can be run again."""
