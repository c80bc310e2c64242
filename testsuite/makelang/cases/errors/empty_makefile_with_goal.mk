# args: thing
v = x
