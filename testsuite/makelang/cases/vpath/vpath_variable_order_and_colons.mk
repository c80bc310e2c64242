# setup: mkdir one two; touch two/a.c one/b.c two/b.c
VPATH = one:two
all: a.c b.c ; @echo $^
