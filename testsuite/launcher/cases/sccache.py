"""kbx build --launcher sccache, whose server runs the compiler."""

import shutil
import socket

from behaviour import behaviour
from common import DRIVER, build, expect_same_modules, expect_served, needed  # noqa: F401


@behaviour
def the_same_output_folder_again(workspace):
    needed("sccache")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = {"SCCACHE_SERVER_PORT": str(port), "SCCACHE_DIR": str(workspace.folder / "cache"),
              "SCCACHE_IDLE_TIMEOUT": "60"}
    build(workspace, "plain")
    try:
        for served in (0, 4):
            shutil.rmtree(workspace.folder / "out", ignore_errors=True)
            run = build(workspace, "out", "--launcher", "sccache", environment=server)
            expect_served(run, f"sccache had {served} of 4 compiles")
            expect_same_modules(workspace, "out", "plain")
    finally:
        workspace.run(["sccache", "--stop-server"], server)
