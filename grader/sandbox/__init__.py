"""Run untrusted cells: a warm process, isolation by the kernel, limits, and a wire for data alone.

    zygote (warm, one thread, in its own read-only room, knows nothing of the course)
      |-- submission 1   own process numbers, own scratch directory, limits, few system calls
      |-- submission 2   ...

The modules, from the kernel upwards: `kernel`, `seccomp` (with `syscalls`), `landlock` speak to
Linux; `isolation` joins them to the levels L3 and L2; `limits` says how much a submission may use;
`wire` is what may cross; `shell` and `servant` run in the submission's process; `zygote` forks it;
`client` is what the trusted side holds.

The imports in here are relative throughout: the zygote loads this directory under the name
`sandbox`, so that the package `grader`, which can differentiate, is never in its process.
"""
