"""Sources that were written for other kernels: the failure says what this one has instead, or which header declares it."""

from behaviour import behaviour
from common import BUILD_FAILED, DRIVER, expect_mends, expect_no_accident, module_source  # noqa: F401
from outcome import expect


def _told(workspace, statement, includes, *hints):
    """The build fails, and its hints hold these words, each in one line; no other hint is given."""
    workspace.write("one.c", module_source(statement, "".join(f"#include <{name}>\n" for name in includes)))
    run = workspace.run(workspace.command())
    expect_no_accident(run)
    expect(run.status == BUILD_FAILED, f"exit status {run.status}\n{run.text()}")
    told = [line for line in run.text().splitlines() if line.startswith("  hint: ")]
    expect(len(told) == len(hints), f"{len(told)} hints, expected {len(hints)}\n{run.text()}")
    for hint in hints:
        expect(any(all(word in line for word in hint) for line in told), f"no hint has {hint}\n{run.text()}")


@behaviour
def functions_that_are_gone(workspace):
    _told(workspace, "netif_rx_ni(NULL); return prandom_u32();", ["linux/netdevice.h", "linux/random.h"],
          ("prandom_u32 is gone since 6.1", "get_random_u32 (linux/random.h:"),
          ("netif_rx_ni is gone since 5.18", "netif_rx (linux/netdevice.h:"))


@behaviour
def members_that_are_gone(workspace):
    _told(workspace, "struct request *rq = NULL; if (rq->rq_disk) return 1;", ["linux/blk-mq.h"],
          ("rq_disk of struct request is gone since 5.17", "rq->q->disk"))


@behaviour
def other_arguments(workspace):
    _told(workspace, "bio_alloc(GFP_KERNEL, 1);", ["linux/bio.h"],
          ("bio_alloc takes 4 arguments since 5.18, 2 before", "bio_alloc(bdev, nr_vecs, opf, gfp)"))


@behaviour
def callbacks_of_another_type(workspace):
    _told(workspace,
          "static int (*old)(struct device *); static struct bus_type bus; bus.remove = old; return bus.name != NULL;",
          ["linux/device.h"],
          ("remove of struct bus_type is void (*remove)(struct device *dev) since 5.15",))


@behaviour
def headers_that_are_gone(workspace):
    _told(workspace, "", ["linux/genhd.h"], ("linux/genhd.h is gone since 5.18", "<linux/blkdev.h>"))


@behaviour
def headers_that_lie_elsewhere(workspace):
    _told(workspace, "", ["net/netdevice.h"], ("this kernel has no <net/netdevice.h>", "<linux/netdevice.h>"))


@behaviour
def header_that_is_not_included(workspace):
    _told(workspace, "clk_get_rate(NULL); clk_get_parent(NULL); kthread_stop(NULL);", [],
          ("clk_get_rate and clk_get_parent are declared in <linux/clk.h>", "does not include"),
          ("kthread_stop is declared in <linux/kthread.h>",))


@behaviour
def nothing_is_made_up(workspace):
    _told(workspace, "no_such_function_anywhere();", [])
