"""Draft what a shop's customer-service agent answers; a person presses send."""

__version__ = "0.1.0"
