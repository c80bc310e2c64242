"""Tokens of preprocessed C with the places that line markers give them."""

import re

TOKEN = re.compile(rb"""(?P<blank>[ \t\f\v]+)|(?P<newline>\n)|(?P<marker>(?<![^\n])\#[^\n]*)
|(?P<token>(?:L|u8|u|U)?"(?:\\.|[^"\\\n])*"|(?:L|u|U)?'(?:\\.|[^'\\\n])*'|\.?[0-9](?:[eEpP][+-]|[\w.])*|[A-Za-z_$][\w$]*
|\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|.)""", re.X)
MARKER = re.compile(rb'#(?: line)? (\d+) "((?:[^"\\]|\\.)*)"')


WORD = re.compile(rb"""^\#[^\n]*|(?:L|u8|u|U)?"(?:\\.|[^"\\\n])*"|(?:L|u|U)?'(?:\\.|[^'\\\n])*'|\.?[0-9](?:[eEpP][+-]|[\w.])*
|[A-Za-z_$][\w$]*|\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|\#\#|\S""", re.X | re.M)


def words(text):
    """The tokens alone, which is faster."""
    return [word for word in WORD.findall(text) if not MARKER.match(word)]


def tokens(text):
    """(token, file, line) of each token; lines of #pragma and #ident count as one token."""
    found = []
    file, line = b"", 1
    for match in TOKEN.finditer(text):
        kind = match.lastgroup
        if kind == "newline":
            line += 1
        elif kind == "marker":
            place = MARKER.match(match.group())
            if place:
                line, file = int(place[1]) - 1, place[2]
            else:
                found.append((b" ".join(match.group().split()), file, 0))
        elif kind == "token":
            found.append((match.group(), file, line))
    return found


def difference(expected, seen):
    """Nothing, or where two preprocessed texts differ first."""
    left, right = tokens(expected), tokens(seen)
    if left == right:
        return None
    for at, (a, b) in enumerate(zip(left, right)):
        if a != b:
            return f"token {at}: expected {a}, seen {b}, behind {left[max(0, at - 5):at]}"
    return f"{len(left)} tokens expected, {len(right)} seen; the first in excess: " \
           f"{(left + right)[min(len(left), len(right))] if len(left) > len(right) else right[len(left)]}"
