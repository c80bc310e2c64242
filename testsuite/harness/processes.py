"""Counts the processes and threads of a command exactly, without tracing it: in a pid namespace of its own, numbers
are given out one by one, so the next one tells how many there were."""

import os
import subprocess

from outcome import Skipped

# Run by the namespace's first process (number 1): the command, then one more process that tells its own number.
_SCRIPT = '"$@" >/dev/null 2>&1 || exit 1; sh -c \'echo $$\'; :'


def count(command, environment, folder):
    """How many processes and threads `command` and all below it were. Throws Skipped where namespaces are denied."""
    unshare = ["unshare", "--pid", "--fork"] if os.geteuid() == 0 else ["unshare", "--map-root-user", "--pid", "--fork"]
    words = [*unshare, "--mount-proc", "sh", "-c", _SCRIPT, "sh", *map(str, command)]
    try:
        subprocess.run([*unshare, "--mount-proc", "true"], check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError) as reason:
        raise Skipped(f"no pid namespace of our own: {reason}") from None
    run = subprocess.run(words, env=environment, cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True,
                         check=True)
    number_of_the_teller, number_of_the_shell = int(run.stdout), 1
    return number_of_the_teller - number_of_the_shell - 1
