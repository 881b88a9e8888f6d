"""What a law wants to be known of one lot: how complete its records are, and its lot record.

Pure: `material` is what it is made of, read by `epcis_core.store.dossier`.
"""
