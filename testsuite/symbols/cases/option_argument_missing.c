#args: -r
