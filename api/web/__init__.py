"""Pages for people: search, trace, event, upload; in Vietnamese and English, on phones and desks.

Everything is drawn on the server and works without JavaScript. Each page is also JSON.
"""
