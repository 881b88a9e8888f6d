"""Recalls under way: whom they concern, how they are told, what they answer; and exercises."""
