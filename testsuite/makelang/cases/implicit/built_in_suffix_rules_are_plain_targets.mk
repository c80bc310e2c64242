# setup: touch .c
# args: -n
# args: -n -B
all: .c
