"""The demo county: 内乡's real townships and villages, invented people, a campaign replayed through the services."""
