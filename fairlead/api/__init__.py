"""The REST API: each operation parses, calls one verb and renders what it gave."""
