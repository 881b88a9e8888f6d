"""What a connector remembers: how far it has come, what each target has, and every delivery."""
