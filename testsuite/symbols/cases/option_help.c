#args: -w -h
