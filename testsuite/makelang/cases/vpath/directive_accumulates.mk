# setup: mkdir one two; touch two/a.c
vpath %.c one
vpath %.c two
all: a.c ; @echo $^
