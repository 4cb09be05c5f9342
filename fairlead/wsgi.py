"""What the web server calls: one process of several, which ends when the server's main process does."""

import ctypes
import gc
import multiprocessing
import os
import signal
import threading

from django.core.wsgi import get_wsgi_application

from fairlead.api import bodies
from fairlead.cli import django_setup
from fairlead.cli.processes import die_with_parent
from fairlead.foundation import config

# Otherwise the workers of a killed server go on serving, on its port. Until the worker has a handler of its own, it has
# the one that its parent was forked with, which would swallow the signal.
if parent := multiprocessing.parent_process():
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    die_with_parent(signal.SIGTERM, parent.pid or 0)

# Threads that each make a PDF now and then would each keep what the largest took: here they share it. Not every C
# library can be asked.
_libc = ctypes.CDLL(None)
if set_option := getattr(_libc, "mallopt", None):
    set_option(-8, 2)  # M_ARENA_MAX

os.environ["DJANGO_SETTINGS_MODULE"] = "fairlead.settings"
application = bodies.guard(get_wsgi_application(), config.load().web_threads)


def _warm() -> None:
    django_setup.load_views()
    # Fonts take most of a second, and requests need not wait for them. This process does not fork any more.
    threading.Thread(target=_open_fonts, name="warm-up", daemon=True).start()


def _open_fonts() -> None:
    """What reading them leaves behind, some 50 MiB, goes back to the system, where the C library can do that."""
    from fairlead.documents import pdf

    pdf.warm_up()
    gc.collect()
    if trim := getattr(_libc, "malloc_trim", None):
        trim(0)


_warm()
