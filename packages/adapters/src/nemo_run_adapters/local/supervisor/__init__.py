"""The program that starts local tasks, keeps their output and records how they ended.

One supervisor serves one launching process and outlives it. It is one thread around one event loop and
loads a handful of standard modules only, so that it is ready within milliseconds:

``loop``     file descriptors and timers
``channel``  JSON lines to and from the launcher
``server``   what the launcher may ask for; queue, groups, reaping
``task``     one task from its claim to its final record
``spawn``    starting a program
``output``   the three log files of a task
``files``    names and contents of the records in a task's folder
"""
