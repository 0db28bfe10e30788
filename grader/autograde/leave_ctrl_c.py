"""Loaded by workers of our own: Ctrl-C reaches them too, but it is for us to end them."""

import signal

signal.signal(signal.SIGINT, signal.SIG_IGN)
