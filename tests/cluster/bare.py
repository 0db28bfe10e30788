"""Loaded by a worker: its kernel gives no sandbox."""


def dask_setup(_worker):
    from tests.bare_machine import become_bare

    become_bare()
