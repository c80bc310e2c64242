#args: -w --nothing
