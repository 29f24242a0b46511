"""Share work among the cores of this machine and among machines: processes, executors, threads, shards."""
