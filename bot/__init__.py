"""The conversation in Telegram and in the terminal, its administration and its service."""
