"""How complete the records of a lot are, and its lot record: as pages, and as JSON."""
