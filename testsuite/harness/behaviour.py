"""Marks a function as a test of one behaviour; its name says which."""


def behaviour(function):
    function.is_behaviour = True
    return function
