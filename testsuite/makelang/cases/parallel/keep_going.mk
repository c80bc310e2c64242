# args: -j3 -k
# unordered
all: bad good other ; @echo never
bad: ; @false
good: ; @echo good
other: bad ; @echo never
