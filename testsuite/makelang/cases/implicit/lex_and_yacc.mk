# setup: touch p.y; touch s.l
# args: -n
all: p.c s.c ; @:
