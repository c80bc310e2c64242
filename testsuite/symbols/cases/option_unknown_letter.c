#args: -x
