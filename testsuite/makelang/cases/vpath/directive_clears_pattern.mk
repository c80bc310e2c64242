# setup: mkdir src; touch src/a.c
vpath %.c src
vpath %.c
all: a.c ; @echo $^
