"""The order in which a partial link by GNU ld leaves the global symbols of its output, and what it was before.

GNU ld (bfd/hash.c, bfd/elflink.c) writes global symbols as they lie in its hash table: bucket after bucket, and in a
bucket the last that came in first. So the order of a finished module is that of its object with equal buckets turned
round. An object that a partial link had made already lies by buckets, and turning them round again gives its order;
what lay as an assembler wrote it cannot be told from the result, but any guess of it can be checked.
"""

from collections import defaultdict

FIRST_SIZE = 4051
LARGER_SIZES = (4093, 8191, 16381, 32749, 65537)
WORD = 0xFFFFFFFF
TRIES = 8


def _mixed(value, number):
    value = (value + number + (number << 17)) & WORD
    return value ^ value >> 2


def _hash(name):
    data = name.encode("latin-1")
    value = 0
    for byte in data:
        value = _mixed(value, byte)
    return _mixed(value, len(data))


def _grown(buckets, larger):
    """The table after it took a larger size: neighbours of one hash stay together, others move one by one."""
    moved = defaultdict(list)
    for number in sorted(buckets):
        chain = buckets[number]
        while chain:
            length = 1
            while length < len(chain) and chain[length][0] == chain[0][0]:
                length += 1
            index = chain[0][0] % larger
            moved[index] = chain[:length] + moved[index]
            chain = chain[length:]
    return moved


def _buckets(names):
    """[[name]]: the filled buckets of the table that took `names` in, in order."""
    size, buckets = FIRST_SIZE, defaultdict(list)
    for count, name in enumerate(names, 1):
        value = _hash(name)
        buckets[value % size].insert(0, (value, name))
        if count > size * 3 // 4:
            size = next(number for number in LARGER_SIZES if number > size)
            buckets = _grown(buckets, size)
    return [[name for _, name in buckets[number]] for number in sorted(buckets)]


def linked(names):
    """The names as a partial link leaves them, given as its inputs have them."""
    return [name for bucket in _buckets(names) for name in bucket]


def undone(names):
    """As the only input of a partial link had the names if a link had made it too; none if `names` is no link's order.

    Both lie by buckets, so only the order inside the buckets is looked for.
    """
    before = list(names)
    for _ in range(TRIES):
        buckets = _buckets(before)
        after = [name for bucket in buckets for name in bucket]
        if after == names:
            return before
        place = {name: number for number, name in enumerate(before)}
        at = 0
        wanted = list(before)
        for bucket in buckets:
            for name, goal in zip(bucket, names[at:at + len(bucket)]):
                wanted[place[name]] = goal
            at += len(bucket)
        before = wanted
    return None
